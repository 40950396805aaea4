"""The official dSprites archive, read from disk into the same interface as the drawn set."""

import math
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import h5py
import numpy as np
import torch

from .._runtime.device import pick_device
from .._runtime.download import download
from .._runtime.paths import user_path
from .base import LabelledImages
from .packed import PackedImages

# The HDF5 archive of github.com/google-deepmind/dsprites-dataset; size and digest as TensorFlow Datasets lists them.
DSPRITES_URL = (
    "https://github.com/google-deepmind/dsprites-dataset/raw/master/dsprites_ndarray_co1sh3sc6or40x32y32_64x64.hdf5"
)
DSPRITES_SHA256 = "729fa22e884c9c500e1f17415d580746b4c5894fbbb780a1319bbcfa39a745bb"

COMBINATIONS = math.prod(PackedImages.factor_sizes)
CHUNK = 4096  # images read at once: 16 MB


def download_dsprites(path: str | Path, url: str = DSPRITES_URL, sha256: str = DSPRITES_SHA256) -> Path:
    """Download the official HDF5 archive (28 MB), or go on with a download that stopped.

    Args:
        path: of the file; one that is there already is kept if its digest is right.
        url: where to fetch it.
        sha256: the file's SHA-256, in hexadecimal.

    Returns:
        ``path``.

    Raises:
        ConnectionError: where the address cannot be reached, or the connection breaks.
        OSError: where the file cannot be written.
        ValueError: where the file that arrived has another digest, or an argument is not as described.
    """
    return download(url, path, sha256)


class DSpritesFile(LabelledImages, PackedImages):
    """The official dSprites archive (Matthey et al. 2017), .npz or HDF5 under any name, bit-packed.

    ``sprites[indices]`` -> float32 [B, 1, 64, 64] in {0, 1}. The archive is read in pieces: its 3 GB of bytes are never
    in memory at once. It may hold fewer images than the whole set, in any order.

    Args:
        path: of the archive.
        device: where the images are kept; "auto" is the best one of this machine.
        seed: of ``sample``.

    Raises:
        FileNotFoundError: where there is no file.
        ValueError: where it is damaged or not dSprites.
    """

    def __init__(self, path: str | Path, device: str | torch.device = "auto", seed: int = 0):
        path = user_path("path", path)
        if not path.is_file():
            raise FileNotFoundError(f"no dSprites archive at {path}; download_dsprites(path) fetches it")
        packed, factors = read(path)
        super().__init__(torch.from_numpy(packed), pick_device(device), seed)
        self.label(torch.from_numpy(factors))
        if (self.sorted_combinations.diff() == 0).any():
            raise ValueError(f"{path}: two images have the same latents/classes; each combination may come once")

    def absence(self, wanted: dict[str, int]) -> str:
        """Say, for the error of ``index``, that no image has the ``wanted`` classes."""
        return f"this file has no image with {wanted}"


class NotDSprites(ValueError):
    """What is wrong with an archive that could be read."""


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read an archive of either form, which its first bytes tell, whatever it is called.

    Args:
        path: of the archive.

    Returns:
        Packed images uint8 [N, 512], and their factors int64 [N, 5].

    Raises:
        OSError: where it cannot be opened.
        ValueError: where it is damaged or not dSprites.
    """
    with open(path, "rb") as file:
        head = file.read(40)
    is_zip = head.startswith(b"PK")
    try:
        if not (is_zip or h5py.is_hdf5(path)):
            raise ValueError(f"it begins with {head!r}")
        return read_npz(path) if is_zip else read_hdf5(path)
    except MemoryError:
        raise
    except NotDSprites as error:
        raise ValueError(f"{path}: {error}") from None
    except Exception as error:  # zipfile, NumPy and h5py raise nearly anything on bytes that are not what they seem
        raise ValueError(
            f"{path} is damaged or not an HDF5 file or .npz archive of dSprites ({error}); download it again"
        ) from error


def read_hdf5(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read packed images and factors of the HDF5 form: ``imgs``, ``latents/classes``, ``latents/values``."""
    with h5py.File(path) as file:
        for key in ("imgs", "latents/classes", "latents/values"):
            if not isinstance(file.get(key), h5py.Dataset):
                raise NotDSprites(f"no {key!r} in this file; it has {sorted(file)}")
        imgs, classes = file["imgs"], file["latents/classes"]
        n = check_images(imgs.shape, imgs.dtype)
        check_classes(classes.shape, classes.dtype, n)
        packed = pack(n, (imgs[start : start + CHUNK] for start in range(0, n, CHUNK)))
        return packed, pick_factors(classes[()])


