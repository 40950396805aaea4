"""Answers to the exercises of chapter 7."""

from bvae_lib.data import RenderedFaces
from bvae_lib.metrics import ACTIVE, FOLLOWS
from bvae_lib.models import BurgessVAE
from bvae_lib.objectives import BetaVAE
from bvae_lib.training import fit

import numpy as np
import torch

from .answers import Answers

AZIMUTH, ARMS, FLOOR = np.log(31), np.log(2), -(0.9 * np.log(0.9) + 0.1 * np.log(0.1))


def step_by_step(squares, kl, capacity, gamma, sigma):
    weight = gamma / len(squares) / (2 * sigma**2)
    return squares.mean() / (2 * sigma**2) + weight * (kl.sum(dim=1).mean() - capacity).abs()


def all_at_once(squares, kl, capacity, gamma, sigma):
    rate = kl.mean(dim=0).sum()
    return (squares.sum() + gamma * max(rate - capacity, capacity - rate)) / (2 * len(squares) * sigma**2)


def weight_of_a_mean(squares, kl, capacity, gamma, sigma):
    return squares.mean() / (2 * sigma**2) + gamma * (kl.sum(dim=1).mean() - capacity).abs()


def weight_without_the_half(squares, kl, capacity, gamma, sigma):
    return squares.mean() / (2 * sigma**2) + gamma / len(squares) * (kl.sum(dim=1).mean() - capacity).abs()


def a_capacity_each(squares, kl, capacity, gamma, sigma):
    return (squares.mean() + gamma / len(squares) * (kl.sum(dim=1) - capacity).abs().mean()) / (2 * sigma**2)


def by_sets(nmi, kl):
    return len({row.argmax() for row, nats in zip(nmi, kl, strict=True) if nats >= ACTIVE and row.max() >= FOLLOWS})


def by_arrays(nmi, kl):
    active = nmi[kl >= 0.01]
    return len(np.unique(active[active.max(axis=1) >= 0.2].argmax(axis=1)))


def by_factors(nmi, kl):
    return int((nmi.max(axis=0) >= 0.2).sum())


def by_factors_of_active_latents(nmi, kl):
    return int((nmi[kl >= 0.01] >= 0.2).any(axis=0).sum())


def by_latents(nmi, kl):
    return int((nmi[kl >= 0.01].max(axis=1) >= 0.2).sum())


PALE = 0.5 + 0.3 * (RenderedFaces(n=32, device="cpu", cache=None)[torch.arange(32)] - 0.5)


def trained(likelihood, beta):
    model = BurgessVAE(channels=3, latents=4, seed=0)
    model.decoder[-1].weight.data.mul_(0.1)
    objective = BetaVAE(beta, likelihood)
    return fit(model, PALE, objective, 50, batch_size=4, lr=1e-3, seed=0, device="cpu", precision="float32")


BERNOULLI, QUARTER = trained("bernoulli", 1), trained("gaussian", 0.25)

ANSWERS: dict[str, Answers] = {
    "7.1": Answers(
        right=[[0.9 / AZIMUTH, 0.3 / ARMS], (0.262, 0.433)],
        wrong=[[0.9, 0.3], [0.3 / ARMS, 0.9 / AZIMUTH], [0.9 / 31, 0.3 / 2], [0.9 / np.log2(31), 0.3 / np.log2(2)]],
    ),
    "7.2": Answers(
        right=[step_by_step, all_at_once], wrong=[weight_of_a_mean, weight_without_the_half, a_capacity_each]
    ),
    "7.3": Answers(right=[by_sets, by_arrays], wrong=[by_factors, by_factors_of_active_latents, by_latents]),
    "7.4": Answers(right=[64 * 64 * 3 * FLOOR, 3995], wrong=[0.0, 64 * 64 * FLOOR, -64 * 64 * 3 * np.log(0.9)]),
    "7.5": Answers(
        right=[(BERNOULLI, QUARTER), [BERNOULLI, trained("gaussian", 0.24)]],
        wrong=[(BERNOULLI, trained("gaussian", 0.5)), (QUARTER, BERNOULLI), (BERNOULLI, BERNOULLI)],
    ),
}
