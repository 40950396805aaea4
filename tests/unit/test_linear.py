"""The linear VAE and its source: exact distortion against sampling, exact covariance, seeds."""

from bvae_lib.models import LinearVAE, gaussian_source

import pytest
import torch
from torch.distributions import Normal


@pytest.mark.parametrize(("inputs", "latents", "noise"), [(1, 1, 1.0), (5, 2, 0.3), (3, 6, 2.0)])
def test_distortion_is_the_mean_of_what_samples_cost(inputs, latents, noise):
    generator = torch.Generator().manual_seed(0)
    model = LinearVAE(inputs, latents, noise)
    torch.nn.init.normal_(model.log_variance, generator=generator)
    x = torch.randn(7, inputs, generator=generator)
    posterior = model.encode(x.repeat(20_000, 1))
    decoded = model.decode(posterior.rsample(generator))
    sampled = -Normal(decoded, noise**0.5).log_prob(x.repeat(20_000, 1)).sum(1).mean()
    assert model.distortion(x).item() == pytest.approx(sampled.item(), rel=0.01)


def test_weights_come_from_the_seed():
    a, b, c = (LinearVAE(4, 2, seed=seed).encoder.weight for seed in (1, 1, 2))
    torch.testing.assert_close(a, b, rtol=0, atol=0)
    assert not torch.equal(a, c)


@pytest.mark.parametrize(("variances", "n"), [([3.0], 2), ([6.0, 2.5, 1.0, 0.3], 512), ([1e3, 1.0, 1e-3], 10)])
def test_a_gaussian_source_has_exactly_the_variances_along_axes_of_its_own(variances, n):
    source = gaussian_source(variances, n, seed=3)
    assert source.shape == (n, len(variances))
    torch.testing.assert_close(source.mean(dim=0), torch.zeros_like(source[0]), rtol=0, atol=1e-12)
    covariance = source.T @ source / n
    found = torch.linalg.eigvalsh(covariance).flip(0)
    torch.testing.assert_close(found, torch.tensor(variances, dtype=torch.float64), rtol=1e-9, atol=1e-9)
    if len(variances) > 1:
        assert (covariance - covariance.diag().diag()).abs().max() > 1e-3  # the axes are rotated


def test_the_seed_decides_a_gaussian_source():
    one, same, other = (gaussian_source([2.0, 1.0], 20, seed) for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
