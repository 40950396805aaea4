"""Drawn images kept in a file: a mark, a digest of all that they depend on, a digest of themselves, and their bytes."""

import hashlib
import math
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .._runtime.atomic import write_atomically

MARK = b"bvae_lib drawn images 1\n"


def draw_once(path: Path, recipe: bytes, shape: tuple[int, ...], draw: Callable[[], np.ndarray]) -> np.ndarray:
    """Read images from a cache; draw them and write it where it is missing, damaged or of another recipe.

    Where it cannot be written there is a warning, and nothing that was drawn is lost.

    Args:
        path: of the cache.
        recipe: SHA-256 of all that the images depend on.
        shape: of the images.
        draw: makes them, uint8 of ``shape``.

    Returns:
        Images uint8 of ``shape``.

    Raises:
        FileExistsError: where ``path`` is a file that was not written here.
        OSError: where it cannot be read.
    """
    images = read(path, recipe, shape)
    if images is None:
        images = draw()
        try:
            with write_atomically(path) as file:
                file.write(MARK + recipe + hashlib.sha256(images.data).digest())
                file.write(images.data)
        except OSError as error:
            warnings.warn(
                f"the drawn images, {images.nbytes / 1e6:,.0f} MB, could not be kept in {path} ({error}) and will be "
                f"drawn again next time. Name a file where there is room, or cache=None to keep nothing",
                stacklevel=3,
            )
    return images


def read(path: Path, recipe: bytes, shape: tuple[int, ...]) -> np.ndarray | None:
    """Read the images in ``path``; None where the file is missing, damaged or of another recipe."""
    try:
        with open(path, "rb") as file:
            mark = file.read(len(MARK))
            if not MARK.startswith(mark):  # it may be cut short
                raise FileExistsError(f"{path} is no file of drawn images: it is left alone. Move it, or name another")
            recipe_then, digest = file.read(32), file.read(32)
            if mark != MARK or recipe_then != recipe:
                return None
            images = np.fromfile(file, np.uint8, math.prod(shape))
    except FileNotFoundError:
        return None
    whole = images.size == math.prod(shape) and hashlib.sha256(images.data).digest() == digest
    return images.reshape(shape) if whole else None
