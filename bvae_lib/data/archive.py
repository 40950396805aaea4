"""The official dSprites archive, read from disk into the same interface as the drawn set."""

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import h5py
import numpy as np
import torch

from .._runtime.device import pick_device
from .._runtime.download import download
from .base import LabelledImages
from .packed import PackedImages

# The HDF5 archive of github.com/google-deepmind/dsprites-dataset; size and digest as TensorFlow Datasets lists them.
DSPRITES_URL = (
    "https://github.com/google-deepmind/dsprites-dataset/raw/master/dsprites_ndarray_co1sh3sc6or40x32y32_64x64.hdf5"
)
DSPRITES_SHA256 = "729fa22e884c9c500e1f17415d580746b4c5894fbbb780a1319bbcfa39a745bb"

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
        ValueError: where the file that arrived has another digest.
    """
    return download(url, path, sha256)


class DSpritesFile(LabelledImages, PackedImages):
    """The official dSprites archive (Matthey et al. 2017), .npz or .hdf5, bit-packed.

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
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"no dSprites archive at {path}; download_dsprites(path) fetches it")
        read = read_hdf5 if path.suffix in (".h5", ".hdf5") else read_npz
        packed, factors = read(path)
        super().__init__(torch.from_numpy(packed), pick_device(device), seed)
        self.label(torch.from_numpy(check_factors(path, factors, len(packed))))
        if (self.sorted_combinations.diff() == 0).any():
            raise ValueError(f"{path}: two images have the same latents/classes; each combination may come once")

    def absence(self, wanted: dict[str, int]) -> str:
        """Say, for the error of ``index``, that no image has the ``wanted`` classes."""
        return f"this file has no image with {wanted}"


def check_factors(path: Path, factors: np.ndarray, n: int) -> np.ndarray:
    """Take the five factors [n, 5] out of a file's six columns, of which the first is the colour, always 0."""
    if factors.shape != (n, 6) or not np.issubdtype(factors.dtype, np.integer):
        raise ValueError(
            f"{path}: latents/classes must be whole numbers of shape ({n}, 6), "
            f"not {factors.dtype} of shape {factors.shape}"
        )
    sizes = np.array([1, *PackedImages.factor_sizes])
    wrong = (factors < 0) | (factors >= sizes)
    if wrong.any():
        image, column = np.argwhere(wrong)[0]
        name = ("color", *PackedImages.factor_names)[column]
        raise ValueError(f"{path}: image {image} has {name} {factors[image, column]}, not 0 to {sizes[column] - 1}")
    return factors[:, 1:]


def pack(path: Path, shape: tuple[int, ...], dtype: np.dtype, pieces: Iterable[np.ndarray]) -> np.ndarray:
    """Pack images of 0 and 1 that arrive in pieces, uint8 [n, 64, 64] each, into uint8 [N, 512]."""
    if len(shape) != 3 or shape[1:] != (64, 64) or shape[0] == 0 or dtype != np.uint8:
        raise ValueError(f"{path}: imgs must be uint8 of shape (N, 64, 64), not {dtype} of shape {tuple(shape)}")
    packed = np.empty((shape[0], 512), np.uint8)
    done = 0
    for piece in pieces:
        if piece.max() > 1:
            raise ValueError(f"{path}: imgs must hold 0 and 1 only, not {piece.max()}; is it in 0 to 255?")
        packed[done : done + len(piece)] = np.packbits(piece.reshape(len(piece), -1), axis=1)
        done += len(piece)
    return packed


def read_hdf5(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read packed images and factors of the HDF5 form: ``imgs``, ``latents/classes``, ``latents/values``."""
    try:
        with h5py.File(path) as file:
            for key in ("imgs", "latents/classes", "latents/values"):
                if not isinstance(file.get(key), h5py.Dataset):
                    raise ValueError(f"{path}: no {key!r} in this file; it has {sorted(file)}")
            imgs, factors = file["imgs"], file["latents/classes"][()]
            starts = range(0, imgs.shape[0] if imgs.shape else 0, CHUNK)
            return pack(path, imgs.shape, imgs.dtype, (imgs[i : i + CHUNK] for i in starts)), factors
    except OSError as error:  # h5py's word for a file that is cut short or no HDF5 at all
        raise ValueError(f"{path} is damaged or not an HDF5 file ({error}); download it again") from error


def read_npz(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read packed images and factors of the .npz form: ``imgs``, ``latents_classes``, ``latents_values``."""
    try:
        with zipfile.ZipFile(path) as archive:
            for key in ("imgs", "latents_classes", "latents_values"):
                if f"{key}.npy" not in archive.namelist():
                    raise ValueError(f"{path}: no {key!r} in this file; it has {archive.namelist()}")
            with archive.open("latents_classes.npy") as stream:
                factors = np.lib.format.read_array(stream, allow_pickle=False)
            with archive.open("imgs.npy") as stream:
                shape, dtype = read_header(stream)
                return pack(path, shape, dtype, read_pieces(stream, shape[0] if shape else 0)), factors
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(f"{path} is damaged or not an .npz archive ({error}); download it again") from error


def read_header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype]:
    """Read the shape and dtype of the .npy array that ``stream`` begins with; its bytes follow."""
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = read(stream)
    if fortran:
        raise ValueError("imgs is stored in Fortran order, dSprites is not; save it again in C order")
    return shape, dtype


def read_pieces(stream: IO[bytes], n: int) -> Iterator[np.ndarray]:
    """Yield ``n`` images from a stream of bytes, uint8 [``CHUNK`` or fewer, 64, 64] at a time."""
    for start in range(0, n, CHUNK):
        count = min(CHUNK, n - start)
        data = stream.read(count * 64 * 64)
        if len(data) < count * 64 * 64:
            raise EOFError(f"imgs ends after {start + len(data) // 4096} of {n} images")
        yield np.frombuffer(data, np.uint8).reshape(count, 64, 64)
