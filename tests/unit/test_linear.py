"""The linear VAE: its exact distortion against sampling, its seed, what it refuses."""

import pytest
import torch
from torch.distributions import Normal

from bvae_lib.models import LinearVAE


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


@pytest.mark.parametrize("bad", [{"inputs": 0}, {"latents": 0}, {"noise": 0.0}, {"noise": float("nan")}])
def test_what_makes_no_model_is_refused(bad):
    with pytest.raises(ValueError, match="above 0"):
        LinearVAE(**({"inputs": 2, "latents": 2} | bad))
