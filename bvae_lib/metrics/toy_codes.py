"""Codes that are known functions of the factors, on which a metric can be tried."""

from __future__ import annotations  # the API pages then say what a type stands for

import math
from collections.abc import Callable, Sequence

import numpy as np

from .._runtime.arguments import numbers, seed_number

Code = Callable[[np.ndarray], np.ndarray]  # factor classes [N, K] -> codes [N, latents]
ROTATION = 20  # degrees
NOISE = 0.5  # standard deviation, of a signal of 1
FAINT = 1e-4  # standard deviation of the latents that say nothing


def toy_codes(factor_sizes: Sequence[int], seed: int = 0) -> dict[str, Code]:
    """Make codes that are good or bad in a known way, as functions of factor classes.

    "perfect" has each factor in one latent, spread evenly; "rotated" has factors 2 and 3, 4 and 5, ... rotated in pairs
    by 20 degrees; "duplicated" each factor in two latents; "noisy" noise of half the signal's deviation; "silent" five
    more latents, of noise with a deviation of 0.0001; "stacked" the last two factors in one latent, as tens and ones;
    "random" as many latents of noise, which say nothing.

    Args:
        factor_sizes: number of classes of each factor, [K].
        seed: of the noise, which is another at each call of a code.

    Returns:
        By name functions from classes [N, K] to codes, float64 [N, latents]; metrics that draw their own images take
        them as ``represent``.

    Raises:
        ValueError: for fewer than three factors, or one of fewer than two classes.
    """
    sizes = numbers("factor_sizes", factor_sizes, (None,), least=2)
    if len(sizes) < 3:
        raise ValueError(f"factor_sizes must be of at least three factors, such as (3, 6, 40), not {factor_sizes!r}")
    rng = np.random.default_rng(seed_number(seed) % 2**64)
    deviation = np.sqrt((sizes + 1) / (3 * (sizes - 1)))  # of K evenly spaced numbers from -1 to 1

    def evenly(classes: np.ndarray) -> np.ndarray:
        return 2 * np.asarray(classes, float) / (sizes - 1) - 1

    def rotated(classes: np.ndarray) -> np.ndarray:
        z, (c, s) = evenly(classes), (f(math.radians(ROTATION)) for f in (math.cos, math.sin))
        for a in range(1, len(sizes) - 1, 2):
            z[:, a], z[:, a + 1] = c * z[:, a] - s * z[:, a + 1], s * z[:, a] + c * z[:, a + 1]
        return z

    def noise(classes: np.ndarray, latents: int) -> np.ndarray:
        return rng.standard_normal((len(classes), latents))

    def stacked(classes: np.ndarray) -> np.ndarray:
        z = evenly(classes)
        return np.column_stack([z[:, :-2], z[:, -2] + z[:, -1] / sizes[-2]])

    return {
        "perfect": evenly,
        "rotated": rotated,
        "duplicated": lambda classes: np.hstack([evenly(classes), -2 * evenly(classes)]),
        "noisy": lambda classes: evenly(classes) / deviation + NOISE * noise(classes, len(sizes)),
        "silent": lambda classes: np.hstack([evenly(classes), FAINT * noise(classes, 5)]),
        "stacked": stacked,
        "random": lambda classes: noise(classes, len(sizes)),
    }
