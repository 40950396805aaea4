"""Encoding a data set, and what is measured on it, against the same by hand."""

import math

from bvae_lib import metrics
from bvae_lib.models import BurgessVAE
from bvae_lib.objectives import bernoulli_reconstruction

import pytest
import torch


@pytest.fixture(scope="module")
def model():
    """A network whose codes differ from image to image; its last latent is at the prior."""
    network = BurgessVAE(latents=3)
    torch.nn.init.normal_(network.encoder[-1].weight, std=0.1, generator=torch.Generator().manual_seed(0))
    network.prune_latents(torch.tensor([False, False, True]))
    return network.eval()


@pytest.mark.parametrize("n", [1, 500, 1100])
def test_a_data_set_encoded_in_parts_is_one_encoding(model, sprites, n):
    indices = torch.randint(len(sprites), (n,), generator=torch.Generator().manual_seed(0))
    images = sprites[indices]
    with torch.no_grad():
        expected = model.encode(images)
    for posterior in (metrics.encode_dataset(model, sprites, indices), metrics.encode_dataset(model, images)):
        for part, whole in zip(posterior, expected, strict=True):
            torch.testing.assert_close(part, whole)
            assert not part.requires_grad


def test_a_report_has_the_figures_of_its_images(model, sprites):
    found = metrics.report(model, sprites, n=600, seed=3)
    indices = torch.randint(len(sprites), (600,), generator=torch.Generator().manual_seed(3))
    posterior = metrics.encode_dataset(model, sprites, indices)
    with torch.no_grad():
        logits = model.decode(posterior.rsample(torch.Generator().manual_seed(0)))
    distortion = bernoulli_reconstruction(logits, sprites[indices]).item()
    codes, factors = metrics.silence(posterior.mean, posterior.kl().mean(dim=0)), sprites.factors(indices)
    gap = metrics.mig(codes, factors)
    assert found["distortion"] == pytest.approx(distortion, rel=0.02)  # the noise is another
    assert found["kl_per_latent"] == pytest.approx(posterior.kl().mean(dim=0).tolist(), rel=1e-5)
    assert found["rate"] == pytest.approx(sum(found["kl_per_latent"]), rel=1e-5)
    assert found["active"] == 2
    assert found["mig"] == pytest.approx(gap.mean)
    assert found["mig_raw"] == pytest.approx(metrics.mig(posterior.mean, factors).mean)
    assert list(found["gaps"].items()) == list(zip(sprites.factor_names, gap.gaps.tolist(), strict=True))
    assert found == metrics.report(model, sprites, n=600, seed=3)


@pytest.mark.parametrize(("rate", "distortion"), [(20.0, 3.0), (5.0, 100.0), (13.0, 0.2)])
def test_bounds_of_rate_and_distortion_hold_one_another(rate, distortion):
    entropy = math.log(737_280)
    bounds = metrics.rate_distortion_bounds(rate, distortion, entropy)
    assert 0 <= bounds["information_at_least"] == max(0, entropy - distortion)
    assert bounds["information_at_most"] == min(rate, entropy)
    assert bounds["information_at_most"] + bounds["mismatch_at_least"] == pytest.approx(rate)
