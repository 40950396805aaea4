"""Measures by correlation: SAP, the gap between the best two latents, and MCC, latents matched to factors."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

import math
import warnings
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment
from scipy.stats import rankdata
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from .._runtime.arguments import seed_number
from .information import check, known_mean, varied

CONSTANT = 1e-12  # variance up to which disentanglement_lib takes a latent to be constant


class SAP(NamedTuple):
    """Separated attribute predictability, between 0 and 1."""

    mean: float  #: over the factors of several classes; NaN where there are none
    gaps: np.ndarray  #: [factors], of each; NaN for a factor of one class
    scores: np.ndarray  #: [latents, factors], how well the latent alone predicts the factor


class MCC(NamedTuple):
    """Mean correlation coefficient, between 0 and 1."""

    mean: float  #: over the pairs; NaN where there are none
    correlations: np.ndarray  #: [factors], absolute, of each with its latent; NaN for a factor without one
    latents: np.ndarray  #: [factors], the latent of each factor; -1 for a factor without one


def sap(codes: ArrayLike, factors: ArrayLike, discrete: bool = False, seed: int = 0) -> SAP:
    """Compute the SAP score (Kumar et al. 2018, section 3), as disentanglement_lib does. Higher is better, up to 1.

    For each factor it is the score of the latent that predicts it best less that of the second best. The score is R^2
    of a straight line, with the classes as numbers; or, where ``discrete``, the accuracy of a linear support vector
    machine (C = 0.01, classes weighted evenly) on the second half of the rows, trained on the first half.

    Known failures: a latent that follows a factor along a curve counts for little (orientation as sine and cosine), so
    monotone maps change the score; shape has no order, so its classes are no numbers. The discrete score of a
    perfect code of dSprites is 0.18: no straight cut of one latent tells 40 classes.

    Args:
        codes: posterior means, [N, latents].
        factors: classes, [N, factors].
        discrete: whether factors are classes without an order.
        seed: of the support vector machine's solver.

    Returns:
        The gap of each factor, their mean, and all scores.

    Raises:
        ValueError: as ``mutual_information``, and for a seed that is no whole number.
    """
    codes, factors = check(codes, factors)
    seed = seed_number(seed)
    scores = np.full((codes.shape[1], factors.shape[1]), math.nan)
    if discrete:
        half = len(codes) // 2
        for k in np.flatnonzero(varied(factors[:half]) if half else ()):
            scores[:, k] = [accuracy(latent[:, None], factors[:, k], half, seed) for latent in codes.T]
    else:
        scores[:, varied(factors)] = determination(codes, factors[:, varied(factors)])
    ranked = np.sort(scores, axis=0)[::-1]
    gaps = ranked[0] - (ranked[1] if len(ranked) > 1 else 0.0)
    return SAP(known_mean(gaps), gaps, scores)


def mcc(codes: ArrayLike, factors: ArrayLike, spearman: bool = False) -> MCC:
    """Compute the mean correlation coefficient (Hyvarinen and Morioka 2016), as icebeem does. Higher is better.

    Latents are matched to factors one to one, so that the sum of absolute correlations is largest (the Hungarian
    method); the measure is the mean over the pairs, from 0 to 1.

    Known failures: constant latents have no correlation and are left out, and where fewer latents than factors are left
    the mean is over the factors that found one: a model with one good latent can have 1. It sees straight lines only,
    or with ``spearman`` monotone curves only, and says nothing of what else a latent holds: a rotation by 20 degrees
    costs 0.05. Random codes of few rows and many latents have far more than 0.

    Args:
        codes: posterior means, [N, latents].
        factors: classes, [N, factors], taken as numbers.
        spearman: whether ranks are correlated in place of values; monotone maps then change nothing.

    Returns:
        The correlation of each factor with its latent, and their mean.

    Raises:
        ValueError: as ``mutual_information``.
    """
    codes, factors = check(codes, factors)
    kept, known = (np.flatnonzero(varied(array)) for array in (codes, factors))
    correlations, latents = np.full(factors.shape[1], math.nan), np.full(factors.shape[1], -1)
    if len(kept) and len(known):
        z, f = codes[:, kept], factors[:, known]
        if spearman:
            z, f = rankdata(z, axis=0), rankdata(f, axis=0)
        absolute = np.sqrt(determination(z, f, constant=0.0))
        rows, columns = linear_sum_assignment(absolute, maximize=True)
        correlations[known[columns]], latents[known[columns]] = absolute[rows, columns], kept[rows]
    return MCC(known_mean(correlations), correlations, latents)


def determination(codes: np.ndarray, factors: np.ndarray, constant: float = CONSTANT) -> np.ndarray:
    """Return R^2 of each latent with each factor, which varies, [latents, factors]; 0 for one that is constant."""
    z, f = (array - array.mean(axis=0) for array in (codes, factors))
    covariance = z.T @ f / max(len(z) - 1, 1)
    latent, factor = (array.var(axis=0, ddof=1) if len(array) > 1 else np.zeros(array.shape[1]) for array in (z, f))
    scale = np.where(latent > constant, latent, np.inf)
    return covariance**2 / (scale[:, None] * factor)


def accuracy(latent: np.ndarray, factor: np.ndarray, half: int, seed: int) -> float:
    """Return how often one latent [N, 1] tells the class in the second half of the rows, by what the first taught."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # where the solver stops moves the score by less than 0.01
        model = LinearSVC(C=0.01, class_weight="balanced", random_state=seed % 2**32).fit(latent[:half], factor[:half])
    return float((model.predict(latent[half:]) == factor[half:]).mean())
