"""Answers to the exercises of appendix A."""

from bvae_lib.axis_discovery.ica import ica_rotation

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
}
