"""log q(z) from a batch: exact on the whole data set, the mean over batches, and a bound."""

import itertools
import math

from bvae_lib.aggregate import METHODS, minibatch_log_density
from bvae_lib.models import Posterior

import pytest
import torch
from torch.distributions import Normal

N, LATENTS = 7, 3


@pytest.fixture
def population():
    """The posteriors of a whole data set, and a z of each."""
    generator = torch.Generator().manual_seed(0)
    posterior = Posterior(*torch.randn(2, N, LATENTS, generator=generator, dtype=torch.float64).unbind())
    return posterior, posterior.rsample(generator)


def densities(posterior, z):
    """q(z) [N] and q(z_j) [N, latents], by the definition."""
    each = Normal(posterior.mean, (posterior.log_variance / 2).exp()).log_prob(z[:, None]).exp()
    return each.prod(dim=2).mean(dim=1), each.mean(dim=1)


def test_the_whole_data_set_as_a_batch_is_exact(population):
    posterior, z = population
    found = minibatch_log_density(z, posterior, N)
    torch.testing.assert_close([part.exp() for part in found], [*densities(posterior, z)])


def over_batches(population, batch, method="stratified"):
    """Estimates of q(z) and q(z_j) at the first z, of all batches that have its image, as means over them."""
    posterior, z = population
    rest = itertools.combinations(range(1, N), batch - 1)
    chosen = [[0, *others] for others in rest]
    found = [minibatch_log_density(z[i], Posterior(*(part[i] for part in posterior)), N, method) for i in chosen]
    return [torch.stack([part[0].exp() for part in parts]).mean(dim=0) for parts in zip(*found, strict=True)]


@pytest.mark.parametrize("batch", [2, 3, 5])
def test_stratified_densities_have_no_bias(batch, population):
    expected = [part[0] for part in densities(*population)]
    torch.testing.assert_close(over_batches(population, batch), expected)


def test_stratified_sampling_is_the_papers_on_average_over_which_image_is_last(population):
    """Chen et al. 2018, equation S6: 1/N for z's own image, 1/M for M - 1 others, (N - M) / (N M) for the last."""
    posterior, z = population
    m = 4
    each = Normal(posterior.mean[: m + 1], (posterior.log_variance[: m + 1] / 2).exp()).log_prob(z[0]).exp().prod(dim=1)
    papers = []
    for last in range(1, m + 1):
        weights = torch.full((m + 1,), 1 / m, dtype=torch.float64)
        weights[0], weights[last] = 1 / N, (N - m) / (N * m)
        papers.append((weights * each).sum())
    found, _ = minibatch_log_density(z[: m + 1], Posterior(*(part[: m + 1] for part in posterior)), N)
    torch.testing.assert_close(found[0].exp(), torch.stack(papers).mean())


def test_weighted_densities_are_the_batchs_over_the_size_of_the_data_set(population):
    posterior, z = population
    found = minibatch_log_density(z, posterior, 1_000, "weighted")
    expected = [part.log() - math.log(1_000) for part in densities(posterior, z)]
    torch.testing.assert_close([*found], expected)


def test_the_first_column_has_the_weight_that_the_papers_program_gives_it(population):
    """Weights as ``vae_quant.py`` of Chen et al. sets them, but for one entry; the whole batch weighs 1."""
    posterior, z = population
    m, size = N - 1, 1_000
    weights = torch.full((N,), 1 / m, dtype=torch.float64)
    weights[0], weights[1] = 1 / size, (size - m) / (size * m)
    assert weights.sum() == pytest.approx(1)
    each = Normal(posterior.mean, (posterior.log_variance / 2).exp()).log_prob(z[:, None]).exp()
    joint, marginals = minibatch_log_density(z, posterior, size, "first-column")
    torch.testing.assert_close(joint.exp(), each.prod(dim=2) @ weights)
    torch.testing.assert_close(marginals.exp(), torch.einsum("ijk,j->ik", each, weights))


@pytest.mark.parametrize("method", METHODS)
def test_codes_of_the_first_images_have_what_they_have_among_all(method, population):
    posterior, z = population
    for few, all_of_them in zip(
        minibatch_log_density(z[:3], posterior, 50, method),
        minibatch_log_density(z, posterior, 50, method),
        strict=True,
    ):
        torch.testing.assert_close(few, all_of_them[:3])


def test_of_one_latent_both_densities_are_the_same(population):
    posterior, z = population
    joint, marginals = minibatch_log_density(z[:, :1], posterior.select(slice(1)), 50)
    torch.testing.assert_close(joint, marginals[:, 0])


@pytest.mark.parametrize("method", METHODS)
def test_gradients_are_those_of_finite_differences(method, population):
    posterior, z = population
    inputs = [part.clone().requires_grad_() for part in (z, *posterior)]
    assert torch.autograd.gradcheck(lambda z, *q: minibatch_log_density(z, Posterior(*q), 50, method), inputs)


def test_far_codes_have_finite_densities():
    far = Posterior(torch.tensor([[-500.0], [500.0]]), torch.full((2, 1), -20.0))
    for part in minibatch_log_density(far.mean, far, 737_280):
        assert part.isfinite().all()
