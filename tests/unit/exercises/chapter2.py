"""Answers to the exercises of chapter 2."""

import math

from bvae_lib.full_batch import fit_full_batch
from bvae_lib.models import LinearVAE, gaussian_source
from bvae_lib.objectives import BetaVAE, Constrained
from bvae_lib.theory.penalty import dented_curve, exact_weight
from bvae_lib.theory.water_filling import water_level

import numpy as np
import torch

from .answers import Answers

NARROW = np.array([10, 6, 3, 1.5, 0.7])


def figures(model, source):
    return model.distortion(source), model.encode(source).kl().sum(dim=1).mean()


def by_autograd(model, source, price, budget):
    D, R = figures(model, source)
    gradients = torch.autograd.grad(D + price * R, list(model.parameters()))
    flat = max(float(g.abs().max()) for g in gradients) < 0.01
    return flat, R.item() <= budget + 0.01, price >= 0, abs(price * (R.item() - budget)) < 0.01


def by_backward(model, source, price, budget):
    model.zero_grad()
    D, R = figures(model, source)
    (D + price * (R - budget)).backward()
    norm = math.sqrt(sum(p.grad.square().sum().item() for p in model.parameters()))
    return [norm < 1e-3, R - budget < 1e-3, price > -1e-9, (price * (R - budget)).abs() < 1e-3]


def without_a_price(model, source, price, budget):
    """Takes the gradient of D alone."""
    D, _ = figures(model, source)
    gradients = torch.autograd.grad(D, list(model.parameters()), allow_unused=True)
    flat = max(float(g.abs().max()) for g in gradients if g is not None) < 0.01
    return (flat, *by_autograd(model, source, price, budget)[1:])


def that_binds(model, source, price, budget):
    """Takes complementary slackness for R = budget, whatever the price."""
    _, R = figures(model, source)
    return (*by_autograd(model, source, price, budget)[:3], abs(R.item() - budget) < 0.01)


def that_only_asks_for_less(model, source, price, budget):
    """Forgets the absolute value."""
    _, R = figures(model, source)
    return (*by_autograd(model, source, price, budget)[:3], price * (R.item() - budget) < 0.01)


def least_weight(budget):
    for gamma in np.arange(0.5, 12, 0.005):
        R = np.linspace(0, 8, 4001)
        if abs(R[(dented_curve(R) + gamma * np.abs(R - budget)).argmin()] - budget) < 0.01:
            return gamma
    return None


def step_in_logarithm(beta, rate, budget, speed):
    return math.exp(math.log(beta) + speed * max(-1.0, min(1.0, rate - budget)))


def step_in_torch(beta, rate, budget, speed):
    return beta * (speed * torch.tensor(rate - budget).clamp(-1, 1)).exp()


def solved(scale=4.0, budget=2.0, steps=1500, objective=None):
    model = LinearVAE(inputs=5, latents=5, seed=0).double()
    objective = objective or Constrained(budget, budget, steps=1, multiplier=10.0)
    return fit_full_batch(model, gaussian_source(scale * NARROW), objective, steps=steps, lr=0.02)


RUN = solved()
PRICE = water_level(4 * NARROW, 2.0)
GRID = np.linspace(0, 8, 801)

ANSWERS: dict[str, Answers] = {
    "2.1": Answers(right=[3, (2 - (2 / 8) ** 0.5) / (2 / 8) ** 0.5], wrong=[0.5, 1 / 3, 7]),
    "2.2": Answers(right=[by_autograd, by_backward], wrong=[without_a_price, that_binds, that_only_asks_for_less]),
    "2.3": Answers(
        right=[4.98, least_weight(3.0), exact_weight(GRID, dented_curve(GRID), 3.0)],
        wrong=[1.16, -np.gradient(dented_curve(GRID), GRID)[300], 8.22, 3.18],  # the slope there, the steepest, the tie
    ),
    "2.4": Answers(
        right=[
            step_in_logarithm,
            step_in_torch,
            lambda beta, rate, budget, speed: beta * np.exp(speed * np.clip(rate - budget, -1, 1)),
        ],
        wrong=[
            lambda beta, rate, budget, speed: beta * np.exp(speed * np.clip(budget - rate, -1, 1)),
            lambda beta, rate, budget, speed: beta * np.exp(np.clip(speed * (rate - budget), -1, 1)),
            lambda beta, rate, budget, speed: max(0, beta + speed * np.clip(rate - budget, -1, 1)),
        ],
    ),
    "2.5": Answers(right=[[1.0, 2.5, 4.2], {4.2, 1, 2.5}, np.array([2.5, 1.0, 4.2])], wrong=[[1.0], [1.0, 4.2], []]),
    "2.6": Answers(
        right=[(PRICE, RUN), (4 * water_level(NARROW, 2.0), RUN)],
        wrong=[
            (water_level(NARROW, 2.0), RUN),  # of the narrow source
            (2 * water_level(NARROW, 2.0), RUN),
            (PRICE, solved(steps=100)),
            (PRICE, solved(objective=BetaVAE(PRICE))),
            (water_level(NARROW, 2.0), solved(scale=1.0)),
        ],
    ),
}
