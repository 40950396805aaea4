"""Image files decoded once, in parallel, into one HDF5 file that is memory-mapped from then on.

The file begins with a mark and the CRC-32 of all that follows, in the 512 bytes that HDF5 leaves to its users. A byte
that changed anywhere, or a missing end, is noticed before HDF5 reads any of it; a pass over the 2.5 GB of CelebA takes
about as long as reading them from the disk. Inside are ``images``, uint8 [files, channels, 64, 64] with the readable
ones first; ``skipped``, why each of the others is left out; and ``source``, a SHA-256 of what went in.
"""

import hashlib
import json
import os
import warnings
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import h5py
import numpy as np
from tqdm.auto import tqdm

from .._runtime.atomic import write_atomically
from ._decode import SIDE, decode

MARK = b"bvae_lib images 1\n"
USER_BLOCK = 512  # bytes before HDF5's own, the fewest it allows
CHUNK = 1024  # images decoded between two writes: 13 MB


def decode_once(
    root: Path, names: Sequence[str], channels: int, crop: int | None, path: Path, unreadable: float, progress: bool
) -> tuple[np.ndarray, dict[str, str]]:
    """Map decoded image files from a cache.

    They are decoded first where the cache is missing or damaged, or was made with other settings or from files with
    other names, sizes or times of change.

    Args:
        root: the folder of the files.
        names: of the files, relative to ``root``.
        channels: 3 for colour or 1 for grey.
        crop: side of the central square in pixels; None takes the largest there is.
        path: of the cache.
        unreadable: share of the files that may be left out, with a warning, because they cannot be read.
        progress: whether to show a bar while files are decoded.

    Returns:
        Images uint8 [N, channels, 64, 64], and for each file that could not be read why not.

    Raises:
        OSError: where ``path`` cannot be written; FileExistsError where it is a file that was not written here.
        ValueError: where more than the share ``unreadable`` cannot be read.
    """
    source = fingerprint(root, names, channels, crop)
    if not is_intact(path) or contents(path)[0] != source:
        try:
            with write_atomically(path, "w+b") as file:
                skipped = write(file, root, names, channels, crop, source, progress)
                check_share(root, skipped, len(names), unreadable)
        except OSError as error:
            megabytes = len(names) * channels * SIDE * SIDE / 1e6
            raise OSError(
                f"cannot write the decoded images to {path} ({error}); "
                f'they take {megabytes:,.0f} MB. Name a file where there is room: cache="..."'
            ) from error
        if skipped:
            warnings.warn(f"left out {listing(root, skipped, len(names))}", stacklevel=4)
    _, skipped, offset = contents(path)
    check_share(root, skipped, len(names), unreadable)
    # Copy on write: PyTorch takes no array that is read-only, and nothing that happens to this one reaches the file.
    return np.memmap(path, np.uint8, "c", offset, (len(names) - len(skipped), channels, SIDE, SIDE)), skipped


def fingerprint(root: Path, names: Sequence[str], channels: int, crop: int | None) -> str:
    """Compute the SHA-256 of the settings and of every file's name, size and time of change."""
    sha256 = hashlib.sha256(f"{channels} {crop}".encode())
    for name in names:
        try:
            stat = os.stat(os.path.join(root, name))  # a Path takes as long to make as the answer
            state = f"{stat.st_size} {stat.st_mtime_ns}"
        except (OSError, ValueError):  # a dangling link or a name that cannot be: decoding will say what is wrong
            state = "missing"
        sha256.update(b"\0" + os.fsencode(name) + b"\0" + state.encode())
    return sha256.hexdigest()


def is_intact(path: Path) -> bool:
    """Return whether ``path`` is a cache as it was written; FileExistsError where it is another kind of file."""
    if not path.exists():
        return False
    with open(path, "rb") as file:
        head = file.read(USER_BLOCK)
        if head and not head.startswith(MARK):
            raise FileExistsError(f"{path} is not a file of decoded images: it is left alone. Move it, or name another")
        return head == header(checksum(file))


def contents(path: Path) -> tuple[str, dict[str, str], int]:
    """Read what a cache holds beside its images: source, why files were skipped, and the byte where images begin."""
    with h5py.File(path, locking=False) as file:  # renamed into place, it never changes; not all disks can lock
        return file.attrs["source"], json.loads(file["skipped"].asstr()[()]), file["images"].id.get_offset()


def header(crc: int) -> bytes:
    """Compose the first bytes of a cache whose other bytes have this CRC-32."""
    return (MARK + crc.to_bytes(4, "big")).ljust(USER_BLOCK, b"\0")


def checksum(file: IO[bytes]) -> int:
    """Compute the CRC-32 of what follows in ``file``, read in pieces."""
    crc = 0
    while piece := file.read(1 << 22):
        crc = zlib.crc32(piece, crc)
    return crc


def write(
    file: IO[bytes], root: Path, names: Sequence[str], channels: int, crop: int | None, source: str, progress: bool
) -> dict[str, str]:
    """Decode the files, write the cache to ``file`` and return why some files were skipped."""
    skipped: dict[str, str] = {}
    done = 0
    bar = tqdm(total=len(names), unit="image", desc=root.name, disable=not progress or bool(os.environ.get("CI")))
    # Threads suffice: Pillow decodes and scales outside Python's lock.
    with bar, ThreadPoolExecutor() as pool, h5py.File(file, "w", userblock_size=USER_BLOCK) as hdf5:
        images = hdf5.create_dataset("images", (len(names), channels, SIDE, SIDE), np.uint8)
        for start in range(0, len(names), CHUNK):
            chunk = names[start : start + CHUNK]
            decoded = list(pool.map(lambda name: decode(root / name, channels, crop), chunk))
            readable = [image for image in decoded if isinstance(image, np.ndarray)]
            skipped |= {name: why for name, why in zip(chunk, decoded, strict=True) if isinstance(why, str)}
            if readable:
                images[done : done + len(readable)] = np.stack(readable)
            done += len(readable)
            bar.update(len(chunk))
        hdf5["skipped"] = json.dumps(skipped)
        hdf5.attrs["source"] = source
    file.seek(USER_BLOCK)
    crc = checksum(file)
    file.seek(0)
    file.write(header(crc))
    return skipped


def check_share(root: Path, skipped: dict[str, str], files: int, unreadable: float) -> None:
    """Raise ValueError where more than the share ``unreadable`` of the files, or all of them, were skipped."""
    if len(skipped) == files or len(skipped) > unreadable * files:
        raise ValueError(
            f"cannot read {listing(root, skipped, files)}\n"
            f"At most the share unreadable={unreadable:g} of the files is left out; mend the folder or raise it"
        )


def listing(root: Path, skipped: dict[str, str], files: int) -> str:
    """Describe the skipped files, the first ten of them by name."""
    lines = [f"  {name!r}: {why}" for name, why in list(skipped.items())[:10]]
    more = [f"  ... and {len(skipped) - 10:,} more"] if len(skipped) > 10 else []
    return "\n".join([f"{len(skipped):,} of {files:,} files in {root}:", *lines, *more])
