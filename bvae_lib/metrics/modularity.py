"""Modularity and explicitness (Ridgeway and Mozer 2018): does a latent follow one factor, can factors be read off."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

import math
import warnings
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from .information import check, known_mean, mutual_information, varied


class Modularity(NamedTuple):
    """Modularity, between 0 and 1."""

    mean: float  #: over all latents; NaN for fewer than two factors of several classes
    per_latent: np.ndarray  #: [latents]; 0 for a latent without information


class Explicitness(NamedTuple):
    """Explicitness, an area under the ROC curve: 0.5 by chance, 1 at best."""

    mean: float  #: over the factors of several classes; NaN where there are none
    per_factor: np.ndarray  #: [factors]; NaN for a factor of one class


def modularity(codes: ArrayLike, factors: ArrayLike) -> Modularity:
    """Compute modularity (Ridgeway and Mozer 2018, equation 2), as disentanglement_lib does. Higher is better, up to 1.

    Of each latent it is 1 less the squared information on all other factors, as a share of what there would be if each
    had as much as the best: 1 where the latent has information on one factor only.

    Known failures: pure noise has 0.68, as the best of five estimates of nothing stands out. Bins hide
    entanglement: two positions in one latent, as tens and ones, have 1.00. A constant latent counts as 0, so that
    silencing lowers the mean: leave silent latents out. Several latents may follow one factor.

    Args:
        codes: posterior means, [N, latents].
        factors: classes, [N, factors]; those of one class are left out.

    Returns:
        Modularity of each latent, and their mean.

    Raises:
        ValueError: as ``mutual_information``.
    """
    codes, factors = check(codes, factors)
    factors = factors[:, varied(factors)]
    if factors.shape[1] < 2:
        return Modularity(math.nan, np.full(codes.shape[1], math.nan))
    squared = mutual_information(codes, factors) ** 2
    most = squared.max(axis=1)
    others = (squared.sum(axis=1) - most) / (np.where(most > 0, most, np.inf) * (squared.shape[1] - 1))
    scores = np.where(most > 0, 1 - others, 0.0)
    return Modularity(float(scores.mean()), scores)


def explicitness(codes: ArrayLike, factors: ArrayLike) -> Explicitness:
    """Compute explicitness (Ridgeway and Mozer 2018, section 3), as disentanglement_lib does. Higher is better.

    Of each factor it is the area under the ROC curve of each class against all others, by logistic regression from all
    latents, averaged over its classes; trained on the first half of the rows and measured on the second. It is
    0.5 by chance and 1 at best. Latents are scaled to unit variance, constant ones left out.

    Known failures: it measures how straight a factor can be read off, not disentanglement (a rotation costs nothing),
    and it hardly falls: two latents that know two positions of dSprites and nothing else of its five factors have 0.7.
    Scaling makes a latent of tiny range count as any other.

    Args:
        codes: posterior means, [N, latents].
        factors: classes, [N, factors].

    Returns:
        Explicitness of each factor, and their mean. Classes without a row in either half are left out.

    Raises:
        ValueError: as ``mutual_information``.
    """
    codes, factors = check(codes, factors)
    half = len(codes) // 2
    scores = np.full(factors.shape[1], math.nan)
    for k in np.flatnonzero(varied(factors[:half]) if half else ()):
        scores[k] = known_mean(areas(codes[:half], factors[:half, k], codes[half:], factors[half:, k]))
    return Explicitness(known_mean(scores), scores)


def areas(train: np.ndarray, classes: np.ndarray, test: np.ndarray, tested: np.ndarray) -> np.ndarray:
    """Return the area under the ROC curve of each class that ``classes`` has; NaN for one that splits no test rows."""
    kept = varied(train)
    if not kept.any():
        return np.full(len(np.unique(classes)), 0.5)
    mean, std = train[:, kept].mean(axis=0), train[:, kept].std(axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # where the solver stops moves the area by less than 0.003
        model = LogisticRegression().fit((train[:, kept] - mean) / std, classes)
    chance = model.predict_proba((test[:, kept] - mean) / std)
    if len(model.classes_) == 2:  # both columns say the same
        chance = chance[:, 1:]
    is_class = tested[:, None] == model.classes_[-chance.shape[1] :]
    ranks, positive = rankdata(chance, axis=0), is_class.sum(axis=0)
    pairs = positive * (len(tested) - positive)
    above = (ranks * is_class).sum(axis=0) - positive * (positive + 1) / 2  # pairs in the right order
    return above / np.where(pairs > 0, pairs, np.nan)
