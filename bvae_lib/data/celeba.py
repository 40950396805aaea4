"""CelebA (Liu et al. 2015): 202,599 faces with 40 attributes, read from a folder as torchvision lays it out."""

import os
from pathlib import Path

import numpy as np
import torch

from .image_files import ImageFiles, beside

CELEBA_URL = "http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"
SPLITS = {"train": (0,), "valid": (1,), "test": (2,), "all": (0, 1, 2)}
CROP = 148  # of 178 x 218 pixels


class CelebA(ImageFiles):
    """The faces of CelebA (Liu et al. 2015): the central 148 x 148 of 178 x 218 pixels, scaled to 64 x 64.

    ``faces[indices]`` -> float32 [B, 3, 64, 64] in [0, 1]. The folder holds the images in ``img_align_celeba``, their
    splits in ``list_eval_partition.txt`` and, optionally, ``list_attr_celeba.txt``: its 40 attributes are then the
    factors, of class 1 where a face has the attribute, else 0.

    Args:
        root: the folder, or the one that holds it under the name ``celeba``.
        split: "train", "valid", "test" or "all".
        cache: the file that keeps the decoded images, as in ``ImageFolder``.
        device: where the images are kept; "auto" is the best one of this machine.
        seed: of ``sample``.
        unreadable: share of the files that may be left out, as in ``ImageFolder``.
        progress: whether to show a bar while files are decoded.

    Raises:
        FileNotFoundError: where the files are not there; it says where to ask for them.
        OSError: where the cache cannot be written.
        ValueError: for another split, a list that is not as described, or too many files that cannot be read.
    """

    def __init__(
        self,
        root: str | Path,
        split: str = "train",
        cache: str | Path | None = None,
        device: str | torch.device = "auto",
        seed: int = 0,
        unreadable: float = 0.01,
        progress: bool = True,
    ):
        if split not in SPLITS:
            raise ValueError(f"split must be one of {list(SPLITS)}, not {split!r}")
        root = Path(os.path.abspath(root))
        folder = root if (root / "img_align_celeba").is_dir() else root / "celeba"
        images, partition = folder / "img_align_celeba", folder / "list_eval_partition.txt"
        if not (images.is_dir() and partition.is_file()):
            raise FileNotFoundError(
                f"no CelebA in {root}: it needs the folder img_align_celeba, from img_align_celeba.zip, and "
                f"list_eval_partition.txt beside it. Its owners ask for your agreement to their terms, so it cannot "
                f"be fetched for you: see {CELEBA_URL}"
            )
        names = read_partition(partition, SPLITS[split])
        attributes, factors = folder / "list_attr_celeba.txt", None
        if attributes.is_file():
            self.factor_names, factors = read_attributes(attributes, names)
            self.factor_sizes = (2,) * len(self.factor_names)
        cache = cache or beside(images, split, f"crop{CROP}", "3x64x64")
        super().__init__(images, names, 3, CROP, cache, device, seed, unreadable, progress, factors)


def read_partition(path: Path, wanted: tuple[int, ...]) -> list[str]:
    """List the images in the ``wanted`` splits; a line of the file is a name and 0, 1 or 2."""
    names = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match line.split():
            case [name, "0" | "1" | "2" as split]:
                if int(split) in wanted:
                    names.append(name)
            case [_, *_]:
                raise ValueError(f"{path}, line {number}: {line!r} is not the name of an image and 0, 1 or 2")
    if not names:
        raise ValueError(f"{path} lists no image of this split")
    return names


def read_attributes(path: Path, names: list[str]) -> tuple[tuple[str, ...], torch.Tensor]:
    """Read the attributes of some images.

    Args:
        path: of the list. Its first line is the number of images and its second names the attributes; each of the
            others is the name of an image, and -1 or 1 for each attribute.
        names: of the N images.

    Returns:
        The names of the attributes, and their classes 0 or 1, int64 [N, attributes].

    Raises:
        ValueError: for a line of another form, or where an image is missing.
    """
    lines = path.read_text().splitlines()
    attributes = tuple(lines[1].split()) if len(lines) > 1 else ()
    row = {name: i for i, name in enumerate(names)}
    factors = np.full((len(names), len(attributes)), -1)
    for number, line in enumerate(lines[2:], 3):
        name, *values = line.split() or [""]
        if name and (len(values) != len(attributes) or not set(values) <= {"-1", "1"}):
            raise ValueError(f"{path}, line {number}: {line!r:.60} is not a name and {len(attributes)} times -1 or 1")
        if name in row:
            factors[row[name]] = [value == "1" for value in values]
    missing = (factors < 0).any(axis=1) | (not attributes)
    if missing.any():
        raise ValueError(f"{path} lacks the attributes of {missing.sum():,} images, such as {names[missing.argmax()]}")
    return attributes, torch.from_numpy(factors)
