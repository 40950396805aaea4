"""Bounds on the information of an encoder, against channels whose information is known."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bvae_lib.theory.channel import log_densities, mutual_information_bounds
from bvae_lib.models import Posterior


def gaussian_channel(n, signal, noise, latents=1, seed=0):
    """Posteriors of n images whose means are N(0, signal): each latent carries ln(1 + signal / noise) / 2 nats."""
    mean = signal**0.5 * torch.randn(n, latents, generator=torch.Generator().manual_seed(seed))
    return Posterior(mean, torch.full_like(mean, math.log(noise)))


@pytest.mark.parametrize("latents", [1, 2])
@pytest.mark.parametrize("noise", [0.9, 0.5, 0.1])
def test_bounds_meet_at_the_information_of_a_gaussian_channel(latents, noise):
    known = latents * 0.5 * math.log(1 + (1 - noise) / noise)
    bounds = mutual_information_bounds(gaussian_channel(4000, 1 - noise, noise, latents))
    assert bounds.lower == pytest.approx(known, abs=0.06)
    assert bounds.upper == pytest.approx(known, abs=0.06)
    assert bounds.rate == pytest.approx(known, abs=0.06)  # q(z) is the prior: no mismatch
    assert bounds.images == 4000


def test_a_mismatch_is_no_information():
    far = gaussian_channel(4000, 0.5, 0.5)
    far = Posterior(far.mean + 3, far.log_variance)
    bounds = mutual_information_bounds(far)
    assert bounds.upper == pytest.approx(0.5 * math.log(2), abs=0.06)
    assert bounds.rate - bounds.upper == pytest.approx(3**2 / 2, abs=0.1)  # KL(N(3, 1) || N(0, 1))


def test_lower_bound_is_capped_by_the_number_of_images_and_upper_by_the_rate():
    bounds = mutual_information_bounds(gaussian_channel(64, 1.0, 1e-8, latents=4))
    assert bounds.lower == pytest.approx(math.log(64), abs=1e-6)
    assert bounds.lower < bounds.upper == bounds.rate


def test_images_that_all_get_one_posterior_tell_nothing():
    same = Posterior(torch.full((50, 3), 0.7), torch.full((50, 3), -2.0))
    bounds = mutual_information_bounds(same)
    assert bounds.lower == pytest.approx(0, abs=1e-9)
    assert bounds.upper == pytest.approx(0, abs=1e-9)
    assert bounds.rate == pytest.approx(same.kl()[0].sum().item())


@settings(max_examples=30)
@given(st.integers(2, 60), st.integers(1, 5), st.integers(0, 10_000))
def test_the_order_holds_for_any_encoder(n, latents, seed):
    generator = torch.Generator().manual_seed(seed)
    posterior = Posterior(*torch.randn(2, n, latents, generator=generator))
    bounds = mutual_information_bounds(posterior, seed=seed)
    assert 0 <= bounds.lower <= math.log(n) + 1e-9
    assert 0 <= bounds.upper <= bounds.rate + 1e-9


def test_pairs_are_those_of_the_density_written_out():
    generator = torch.Generator().manual_seed(0)
    mean, log_variance, z = torch.randn(3, 7, 4, generator=generator).unbind(0)
    log_variance = log_variance - 6  # sharp posteriors, where float32 would lose digits
    expected = [
        [torch.distributions.Normal(m.double(), (lv.double() / 2).exp()).log_prob(one.double()).sum() for m, lv in
         zip(mean, log_variance, strict=True)]
        for one in z
    ]  # fmt: skip
    np.testing.assert_allclose(log_densities(z, Posterior(mean, log_variance)), expected, rtol=1e-9)


def test_chunks_make_no_difference(monkeypatch):
    posterior = gaussian_channel(300, 0.9, 0.1)
    whole = mutual_information_bounds(posterior)
    monkeypatch.setattr("bvae_lib.information.CHUNK", 7)
    np.testing.assert_allclose(mutual_information_bounds(posterior), whole, rtol=1e-9)


@pytest.mark.parametrize(
    ("posterior", "message"),
    [
        (Posterior(torch.zeros(1, 2), torch.zeros(1, 2)), "at least two images"),
        (Posterior(torch.zeros(4), torch.zeros(4)), "at least two images"),
        (Posterior(torch.full((4, 2), float("nan")), torch.zeros(4, 2)), "not finite"),
    ],
)
def test_what_cannot_be_measured_says_why(posterior, message):
    with pytest.raises(ValueError, match=message):
        mutual_information_bounds(posterior)
