"""CelebA (Liu et al. 2015): 202,599 faces with 40 attributes, in a folder as torchvision or Kaggle lays it out."""

import codecs
import csv
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from .._runtime.paths import user_path
from .image_files import ImageFiles, beside

CELEBA_URL = "http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"
SPLITS = {"train": (0,), "valid": (1,), "test": (2,), "all": (0, 1, 2)}
CROP = 148  # of 178 x 218 pixels


class CelebA(ImageFiles):
    """The faces of CelebA (Liu et al. 2015): the central 148 x 148 of 178 x 218 pixels, scaled to 64 x 64.

    ``faces[indices]`` -> float32 [B, 3, 64, 64] in [0, 1]. The folder holds the images in ``img_align_celeba``, their
    splits in ``list_eval_partition.txt`` and, optionally, ``list_attr_celeba.txt``: its 40 attributes are then the
    factors, of class 1 where a face has the attribute, else 0. Kaggle's copy, whose lists are .csv and whose images
    are in ``img_align_celeba/img_align_celeba``, is read as well.

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
        if split not in list(SPLITS):
            raise ValueError(f"split must be one of {list(SPLITS)}, not {split!r}")
        root = Path(os.path.abspath(user_path("root", root)))
        folder = root if (root / "img_align_celeba").is_dir() else root / "celeba"
        images, partition = folder / "img_align_celeba", find_list(folder, "list_eval_partition")
        if not (images.is_dir() and partition):
            raise FileNotFoundError(
                f"no CelebA in {root}: it needs the folder img_align_celeba, from img_align_celeba.zip, and "
                f"list_eval_partition.txt or Kaggle's .csv beside it. Its owners ask for your agreement to their "
                f"terms, so it cannot be fetched for you: see {CELEBA_URL}"
            )
        if (images / images.name).is_dir():  # as Kaggle's archive holds it
            images = images / images.name
        names = read_partition(partition, SPLITS[split])
        attributes, factors = find_list(folder, "list_attr_celeba"), None
        if attributes:
            self.factor_names, factors = read_attributes(attributes, names)
            self.factor_sizes = (2,) * len(self.factor_names)
        if cache is None:
            cache = beside(images, split, f"crop{CROP}", "3x64x64")
        super().__init__(images, names, 3, CROP, cache, device, seed, unreadable, progress, factors)


def find_list(folder: Path, name: str) -> Path | None:
    """Find a list of CelebA's, or of Kaggle's copy of it."""
    return next((path for end in (".txt", ".csv") if (path := folder / f"{name}{end}").is_file()), None)


def read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a list, blank ones left out: the number and the fields, which blanks or commas part.

    Columns to the left of "image_id" are left out: pandas writes the numbers of the rows there.

    Raises:
        ValueError: where the file is no text, or two lines are of the same image.
    """
    content = path.read_bytes()
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        lines = content.decode(encoding).splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not a text in UTF-8 ({error}); fetch it again") from error
    seen: dict[str, int] = {}
    first = 0  # the column of the names
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        fields = line.split()
        if "," in line:
            try:
                fields = [field.strip() for field in next(csv.reader([line], skipinitialspace=True))]
            except csv.Error as error:
                raise ValueError(f"{path}, line {number}: {error}") from error
        if not seen and "image_id" in fields:
            first = fields.index("image_id")
        fields = fields[first:] or [""]
        if seen.setdefault(fields[0], number) != number:
            raise ValueError(f"{path}, line {number}: {fields[0]} came in line {seen[fields[0]]}; fetch it again")
        yield number, fields


def read_partition(path: Path, wanted: tuple[int, ...]) -> list[str]:
    """List the images in the ``wanted`` splits; a line is a name and 0, 1 or 2, below the header that a .csv has."""
    names = []
    for number, fields in read_rows(path):
        match fields:
            case [name, "0" | "1" | "2" as split]:
                if int(split) in wanted:
                    names.append(name)
            case ["image_id", "partition"]:
                continue
            case _:
                line = " ".join(fields)
                raise ValueError(f"{path}, line {number}: {line!r:.60} is not the name of an image and 0, 1 or 2")
    if not names:
        raise ValueError(f"{path} lists no image of this split")
    return names


def read_attributes(path: Path, names: list[str]) -> tuple[tuple[str, ...], torch.Tensor]:
    """Read the attributes of some images.

    Args:
        path: of the list. Its first line is the number of images and its second names the attributes; a .csv has one
            instead, "image_id" and the attributes. Each of the others is the name of an image, and -1 or 1 for each
            attribute; or, in all of the list, 0 or 1.
        names: of the N images.

    Returns:
        The names of the attributes, and their classes 0 or 1, int64 [N, attributes].

    Raises:
        ValueError: for a line of another form, or where an image is missing or comes twice.
    """
    rows = read_rows(path)
    _, header = next(rows, (1, []))
    if len(header) == 1:  # the number of images
        _, header = next(rows, (2, []))
    attributes = tuple(header[1:] if header[:1] == ["image_id"] else header)
    row = {name: i for i, name in enumerate(names)}
    factors = np.full((len(names), len(attributes)), -1)
    found: set[str] = set()
    for number, fields in rows:
        name, *values = fields
        found.update(values)
        if len(values) != len(attributes) or not (found <= {"-1", "1"} or found <= {"0", "1"}):
            line = " ".join(fields)
            raise ValueError(
                f"{path}, line {number}: {line!r:.60} is not a name and {len(attributes)} times -1 or 1, as in the "
                "original, or 0 or 1, as in some copies"
            )
        if name in row:
            factors[row[name]] = [value == "1" for value in values]
    missing = (factors < 0).any(axis=1) | (not attributes)
    if missing.any():
        raise ValueError(f"{path} lacks the attributes of {missing.sum():,} images, such as {names[missing.argmax()]}")
    return attributes, torch.from_numpy(factors)
