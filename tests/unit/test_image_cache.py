"""The file of decoded images: used while it is intact, made again when it is not, and never half there."""

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import tracemalloc

from bvae_lib.data import ImageFolder, _image_cache
from bvae_lib.data._decode import decode

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from .damage import damaged, full_disk


def save(path, seed, size=(80, 70)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)).save(path)


@pytest.fixture
def root(tmp_path):
    """A folder of seven images."""
    for seed in range(7):
        save(tmp_path / "photos" / f"{seed}.png", seed)
    return tmp_path / "photos"


@pytest.fixture
def decoded(monkeypatch):
    """Names of the files that are decoded from here on."""
    names = []
    monkeypatch.setattr(_image_cache, "decode", lambda path, *how: names.append(path.name) or decode(path, *how))
    return names


def read(root, **options):
    return ImageFolder(root, device="cpu", progress=False, **options)


def cache_of(root):
    (path,) = root.parent.glob("*.h5")
    return path


def test_the_second_start_decodes_nothing_and_maps_the_same_images(root, decoded):
    first = read(root)
    assert sorted(decoded) == [f"{seed}.png" for seed in range(7)]
    decoded.clear()
    second = read(root)
    assert decoded == []
    assert torch.equal(second[:], first[:])
    assert second.names == first.names
    assert sorted(path.name for path in root.parent.iterdir()) == ["photos", cache_of(root).name]


def test_what_happens_to_the_images_in_memory_leaves_the_file_alone(root, decoded):
    before = read(root)
    kept = before[:]
    before.images.zero_()
    decoded.clear()
    assert torch.equal(read(root)[:], kept)
    assert decoded == []


@pytest.mark.parametrize("position", [20, 512, 530, 600, 1400, 50_000, -1])
def test_a_byte_that_changed_is_noticed_and_the_file_made_good(root, decoded, position):
    good = read(root)[:]
    stored = np.memmap(cache_of(root), np.uint8, "r+")
    stored[position] ^= 4
    stored.flush()
    decoded.clear()
    assert torch.equal(read(root)[:], good)
    assert len(decoded) == 7
    assert torch.equal(read(root)[:], good)
    assert len(decoded) == 7


@pytest.mark.parametrize("size", [0, 18, 30, 512, 2000, 50_000, -1])
def test_a_file_cut_short_is_noticed_and_the_file_made_good(root, decoded, size):
    good = read(root)[:]
    os.truncate(cache_of(root), size if size >= 0 else os.path.getsize(cache_of(root)) + size)
    decoded.clear()
    assert torch.equal(read(root)[:], good)
    assert len(decoded) == 7


def touch(root):
    os.utime(root / "2.png", ns=(0, 1_234_567_890))


def grow(root):
    changed = (root / "2.png").stat().st_mtime_ns
    save(root / "2.png", 2, (90, 90))
    os.utime(root / "2.png", ns=(0, changed))


CHANGES = {
    "a file added": lambda root: save(root / "deep" / "er" / "8.png", 8),
    "a file removed": lambda root: (root / "2.png").unlink(),
    "a file renamed": lambda root: (root / "2.png").rename(root / "9.png"),
    "a file touched": touch,
    "another size at the same time": grow,
}


@pytest.mark.parametrize("change", CHANGES)
def test_changes_to_the_folder_are_noticed(root, decoded, change):
    read(root)
    CHANGES[change](root)
    decoded.clear()
    images = read(root)
    assert sorted(decoded) == sorted(os.path.basename(name) for name in images.names)
    for i, name in enumerate(images.names):
        assert np.array_equal(images.images[i], decode(root / name, 3, None))


@pytest.mark.parametrize("other", [{"channels": 1}, {"crop": 50}, {"crop": 64}])
def test_a_cache_of_other_settings_is_not_used(root, tmp_path, decoded, other):
    cache = tmp_path / "elsewhere" / "images.h5"
    read(root, cache=cache, crop=None)
    images = read(root, cache=cache, **other)
    assert len(decoded) == 14
    assert np.array_equal(images.images[4], decode(root / "4.png", other.get("channels", 3), other.get("crop")))


