"""Answers to the exercises of chapter 5."""

from bvae_lib.full_batch import fit_full_batch
from bvae_lib.models import LinearVAE, gaussian_source
from bvae_lib.objectives import BetaVAE, Capacity
from bvae_lib.theory.penalty import exact_weight
from bvae_lib.theory.water_filling import water_level

import numpy as np
import torch

from .answers import Answers

VARIANCES, NOISE = [6.0, 2.5, 1.0, 0.3], 0.5


def worth(rate):
    return water_level(VARIANCES, rate) / NOISE


def trained(objective, seed=0, lr=0.05):
    model = LinearVAE(inputs=4, latents=4, noise=NOISE, seed=seed).double()
    return fit_full_batch(model, gaussian_source(VARIANCES, n=64), objective, steps=400, lr=lr, cooldown=200)


def hinge(gamma, C=1.0):
    return Capacity(gamma, C, C, steps=1, penalty="hinge")


def by_a_loop(R, V, i):
    weight = 0.0
    for j in range(i + 1, len(R)):
        weight = max(weight, (V[i] - V[j]) / (R[j] - R[i]))
    return weight


def loss_in_one_line(reconstruction, kl, capacity, gamma):
    return reconstruction.mean() + gamma * torch.clamp(kl.mean(dim=0).sum() - capacity, min=0)


def loss_with_max(reconstruction, kl, capacity, gamma):
    rate = kl.sum() / len(kl)
    return reconstruction.sum() / len(reconstruction) + gamma * max(rate - capacity, torch.tensor(0.0))


def still_summed(reconstruction, kl, capacity, gamma):
    return reconstruction.sum() + gamma * (kl.sum(dim=1).mean() - capacity).relu()


def still_a_capacity_each(reconstruction, kl, capacity, gamma):
    return reconstruction.mean() + gamma * (kl.sum(dim=1) - capacity).relu().mean()


def absolute(reconstruction, kl, capacity, gamma):
    return reconstruction.mean() + gamma * (kl.sum(dim=1).mean() - capacity).abs()


def coverage(interval):
    rng = np.random.default_rng(1)
    samples = rng.normal(size=(3000, 5))
    low, high = interval(samples, rng)
    return ((low <= 0) & (high >= 0)).mean()


def percentiles(samples, rng):
    draws = rng.integers(0, 5, size=(400, *samples.shape))
    means = np.take_along_axis(samples[None], draws, axis=2).mean(axis=2)
    return np.quantile(means, [0.025, 0.975], axis=0)


def of_the_values(samples, rng):
    """The percentiles of the values themselves, not of their mean."""
    return np.quantile(samples, [0.025, 0.975], axis=1)


ANSWERS: dict[str, Answers] = {
    "5.1": Answers(right=[-13, -(2 * 30 / 5 + 1)], wrong=[-61, -12, 13]),
    "5.2": Answers(
        right=[
            by_a_loop,
            lambda R, V, i: ((V[i] - V[i + 1 :]) / (R[i + 1 :] - R[i])).max(),
            lambda R, V, i: exact_weight(R, V, R[i]),
        ],
        wrong=[
            lambda R, V, i: -np.gradient(V, R)[i],  # the slope there
            lambda R, V, i: -np.gradient(V, R)[i:].min(),  # the steepest slope beyond
            lambda R, V, i: (V[i] - V[-1]) / (R[-1] - R[i]),
        ],
    ),
    "5.3": Answers(right=[loss_in_one_line, loss_with_max], wrong=[still_summed, still_a_capacity_each, absolute]),
    "5.4": Answers(right=[1000 / 512, 1.95], wrong=[1000, 1000 / 256, 2 * 1000 / 256, 1000 / 64 / 2]),
    "5.5": Answers(
        right=[trained(hinge(worth(2))), trained(hinge(1.3), seed=1, lr=0.03)],
        wrong=[trained(hinge(worth(1))), trained(hinge(5.0)), trained(hinge(5.0, C=2.0)), trained(BetaVAE(worth(2)))],
    ),
    "5.6": Answers(right=[(1.0, 1000), [2, 500]], wrong=[(0.1, 200), (0.1, 500), (0.5, 1000)]),
    "5.7": Answers(right=[coverage(percentiles), 0.82, np.float64(0.85)], wrong=[0.95, 0.9, coverage(of_the_values)]),
}
