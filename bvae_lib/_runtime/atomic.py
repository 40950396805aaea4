"""Files that are either whole or not there."""

import glob
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

DAY = 24 * 60 * 60.0  # seconds


@contextmanager
def write_atomically(path: str | os.PathLike, mode: str = "wb") -> Iterator[IO[Any]]:
    """Open a temporary file for writing that is renamed to ``path`` once it is written.

    Where the block raises or the process dies, ``path`` stays what it was before. A process that is killed leaves its
    temporary file; the next write removes it once it is a day old.

    Args:
        path: of the file, ~ and links followed; its folder is made where it is missing.
        mode: as of ``open``; text is UTF-8 whatever the locale.

    Yields:
        The temporary file, in the same folder.

    Raises:
        OSError: where ``path`` cannot be written; FileExistsError where it is a folder or a device.
    """
    path = Path(os.path.realpath(os.path.expanduser(path)))  # of a link the file that it stands for
    if path.exists() and not path.is_file():
        raise FileExistsError(f"{path} is {'a folder' if path.is_dir() else 'no file'}; name a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}{secrets.randbelow(10**9):09}")  # two threads, two names
    try:
        with open(temporary, mode, encoding=None if "b" in mode else "utf-8") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remove_leftovers(path: Path) -> None:
    """Remove temporary files of ``path`` that no process has written to for a day."""
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.*"):
        with suppress(FileNotFoundError):  # another process removed it first
            if leftover.suffix[1:].isdigit() and time.time() - leftover.stat().st_mtime > DAY:
                leftover.unlink()
