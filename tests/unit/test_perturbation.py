"""What noise and a rotation cost, on a decoder whose distortion is known and on a network."""

import math

from bvae_lib.metrics import noise_cost, rotated_rate_distortion
from bvae_lib.models import BurgessVAE, Posterior
from bvae_lib.objectives import bernoulli_reconstruction
from bvae_lib.theory.channel import rotation_cost

import pytest
import torch
from torch import nn

IMAGES = torch.rand(6, 1, 64, 64, generator=torch.Generator().manual_seed(0)).round()


class Linear(nn.Module):
    """Logits of 1 x 1 pixels that are the first latent."""

    def decode(self, z):
        return z[:, :1, None, None]


@pytest.fixture
def posterior():
    return Posterior(*torch.randn(2, 6, 4, generator=torch.Generator().manual_seed(1)))


def test_noise_costs_what_a_draw_costs_more_than_the_mean():
    mean = torch.full((200_000, 1), 0.5)
    posterior = Posterior(mean, torch.full_like(mean, 2 * math.log(0.8)))
    z = torch.linspace(-6, 6, 20_001, dtype=torch.float64)
    density = torch.exp(-0.5 * z.square()) / math.sqrt(2 * math.pi)
    expected = torch.trapezoid(density * nn.functional.softplus(0.5 + 0.8 * z), z).item() - math.log1p(math.exp(0.5))
    measured = noise_cost(Linear(), posterior, torch.zeros(200_000, 1, 1, 1))  # E softplus(z) less that of the mean
    assert measured == pytest.approx(expected, abs=0.005)


def test_without_noise_nothing_is_paid(posterior):
    exact = Posterior(posterior.mean, torch.full_like(posterior.mean, -200.0))
    assert noise_cost(BurgessVAE(latents=4), exact, IMAGES) == 0


def test_the_noise_is_the_seeds(posterior):
    model = BurgessVAE(latents=4)
    one, same, other = (noise_cost(model, posterior, IMAGES, seed) for seed in (1, 1, 2))
    assert one == same != other


@pytest.mark.parametrize("degrees", [0, 90, 180])
def test_a_rotation_onto_the_axes_changes_nothing(posterior, degrees):
    """By 90 degrees the two latents swap, and the decoder swaps them back."""
    model = BurgessVAE(latents=4)
    rate, distortion = rotated_rate_distortion(model, posterior, IMAGES, (0, 2), degrees, seed=5)
    assert rate == pytest.approx(posterior.kl().sum(dim=1).mean().item(), rel=1e-5)
    with torch.no_grad():
        logits = model.decode(posterior.rsample(torch.Generator().manual_seed(5)))
    assert distortion == pytest.approx(bernoulli_reconstruction(logits, IMAGES).item(), rel=1e-5)


def test_a_rotation_between_the_axes_costs_rate(posterior):
    """At deviations below those of the prior the rate grows by what theory says, less what the variances save."""
    model = BurgessVAE(latents=4)
    rates = [rotated_rate_distortion(model, posterior, IMAGES, (0, 1), degrees)[0] for degrees in (0, 45)]
    from_theory = rotation_cost(posterior, (0, 1), math.pi / 4).mean().item()
    precision = (-posterior.log_variance[:, :2]).exp()
    variances = precision.reciprocal()
    saved = 0.5 * (variances.sum(dim=1) - 4 / precision.sum(dim=1)).mean().item()  # each becomes 2 / (p0 + p1)
    assert rates[1] - rates[0] == pytest.approx(from_theory - saved, rel=1e-4)
