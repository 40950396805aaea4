"""Closed forms that training can be held against: the beta-VAE of a Gaussian source is reverse water-filling."""

import numpy as np


def water_filling(variances, level: float) -> tuple[np.ndarray, np.ndarray]:
    """The least rate of a Gaussian source at a water level: rates [n] in nats, mean squared errors [n].

    The source has independent components with ``variances`` [n]; each is known to within ``level`` or, where it varies
    less than that, not at all (Cover and Thomas 2006, section 10.3.3):

        error_i = min(variance_i, level),   rate_i = max(0, ln(variance_i / level) / 2).

    A linear beta-VAE with decoder variance sigma^2 ends there, at the level beta sigma^2 (chapter 6, equation 2).
    Raises ValueError unless ``level`` and all variances are above 0.
    """
    variances = check_variances(variances)
    if not level > 0:
        raise ValueError(f"level must be above 0, not {level}")
    errors = np.minimum(variances, level)
    return 0.5 * np.log(variances / errors), errors


def water_level(variances, rate: float) -> float:
    """The water level at which ``water_filling`` spends ``rate`` nats in all: the inverse of its rates' sum
    (chapter 6, equation 4).

    With k components above water, rate = (sum of their ln variances - k ln level) / 2. Raises ValueError for a rate
    below 0.
    """
    if not rate >= 0:
        raise ValueError(f"rate must be at least 0 nats, not {rate}")
    logs = np.sort(np.log(check_variances(variances)))[::-1]
    levels = (logs.cumsum() - 2 * rate) / np.arange(1, len(logs) + 1)  # ln level, were the first k above water
    return float(np.exp(levels.max()))


def rate_path(variances, budgets) -> np.ndarray:
    """Rates [budgets, n] in nats at each total of ``budgets`` [budgets]: the solution path of a Gaussian source.

    It is piecewise linear: the k components above water share each new nat equally, and the next one joins them when
    the water has sunk to its variance (chapter 6, equations 5 and 6).
    """
    return np.array([water_filling(variances, water_level(variances, budget))[0] for budget in budgets])


def soft_threshold(values, penalty: float) -> np.ndarray:
    """sign(v) max(0, |v| - ``penalty``) of each of ``values``, of any shape.

    The LASSO's coefficients, where the columns of the design are orthonormal and ``values`` are those of least squares
    (Tibshirani 1996, equation 3; chapter 6, equation 8). Raises ValueError for a penalty below 0.
    """
    if not penalty >= 0:
        raise ValueError(f"penalty must be at least 0, not {penalty}")
    values = np.asarray(values, dtype=float)
    return np.sign(values) * np.maximum(np.abs(values) - penalty, 0)


def check_variances(variances) -> np.ndarray:
    """``variances`` as floats [n], or ValueError."""
    variances = np.asarray(variances, dtype=float)
    if variances.ndim != 1 or not len(variances) or not (variances > 0).all():
        raise ValueError(f"variances must be a list of numbers above 0, not {variances}")
    return variances
