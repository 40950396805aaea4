"""The optimum of a linear beta-VAE in closed form: reverse water-filling, and its solution path."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

import numpy as np
from numpy.typing import ArrayLike

from .._runtime.arguments import number, numbers


def water_filling(variances: ArrayLike, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Compute the least rate of a Gaussian source at a water level (Cover and Thomas 2006, section 10.3.3).

    The source has independent components. Each is known to within ``level`` or, where it varies less than that, not at
    all:

        error_i = min(variance_i, level),   rate_i = max(0, ln(variance_i / level) / 2).

    A linear beta-VAE with decoder variance sigma^2 ends there, at the level beta sigma^2, with the rates of Eq. 6.2
    and the distortion error_i / (2 sigma^2) of Eq. 6.1.

    Args:
        variances: of the components, [n].
        level: a variance.

    Returns:
        Rates [n] in nats, and mean squared errors [n].

    Raises:
        ValueError: unless ``level`` and all variances are above 0.
    """
    variances, level = numbers("variances", variances, (None,), above=0), number("level", level, above=0)
    errors = np.minimum(variances, level)  # Eq. 6.1 times 2 sigma^2: variance exp(-2 rate)
    return 0.5 * np.log(variances / errors), errors  # Eq. 6.2


def water_level(variances: ArrayLike, rate: float) -> float:
    """Compute the water level at which ``water_filling`` spends ``rate`` nats in all (Eq. 6.3).

    With k components above water, rate = (sum of their ln variances - k ln level) / 2.

    Args:
        variances: of the components, [n].
        rate: sum over the components, in nats.

    Returns:
        The level, a variance.

    Raises:
        ValueError: for a rate below 0, or one so large that no float can hold its level; for a variance not above 0.
    """
    rate = number("rate", rate, least=0)
    logs = np.sort(np.log(numbers("variances", variances, (None,), above=0)))[::-1]
    levels = (logs.cumsum() - 2 * rate) / np.arange(1, len(logs) + 1)  # ln level, were the first k above water
    level = float(np.exp(levels.max()))  # Eq. 6.3
    if level == 0:
        raise ValueError(f"rate must be one whose water level is above 0 in floating point, not {rate} nats")
    return level


def rate_path(variances: ArrayLike, capacities: ArrayLike) -> np.ndarray:
    """Compute the solution path of a Gaussian source (Eq. 6.4).

    It is piecewise linear: the k components above water share each new nat equally, and the next one joins them when
    the water has sunk to its variance.

    Args:
        variances: of the components, [n].
        capacities: C at each point of the path, in nats, [points].

    Returns:
        Rates [points, n] in nats.

    Raises:
        ValueError: for a capacity below 0, or a variance not above 0.
    """
    levels = [water_level(variances, capacity) for capacity in numbers("capacities", capacities, (None,), least=0)]
    return np.array([water_filling(variances, level)[0] for level in levels])  # Eq. 6.4


def onset_capacities(variances: ArrayLike) -> np.ndarray:
    """Compute the capacity from which on each component of a Gaussian source is active (Eq. 6.5).

    At that moment the water stands at its variance.

    Args:
        variances: of the components, [n].

    Returns:
        C in nats, [n]; 0 for the largest variance.

    Raises:
        ValueError: for a variance not above 0.
    """
    variances = numbers("variances", variances, (None,), above=0)
    return np.array([water_filling(variances, variance)[0].sum() for variance in variances])  # Eq. 6.5


def soft_threshold(values: ArrayLike, penalty: float) -> np.ndarray:
    """Compute ``sign(v) max(0, |v| - penalty)`` (Eq. 6.6; Tibshirani 1996, equation 3).

    These are the LASSO's coefficients where the columns of the design are orthonormal and ``values`` are those of least
    squares.

    Args:
        values: of any shape.
        penalty: at least 0.

    Returns:
        Of the same shape.

    Raises:
        ValueError: for a penalty below 0.
    """
    values, penalty = numbers("values", values), number("penalty", penalty, least=0)
    return np.sign(values) * np.maximum(np.abs(values) - penalty, 0)  # Eq. 6.6


def garrote(values: ArrayLike, penalty: float) -> np.ndarray:
    """Compute the factors ``max(0, 1 - penalty / v^2)`` of the non-negative garrote (Eq. 6.7; Breiman 1995).

    Each minimises ``v^2 (1 - factor)^2 / 2 + penalty * factor`` over factors of at least 0. ``values`` are the
    coefficients of least squares, and the columns of the design are orthonormal.

    With the deviations sqrt(variance_i) for values and beta sigma^2 for the penalty they are the gains of a linear
    beta-VAE: what decoder and encoder together multiply each principal component by.

    Args:
        values: of any shape.
        penalty: above 0.

    Returns:
        Factors of the same shape, from 0 to 1; 0 for a value of 0.

    Raises:
        ValueError: for a penalty not above 0.
    """
    squares, penalty = numbers("values", values) ** 2, number("penalty", penalty, above=0)
    return 1 - penalty / np.maximum(squares, penalty)  # Eq. 6.7