def read_npz(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read packed images and factors of the .npz form: ``imgs``, ``latents_classes``, ``latents_values``."""
    with zipfile.ZipFile(path) as archive:
        for key in ("imgs", "latents_classes", "latents_values"):
            if f"{key}.npy" not in archive.namelist():
                raise NotDSprites(f"no {key!r} in this file; it has {archive.namelist()}")
        with archive.open("imgs.npy") as stream:
            shape, fortran, dtype = read_header(stream)
            n = check_images(shape, dtype)
            if fortran:
                raise NotDSprites("imgs is stored in Fortran order, dSprites is not; save it again in C order")
            packed = pack(n, read_pieces(stream, n))
        with archive.open("latents_classes.npy") as stream:
            shape, fortran, dtype = read_header(stream)
            check_classes(shape, dtype, n)
            classes = np.frombuffer(stream.read(), dtype).reshape(shape, order="F" if fortran else "C")
        return packed, pick_factors(classes)


def check_images(shape: tuple[int, ...], dtype: np.dtype) -> int:
    """Return the number of images of this shape and dtype."""
    if len(shape) != 3 or shape[1:] != (64, 64) or not 1 <= shape[0] <= COMBINATIONS or dtype != np.uint8:
        raise NotDSprites(
            f"imgs must be uint8 of shape (N, 64, 64), not {dtype} of shape {tuple(shape)}; "
            f"N is from 1 to {COMBINATIONS:,}"
        )
    return shape[0]


def check_classes(shape: tuple[int, ...], dtype: np.dtype, n: int) -> None:
    """Raise NotDSprites for classes of another shape or kind; of pickled ones before they are read."""
    if shape != (n, 6) or not np.issubdtype(dtype, np.integer):
        raise NotDSprites(f"latents/classes must be whole numbers of shape ({n}, 6), not {dtype} of shape {shape}")


def pick_factors(classes: np.ndarray) -> np.ndarray:
    """Take the five factors [n, 5] out of a file's six columns, of which the first is the colour, always 0."""
    sizes = np.array([1, *PackedImages.factor_sizes])
    wrong = (classes < 0) | (classes >= sizes)
    if wrong.any():
        image, column = np.argwhere(wrong)[0]
        name = ("color", *PackedImages.factor_names)[column]
        raise NotDSprites(f"image {image} has {name} {classes[image, column]}, not 0 to {sizes[column] - 1}")
    return classes[:, 1:].astype(np.int64)


def pack(n: int, pieces: Iterable[np.ndarray]) -> np.ndarray:
    """Pack ``n`` images of 0 and 1 that arrive in pieces, uint8 [some, 64, 64] each, into uint8 [n, 512]."""
    packed = np.empty((n, 512), np.uint8)
    done = 0
    for piece in pieces:
        if piece.max() > 1:
            raise NotDSprites(f"imgs must hold 0 and 1 only, not {piece.max()}; is it in 0 to 255?")
        packed[done : done + len(piece)] = np.packbits(piece.reshape(len(piece), -1), axis=1)
        done += len(piece)
    return packed


def read_header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Read shape, order (whether Fortran's) and dtype of the .npy array that ``stream`` holds; its bytes follow."""
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    return read(stream)


def read_pieces(stream: IO[bytes], n: int) -> Iterator[np.ndarray]:
    """Yield ``n`` images from a stream of bytes, uint8 [``CHUNK`` or fewer, 64, 64] at a time."""
    for start in range(0, n, CHUNK):
        count = min(CHUNK, n - start)
        data = stream.read(count * 64 * 64)
        if len(data) < count * 64 * 64:
            raise EOFError(f"imgs ends after {start + len(data) // 4096} of {n} images")
        yield np.frombuffer(data, np.uint8).reshape(count, 64, 64)
    if stream.read(1):  # at its end zipfile compares the checksum
        raise EOFError(f"imgs goes on after its {n} images")
