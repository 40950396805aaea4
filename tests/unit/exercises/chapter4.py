"""Answers to the exercises of chapter 4."""

from bvae_lib.history import History

import numpy as np
import torch

from .answers import Answers


def history(*nats):
    """A History whose nats of square, ellipse, heart, scale, cos, sin, x and y grow evenly to ``nats``."""
    growth = np.clip(np.linspace(0, 1, 9)[:, None] * 2 - np.array([1, 1, 1, 0, 1, 1, 0, 0]), 0, 1)
    rows = np.column_stack([np.ones((9, 3)), growth * nats])
    return History.from_rows(50 * np.arange(1, 10), rows, {})


FIXED = history(0.5, 0.0, 0.6, 2.0, 0.1, 0.0, 0.0, 0.02)
EVERYWHERE = history(0.5, 0.0, 0.6, 2.0, 0.1, 0.0, 2.0, 2.0)
SHORT = history(0.05, 0.0, 0.05, 2.0, 0.1, 0.0, 0.0, 0.0)


def by_moments(classes):
    centred = classes - classes.mean()
    return centred / centred.square().mean().sqrt()


def downwards(classes):
    classes = classes.numpy()
    return (classes.mean() - classes) / classes.std()


def for_32_classes(classes):
    return (classes - 15.5) / np.sqrt((32**2 - 1) / 12)


ANSWERS = {
    "4.1": Answers(right=[np.exp(-2), 0.1353], wrong=[np.exp(-1), 1 - np.exp(-2)]),
    "4.2": Answers(right=[(1, np.log(2)), np.array([1.0, 0.693])], wrong=[(1, 1), (0.25, np.log(2)), 1.0]),
    "4.3": Answers(
        right=[by_moments, downwards, lambda classes: (classes - classes.mean()) / classes.std()],
        wrong=[
            for_32_classes,
            lambda classes: (classes - classes.mean()) / (classes.max() - classes.min()),
            lambda classes: classes / classes.std(),
            lambda classes: torch.randn(len(classes), generator=torch.Generator().manual_seed(0)),
        ],
    ),
    "4.4": Answers(right=[np.log(3), torch.tensor(9.0).log() / 2], wrong=[np.log(9), 9.0]),
    "4.5": Answers(
        right=[(["scale", "shape"], FIXED), [("scale", "shape"), FIXED]],
        wrong=[
            (["shape", "scale"], FIXED),
            (["scale", "orientation"], FIXED),
            (["pos_x", "pos_y"], EVERYWHERE),
            (["scale", "shape"], SHORT),
        ],
    ),
}
