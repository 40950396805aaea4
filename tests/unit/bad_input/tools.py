"""What ``make`` runs on the repository's own files."""

from tests.unit.damage import full_disk
from tools.address import write_address

from .rows import Refused

ADDRESS = "https://github.com/c/d"


def refused_and_unchanged(folder, notebook, room=10**6):
    """Write the address into a configuration and one notebook, which stay as they were."""
    (folder / "book").mkdir()
    (folder / "_config.yml").write_bytes(b"repository:\n  url: https://github.com/a/b\n")
    (folder / "book" / "1.ipynb").write_bytes(notebook)
    for name in ("README.md", "CITATION.cff", "CHANGELOG.md"):
        (folder / name).write_bytes(b"https://github.com/a/b\n")
    before = {path: path.read_bytes() for path in folder.rglob("*.*")}
    try:
        with full_disk(room):
            write_address(ADDRESS, folder)
    finally:
        assert {path: path.read_bytes() for path in folder.rglob("*.*")} == before


ROWS = [
    Refused("address", "no address", lambda f: write_address("", f), ValueError, "'' is not an address of the form"),
    Refused("address", "another host", lambda f: write_address("https://a.org/b", f), ValueError, "a.org/b' is not"),
    Refused(
        "address",
        "a notebook that is no text",
        lambda folder: refused_and_unchanged(folder, b"\xff"),
        ValueError,
        "'utf-8' codec can't decode",
    ),
    Refused(
        "address",
        "a full disk",
        lambda folder: refused_and_unchanged(folder, b"git+https://github.com/a/b" * 100, room=1000),
        OSError,
        "too large",
    ),
]
