"""The exercises of chapter 1."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.distributions import Normal, kl_divergence

from ..history import History
from ..models import VAE, Posterior
from ..objectives import BetaVAE
from .exercise import Exercise, close_to


def samples_the_kl(estimate: Callable[[float, float, int], Any]) -> bool:
    """Judge whether ``estimate(mean, sigma, n)`` finds the KL from draws: near it for many, not the same for few."""
    for mean, sigma in ((0.0, 1.0), (1.0, 0.5), (-2.0, 0.1)):
        exact = kl_divergence(Normal(mean, sigma), Normal(0.0, 1.0)).item()
        if not abs(float(estimate(mean, sigma, 200_000)) - exact) <= 0.03:  # NaN is wrong too
            return False
    few = [float(estimate(1.0, 0.5, n)) for n in range(20, 120, 10)]
    return bool(np.ptp(few) > 0.01)


class Known(VAE):
    """A VAE of two latents that gives every image the same posterior; only four pixels depend on z."""

    channels, latents = 1, 2

    def encode(self, images: torch.Tensor) -> Posterior:
        """Return one posterior for all images."""
        rows = torch.ones(len(images), 1)
        return Posterior(rows * torch.tensor([1.0, -1.0]), rows * torch.tensor([-3.0, -2.5]))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Return logits that follow the noise at four pixels, and black everywhere else."""
        noise = z - torch.tensor([1.0, -1.0])
        logits = torch.full((len(z), 1, 64, 64), -20.0)
        logits[:, 0, 0, :4] = 8 * noise @ torch.tensor([[1.0, 0.0, 1.0, -1.0], [0.0, 1.0, 1.0, 1.0]])
        return logits


def is_the_loss(loss: Callable[[VAE, torch.Tensor], Any]) -> bool:
    """Judge whether ``loss(model, images)`` is D + R, in nats per image, on a model in which every term counts."""
    torch.manual_seed(0)
    model, images = Known(), torch.zeros(2000, 1, 64, 64)
    images[:, 0, 0, :4] = torch.bernoulli(torch.full((2000, 4), 0.5))
    right = BetaVAE()(model, images, step=0).loss.item()
    return abs(float(loss(model, images)) - right) < 0.06 * right


def foretold(answer: tuple[str, History, History]) -> bool:
    """Judge whether the word says how a run ended that went on, under the sum, from a collapse under the mean."""
    word, collapse, after = answer
    if not (collapse.price[-1] > 1000 and collapse.rate[-1] < 0.01 and after.price[-1] == 1 and after.step[-1] >= 100):
        return False
    return word == ("returns" if after.rate[-1] > 1 else "stays")


EXERCISES = {
    "1.1": Exercise(close_to((4 + 0.25 - math.log(0.25) - 1) / 2), "(1.3) takes the variance, σ²."),
    "1.2": Exercise(samples_the_kl, "Draw n values of z from q, and average log q(z) - log p(z). No closed form."),
    "1.3": Exercise(
        is_the_loss,
        "(1.2) is a sum over pixels and the rate a sum over latents, both averaged over images; "
        "σ is the square root of the variance.",
    ),
    "1.4": Exercise(close_to(math.log(32)), "Average (1.3) over the means: the mean of μ² is 1 - σ²."),
    "1.5": Exercise(
        foretold,
        "Hand in your word, the History of the run with the mean, which ends below 0.01 nats, and that of at least 100 "
        "steps with the sum. If the word disagrees with the run, look at its rate.",
    ),
}
