"""Answers to the exercises of chapter 3."""

import math

from bvae_lib import metrics, zoo
from bvae_lib.data import DSprites
from bvae_lib.models import LinearVAE, gaussian_source
from bvae_lib.theory import channel

import numpy as np
import torch
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from .answers import Answers


def by_formula(m, C):
    variances = np.diag(C)
    together = 0.5 * (np.log(variances).sum() - np.linalg.slogdet(C)[1])
    return together, 0.5 * (m**2 + variances - 1 - np.log(variances)).sum()


def by_difference(m, C):
    m, C = torch.tensor(m), torch.tensor(C)
    whole = kl_divergence(MultivariateNormal(m, C), MultivariateNormal(torch.zeros_like(m), torch.eye(3).double()))
    each = kl_divergence(Normal(m, C.diag().sqrt()), Normal(0.0, 1.0)).sum()
    return whole - each, each


def without_variances(m, C):
    return -0.5 * np.linalg.slogdet(C)[1], by_formula(m, C)[1]


def without_means(m, C):
    return by_formula(np.zeros(3), C)


def whole_first(m, C):
    return sum(by_formula(m, C)), by_formula(m, C)[1]


def filled(log_q):
    others = log_q.clone().fill_diagonal_(-math.inf)
    return (log_q.diagonal() - others.logsumexp(1) + math.log(len(log_q) - 1)).mean()


def in_a_loop(log_q):
    total, n = 0.0, len(log_q)
    for i in range(n):
        others = torch.cat([log_q[i, :i], log_q[i, i + 1 :]])
        total += log_q[i, i] - others.exp().mean().log()
    return total / n


def mean_of_logs(log_q):
    n = len(log_q)
    off = (log_q.sum(1) - log_q.diagonal()) / (n - 1)
    return (log_q.diagonal() - off).mean()


def its_own_stays_in(log_q):
    return (log_q.diagonal() - log_q.logsumexp(1) + math.log(len(log_q))).mean()


def columns_in_place_of_rows(log_q):
    others = log_q.clone().fill_diagonal_(-math.inf)
    return (log_q.diagonal() - others.logsumexp(0) + math.log(len(log_q) - 1)).mean()


def pairs():
    """The pairs among the first three latents, the one that costs most to rotate first."""
    model, _, card = zoo.load("dsprites-price-4")
    sprites = DSprites(device="cpu")
    posterior = metrics.encode_dataset(model, sprites[torch.arange(0, len(sprites), 2001)])
    a, b, c = np.argsort(card.kl_per_latent)[::-1][:3].tolist()
    costs = {p: channel.rotation_cost(posterior, p, math.pi / 4).mean() for p in ((a, b), (a, c), (b, c))}
    return sorted(costs, key=costs.get, reverse=True)


def at_optimum(degrees=0.0, order=(0, 1), sign=1.0, variances=(9.0, 2.0)):
    """A LinearVAE at the optimum of each latent, which is then rotated, in closed form."""
    source = gaussian_source(variances, n=500)
    axes = torch.linalg.eigh(source.T @ source / 500).eigenvectors[:, list(order)]
    lam = (axes.T @ source.T @ source @ axes).diagonal() / 500
    noise = 0.5 / lam
    scale = ((1 - noise) / lam).sqrt()
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = torch.tensor([[c, -s], [s, c]], dtype=torch.float64)
    model = LinearVAE(2, 2, noise=0.5).double()
    with torch.no_grad():
        model.encoder.weight.copy_(sign * turn @ (scale[:, None] * axes.T))
        model.decoder.weight.copy_(sign * (axes * (scale * lam)) @ turn.T)
        model.log_variance.copy_(-((turn.square() @ (1 / noise)).log()))
    return model


most, middle, least = pairs()
ANSWERS = {
    "3.1": Answers(right=[0.5 * np.log(1 + 0.96 / 0.2**2), math.log(5)], wrong=[np.log(25), 0.5 * np.log(24), 1.66]),
    "3.2": Answers(right=[by_formula, by_difference], wrong=[without_variances, without_means, whole_first]),
    "3.3": Answers(
        right=[Normal(0.0, 1.0).cdf(torch.tensor(-1.0)).item(), 0.5 * math.erfc(1 / math.sqrt(2))],
        wrong=[1 / 6, Normal(0.0, 1.0).cdf(torch.tensor(-2.0)).item(), 0.84, 0.3173],
    ),
    "3.4": Answers(right=[filled, in_a_loop], wrong=[mean_of_logs, its_own_stays_in, columns_in_place_of_rows]),
    "3.5": Answers(right=[most, list(reversed(most))], wrong=[middle, least, most[:1]]),
    "3.6": Answers(
        right=[at_optimum(), at_optimum(order=(1, 0), sign=-1.0)],
        wrong=[
            LinearVAE(2, 2, noise=0.5),
            at_optimum(degrees=45),
            at_optimum(degrees=10),
            at_optimum(variances=(4, 3)),
        ],
    ),
}
