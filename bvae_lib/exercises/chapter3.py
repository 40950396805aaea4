"""The exercises of chapter 3."""

import functools
import itertools
import math
from collections.abc import Callable

import numpy as np
import torch
from torch.distributions import MultivariateNormal, kl_divergence

from .. import metrics, zoo
from ..data import DSprites
from ..models import LinearVAE, Posterior, gaussian_source
from ..theory import channel
from .exercise import Exercise, close_to

VARIANCES, NOISE = (9.0, 2.0), 0.5  # of exercise 3.6


def splits_the_mismatch(split: Callable) -> bool:
    """Try ``split(m, C)`` on random Gaussians against the KLs of torch."""
    generator = torch.Generator().manual_seed(0)
    for _ in range(5):
        m, factor = (torch.randn(*size, dtype=torch.float64, generator=generator) for size in ((3,), (3, 3)))
        C = factor @ factor.T + 0.1 * torch.eye(3, dtype=torch.float64)
        product = MultivariateNormal(m, C.diag().diag())
        prior = MultivariateNormal(torch.zeros_like(m), torch.eye(3, dtype=torch.float64))
        right = [kl_divergence(MultivariateNormal(m, C), product), kl_divergence(product, prior)]
        if not np.allclose([float(part) for part in split(m.numpy(), C.numpy())], right, atol=1e-6):
            return False
    return True


def leaves_its_own_out(bound: Callable) -> bool:
    """Try ``bound(log_q)`` on a channel whose right side of (3.4) is computed here."""
    generator = torch.Generator().manual_seed(1)
    mean, noise = 0.8 * torch.randn(300, 2, generator=generator), torch.randn(300, 2, generator=generator)
    posterior = Posterior(mean, torch.full((300, 2), -1.0))
    log_q = channel.log_densities(mean + math.exp(-0.5) * noise, posterior)
    others = log_q - torch.diag(torch.full((300,), math.inf, dtype=torch.float64))
    expected = (log_q.diagonal() - others.logsumexp(1) + math.log(299)).mean()
    return abs(float(bound(log_q.clone())) - expected.item()) < 1e-4


@functools.cache
def most_expensive_pair() -> frozenset[int]:
    """Return which two of the three latents of largest KL add most to D / beta + R when rotated by 45 degrees."""
    model, _, card = zoo.load("dsprites-price-4")
    sprites = DSprites(device="cpu")
    images = sprites[torch.randint(len(sprites), (400,), generator=torch.Generator().manual_seed(0))]
    posterior, price = metrics.encode_dataset(model, images), 4
    first = np.argsort(card.kl_per_latent)[::-1][:3].tolist()

    def cost(pair: tuple[int, int]) -> float:
        still, turned = (metrics.rotated_rate_distortion(model, posterior, images, pair, angle) for angle in (0, 45))
        return turned[0] - still[0] + (turned[1] - still[1]) / price

    costs = {frozenset(pair): cost(pair) for pair in itertools.combinations(first, 2)}
    return max(costs, key=costs.__getitem__)


def lies_on_the_axes(model: LinearVAE) -> bool:
    """Return whether the decoder's columns are principal axes of the source, and D + R is within 0.01 of its least."""
    source = gaussian_source(VARIANCES, n=500).to(model.decoder.weight)
    axes = torch.linalg.eigh(source.T @ source).eigenvectors
    columns = model.decoder.weight.detach()
    cosines = (axes.T @ (columns / columns.norm(dim=0))).abs()
    on_axes = (cosines.amax(dim=0) > math.cos(math.radians(2))).all() and len(cosines.argmax(dim=0).unique()) == 2
    loss = model.distortion(source) + model.encode(source).kl().sum(dim=1).mean()
    # At price 1 every component keeps a distortion of NOISE / (2 NOISE) and takes half the log of its gain.
    least = sum(0.5 + 0.5 * math.log(2 * math.pi * NOISE) + 0.5 * math.log(variance / NOISE) for variance in VARIANCES)
    return bool(on_axes) and loss.item() < least + 0.01


EXERCISES: dict[str, Exercise] = {
    "3.1": Exercise(close_to(0.5 * math.log(25), 0.005), "(3.6): one half of a logarithm, of one plus the ratio."),
    "3.2": Exercise(
        splits_the_mismatch,
        "The product of the marginals has the same means and the diagonal of C; the prior has mean 0 and variance 1.",
    ),
    "3.3": Exercise(close_to(0.1587, 0.002), "(3.7) takes half of the distance."),
    "3.4": Exercise(
        leaves_its_own_out,
        "Three things differ from (3.4): which images are averaged, over how many, and what is averaged.",
    ),
    "3.5": Exercise(
        lambda pair: frozenset(int(latent) for latent in pair) == most_expensive_pair(),
        "Take channel.rotation_cost of each of the three pairs, averaged over images.",
    ),
    "3.6": Exercise(
        lies_on_the_axes,
        "Train on gaussian_source((9, 2), n=500) at beta = 1, noise 0.5, until the loss no longer falls.",
    ),
}
