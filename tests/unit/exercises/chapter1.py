"""Answers to the exercises of chapter 1."""

from bvae_lib.history import History
from bvae_lib.objectives import BetaVAE, bernoulli_reconstruction

import numpy as np
import torch
import torch.nn.functional as F
from torch.distributions import Normal

from .answers import Answers


def by_torch(mean, sigma, n):
    q = Normal(mean, sigma)
    z = q.sample((n,))
    return (q.log_prob(z) - Normal(0.0, 1.0).log_prob(z)).mean()


def by_numpy(mean, sigma, n):
    noise = np.random.default_rng(n).standard_normal(n)
    return float(np.mean((mean + sigma * noise) ** 2 / 2 - noise**2 / 2) - np.log(sigma))


def in_a_loop(mean, sigma, n):
    total = 0.0
    for noise in np.random.default_rng().standard_normal(n).tolist():
        total += ((mean + sigma * noise) ** 2 - noise**2) / 2
    return total / n - np.log(sigma)


def closed_form(mean, sigma, n):
    return 0.5 * (mean**2 + sigma**2 - np.log(sigma**2) - 1)


def other_way_round(mean, sigma, n):
    z = torch.randn(n)
    return (Normal(0.0, 1.0).log_prob(z) - Normal(mean, sigma).log_prob(z)).mean()


def sign_lost(mean, sigma, n):
    return -by_torch(mean, sigma, n)


def by_hand(model, images):
    mean, log_variance = model.encode(images)
    logits = model.decode(mean + (log_variance / 2).exp() * torch.randn_like(mean))
    distortion = F.binary_cross_entropy_with_logits(logits, images, reduction="none").flatten(1).sum(1)
    rate = 0.5 * (mean**2 + log_variance.exp() - log_variance - 1).sum(1)
    return (distortion + rate).mean()


def by_library(model, images):
    posterior = model.encode(images)
    return bernoulli_reconstruction(model.decode(posterior.rsample()), images) + posterior.kl().sum(1).mean()


def for_dsprites(model, images):
    mean, log_variance = model.encode(images)
    logits = model.decode(mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean))
    rate = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(dim=1).mean()
    return 4096 * F.binary_cross_entropy_with_logits(logits, images) + rate


def broken(sigma="half", pixels="sum", latents="sum"):
    """The loss with the mistakes that are asked for."""

    def loss(model, images):
        mean, log_variance = model.encode(images)
        noise = (log_variance * {"half": 0.5, "whole": 1, "none": 0}[sigma]).exp() * torch.randn_like(mean)
        logits = model.decode(mean + noise)
        distortion = F.binary_cross_entropy_with_logits(logits, images, reduction=pixels)
        rate = 0.5 * (mean**2 + log_variance.exp() - log_variance - 1)
        rate = rate.mean() if latents == "mean" else rate.sum(1).mean()
        return distortion / (len(images) if pixels == "sum" else 1) + rate

    return loss


def history(price, *rates):
    rates = np.array(rates)
    rows = np.column_stack([np.full((len(rates), 3), [300, price, np.nan]), rates])
    return History.from_rows(50 * np.arange(1, 1 + len(rates)), rows, {})


COLLAPSE = history(4096, 0.5, 1e-5)
RETURNS, STAYS = history(1, 0.1, 9.0, 16.0), history(1, 1e-5, 0.01, 0.02)

ANSWERS = {
    "1.1": Answers(
        right=[0.5 * (4 + 0.25 - np.log(0.25) - 1), 2.32],
        wrong=[0.5 * (4 - np.log(0.25) - 1), 0.5 * (4 + 0.5 - np.log(0.5) - 1), 2.0],  # no variance; sigma for it
    ),
    "1.2": Answers(
        right=[by_torch, by_numpy, in_a_loop],
        wrong=[closed_form, other_way_round, sign_lost, lambda mean, sigma, n: 0.5 * mean**2],
    ),
    "1.3": Answers(
        right=[by_hand, by_library, for_dsprites, lambda model, images: BetaVAE()(model, images, step=0).loss],
        wrong=[
            broken("whole"),
            broken("none"),
            broken(pixels="mean"),
            broken(latents="mean"),
            broken("whole", "mean", "mean"),
            lambda model, images: len(images) * by_hand(model, images),
        ],
    ),
    "1.4": Answers(right=[np.log(32), 5 * np.log(2)], wrong=[32.0, 5.0, 0.5 * np.log(32)]),
    "1.5": Answers(
        right=[("returns", COLLAPSE, RETURNS), ["stays", COLLAPSE, STAYS]],
        wrong=[
            ("stays", COLLAPSE, RETURNS),
            ("returns", COLLAPSE, STAYS),
            ("returns", RETURNS, RETURNS),  # never collapsed
            ("stays", COLLAPSE, COLLAPSE),  # never under the sum
        ],
    ),
}
