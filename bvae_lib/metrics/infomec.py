"""InfoMEC (Hsu et al. 2023, 2024): modularity, compactness and explicitness, all by information."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

import math
import warnings
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import mutual_info_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from .._runtime.arguments import seed_number
from .information import check, factor_entropies, known_mean, varied

NEIGHBOURS = 10  # of the estimate of information
STEPS = 100  # of lbfgs, which do not suffice: InfoE is defined by them


class InfoMEC(NamedTuple):
    """InfoM, InfoC and InfoE: 0 at worst, 1 at best."""

    infom: float  #: modularity: each active latent has information on one factor only
    infoc: float  #: compactness: each factor is in one active latent only
    infoe: float  #: explicitness: how much of a factor's entropy logistic regression takes away
    nmi: np.ndarray  #: [latents, factors], information as a share of the factor's entropy; NaN for one class
    active: np.ndarray  #: [latents], True for those that count in InfoM and InfoC


def infomec(codes: ArrayLike, factors: ArrayLike, quartiles: bool = False, seed: int = 0) -> InfoMEC:
    """Compute InfoM, InfoC and InfoE (Hsu et al. 2023, section 4), as their code does. Higher is better, up to 1.

    Information is estimated from ten nearest neighbours (Ross 2014), not from bins. InfoM is the largest share of a
    latent's information that one factor has, averaged over latents and scaled so that equal shares have 0; InfoC is the
    same of a factor's information over latents. Latents count where they range over more than a 20th of the widest
    (2023), or between their quartiles over more than a 10th (2024). InfoE is of all latents, scaled to unit variance:
    1 less the cross-entropy of logistic regression as a share of ln K, in sample, after 100 steps of lbfgs.

    Known failures: a latent that all estimates give 0 for has no shares, so that InfoM of random codes is NaN, as in
    the authors' code. Pruning by range drops a narrow latent that tells all of a factor. InfoE is not converged
    (about 0.01), and in sample: many latents and few rows raise it. The estimate is wrong for codes that cluster on a
    few values (scikit-learn, issue 30772). With one active latent InfoC is NaN.

    Args:
        codes: posterior means, [N, latents].
        factors: classes, [N, factors]; those of one class are left out.
        quartiles: whether latents are pruned by their quartiles, as in 2024, or by their range.
        seed: of the noise that the estimate adds to break ties; it moves InfoM and InfoC by about 0.002.

    Returns:
        The three, the information behind them, and which latents count.

    Raises:
        ValueError: as ``mutual_information``, and for a seed that is no whole number.
    """
    codes, factors = check(codes, factors)
    known, seed = varied(factors), seed_number(seed)
    nmi = np.full((codes.shape[1], factors.shape[1]), math.nan)
    explained = np.full(factors.shape[1], math.nan)
    scaled = (codes - codes.mean(axis=0)) / np.where(varied(codes), codes.std(axis=0), 1.0)
    for k in np.flatnonzero(known):
        nmi[:, k] = neighbour_information(scaled, factors[:, k], seed) / factor_entropies(factors[:, k : k + 1])
        explained[k] = explained_entropy(scaled, factors[:, k])
    low, high = np.quantile(codes, [0.25, 0.75] if quartiles else [0, 1], axis=0)
    active = high - low > (high - low).max() / (10 if quartiles else 20)
    counted = nmi[active][:, known]
    return InfoMEC(concentration(counted), concentration(counted.T), known_mean(explained), nmi, active)


def concentration(shares: np.ndarray) -> float:
    """Return how far each row [rows, columns] lies in one column: 0 where spread evenly, 1 where in one alone."""
    rows, columns = shares.shape
    if not rows or columns < 2:
        return math.nan
    total = shares.sum(axis=1)
    largest = (shares.max(axis=1) / np.where(total > 0, total, np.nan)).mean()
    return float((largest - 1 / columns) / (1 - 1 / columns))


def neighbour_information(codes: np.ndarray, factor: np.ndarray, seed: int) -> np.ndarray:
    """Return the information in nats of each latent on the classes [N] of one factor, from nearest neighbours."""
    if np.unique(factor, return_counts=True)[1].max() < 2:  # a class of one row has no neighbour
        return np.full(codes.shape[1], math.nan)
    with warnings.catch_warnings():  # of numbers that look like those of a regression: many classes, few rows each
        warnings.simplefilter("ignore", UserWarning)
        return mutual_info_classif(
            codes, factor, discrete_features=False, n_neighbors=NEIGHBOURS, random_state=seed % 2**32
        )


def explained_entropy(codes: np.ndarray, factor: np.ndarray) -> float:
    """Return the share of ln K that logistic regression from all latents [N, latents] takes away, in sample."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression(C=np.inf, class_weight="balanced", max_iter=STEPS).fit(codes, factor)
    # Weighted evenly, a constant predicts every class alike: ln K is the cross-entropy without any latent.
    return 1 - log_loss(factor, model.predict_proba(codes)) / math.log(len(model.classes_))
