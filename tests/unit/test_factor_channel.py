"""FactorChannel: what it sends, what that costs, and that images are found again."""

import math

from bvae_lib.data import FactorLookup
from bvae_lib.models import FactorChannel, factor_codes, per_factor
from bvae_lib.objectives import Constrained
from bvae_lib.training import fit

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def lookup(sprites):
    return FactorLookup(sprites)


def with_nats(nats):
    """A channel whose eight KLs are ``nats``."""
    channel = FactorChannel()
    with torch.no_grad():
        scale = channel.nats[0].sqrt() / channel.root[0]
        channel.root.copy_(torch.as_tensor(nats, dtype=torch.float32).sqrt() / scale)
    return channel


def test_codes_are_standardised_over_the_set(sprites):
    codes = factor_codes(sprites.factors(torch.arange(len(sprites)))).double()
    torch.testing.assert_close(codes.mean(0), torch.zeros(8).double(), rtol=0, atol=1e-5)
    torch.testing.assert_close(codes.square().mean(0), torch.ones(8).double(), rtol=0, atol=1e-5)


@pytest.mark.parametrize(("shape", "period"), [(0, 39 / 4), (1, 39 / 2), (2, 39)])
def test_an_angle_that_looks_the_same_is_sent_the_same(shape, period):
    """Half a rotation of the ellipse is 19.5 classes: twice that is whole, and so on."""
    whole = next(k for k in (1, 2, 4) if float(k * period).is_integer())
    angles = factor_codes(torch.tensor([[shape, 0, 0, 0, 0], [shape, 0, round(whole * period), 0, 0]]))
    torch.testing.assert_close(angles[0], angles[1], rtol=0, atol=1e-4)
    quarter = factor_codes(torch.tensor([[shape, 0, k, 0, 0] for k in range(39)]))[:, 4:6]
    assert len(quarter.round(decimals=3).unique(dim=0)) == 39  # and no two other classes are


@given(st.lists(st.floats(0, 8, allow_subnormal=False), min_size=8, max_size=8))
def test_the_average_kl_is_minus_log_s(nats):
    grid = torch.cartesian_prod(torch.arange(3), torch.arange(6), torch.arange(40), torch.arange(32))
    factors = torch.cat([grid, grid[:, -1:]], dim=1)
    with torch.no_grad():
        channel = with_nats(nats)
        kl = channel.send(factors).kl().double().mean(dim=0)
    torch.testing.assert_close(kl, torch.tensor(nats).double(), rtol=1e-3, atol=1e-4)


def test_what_is_sent_has_variance_one_and_correlates_as_it_should():
    factors = torch.randint(0, 32, (100_000, 1), generator=torch.Generator().manual_seed(0))
    factors = torch.cat([torch.zeros(100_000, 4, dtype=torch.long), factors], dim=1)
    with torch.no_grad():
        z = with_nats([1.0] * 8).send(factors).rsample(torch.Generator().manual_seed(0))[:, 7]
    f = factor_codes(factors)[:, 7]
    assert z.var().item() == pytest.approx(1, abs=0.02)
    assert (z * f).mean().item() == pytest.approx(math.sqrt(1 - math.exp(-2)), abs=0.02)


def test_a_closed_channel_has_a_gradient():
    channel = with_nats([0.0] * 8)
    channel.send(torch.zeros(4, 5, dtype=torch.long)).rsample().sum().backward()
    assert channel.root.grad.isfinite().all()


def test_nats_of_a_factor_are_those_of_its_channels():
    assert per_factor(torch.tensor([1.0, 2, 3, 4, 5, 6, 7, 8])).tolist() == [6, 4, 11, 7, 8]
    assert per_factor(torch.ones(2, 3, 8)).shape == (2, 3, 5)
    with pytest.raises(ValueError, match=r"\[\.\.\., 8\]"):
        per_factor(torch.ones(5))


def test_images_are_found_again(sprites, lookup):
    indices = torch.randint(len(sprites), (3000,), generator=torch.Generator().manual_seed(0))
    found = lookup.find(sprites[indices])
    assert torch.equal(sprites[found], sprites[indices])
    assert (found == indices).float().mean() > 0.9  # the others look the same from two angles


def test_one_pixel_makes_another_image(sprites, lookup):
    image = sprites[torch.tensor([1000])]
    for pixel in (0, 7, 2080, 4095):
        changed = image.clone().flatten()
        changed[pixel] = 1 - changed[pixel]
        with pytest.raises(ValueError, match="not in this set"):
            lookup.find(changed.view(1, 1, 64, 64))


def test_encoding_an_image_sends_its_factors(sprites, lookup):
    channel = FactorChannel(lookup)
    factors = torch.tensor([[2, 5, 7, 3, 30], [2, 0, 20, 16, 1]])
    images = sprites[sprites.index(factors)]
    for ours, sent in zip(channel.encode(images), channel.send(factors), strict=True):
        torch.testing.assert_close(ours, sent)
    assert channel.reconstruct(images).shape == (2, 1, 64, 64)


def test_fit_trains_it_and_the_history_holds_its_nats(sprites, lookup):
    channel = FactorChannel(lookup)
    before = channel.nats.detach().clone()
    options = {"steps": 20, "batch_size": 8, "lr": 1e-3, "progress": False, "device": "cpu"}
    history = fit(channel, sprites, Constrained(0, 5, 100, multiplier=0.0), **options)
    assert history.kl_per_latent.shape == (1, 8)
    assert (channel.nats > before).any()  # nats are free, so they are taken


def test_a_lookup_wants_images(lookup):
    with pytest.raises(ValueError, match=r"\[B, 1, 64, 64\]"):
        lookup.find(torch.zeros(64, 64))
