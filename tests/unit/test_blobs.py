"""Blobs: where they are, what shape they have, and that they are a set of images like the others."""

from bvae_lib.data import Blobs

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

some_factors = st.tuples(st.integers(0, 31), st.integers(0, 31))
blobs = Blobs(width=3.0, device="cpu")


def centre(image: torch.Tensor) -> tuple[float, float]:
    """Centre of mass (x, y) in pixels, pixel i reaching from i to i + 1."""
    position = torch.arange(64) + 0.5
    mass = image[0] / image.sum()
    return (mass.sum(0) @ position).item(), (mass.sum(1) @ position).item()


@given(some_factors)
def test_a_blob_is_where_its_factors_say(factors):
    expected = [32 + 1.25 * (k - 15.5) for k in factors]
    assert centre(blobs[blobs.index(factors)]) == pytest.approx(expected, abs=0.02)


@given(some_factors)
def test_a_blob_is_round_and_as_wide_as_asked(factors):
    image = blobs[blobs.index(factors)]
    assert 0.95 < image.max() <= 1
    assert image.min() >= 0
    x, y = centre(image)
    position = torch.arange(64) + 0.5
    mass = image[0] / image.sum()
    for marginal, middle in ((mass.sum(0), x), (mass.sum(1), y)):
        assert (marginal @ (position - middle).square()).item() == pytest.approx(9.0, rel=0.02)


@given(some_factors)
def test_index_undoes_factors(factors):
    assert blobs.factors(blobs.index(factors)).tolist() == list(factors)


def test_images_have_the_shape_of_a_batch():
    assert len(blobs) == 1024
    assert blobs[torch.arange(5)].shape == (5, 1, 64, 64)
    assert blobs[torch.arange(6).view(2, 3)].shape == (2, 3, 1, 64, 64)
    assert blobs[7].shape == (1, 64, 64)
    assert blobs[1020:].shape == (4, 1, 64, 64)
    assert blobs[[0]].dtype == torch.float32
    assert torch.equal(blobs[[-1]], blobs[[1023]])
    with pytest.raises(IndexError, match="1024"):
        blobs[[1024]]


def test_an_oblong_field_keeps_the_spacing():
    oblong = Blobs((32, 8), width=3.0, device="cpu")
    assert len(oblong) == 256
    assert torch.equal(oblong[oblong.index((5, 2))], blobs[blobs.index((5, 14))])


def test_numpy_and_torch_numbers_are_taken():
    again = Blobs(np.array([8, 4]), np.float32(3.0), "cpu", torch.tensor(2))
    assert again.factor_sizes == (8, 4)
    assert type(again.factor_sizes[0]) is int
    assert torch.equal(again.sample(3), Blobs((8, 4), 3.0, "cpu", 2).sample(3))


def test_sample_follows_the_seed_of_the_set():
    assert torch.equal(Blobs(seed=3).sample(4), Blobs(seed=3).sample(4))
    assert not torch.equal(Blobs(seed=3).sample(4), Blobs(seed=4).sample(4))


def test_a_set_moves_and_the_old_one_stays(monkeypatch):
    monkeypatch.setattr("bvae_lib.data.blobs.pick_device", torch.device)  # which a user cannot move to "meta" by
    moved = blobs.to(torch.device("meta"))
    assert all(profile.is_meta for profile in moved.profiles)
    assert not any(profile.is_meta for profile in blobs.profiles)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"positions": (0, 4)}, "each of positions must be a whole number from 1 to 49, not 0"),
        ({"positions": (4, 50)}, "from 1 to 49, not 50"),
        ({"positions": (4.0, 4)}, r"whole number from 1 to 49, not 4\.0"),
        ({"positions": (True, 4)}, "not True"),
        ({"positions": 8}, "two whole numbers from 1 to 49, along x and y, not 8"),
        ({"positions": (8, 8, 8)}, r"two whole numbers .* not \(8, 8, 8\)"),
        ({"width": 0}, "width must be a finite number of more than 0, not 0"),
        ({"width": float("nan")}, "more than 0, not nan"),
        ({"seed": 1.5}, r"seed must be a whole number, not 1\.5"),
    ],
)
def test_blobs_that_cannot_be_drawn_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Blobs(**options)
