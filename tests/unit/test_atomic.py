"""write_atomically: the file is the old one or the new one, never a part of it."""

import os

from bvae_lib._runtime.atomic import write_atomically

import pytest


def test_the_new_content_replaces_the_old(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old, and longer")
    with write_atomically(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_parents_are_made_and_text_can_be_written(tmp_path):
    path = tmp_path / "a" / "b" / "file.txt"
    with write_atomically(str(path), "w") as file:
        file.write("text")
    assert path.read_text(encoding="utf-8") == "text"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_error_half_way_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def write_half():
        with write_atomically(path) as file:
            file.write(b"half of the n")
            raise error

    with pytest.raises(error):
        write_half()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_until_the_end_readers_see_the_old_file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with write_atomically(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, call):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(*arguments):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="no space left"), write_atomically(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_where_there_was_no_file_leaves_none(tmp_path):
    with pytest.raises(ValueError, match="stop"), write_atomically(tmp_path / "file"):
        raise ValueError("stop")
    assert list(tmp_path.iterdir()) == []