def test_settings_have_files_of_their_own_beside_the_folder(root, decoded):
    every = [{}, {"channels": 1}, {"crop": 50}]
    for options in every * 2:
        read(root, **options)
    assert len(decoded) == 3 * 7


def test_another_file_at_the_place_of_the_cache_is_left_alone(root, tmp_path):
    thesis = tmp_path / "thesis.h5"
    thesis.write_bytes(b"\x89HDF\r\n\x1a\nthree years of work")
    with pytest.raises(FileExistsError, match=r"thesis\.h5 is not a file of decoded images: it is left alone"):
        read(root, cache=thesis)
    assert thesis.read_bytes().endswith(b"three years of work")


def test_where_nothing_can_be_written_the_error_says_what_to_do(root, tmp_path, monkeypatch):
    def read_only(path, mode):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    with monkeypatch.context() as patch:
        patch.setattr(_image_cache, "write_atomically", read_only)
        with pytest.raises(OSError, match=r'cannot write .*photos-.*Read-only.* take 0 MB.*cache="') as caught:
            read(root)
    assert str(tmp_path) in str(caught.value)
    assert len(read(root, cache=tmp_path / "scratch" / "photos.h5")) == 7
    with pytest.raises(OSError, match="cannot write"):
        read(root, cache=root / "1.png" / "photos.h5")


def test_a_start_that_is_broken_off_leaves_nothing(root, monkeypatch):
    def interrupted(path, channels, crop):
        if path.name == "5.png":
            raise KeyboardInterrupt
        return decode(path, channels, crop)

    with monkeypatch.context() as patch:
        patch.setattr(_image_cache, "decode", interrupted)
        with pytest.raises(KeyboardInterrupt):
            read(root)
    assert list(root.parent.iterdir()) == [root]
    assert len(read(root)) == 7


SCRIPT = """
import hashlib, sys
from bvae_lib.data import ImageFolder
print("ready", flush=True)
input()
print(hashlib.sha256(ImageFolder(sys.argv[1], device="cpu", progress=False).images.numpy()).hexdigest())
"""


def test_two_processes_may_start_at_once(root):
    for seed in range(7, 200):
        save(root / f"{seed}.png", seed)
    command = [sys.executable, "-c", SCRIPT, str(root)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(command, **pipes) for _ in range(2)]
    assert [process.stdout.readline() for process in both] == ["ready\n"] * 2
    for process in both:
        process.stdin.write("\n")
        process.stdin.flush()
    first, second = (process.communicate()[0].strip() for process in both)
    assert first == second == hashlib.sha256(read(root).images.numpy()).hexdigest()
    assert sorted(path.name for path in root.parent.iterdir()) == ["photos", cache_of(root).name]


