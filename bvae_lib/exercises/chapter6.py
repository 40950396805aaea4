"""The exercises of chapter 6."""

import math
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import ArrayLike

from ..models import LinearVAE, gaussian_source
from ..theory.water_filling import garrote, rate_path, water_filling
from .exercise import Exercise, close_to

VARIANCES, LATENTS, NOISE, PRICE = (8.0, 4.0, 2.0, 0.4), 2, 0.5, 1.0  # of exercise 6.5


def is_the_gain(gain: Callable[[float, float, float], float]) -> bool:
    """Try ``gain(variance, price, noise)`` above water and below."""
    cases = [(4.0, 1.0, 1.0), (4.0, 1.0, 2.0), (0.5, 1.0, 1.0), (10.0, 0.3, 0.5), (3.0, 2.0, 1.4)]
    return all(
        abs(float(gain(variance, price, noise)) - garrote(variance**0.5, price * noise)) < 1e-4
        for variance, price, noise in cases
    )


def stays_within(rates: Callable[[np.ndarray, float], ArrayLike]) -> bool:
    """Try ``rates(variances, capacity)`` with one, some and all components active, in any order."""
    cases: list[tuple[list[float], float]] = [
        ([8, 2, 1], 0.5),
        ([8, 2, 1], 1.0),
        ([8, 2, 1], 4.0),
        ([0.3, 9.0, 2.0, 0.3], 1.2),
        ([5.0], 2.0),
    ]
    return all(
        np.allclose(rates(np.array(variances), capacity), rate_path(variances, [capacity])[0], atol=1e-4)
        for variances, capacity in cases
    )


def foretells_the_gains(answer: tuple[ArrayLike, LinearVAE]) -> bool:
    """Judge whether a network was trained as asked, and whether its gains are those that were predicted."""
    predicted, model = answer
    source = gaussian_source(VARIANCES, n=200).to(model.decoder.weight)
    axes = torch.linalg.eigh(source.T @ source).eigenvectors.flip(1)  # largest variance first
    with torch.no_grad():
        gains = (axes.T @ model.decoder.weight @ model.encoder.weight @ axes).diag()
        loss = model.distortion(source) + PRICE * model.encode(source).kl().mean(dim=0).sum()
    # Each latent has a component to itself, and the components that are left have none.
    rates, errors = water_filling(VARIANCES[:LATENTS], PRICE * NOISE)
    squares = errors.sum() + sum(VARIANCES[LATENTS:])
    least = squares / (2 * NOISE) + len(VARIANCES) / 2 * math.log(2 * math.pi * NOISE) + PRICE * rates.sum()
    asked = model.noise == NOISE and model.latents == LATENTS
    return asked and loss.item() < least + 0.01 and close_to(gains, 0.02)(predicted)


EXERCISES: dict[str, Exercise] = {
    "6.1": Exercise(close_to(0.5 * math.log(16)), "(6.5) with k = 2: two terms."),
    "6.2": Exercise(
        is_the_gain, "Where is the slope of D + price * R over the gain zero? And below water? Noise counts, too."
    ),
    "6.3": Exercise(stays_within, "How many components does the level in the code take for active? How many are?"),
    "6.4": Exercise(
        close_to(2 / 3), "What a nat saves must stay equal for both: 2 dR of the first is dR of the second."
    ),
    "6.5": Exercise(
        foretells_the_gains,
        "(prediction, model), in this order: four gains, largest variance first. Train to convergence at the price "
        "and the noise given. If the run disagrees with you, count the latents.",
    ),
}
