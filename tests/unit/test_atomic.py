"""write_atomically: the file is the old one or the new one, never a part of it."""

import os
import subprocess
import sys
import time

from bvae_lib._runtime import atomic
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


@pytest.mark.parametrize("name", [".", "", "folder"])
def test_a_folder_is_not_written_over(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileExistsError, match="is a folder; name a file"), write_atomically(name):
        raise AssertionError("nothing is to be written")
    assert [path.name for path in tmp_path.rglob("*")] == ["folder"]


@pytest.mark.skipif(not os.path.exists(os.devnull) or sys.platform == "win32", reason="Windows has no such file")
def test_a_device_is_not_replaced_by_a_file():
    with pytest.raises(FileExistsError, match="is no file; name a file"), write_atomically(os.devnull):
        pass
    assert not os.path.isfile(os.devnull)


def test_below_a_file_there_is_no_folder(tmp_path):
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(OSError, match="file"), write_atomically(tmp_path / "file" / "below"):
        pass
    assert (tmp_path / "file").read_bytes() == b"old"


def test_text_is_utf8_whatever_the_locale(tmp_path):
    script = "import sys\nfrom bvae_lib._runtime.atomic import write_atomically\n"
    script += "with write_atomically(sys.argv[1], 'w') as file:\n    file.write('\\u03b2-VAE')"
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "file")], env=environment, check=True)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "\u03b2-VAE"


def test_what_a_killed_process_left_is_removed_after_a_day(tmp_path):
    old, young, other = (tmp_path / name for name in (".run[1].123", ".run[1].124", ".run[1].backup"))
    for file, age in ((old, 1.1), (young, 0.9), (other, 2)):
        file.write_bytes(b"half of it")
        os.utime(file, (time.time() - age * atomic.DAY,) * 2)
    with write_atomically(tmp_path / "run[1]") as file:
        file.write(b"new")
    assert sorted(tmp_path.iterdir()) == sorted([young, other, tmp_path / "run[1]"])