KILLED = """
import os, random, signal, sys, time
from pathlib import Path
from bvae_lib.data import ImageFolder, _image_cache

root, cache = map(Path, sys.argv[1:])

def read():
    return ImageFolder(root, cache=cache, device="cpu", progress=False)[:]

def start():
    child = os.fork()
    if not child:
        read()
        os._exit(0)
    return child

began = time.perf_counter()
os.waitpid(start(), 0)
seconds = time.perf_counter() - began
expected, chance, kills = read(), random.Random(0), 0
while kills < 20:
    cache.unlink(missing_ok=True)
    child = start()
    time.sleep(seconds * chance.random())
    os.kill(child, signal.SIGKILL)
    kills += os.waitpid(child, 0)[1] == signal.SIGKILL  # or it had done just before
    assert not cache.exists() or _image_cache.is_intact(cache)
assert (read() == expected).all()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the script forks")
def test_killed_at_twenty_random_points_it_starts_again_and_no_cache_is_half_written(root, tmp_path):
    for seed in range(7, 60):
        save(root / f"{seed}.png", seed)
    command = [sys.executable, "-W", "ignore", "-c", KILLED, str(root), str(tmp_path / "images.h5")]
    subprocess.run(command, check=True)


def test_on_a_full_disk_the_error_says_what_to_do_and_nothing_is_left(root, tmp_path):
    with full_disk(room=50_000), pytest.raises(OSError, match=r'cannot write .* they take 0 MB.*cache="'):
        read(root)
    assert list(tmp_path.iterdir()) == [root]
    assert len(read(root)) == 7


@settings(max_examples=40)
@given(st.data())
def test_a_cache_with_any_damage_is_made_good_or_left_alone(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("cache")
    save(folder / "photos" / "a.png", 0)
    good = read(folder / "photos")[:]
    cache = cache_of(folder / "photos")
    cache.write_bytes(data.draw(damaged(cache.read_bytes())))
    if cache.read_bytes()[:18] in (_image_cache.MARK, b""):
        assert torch.equal(read(folder / "photos")[:], good)
    else:
        with pytest.raises(FileExistsError, match=cache.name):
            read(folder / "photos")


def test_a_moved_folder_brings_its_cache_along(root, tmp_path, decoded):
    read(root)
    shutil.move(tmp_path / "photos", tmp_path / "new" / "photos")
    shutil.move(cache_of(root), tmp_path / "new")
    decoded.clear()
    assert len(read(tmp_path / "new" / "photos")) == 7
    assert decoded == []


def test_few_unreadable_files_are_left_out_with_a_warning_and_stay_listed(root, decoded):
    (root / "3.png").write_text("a letter", encoding="utf-8")
    with pytest.warns(
        UserWarning, match=r"left out 1 of 7 files in .*photos:\n  '3\.png': .*cannot identify"
    ) as caught:
        images = read(root, unreadable=0.2)
    assert caught[0].filename == __file__
    assert len(images) == len(images.names) == 6
    assert np.array_equal(images.images[3], decode(root / "4.png", 3, None))
    decoded.clear()
    again = read(root, unreadable=0.2)
    assert decoded == []
    assert list(again.skipped) == ["3.png"]
    assert torch.equal(again[:], images[:])
    with pytest.raises(ValueError, match="cannot read 1 of 7 files"):
        read(root, unreadable=0.1)


def test_too_many_unreadable_files_are_an_error_that_lists_them_and_nothing_is_kept(root, decoded):
    (root / "3.png").write_text("a letter", encoding="utf-8")
    with pytest.raises(ValueError, match=r"cannot read 1 of 7 files.*\n  '3\.png'.*\n.*share unreadable=0\.01"):
        read(root)
    assert list(root.parent.iterdir()) == [root]
    save(root / "3.png", 3)
    assert len(read(root)) == 7


def test_a_folder_without_one_readable_file_is_an_error_at_any_share(root):
    for number in range(20):
        (root / f"{number}.png").write_text("a letter", encoding="utf-8")
    with pytest.raises(ValueError, match=r"cannot read 20 of 20 files(.*\n){11}  \.\.\. and 10 more"):
        read(root, unreadable=1)


def test_memory_does_not_grow_with_the_number_of_images(tmp_path, monkeypatch):
    monkeypatch.setattr(_image_cache, "CHUNK", 32)
    save(tmp_path / "photos" / "0.png", 0, (16, 16))
    for number in range(1, 1500):
        os.link(tmp_path / "photos" / "0.png", tmp_path / "photos" / f"{number}.png")
    save(tmp_path / "few" / "0.png", 0, (16, 16))
    read(tmp_path / "few")  # which imports what reading needs, before memory is counted
    tracemalloc.start()
    try:
        images = read(tmp_path / "photos")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert images.images.nbytes > 18e6
    assert peak < 9e6  # of which 4 MB is a piece of the file at its check
