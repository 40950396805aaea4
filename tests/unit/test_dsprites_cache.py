"""DSprites(cache=...) and sample: the second start reads what the first drew, and damage is noticed."""

import errno
import os

from bvae_lib.data import DSprites, _drawn_cache, dsprites
from bvae_lib.data.packed import PackedImages

import numpy as np
import pytest
import torch


@pytest.fixture(scope="module")
def cache(sprites, tmp_path_factory):
    """A cache file that a first start wrote, with a directory made for it."""
    path = tmp_path_factory.mktemp("cache") / "new" / "dsprites.bits"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dsprites, "draw", lambda: sprites.packed.numpy())
        DSprites(device="cpu", cache=path)
    yield path
    path.unlink()


@pytest.fixture
def drawn(sprites, monkeypatch):
    """How often the set was drawn; it is drawn at once here."""
    calls = []
    monkeypatch.setattr(dsprites, "draw", lambda: calls.append(1) or sprites.packed.numpy())
    return calls


def test_the_second_start_reads_the_same_images_and_draws_nothing(sprites, cache, drawn):
    again = DSprites(device="cpu", cache=cache)
    assert torch.equal(again.packed, sprites.packed)
    assert drawn == []


@pytest.mark.parametrize("position", [30, 60, 100, -1])
def test_a_damaged_byte_is_noticed_and_the_file_made_good(sprites, cache, drawn, position):
    stored = np.memmap(cache, np.uint8, mode="r+")
    stored[position] ^= 16
    stored.flush()
    assert torch.equal(DSprites(device="cpu", cache=cache).packed, sprites.packed)
    assert drawn == [1]
    assert torch.equal(DSprites(device="cpu", cache=cache).packed, sprites.packed)
    assert drawn == [1]


@pytest.mark.parametrize("size", [0, 10, 60, 1_000_000])
def test_a_file_cut_short_is_noticed_and_the_file_made_good(sprites, cache, drawn, size):
    with open(cache, "r+b") as file:
        file.truncate(size)
    assert torch.equal(DSprites(device="cpu", cache=cache).packed, sprites.packed)
    assert drawn == [1]
    assert torch.equal(DSprites(device="cpu", cache=cache).packed, sprites.packed)
    assert drawn == [1]


def test_another_file_at_the_place_of_the_cache_is_left_alone(tmp_path, drawn):
    archive = tmp_path / "dsprites.npz"
    archive.write_bytes(b"PK the official archive")
    with pytest.raises(FileExistsError, match=r"dsprites\.npz is no file of drawn images: it is left alone"):
        DSprites(device="cpu", cache=archive)
    assert archive.read_bytes() == b"PK the official archive"
    assert drawn == []


@pytest.mark.parametrize("why", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_where_nothing_can_be_kept_the_images_are_there_all_the_same(sprites, tmp_path, drawn, monkeypatch, why):
    def refuse(path, mode="wb"):
        raise OSError(why, os.strerror(why), str(path))

    monkeypatch.setattr(_drawn_cache, "write_atomically", refuse)
    words = rf"377 MB, could not be kept in .*{os.strerror(why)}.*drawn again next time.*cache=None"
    with pytest.warns(UserWarning, match=words) as caught:
        images = DSprites(device="cpu", cache=tmp_path / "dsprites.bits")
    assert caught[0].filename == __file__
    assert torch.equal(images.packed, sprites.packed)
    assert list(tmp_path.iterdir()) == []


def test_sample_repeats_with_the_seed_and_with_the_generator(sprites):
    def fresh(seed):
        return PackedImages(sprites.packed, torch.device("cpu"), seed)

    first, same, other = fresh(3), fresh(3), fresh(4)
    images = first.sample(8)
    assert images.shape == (8, 1, 64, 64)
    assert torch.equal(images, same.sample(8))
    assert not torch.equal(images, first.sample(8))
    assert not torch.equal(images, other.sample(8))

    by_generator = first.sample(8, torch.Generator().manual_seed(1))
    assert torch.equal(by_generator, other.sample(8, torch.Generator().manual_seed(1)))


def test_sample_leaves_the_global_random_state_alone(sprites):
    before = torch.get_rng_state()
    sprites.sample(4)
    assert torch.equal(torch.get_rng_state(), before)
