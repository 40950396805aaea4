"""DSprites(cache=...) and sample: the second start reads what the first drew, and damage is noticed."""

from bvae_lib.data import DSprites, dsprites
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


@pytest.mark.parametrize("position", [5, -1])
def test_a_damaged_byte_is_noticed_and_the_file_made_good(sprites, cache, drawn, position):
    stored = np.memmap(cache, np.uint8, mode="r+")
    stored[position] ^= 16
    stored.flush()
    assert torch.equal(DSprites(device="cpu", cache=cache).packed, sprites.packed)
    assert drawn == [1]
    assert dsprites.read_cache(cache) is not None


@pytest.mark.parametrize("size", [0, 1_000_000])
def test_a_file_cut_short_is_noticed_and_the_file_made_good(sprites, cache, drawn, size):
    with open(cache, "r+b") as file:
        file.truncate(size)
    assert torch.equal(DSprites(device="cpu", cache=cache).packed, sprites.packed)
    assert drawn == [1]
    assert dsprites.read_cache(cache) is not None


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
