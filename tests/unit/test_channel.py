"""A latent as a channel: closed forms, brute force, what a rotation must leave alone, bounds on information."""

import itertools
import math

from bvae_lib.models import Posterior
from bvae_lib.theory import channel
from bvae_lib.theory.allocation import initial_slope
from bvae_lib.theory.channel import (
    bayes_distortion,
    bayes_error,
    gaussian_information,
    kl_decomposition,
    log_densities,
    log_density,
    mutual_information_bounds,
    rotate,
    rotate_posterior,
    rotation_cost,
    separation,
)

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from tests.unit.mps import on_mps

angles = st.floats(-math.pi, math.pi, allow_subnormal=False)


def random_posterior(seed=0, n=6, latents=3):
    return Posterior(*torch.randn(2, n, latents, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)))


def test_information_is_entropy_less_noise():
    for signal, noise in [(1.0, 1.0), (0.3, 2.0), (5.0, 0.01)]:
        total, rest = Normal(0.0, (signal + noise) ** 0.5).entropy(), Normal(0.0, noise**0.5).entropy()
        assert gaussian_information(signal, noise) == pytest.approx((total - rest).item(), abs=1e-5)
    assert gaussian_information(0.0, 1.0) == 0


@given(st.integers(0, 1000))
def test_the_two_parts_add_up_to_the_kl(seed):
    posterior = random_posterior(seed)
    moved, narrowed = kl_decomposition(posterior)
    torch.testing.assert_close(moved + narrowed, posterior.kl())
    assert (moved >= 0).all()
    assert (narrowed >= -1e-12).all()


@pytest.mark.parametrize("distance", [0.0, 0.5, 2.0, 4.0])
def test_the_bayes_error_is_the_normal_tail_beyond_half_the_distance(distance):
    n, sigma = 50_000, 0.7
    one = torch.zeros(n, 1)
    first, second = Posterior(one, one + 2 * math.log(sigma)), Posterior(one + distance, one + 2 * math.log(sigma))
    expected = Normal(0.0, 1.0).cdf(torch.tensor(-distance / (2 * sigma))).item()
    assert bayes_error(first, second) == pytest.approx(expected, abs=0.005)


def test_equal_means_of_other_widths_are_distinguished_a_little():
    one = torch.zeros(50_000, 1)
    error = bayes_error(Posterior(one, one), Posterior(one, one - 4))
    z = torch.linspace(-8, 8, 20_001)
    smaller = torch.minimum(Normal(0.0, 1.0).log_prob(z).exp(), Normal(0.0, math.exp(-2)).log_prob(z).exp())
    assert error == pytest.approx(0.5 * torch.trapezoid(smaller, z).item(), abs=0.005)


def test_log_density_is_that_of_the_normal():
    posterior, z = random_posterior(), random_posterior(1).mean
    expected = Normal(posterior.mean, (posterior.log_variance / 2).exp()).log_prob(z).sum(1)
    torch.testing.assert_close(log_density(z, posterior), expected)


def test_the_overlap_of_all_pairs_bounds_their_bayes_error():
    posterior = random_posterior(n=5, latents=2)
    distance, overlap = separation(posterior)
    np.testing.assert_allclose(overlap.diagonal(), 1, atol=1e-12)
    np.testing.assert_allclose(distance.diagonal(), 0)
    torch.testing.assert_close(distance, distance.T)
    for i, j in itertools.combinations(range(5), 2):
        one, other = (Posterior(*(x[k].expand(20_000, 2) for x in posterior)) for k in (i, j))
        error = bayes_error(one, other)
        assert 0.5 * (1 - (1 - overlap[i, j] ** 2).sqrt()) - 0.01 < error < 0.5 * overlap[i, j] + 0.01


def test_separation_of_equal_widths_is_distance_in_deviations():
    mean = torch.tensor([[0.0, 0.0], [0.3, 0.4]])
    distance, overlap = separation(Posterior(mean, torch.full((2, 2), 2 * math.log(0.25))))
    assert distance[0, 1].item() == pytest.approx(0.5 / 0.25)
    assert overlap[0, 1].item() == pytest.approx(math.exp(-(2**2) / 8))


def test_two_images_cost_their_differing_pixels_times_the_doubt():
    images = torch.zeros(2, 1, 8, 8)
    images[0, 0, :2], images[1, 0, 1:5] = 1, 1  # 8 and 24 pixels of their own: 32 differ
    z = torch.linspace(-12, 12, 20_001, dtype=torch.float64)
    share = torch.sigmoid(2 * z * 0.6 / 0.5**2)  # of the image at 0.6, where z is known; the other is at -0.6
    density = 0.5 * sum(Normal(torch.tensor(m, dtype=z.dtype), 0.5).log_prob(z).exp() for m in (-0.6, 0.6))
    doubt = -(torch.xlogy(share, share) + torch.xlogy(1 - share, 1 - share))
    expected = 32 * torch.trapezoid(density * doubt, z).item()
    assert bayes_distortion(images, [-0.6, 0.6], 0.5) == pytest.approx(expected, rel=1e-4)


