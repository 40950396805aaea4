"""Answers to the exercises of chapter 6."""

import math

from bvae_lib.full_batch import fit_full_batch, solve_full_batch
from bvae_lib.models import LinearVAE, gaussian_source
from bvae_lib.objectives import BetaVAE
from bvae_lib.theory.water_filling import onset_capacities, rate_path, water_level

import numpy as np

from .answers import Answers


def by_slope(variance, price, noise):
    """Descend on D + price * R over the gain."""
    g = np.linspace(0, 1, 1_000_001)[:-1]
    return g[(variance * (1 - g) / (2 * noise) - price * np.log(1 - g) / 2).argmin()]


def by_bisection(variances, capacity):
    low, high = -20.0, 20.0  # half the log of the level
    for _ in range(60):
        middle = (low + high) / 2
        rates = [max(0.5 * math.log(v) - middle, 0) for v in variances]
        low, high = (middle, high) if sum(rates) > capacity else (low, middle)
    return rates


def by_dropping(variances, capacity):
    """Take those below water out, and fill again."""
    logs = np.log(np.asarray(variances, dtype=float))
    active = np.full(len(logs), True)
    while True:
        half = (logs[active].sum() - 2 * capacity) / active.sum()
        if (logs[active] >= half).all():
            return np.where(active, 0.5 * (logs - half), 0)
        active &= logs > half


def as_printed(variances, capacity):
    """The code of the question."""
    logs = np.log(variances)
    level = np.exp((logs.sum() - 2 * capacity) / len(logs))
    return np.maximum(0.5 * (logs - np.log(level)), 0)


def scaled_down(variances, capacity):
    rates = as_printed(variances, capacity)
    return rates * capacity / rates.sum()


def trained(latents=2, noise=0.5, price=1.0, seed=0):
    model = LinearVAE(4, latents=latents, noise=noise, seed=seed).double()
    solve_full_batch(model, gaussian_source((8, 4, 2, 0.4), n=200), price)
    return model


def by_adam():
    model = LinearVAE(4, latents=2, noise=0.5, seed=1)
    fit_full_batch(model, gaussian_source((8, 4, 2, 0.4), n=500, seed=0), BetaVAE(1.0), 3000, lr=0.02, cooldown=1000)
    return model


MODEL = trained()

ANSWERS: dict[str, Answers] = {
    "6.1": Answers(
        right=[0.5 * np.log(8) + 0.5 * np.log(2), onset_capacities([8, 2, 1])[2]],
        wrong=[0.5 * np.log(8), np.log(16), 0.5 * np.log(4) + 0.5 * np.log(2)],
    ),
    "6.2": Answers(
        right=[
            lambda variance, price, noise: max(0, 1 - price * noise / variance),
            lambda variance, price, noise: 1 - math.exp(-max(math.log(variance / (price * noise)), 0)),
            by_slope,
        ],
        wrong=[
            lambda variance, price, noise: 1 - price * noise / variance,
            lambda variance, price, noise: max(0, 1 - price / variance),
            lambda variance, price, noise: max(0, 1 - math.sqrt(price * noise / variance)),
            lambda variance, price, noise: variance / (variance + price * noise),  # ridge regression
        ],
    ),
    "6.3": Answers(
        right=[
            by_bisection,
            by_dropping,
            lambda variances, capacity: np.maximum(0.5 * np.log(variances / water_level(variances, capacity)), 0),
        ],
        wrong=[
            as_printed,
            scaled_down,
            lambda variances, capacity: 2 * rate_path(variances, [capacity / 2])[0],
            lambda variances, capacity: rate_path(np.sqrt(variances), [capacity])[0],
        ],
    ),
    "6.4": Answers(right=[2 / 3, 1 / (1 + 1 / 2)], wrong=[1 / 2, 1 / 3, math.exp(-1) / (math.exp(-1) + math.exp(-2))]),
    "6.5": Answers(
        right=[([15 / 16, 7 / 8, 0, 0], MODEL), (np.array([0.94, 0.875, 0.0, 0.0]), by_adam())],
        wrong=[
            ([15 / 16, 7 / 8, 3 / 4, 0], MODEL),  # as with four latents
            ([7 / 8, 3 / 4, 0, 0], MODEL),  # the noise left out
            ([15 / 16, 7 / 8, 3 / 4, 0], trained(latents=4)),
            ([15 / 16, 7 / 8, 0, 0], LinearVAE(4, latents=2, noise=0.5)),
            ([7 / 8, 3 / 4, 0, 0], trained(noise=1.0)),
        ],
    ),
}
