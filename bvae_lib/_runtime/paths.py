"""Paths that a user names."""

import os
from pathlib import Path
from typing import Any


def user_path(name: str, value: Any) -> Path:
    """Return ``value``, the argument ``name``, as a path in which ``~`` is the user's home folder.

    Raises:
        ValueError: for anything else, and for '', which would be whatever folder Python was started in.
    """
    text = os.fspath(value) if isinstance(value, str | os.PathLike) else None
    if not (isinstance(text, str) and text):
        raise ValueError(f"{name} must be a path, a str or pathlib.Path, not {value!r}")
    return Path(os.path.expanduser(text))


def file_to_write(name: str, value: Any) -> Path:
    """Return ``value``, the argument ``name``, as ``user_path`` does; IsADirectoryError where it is a folder."""
    path = user_path(name, value)
    if path.is_dir():
        raise IsADirectoryError(f"{name} is the folder {path}; name a file in it")
    return path
