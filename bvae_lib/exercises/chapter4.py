"""The exercises of chapter 4."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from ..history import History
from ..models import per_factor
from ..models.factor_channel import FACTORS
from ..theory.allocation import onset_rates
from .exercise import Exercise, close_to


def standardises(sender: Callable[[torch.Tensor], Any]) -> bool:
    """Judge whether ``sender`` gives mean 0 and mean square 1, in equal steps up or down, for any number of classes."""
    for count in (2, 5, 32):
        classes = torch.arange(count).repeat(200).float()
        f = np.asarray(sender(classes), dtype=float)
        straight = abs(np.corrcoef(f, classes)[0, 1]) > 0.999
        if not (straight and abs(f.mean()) < 0.01 and abs((f**2).mean() - 1) < 0.02):
            return False
    return True


def foretold(answer: tuple[list[str], History]) -> bool:
    """Judge whether the two names are, in order, the factors that first became active, with the position fixed."""
    names, history = answer
    nats = per_factor(history.kl_per_latent).numpy()
    if nats[-1, 3:].max() > 0.1:  # the position was not fixed
        return False
    onsets = onset_rates(history.rate, nats)
    first = [FACTORS[factor] for factor in np.argsort(onsets)[: np.isfinite(onsets).sum()]]
    return len(first) >= 2 and list(names) == first[:2]


EXERCISES = {
    "4.1": Exercise(close_to(math.exp(-2), 0.005), "(4.2) gives s; the variance of the noise is s²."),
    "4.2": Exercise(
        close_to([1, math.log(2)], 0.005),
        "The slope is (4.4). In all, the coin cannot save more than the entropy of the pixels that it determines.",
    ),
    "4.3": Exercise(standardises, "(4.2) rests on the mean of f² being 1, for every number of classes."),
    "4.4": Exercise(close_to(math.log(3), 0.005), "Set the two slopes equal."),
    "4.5": Exercise(
        foretold,
        "Two names in the order of your prediction, then the History. All sprites have the same position, and the run "
        "must be long enough for two factors to hold a quarter of a nat. If it disagrees, look at the slopes again.",
    ),
}
