"""Answers to the exercises of appendix A."""

import math

from bvae_lib import zoo
from bvae_lib.axis_discovery.ica import ica_rotation
from bvae_lib.axis_discovery.latent_vae import LatentVAE
from bvae_lib.axis_discovery.second_stage import train_latent_vae
from bvae_lib.models import Posterior

import numpy as np
import torch

from .answers import Answers


def angle(codes):
    z = torch.complex(codes[:, 0], codes[:, 1])
    return (torch.pi - (z**4).mean().angle()) / 4


def matrix(t):
    return torch.stack([torch.stack([t.cos(), -t.sin()]), torch.stack([t.sin(), t.cos()])])


def by_a_complex_factor(codes):
    z = torch.complex(codes[:, 0], codes[:, 1]) * torch.polar(torch.tensor(1.0), angle(codes))
    return torch.stack([z.real, z.imag], dim=1)


def rotated_sine_and_cosine(n):
    """On a circle: of one variance and uncorrelated, but not independent."""
    t = 2 * np.pi * np.random.default_rng(0).random(n)
    return np.stack([np.cos(t), np.sin(t)], axis=1)


def trained(beta_end):
    generator = torch.Generator().manual_seed(1)
    old = Posterior(
        (1 - math.exp(-4)) ** 0.5 * torch.randn(5000, 1, generator=generator).repeat(1, 2), torch.full((5000, 2), -4.0)
    )
    stage = LatentVAE(torch.zeros(2, dtype=torch.bool), seed=1)
    for _ in train_latent_vae(stage, generator, old, 1.0, 50.0, steps=400, anneal_steps=200, beta_end=beta_end):
        pass
    return stage


class InClosedForm:
    """A linear code of two latents of one value, without training; noise of 1 leaves a latent silent."""

    def __init__(self, noise):
        self.noise = noise  # variances of the posterior

    def encode(self, old):
        means = old.mean * (1 - self.noise).sqrt() / (1 - math.exp(-4)) ** 0.5
        return Posterior(means, self.noise.log().expand_as(means))

    def decode(self, z):
        guess = z * (1 - self.noise).sqrt() * (1 - math.exp(-4)) ** 0.5
        return guess.sum(dim=1, keepdim=True).expand_as(z) / (self.noise < 1).sum()


on_one = InClosedForm(torch.tensor([1.0, 0.5 / (math.exp(4) - 1)]))
on_both = InClosedForm(torch.full((2,), math.exp(-4)))
_, history, card = zoo.load("dsprites-auxiliary")
price = history.price[-10:].mean()
rng = np.random.default_rng(0)
ANSWERS: dict[str, Answers] = {
    "A.1": Answers(right=[2 - 0.5 * np.log(2), 1.653], wrong=[2, 2 + 0.5 * np.log(2), 2 - np.log(2)]),
    "A.2": Answers(right=[22.5, (180 - 90) / 4], wrong=[90, -22.5, 67.5]),
    "A.3": Answers(
        right=[
            lambda codes: codes @ matrix(angle(codes)).T,
            by_a_complex_factor,
            lambda codes: codes @ ica_rotation(codes).T,
        ],
        wrong=[
            lambda codes: codes @ matrix(angle(codes)),  # as given
            lambda codes: codes @ matrix(4 * angle(codes)).T,
            lambda codes: codes,
            lambda codes: codes / 0,
        ],
    ),
    "A.4": Answers(
        right=[lambda n: rng.normal(size=(n, 2)), lambda n: torch.randn(n, 2) * 3 + 1],
        wrong=[
            lambda n: rng.uniform(size=(n, 2)),
            lambda n: rng.laplace(size=(n, 2)),
            rotated_sine_and_cosine,
            lambda n: rng.normal(size=(n, 2)) * [1, 2],
        ],
    ),
    "A.5": Answers(
        right=[card.active * price / 8, sum(kl > 0.01 for kl in card.kl_per_latent) * price / 2 * 0.5**2],
        wrong=[10 * price / 8, price / 8, 5 * price / 2],  # all ten, one, a whole deviation
    ),
    "A.6": Answers(
        right=[trained(beta_end=1.0), on_one],
        wrong=[LatentVAE(torch.zeros(2, dtype=torch.bool)), trained(beta_end=10.0), on_both],
    ),
}
