"""Codes that are known functions of dSprites' five factors, on which public implementations of metrics were run."""

from functools import cache
from pathlib import Path

import numpy as np

SIZES = (3, 6, 40, 32, 32)  # shape, scale, orientation, pos_x, pos_y
DATA = Path(__file__).parent / "data/metrics"


def index(factors):
    """Position [N] of each row of classes in the full grid of 737,280."""
    return np.ravel_multi_index(tuple(np.asarray(factors, np.int64).T), SIZES)


@cache
def grid():
    """All 737,280 rows of classes, in the order of dSprites."""
    return np.stack(np.unravel_index(np.arange(np.prod(SIZES)), SIZES), axis=1)


def unit(factors):
    """Each factor spread evenly over [-1, 1], [N, 5]."""
    return 2 * np.asarray(factors, np.float64) / (np.array(SIZES) - 1) - 1


@cache
def table(columns, seed):
    """Noise for every image."""
    return np.random.default_rng(seed).standard_normal((np.prod(SIZES), columns), np.float32)


def noise(factors, columns, seed):
    """Standard normal noise [N, columns] that is a function of the factors."""
    return table(columns, seed)[index(factors)].astype(np.float64)


def permuted(f):
    """Another order, other scales, signs and shifts."""
    return unit(f)[:, [3, 0, 4, 1, 2]] * [2, -1, 0.5, -3, 1] + [0, 5, -1, 0.25, 10]


def rotated(f, degrees=20):
    """Scale with orientation, and pos_x with pos_y, rotated; shape stays."""
    u, c, s = unit(f), np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    z = u.copy()
    for a, b in ((1, 2), (3, 4)):
        z[:, a], z[:, b] = c * u[:, a] - s * u[:, b], s * u[:, a] + c * u[:, b]
    return z


def noisy(f, std=0.5):
    """Unit variance, and Gaussian noise."""
    k = np.array(SIZES)
    return unit(f) / np.sqrt((k + 1) / (3 * (k - 1))) + std * noise(f, 5, 13)


def sine_cosine(f):
    """Orientation as sine and cosine of a full turn, the rest one to one: six latents."""
    u, turn = unit(f), 2 * np.pi * np.asarray(f)[:, 2] / SIZES[2]
    return np.column_stack([u[:, 0], u[:, 1], np.sin(turn), np.cos(turn), u[:, 3], u[:, 4]])


FUNCTIONS = {
    "one_to_one": unit,
    "permuted": permuted,
    "silent_extra": lambda f: np.hstack([unit(f), 1e-4 * noise(f, 5, 11)]),
    "duplicated": lambda f: np.hstack([unit(f), -2 * unit(f)]),
    "rotated_20": rotated,
    "noisy_0.5": noisy,
    "sine_cosine": sine_cosine,
    "random": lambda f: noise(f, 10, 14),
}
CASES = (*FUNCTIONS, "dsprites-early")


def code(name, factors):
    """Codes [N, latents] of a case that is a function, rounded to float16 as those of the references were."""
    return FUNCTIONS[name](factors).astype(np.float16).astype(np.float32)


@cache
def load(name):
    """10,000 rows of codes and factors; of dsprites-early, a model of the zoo, as they are stored."""
    if name in FUNCTIONS:
        factors = np.random.default_rng(0).integers(0, SIZES, (10_000, 5))
        return code(name, factors), factors
    with np.load(DATA / f"{name}.npz") as file:
        return file["codes"].astype(np.float32), file["factors"].astype(np.int64)
