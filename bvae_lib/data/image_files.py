"""Folders of image files as a set of images, decoded once into one file beside them."""

import copy
import os
from collections.abc import Sequence
from pathlib import Path

import torch

from .._runtime.device import pick_device
from ._image_cache import decode_once
from .base import LabelledImages

SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"}


class ImageFiles(LabelledImages):
    """The image files ``names`` under ``root``, of which the central square of ``crop`` pixels is scaled to 64 x 64.

    ``images[indices]`` -> float32 [B, channels, 64, 64] in [0, 1], on ``device``. They are held as bytes, 12,288 an
    image in colour: on the CPU memory-mapped, so that only what is used is in memory; on a GPU all of them.

    ``names`` becomes the files that could be read, in order; ``skipped`` says why the others could not. ``classes``
    [files, factors] are the factors of all files, where they are known.
    """

    def __init__(
        self,
        root: Path,
        names: Sequence[str],
        channels: int,
        crop: int | None,
        cache: str | Path,
        device: str | torch.device,
        seed: int,
        unreadable: float,
        progress: bool,
        classes: torch.Tensor | None = None,
    ):
        if channels not in (1, 3):
            raise ValueError(f"channels must be 3, colour, or 1, grey, not {channels!r}")
        if crop is not None and not (isinstance(crop, int) and crop >= 1):
            raise ValueError(f"crop must be a whole number of pixels of at least 1, or None, not {crop!r}")
        if not 0 <= unreadable <= 1:
            raise ValueError(f"unreadable must be a share of the files from 0 to 1, not {unreadable!r}")
        self.channels, self.device = channels, pick_device(device)
        images, self.skipped = decode_once(root, names, channels, crop, Path(cache), unreadable, progress)
        self.names = [name for name in names if name not in self.skipped]
        if classes is not None:
            self.label(classes[torch.tensor([name not in self.skipped for name in names])])
        self.images = torch.from_numpy(images).to(self.device)
        self.generator = torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, indices) -> torch.Tensor:
        """Images float32 [B, channels, 64, 64] at ``indices``; one image [channels, 64, 64] at a single index."""
        if isinstance(indices, slice):
            indices = torch.arange(*indices.indices(len(self)))
        return self.images[self.check_indices(indices).to(self.device)].float().div_(255)

    def to(self, device: torch.device) -> "ImageFiles":
        moved = copy.copy(self)
        moved.images, moved.device = self.images.to(device), torch.device(device)
        return moved


class ImageFolder(ImageFiles):
    """All images under the folder ``root``, however deep, in the order of their names; their factors are not known.

    Of each the central square is scaled to 64 x 64, the largest or one of ``crop`` pixels, in colour or, with
    ``channels=1``, in grey. The first time they are decoded, in parallel, into the file ``cache``, by default beside
    ``root``. It is used from then on, memory-mapped, until it is damaged, a file changes or the settings do.

    Names that begin with a dot are passed over, and so are files whose ending is none of an image. Raises
    FileNotFoundError when there is no such folder or no image in it, OSError when the cache cannot be written, and
    ValueError when more than the share ``unreadable`` of the images cannot be read; fewer are left out with a warning
    and listed in ``skipped``.
    """

    def __init__(
        self,
        root: str | Path,
        channels: int = 3,
        crop: int | None = None,
        cache: str | Path | None = None,
        device: str | torch.device = "auto",
        seed: int = 0,
        unreadable: float = 0.01,
        progress: bool = True,
    ):
        root = Path(os.path.abspath(root))
        names = image_names(root)
        if not names:
            raise FileNotFoundError(f"no images in {root} or below; looked for {' '.join(sorted(SUFFIXES))}")
        cache = cache or beside(root, f"crop{crop}" if crop else "whole", f"{channels}x64x64")
        super().__init__(root, names, channels, crop, cache, device, seed, unreadable, progress)


def image_names(root: Path) -> list[str]:
    """Names of all image files under ``root``, relative to it and with "/", sorted; links are followed."""
    if not root.is_dir():
        raise FileNotFoundError(f"no folder at {root}")
    names, seen = [], set()
    for folder, folders, files in os.walk(root, followlinks=True, onerror=stop):
        real = os.path.realpath(folder)
        if real in seen:  # a link to a folder above or beside it: each is read once
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        below = Path(folder).relative_to(root).as_posix() + "/"
        prefix = "" if below == "./" else below
        names += (
            prefix + name
            for name in files
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES
        )
    return sorted(names)


def stop(error: OSError) -> None:
    """A folder that cannot be listed is an error, and not an empty one."""
    raise error


def beside(root: Path, *words: str) -> Path:
    """Where the decoded images of ``root`` are kept: a file in the same folder, named after it and ``words``."""
    return root.parent / f"{'-'.join([root.name, *words])}.h5"
