"""Folders of image files as a set of images, decoded once into one file beside the folder."""

import copy
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, Self

import torch

from .._runtime.arguments import number, seed_number, whole_number
from .._runtime.device import pick_device
from .._runtime.paths import file_to_write, user_path
from ._image_cache import decode_once
from .base import Indices, LabelledImages

# Of images of any kind: what Pillow cannot read is then listed among the skipped files, and not passed over.
SUFFIXES = {
    *(".apng", ".avif", ".bmp", ".dib", ".exr", ".gif", ".heic", ".heif", ".ico", ".j2k", ".jfif", ".jp2", ".jpe"),
    *(".jpeg", ".jpg", ".jxl", ".pbm", ".pcx", ".pgm", ".png", ".pnm", ".ppm", ".psd", ".qoi", ".sgi", ".tga", ".tif"),
    *(".tiff", ".webp", ".xbm", ".xpm"),
}


class ImageFiles(LabelledImages):
    """Image files, of which the central square is scaled to 64 x 64 pixels.

    ``images[indices]`` -> float32 [B, channels, 64, 64] in [0, 1]. The images are held as bytes, 12,288 an image in
    colour: on the CPU memory-mapped, so that only what is used is in memory; on a GPU all of them.

    ``names`` lists the files that could be read, in order; ``skipped`` says why the others could not.

    Args:
        root: the folder of the files.
        names: of the files, relative to ``root``.
        channels: 3 for colour or 1 for grey.
        crop: side of the central square in pixels; None takes the largest there is.
        cache: the file that keeps the decoded images; it is used until it is damaged, an image changes or the
            settings do.
        device: where the images are kept; "auto" is the best one of this machine.
        seed: of ``sample``.
        unreadable: share of the files that may be left out, with a warning, because they cannot be read.
        progress: whether to show a bar while files are decoded.
        factors: factor classes [files, F] of all files, where they are known.

    Raises:
        OSError: where the cache cannot be written; FileExistsError where it is another kind of file.
        ValueError: for an argument out of range, or where more than the share ``unreadable`` cannot be read.
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
        factors: torch.Tensor | None = None,
    ):
        if whole_number("channels", channels) not in (1, 3):
            raise ValueError(f"channels must be 3, colour, or 1, grey, not {channels!r}")
        crop = None if crop is None else whole_number("crop", crop, 1)
        seed, unreadable = seed_number(seed), number("unreadable", unreadable, 0, 1)
        self.channels, self.device = int(channels), pick_device(device)
        cache = file_to_write("cache", cache)
        images, self.skipped = decode_once(root, names, channels, crop, cache, unreadable, progress)
        self.names = [name for name in names if name not in self.skipped]
        if factors is not None:
            self.label(factors[torch.tensor([name not in self.skipped for name in names], device="cpu")])
        self.images = torch.from_numpy(images).to(self.device)
        self.generator = torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, indices: Indices) -> torch.Tensor:
        """Images float32 [B, channels, 64, 64] at ``indices``; one image [channels, 64, 64] at a single index."""
        return self.images[self.check_indices(indices).to(self.device)].float().div_(255)

    def to(self, device: torch.device) -> Self:
        """Return a copy of this set with its images on ``device``."""
        moved = copy.copy(self)
        moved.device = pick_device(device)
        moved.images = self.images.to(moved.device)
        return moved


class ImageFolder(ImageFiles):
    """All images in a folder, however deep, in the order of their names; their factors are not known.

    ``images[indices]`` -> float32 [B, channels, 64, 64] in [0, 1]: the central square of each, scaled. The first time
    they are decoded, in parallel, into the file ``cache``, which is memory-mapped from then on. Files and folders whose
    names begin with a dot are ignored, and so are files whose names do not end like those of images.

    Args:
        root: the folder.
        channels: 3 for colour or 1 for grey.
        crop: side of the central square in pixels; None takes the largest there is.
        cache: the file that keeps the decoded images, by default beside ``root``; it is used until it is damaged, an
            image changes or the settings do.
        device: where the images are kept; "auto" is the best one of this machine.
        seed: of ``sample``.
        unreadable: share of the files that may be left out, with a warning, because they cannot be read; ``skipped``
            lists them.
        progress: whether to show a bar while files are decoded.

    Raises:
        FileNotFoundError: where there is no such folder, or no image in it.
        OSError: where the cache cannot be written; FileExistsError where it is another kind of file.
        ValueError: for an argument out of range, or where more than the share ``unreadable`` cannot be read.
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
        root = Path(os.path.abspath(user_path("root", root)))
        names = image_names(root)
        if not names:
            raise FileNotFoundError(f"no images in {root} or below; looked for {' '.join(sorted(SUFFIXES))}")
        if cache is None:
            cache = beside(root, f"crop{crop}" if crop else "whole", f"{channels}x64x64")
        super().__init__(root, names, channels, crop, cache, device, seed, unreadable, progress)


def image_names(root: Path) -> list[str]:
    """List the image files of a folder, however deep; links are followed.

    Args:
        root: the folder.

    Returns:
        Names relative to ``root``, with "/", sorted.

    Raises:
        FileNotFoundError: where there is no such folder.
        OSError: where a folder cannot be listed, or is a file.
    """
    if root.is_file():
        raise NotADirectoryError(f"{root} is a file, not a folder; unpack an archive first")
    if not root.is_dir():
        raise FileNotFoundError(f"no folder at {root}")
    names: list[str] = []
    seen: set[str] = set()
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


def stop(error: OSError) -> NoReturn:
    """Raise ``error``: a folder that cannot be listed is not an empty one."""
    raise error


def beside(root: Path, *words: str) -> Path:
    """Name the file for the decoded images of ``root``: in the same folder, named after it and ``words``."""
    return root.parent / f"{'-'.join([root.name, *words])}.h5"
