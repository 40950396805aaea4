"""The exercises of chapter 7."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch

from ..history import History
from ..metrics import ACTIVE
from .exercise import Exercise, close_to


def is_in_nats(loss: Callable[[torch.Tensor, torch.Tensor, float, float, float], torch.Tensor]) -> bool:
    """Try ``loss`` on batches of three sizes, with several weights and noises, above and below the capacity."""
    generator = torch.Generator().manual_seed(0)
    for images, capacity, gamma, sigma in ((64, 10.0, 1000.0, 1.0), (256, 30.0, 1000.0, 0.5), (3, 9.0, 10.0, 2.0)):
        squares = 100 + 20 * torch.rand(images, generator=generator)
        kl = 2 * torch.rand(images, 10, generator=generator)
        report = squares.sum() + gamma * (kl.sum(dim=1).mean() - capacity).abs()
        given = torch.as_tensor(loss(squares, kl, capacity, gamma, sigma))
        right = report / (2 * images * sigma**2)
        if given.shape != right.shape or not torch.isclose(given, right, rtol=1e-4):
            return False
    return True


def counts_factors(count: Callable[[np.ndarray, np.ndarray], int]) -> bool:
    """Try ``count`` on tables in which latents share a factor, pass the bound on two, or are silent."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        nmi, kl = 0.5 * rng.random((8, 10)) ** 3, np.where(rng.random(8) < 0.6, 1.0, ACTIVE / 2)
        follows = {row.argmax() for row, nats in zip(nmi, kl, strict=True) if nats >= ACTIVE and row.max() >= 0.2}
        if count(nmi.copy(), kl.copy()) != len(follows):
            return False
    return True


def take_the_same_path(histories: Sequence[History]) -> bool:
    """Whether a run with the Bernoulli likelihood at beta = 1 and one with the Gaussian have nearly the same rates."""
    bernoulli, gaussian = histories
    objectives = [history.settings["objective"] for history in histories]
    asked = [objective["likelihood"] for objective in objectives] == ["bernoulli", "gaussian"]
    left_the_prior = objectives[0]["beta"] == 1 and bernoulli.rate[-1] > 0.05
    return bool(asked and left_the_prior and np.allclose(gaussian.rate, bernoulli.rate, rtol=0.15))


EXERCISES: dict[str, Exercise] = {
    "7.1": Exercise(
        close_to([0.9 / math.log(31), 0.3 / math.log(2)], 0.005), "Divide each by the entropy of its factor, in nats."
    ),
    "7.2": Exercise(
        is_in_nats,
        "The first term must be that of (7.2), of one image. What divides it must divide the penalty too.",
    ),
    "7.3": Exercise(
        counts_factors, "A latent follows one factor, or none, and needs 0.01 nats. Ask each latent, not each factor."
    ),
    "7.4": Exercise(
        close_to(-64 * 64 * 3 * (0.9 * math.log(0.9) + 0.1 * math.log(0.1)), 0.005), "The floor (7.3), for each value."
    ),
    "7.5": Exercise(
        take_the_same_path,
        "First the run with Bernoulli at beta = 1. Near middle grey Bernoulli is a Gaussian: of which variance?",
    ),
}