def test_one_code_for_all_leaves_the_entropy_of_the_average_and_far_codes_leave_none():
    images = (torch.rand(4, 5, 5, generator=torch.Generator().manual_seed(0)) > 0.5).float()
    white = images.mean(0).double()
    entropy = -(torch.xlogy(white, white) + torch.xlogy(1 - white, 1 - white)).sum().item()
    assert bayes_distortion(images, [0.2] * 4, 0.3) == pytest.approx(entropy, rel=1e-6)
    assert bayes_distortion(images, [0, 10, 20, 30], 0.5) == pytest.approx(0, abs=1e-6)


def test_a_moving_bar_is_cheapest_in_its_own_order():
    images = torch.stack([torch.eye(12)[k : k + 4].sum(0) for k in range(0, 8, 2)])
    costs = {order: bayes_distortion(images[list(order)], [-3, -1, 1, 3], 1.0)
             for order in itertools.permutations(range(4))}  # fmt: skip
    assert min(costs, key=costs.get) in ((0, 1, 2, 3), (3, 2, 1, 0))


@given(angles, st.integers(0, 100))
def test_a_rotation_keeps_lengths_and_other_latents_and_can_be_undone(angle, seed):
    z = random_posterior(seed).mean
    rotated = rotate(z, (0, 2), angle)
    torch.testing.assert_close(rotated.norm(dim=1), z.norm(dim=1))
    torch.testing.assert_close(rotated[:, 1], z[:, 1])
    torch.testing.assert_close(rotate(rotated, (0, 2), -angle), z)


@given(angles, st.integers(0, 100))
def test_the_best_diagonal_is_the_nearest_to_the_rotated_posterior(angle, seed):
    posterior = random_posterior(seed, n=1, latents=2)
    best = rotate_posterior(posterior, (0, 1), angle)
    rotation = rotate(torch.eye(2, dtype=torch.float64), (0, 1), angle).T
    covariance = rotation @ posterior.log_variance[0].exp().diag() @ rotation.T
    target = MultivariateNormal(rotation @ posterior.mean[0], covariance)

    def distance(log_variance):
        return kl_divergence(MultivariateNormal(best.mean[0], log_variance.exp().diag()), target).item()

    cost = rotation_cost(posterior, (0, 1), angle).item()
    assert distance(best.log_variance[0]) == pytest.approx(cost, abs=1e-9)
    for nudge in ([0.1, 0.0], [-0.1, 0.0], [0.0, 0.1], [0.0, -0.1]):
        assert distance(best.log_variance[0] + torch.tensor(nudge)) > cost - 1e-12


@given(angles, st.integers(0, 100))
def test_a_rotation_never_pays_and_is_free_for_latents_of_equal_variance(angle, seed):
    posterior = random_posterior(seed)
    assert (rotation_cost(posterior, (0, 1), angle) >= -1e-12).all()
    equal = Posterior(posterior.mean, posterior.log_variance[:, :1].expand(-1, 3))
    np.testing.assert_allclose(rotation_cost(equal, (0, 1), angle), 0, atol=1e-12)


def test_a_rotation_by_90_degrees_swaps_two_latents():
    posterior = random_posterior()
    rotated = rotate_posterior(posterior, (0, 1), math.pi / 2)
    torch.testing.assert_close(rotated.log_variance[:, 0], posterior.log_variance[:, 1])
    torch.testing.assert_close(rotated.mean[:, 1], posterior.mean[:, 0])
    np.testing.assert_allclose(rotation_cost(posterior, (0, 1), math.pi / 2), 0, atol=1e-12)


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


def test_images_that_all_get_one_posterior_hold_no_information():
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
    monkeypatch.setattr(channel, "CHUNK", 7)
    np.testing.assert_allclose(mutual_information_bounds(posterior), whole, rtol=1e-9)


@pytest.mark.parametrize(
    "measure",
    [
        mutual_information_bounds,
        lambda q: bayes_error(q, Posterior(q.mean + 1, q.log_variance)),
        lambda q: log_densities(q.mean, q).tolist(),
        lambda q: log_density(q.mean, q).tolist(),
        lambda q: gaussian_information(q.mean.square(), q.log_variance.exp()).tolist(),
        lambda q: bayes_distortion(q.mean.sigmoid(), q.mean[:, 0], 0.3),
        lambda q: rotation_cost(q, (0, 2), 0.4).tolist(),
        lambda q: initial_slope(q.mean, q.mean.sigmoid()).tolist(),
    ],
    ids=range(8),
)
def test_a_device_without_float64_measures_the_same(measure):
    posterior = Posterior(*torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(0)))
    assert measure(Posterior(*map(on_mps, posterior))) == measure(posterior)
