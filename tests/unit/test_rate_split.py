"""The rate in three parts: closed forms, what holds for any codes, and the mixture by brute force."""

import math

from bvae_lib import Posterior, metrics
from bvae_lib.aggregate import minibatch_log_density

import numpy as np
import pytest
import torch
from torch.distributions import Normal


def posterior_of(mean, std=0.3):
    mean = torch.as_tensor(mean, dtype=torch.float64)
    return Posterior(mean, 2 * torch.as_tensor(std, dtype=torch.float64).expand_as(mean).log())


def random_posterior(images=60, latents=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return Posterior(
        1.5 * torch.randn(images, latents, generator=generator), torch.randn(images, latents, generator=generator) - 2
    )


def by_quadrature(posterior, cells=400):
    """The three parts of a code of two latents, from q(z) on a grid of the plane."""
    mean, std = posterior.mean.double(), (0.5 * posterior.log_variance.double()).exp()
    reach = (mean.abs() + 8 * std).max().item()
    z = torch.linspace(-reach, reach, cells, dtype=torch.float64)
    cell = (z[1] - z[0]).item()
    each = Normal(mean, std).log_prob(z[:, None, None]).exp()  # [cells, images, latents]
    joint = torch.einsum("in,jn->ij", each[:, :, 0], each[:, :, 1]) / len(mean)
    first, second = each.mean(dim=1).unbind(dim=1)
    prior = Normal(0, 1).log_prob(z)
    entropy = -torch.xlogy(joint, joint).sum().item() * cell**2
    marginal = [-torch.xlogy(q, q).sum().item() * cell for q in (first, second)]
    mismatch = sum(-h - (q * prior).sum().item() * cell for h, q in zip(marginal, (first, second), strict=True))
    noise = (std.log() + 0.5 * math.log(2 * math.pi * math.e)).sum(dim=1).mean().item()
    return entropy - noise, sum(marginal) - entropy, mismatch


@pytest.mark.parametrize("seed", range(3))
def test_the_parts_are_those_of_the_plane(seed):
    posterior = random_posterior(latents=2, seed=seed)
    found = metrics.split_rate(posterior, n=20_000)
    information, correlation, mismatch = by_quadrature(posterior)
    assert found.error < 0.01
    assert abs(found.mutual_information - information) < 4 * found.error
    assert abs(found.total_correlation - correlation) < 4 * found.error
    assert found.dimension_wise_kl == pytest.approx(mismatch, abs=1e-5)


def test_seeds_spread_by_the_error_about_what_many_draws_give():
    posterior = random_posterior(images=300)
    found = [metrics.split_rate(posterior, n=400, seed=seed) for seed in range(25)]
    correlations, many = [split.total_correlation for split in found], metrics.split_rate(posterior, n=40_000)
    spread = np.std(correlations, ddof=1)
    assert np.mean([split.error for split in found]) == pytest.approx(spread, rel=0.5)
    assert abs(np.mean(correlations) - many.total_correlation) < 4 * math.hypot(many.error, spread / 5)


@pytest.mark.parametrize("seed", range(3))
def test_the_three_parts_are_the_rate(seed):
    posterior = random_posterior(latents=5, seed=seed)
    found = metrics.split_rate(posterior, n=200)
    assert sum(found[:3]) == pytest.approx(found.rate, abs=1e-5)
    assert found.rate == pytest.approx(posterior.kl().sum(dim=1).mean().item(), rel=1e-6)
    assert found.kl_per_latent.sum() == pytest.approx(found.dimension_wise_kl)
    assert found.kl_per_latent.min() > 0


def test_information_is_at_most_the_logarithm_of_the_number_of_images():
    apart = posterior_of(100.0 * torch.arange(20)[:, None].expand(20, 2), 0.1)
    found = metrics.split_rate(apart)
    assert found.mutual_information == pytest.approx(math.log(20), abs=1e-4)
    assert found.total_correlation == pytest.approx(math.log(20), abs=1e-4)  # either latent tells the image


def test_a_product_of_codes_has_no_total_correlation():
    grid = torch.cartesian_prod(torch.linspace(-1.5, 1.5, 8), torch.linspace(-1, 1, 6), torch.tensor([-1.0, 1.0]))
    found = metrics.split_rate(posterior_of(grid, torch.tensor([0.2, 0.5, 0.4])))
    assert abs(found.total_correlation) < 4 * found.error + 1e-4
    assert found.error < 1e-3  # log q(z) is the sum of log q(z_j), which are controls


def test_a_code_at_the_prior_has_nothing_to_split():
    found = metrics.split_rate(Posterior(torch.zeros(50, 4), torch.zeros(50, 4)))
    np.testing.assert_allclose(found[:5], 0, atol=1e-5)


@pytest.mark.parametrize("correlation", [0.3, 0.8])
def test_a_gaussian_aggregate_has_its_closed_form(correlation):
    """Means of a fine lattice of normal quantiles, correlated: q(z) is nearly Gaussian."""
    side, noise = 60, 0.5
    quantiles = Normal(0.0, 1.0).icdf((torch.arange(side, dtype=torch.float64) + 0.5) / side)
    quantiles /= quantiles.square().mean().sqrt()
    root = torch.linalg.cholesky(torch.tensor([[1.0, correlation], [correlation, 1]], dtype=torch.float64))
    means = torch.cartesian_prod(quantiles, quantiles) @ root.T * math.sqrt(1 - noise**2)
    found = metrics.split_rate(posterior_of(means, noise))
    covariance = (1 - noise**2) * correlation
    assert found.total_correlation == pytest.approx(-0.5 * math.log(1 - covariance**2), abs=0.01)
    assert found.dimension_wise_kl == pytest.approx(0, abs=0.01)


def test_a_duplicated_latent_is_total_correlation():
    """Two latents of one mean and independent noise tell of the image what their average does."""
    mean = torch.randn(200, 1, generator=torch.Generator().manual_seed(0))
    twice = metrics.split_rate(posterior_of(mean.expand(200, 2)), n=4_000)
    one = metrics.split_rate(posterior_of(mean), n=4_000)
    averaged = metrics.split_rate(posterior_of(mean, 0.3 / math.sqrt(2)), n=4_000)
    expected = 2 * one.mutual_information - averaged.mutual_information
    assert abs(twice.mutual_information - averaged.mutual_information) < 4 * math.hypot(twice.error, averaged.error)
    assert abs(twice.total_correlation - expected) < 4 * math.hypot(twice.error, averaged.error) + 1e-4


def test_one_latent_has_no_total_correlation():
    found = metrics.split_rate(random_posterior(latents=1))
    assert abs(found.total_correlation) < 1e-4
    assert found.error < 1e-4


def test_the_order_of_images_and_of_latents_does_not_matter():
    posterior = random_posterior(images=500, latents=4)
    generator = torch.Generator().manual_seed(1)
    images, latents = torch.randperm(500, generator=generator), [2, 0, 3, 1]
    moved = metrics.split_rate(Posterior(*(part[images][:, latents] for part in posterior)))
    found = metrics.split_rate(posterior)
    assert abs(moved.total_correlation - found.total_correlation) < 4 * math.hypot(moved.error, found.error)
    np.testing.assert_allclose(moved.kl_per_latent, found.kl_per_latent[latents], atol=1e-6)


def test_a_latent_at_the_prior_changes_nothing():
    posterior = random_posterior(images=200)
    nothing = torch.zeros(200, 1)
    wider = Posterior(*(torch.cat([part, nothing], dim=1) for part in posterior))
    found, more = metrics.split_rate(posterior, n=4_000), metrics.split_rate(wider, n=4_000)
    assert abs(found.total_correlation - more.total_correlation) < 4 * math.hypot(found.error, more.error)
    assert more.kl_per_latent[-1] == pytest.approx(0, abs=1e-6)


def test_a_minibatch_of_everything_has_no_bias_when_stratified():
    posterior = random_posterior(images=40)
    found = {row.method: row for row in metrics.minibatch_bias(posterior, batch_sizes=[40], n=40)}
    for part in ("mutual_information", "total_correlation", "dimension_wise_kl"):
        assert getattr(found["stratified"], part) == pytest.approx(0, abs=2e-3)  # of the grid of q(z_j)
    shift = math.log(40)  # of log q(z) and of each log q(z_j)
    assert found["weighted"].mutual_information == pytest.approx(shift, abs=1e-6)
    assert found["weighted"].total_correlation == pytest.approx(2 * shift, abs=2e-3)
    assert found["weighted"].dimension_wise_kl == pytest.approx(-3 * shift, abs=2e-3)


def parts_of(z, posterior, joint, product):
    """The three parts as a batch estimates them from log q(z) and the sum of log q(z_j)."""
    given = Normal(posterior.mean, (0.5 * posterior.log_variance).exp()).log_prob(z).sum(dim=1)
    prior = Normal(0, 1).log_prob(z).sum(dim=1)
    return torch.stack([given - joint, joint - product, product - prior]).mean(dim=1)


@pytest.mark.parametrize("method", ["stratified", "weighted", "first-column"])
def test_the_bias_is_that_of_batches_drawn_afresh(method):
    posterior, generator = random_posterior(images=200), torch.Generator().manual_seed(3)
    exact = metrics.split_rate(posterior, n=20_000)
    estimates = []
    for _ in range(2_000):
        rows = torch.randperm(200, generator=generator)[:8]
        batch = Posterior(*(part[rows] for part in posterior))
        z = batch.rsample(generator)
        joint, marginals = minibatch_log_density(z, batch, 200, method)
        estimates.append(parts_of(z, batch, joint, marginals.sum(dim=1)))
    estimates = torch.stack(estimates)
    spread = (estimates.std(dim=0) / len(estimates) ** 0.5).tolist()
    rows = metrics.minibatch_bias(posterior, batch_sizes=[8], n=200)
    found = next(row for row in rows if row.method == method)
    for part, mean, error in zip(found.errors, estimates.mean(dim=0).tolist(), spread, strict=True):
        gap = mean - getattr(exact, part) - getattr(found, part)
        assert abs(gap) < 4 * math.hypot(error, exact.error, found.errors[part])
    assert found.mutual_information + found.total_correlation + found.dimension_wise_kl == pytest.approx(0, abs=1e-9)
