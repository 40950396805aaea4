"""DSprites(colour=True): the sprites of the white set, each in twelve hues."""

import math

from bvae_lib.data import DSprites, dsprites

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def coloured(sprites):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dsprites, "draw", lambda: sprites.packed.numpy())
        return DSprites(device="cpu", colour=True)


some_indices = st.integers(0, 12 * 737_280 - 1)


def test_hue_is_a_further_factor(sprites, coloured):
    assert coloured.factor_names == ("hue", *sprites.factor_names)
    assert coloured.factor_sizes == (12, *sprites.factor_sizes)
    assert len(coloured) == 12 * len(sprites) == math.prod(coloured.factor_sizes)
    assert coloured.channels == 3
    assert (sprites.channels, sprites.factor_names[0]) == (1, "shape")


@given(st.lists(some_indices, min_size=1, max_size=8))
def test_every_image_is_the_white_sprite_in_its_hue(sprites, coloured, indices):
    indices = torch.tensor(indices)
    images, factors = coloured[indices], coloured.factors(indices)
    assert images.shape == (len(indices), 3, 64, 64)
    assert images.dtype == torch.float32
    white = sprites[sprites.index(factors[:, 1:])]
    assert torch.equal(images.amax(dim=1, keepdim=True), white)
    assert torch.equal(coloured.index(factors), indices)
    for image, sprite, hue in zip(images, white, factors[:, 0].tolist(), strict=True):
        colours = image[:, sprite[0] == 1].unique(dim=1)
        assert colours.shape == (3, 1)
        red, green, blue = colours[:, 0].tolist()
        angle = math.atan2(math.sqrt(3) * (green - blue), 2 * red - green - blue)  # on the circle of hues
        assert math.cos(angle - 2 * math.pi * hue / 12) > math.cos(math.radians(2))


def test_a_slice_and_a_negative_index_give_the_same_images(coloured):
    assert torch.equal(coloured[-3:], coloured[[-3, -2, -1]])
    assert torch.equal(coloured[-1], coloured[len(coloured) - 1])
    with pytest.raises(IndexError, match="outside this set of 8,847,360 images"):
        coloured[len(coloured)]


def test_colours_add_their_entropy(sprites, coloured):
    assert coloured.entropy() == pytest.approx(sprites.entropy() + math.log(12))


def test_a_copy_on_a_device_is_the_same_set(coloured):
    moved = coloured.to(torch.device("cpu"))
    assert torch.equal(moved[::1_000_000], coloured[::1_000_000])
    assert moved.factor_sizes == coloured.factor_sizes
