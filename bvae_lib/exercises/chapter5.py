"""The exercises of chapter 5."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from scipy.stats import ttest_1samp

from ..history import History
from ..theory.penalty import dented_curve, exact_weight
from ..zoo import load
from .exercise import Exercise, close_to


def is_exact_weight(weight: Callable[[np.ndarray, np.ndarray, int], float]) -> bool:
    """Try ``weight`` on a curve with a dent and on a convex one, at some points of each."""
    rate = np.linspace(0, 8, 2001)
    curves = dented_curve(rate), 20 * np.exp(-rate / 2)
    cases = [(rate, curve, i) for curve in curves for i in (250, 500, 750, 1050, 1500)]
    return all(np.isclose(weight(*case), exact_weight(case[0], case[1], case[0][case[2]]), rtol=0.02) for case in cases)


def is_hinge_loss(loss: Callable[[torch.Tensor, torch.Tensor, float, float], torch.Tensor]) -> bool:
    """Try ``loss`` on batches of three sizes, above and below the capacity."""
    generator = torch.Generator().manual_seed(0)
    for images, capacity in ((64, 10.0), (64, 20.0), (3, 9.0), (1, 5.0)):
        reconstruction = 100 + 20 * torch.randn(images, generator=generator)
        kl = 2 * torch.rand(images, 10, generator=generator)
        right = reconstruction.mean() + 7 * (kl.sum(dim=1).mean() - capacity).relu()
        given = torch.as_tensor(loss(reconstruction, kl, capacity, 7.0))
        if given.shape != right.shape or not torch.isclose(given, right, rtol=1e-4):
            return False
    return True


def ends_at_two_nats(history: History) -> bool:
    """Whether a run under a hinge at one nat ended at two."""
    objective = history.settings["objective"]
    asked = objective.get("penalty") == "hinge" and objective["stop"] == 1
    return bool(asked and abs(history.rate[-1] - 2) < 0.05)


def says_that_the_claim_fails(settings: Sequence[float]) -> bool:
    """Whether the paired interval of the separations lies below 0 with this threshold and hold."""
    threshold, hold = (float(value) for value in settings)
    pairs = [[load(f"dsprites-{penalty}-seed{seed}")[1] for penalty in ("hinge", "capacity")] for seed in range(5)]
    separations = [[np.nanstd(h.onset_capacities(threshold, int(hold))) for h in pair] for pair in pairs]
    interval = ttest_1samp(np.subtract(*np.transpose(separations)), 0).confidence_interval()
    return bool(interval.high < 0)


EXERCISES: dict[str, Exercise] = {
    "5.1": Exercise(close_to(-13), "Use the bound for one of the five latents."),
    "5.2": Exercise(is_exact_weight, "Compare V at i with V at every rate above it, not only with the next one."),
    "5.3": Exercise(is_hinge_loss, "R is one number for the batch, and D is in nats per image."),
    "5.4": Exercise(
        close_to(1000 / 256 / 2), "Divide its loss until the squared error is what a Gaussian of variance 1 has."
    ),
    "5.5": Exercise(ends_at_two_nats, "A weight below the worth of a nat acts as beta: what is a nat worth at 2 nats?"),
    "5.6": Exercise(says_that_the_claim_fails, "Ask for more nats, held for longer."),
    "5.7": Exercise(close_to(0.84, 0.03), "Draw five numbers of a known mean, resample them, and repeat."),
}
