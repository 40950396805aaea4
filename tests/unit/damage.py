"""Damaged files: how they come about, and what a reader may make of them; and disks that are full."""

from contextlib import contextmanager

import pytest
from hypothesis import strategies as st

KINDS = st.sampled_from(["cut short", "bits flipped", "bytes changed", "bytes put in", "end repeated"])


@st.composite
def damaged(draw, content: bytes, most: int = 4) -> bytes:
    """``content`` after up to ``most`` accidents; half of them near its beginning, where headers are."""
    changed = bytearray(content)
    for kind in draw(st.lists(KINDS, max_size=most)):
        place = draw(st.integers(0, len(changed)) | st.integers(0, min(400, len(changed))))
        if kind == "cut short":
            del changed[place:]
        elif kind == "bits flipped" and place < len(changed):
            changed[place] ^= 1 << draw(st.integers(0, 7))
        elif kind == "bytes changed":
            some = draw(st.binary(min_size=1, max_size=8))
            changed[place : place + len(some)] = some
        elif kind == "bytes put in":
            changed[place:place] = draw(st.binary(min_size=1, max_size=8))
        elif kind == "end repeated":
            changed += changed[place:]
    return bytes(changed)


def read_or_named(path, read):
    """What ``read`` returns; None where it raises a ValueError or OSError that names ``path``, as it may."""
    try:
        return read(path)
    except (ValueError, OSError) as error:
        fault = str(error)
    assert str(path) in fault
    return None


@contextmanager
def full_disk(room):
    """No file of this process can be larger than ``room`` bytes."""
    resource = pytest.importorskip("resource", reason="there are no such limits on Windows")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
