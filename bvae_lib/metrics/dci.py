"""DCI (Eastwood and Williams 2018) and MED (Cao et al. 2022): how latents and factors share one importance matrix."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

import math
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import entropy
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from .._runtime.arguments import seed_number, whole_number
from .information import check, known_mean, mutual_information, varied

REGRESSORS: dict[str, Callable[[int], Any]] = {
    # All latents at every split, and leaves of ten rows: a split on noise is rare, and a perfect code has D = C = 1.
    "trees": lambda seed: RandomForestClassifier(max_features=None, min_samples_leaf=10, random_state=seed),
    "boosting": lambda seed: GradientBoostingClassifier(random_state=seed),
    "histogram": lambda seed: HistGradientBoostingClassifier(random_state=seed),
    "forest": lambda seed: RandomForestClassifier(random_state=seed),
    "l1": lambda seed: OneVsRestClassifier(LogisticRegression(l1_ratio=1, solver="liblinear", random_state=seed)),
}


class DCI(NamedTuple):
    """Disentanglement, completeness and informativeness, between 0 and 1."""

    disentanglement: float  #: each latent is important for one factor only
    completeness: float  #: each factor needs one latent only
    informativeness: float  #: accuracy on test rows, mean over the factors
    regressor: str  #: its name
    rows: int  #: that it was trained on
    importance: np.ndarray  #: [latents, factors]; NaN for a factor of one class


class MED(NamedTuple):
    """Disentanglement and completeness by mutual information, between 0 and 1."""

    disentanglement: float  #: each latent has information on one factor only
    completeness: float  #: each factor is in one latent only


def dci(codes: ArrayLike, factors: ArrayLike, regressor: str = "trees", rows: int = 2_000, seed: int = 0) -> DCI:
    """Compute DCI (Eastwood and Williams 2018, section 2), as disentanglement_lib does. Higher is better, up to 1.

    A regressor predicts each factor from all latents; its importances make a matrix [latents, factors]. D is 1 less the
    entropy of each latent's row over ln K, weighted by how important the latent is (Eq. 8.2); C is the same of columns.
    It is trained on the first ``rows`` rows and tested on the last fifth.

    Known failures: DCI is its regressor, and no two agree. At 2,000 rows a perfect code has D = 1 by "trees" and
    "boosting", 0.46 by "forest", 0.76 by "l1"; a random code 0.81 by "histogram", whose importances are clipped at 0.
    D of noisy codes falls far below what they are entangled (0.31 by "boosting"), and it grows with the rows. Compare
    only figures of one regressor and as many rows.

    Args:
        codes: posterior means, [N, latents].
        factors: classes, [N, factors].
        regressor: "trees", 100 bagged trees, which takes seconds; "boosting", gradient boosting as in
            disentanglement_lib, which takes 20 to 60 s at 2,000 rows and five minutes at its 10,000; "histogram",
            gradient boosting on bins with permutation importance on the test rows; "forest", a random forest; "l1",
            logistic regression with an L1 penalty on codes of unit variance.
        rows: to train on, at most; of fewer than 1.25 ``rows`` codes, four fifths.
        seed: of the regressor.

    Returns:
        The three, with the regressor's name, the number of rows and the importances.

    Raises:
        ValueError: as ``mutual_information``; for another regressor; for fewer than one row.
    """
    codes, factors = check(codes, factors)
    rows, seed = whole_number("rows", rows, least=1), seed_number(seed) % 2**32
    if regressor not in REGRESSORS:
        raise ValueError(f"regressor must be one of {', '.join(REGRESSORS)}, not {regressor!r}")
    (train, test), x = split(len(codes), rows), codes
    importance = np.full((codes.shape[1], factors.shape[1]), math.nan)
    accuracy = np.full(factors.shape[1], math.nan)
    if regressor == "l1":
        std = x[train].std(axis=0)
        x = (x - x[train].mean(axis=0)) / np.where(std > 0, std, 1)
    for k in np.flatnonzero(varied(factors[train]) if train.stop else ()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # of "l1"
            model = REGRESSORS[regressor](seed).fit(x[train], factors[train, k])
        importance[:, k] = importances(model, x[test], factors[test, k], seed)
        accuracy[k] = model.score(x[test], factors[test, k])
    known = importance[:, ~np.isnan(importance[0])]
    disentanglement, completeness = spread(known), spread(known.T)  # Eq. 8.2
    return DCI(disentanglement, completeness, known_mean(accuracy), regressor, train.stop, importance)


def med(codes: ArrayLike, factors: ArrayLike) -> MED:
    """Compute MED, DCI's D and C with mutual information as importance (Cao et al. 2022). Higher is better, up to 1.

    No regressor, nothing random: each factor's information, by 20 bins, is shared out over the latents.

    Known failures: those of the bins. Faint latents count as loud ones do, so silence them; finite samples give
    every pair some information, so a perfect code has 0.93; bins hide what is entangled within them.

    Args:
        codes: posterior means, [N, latents].
        factors: classes, [N, factors]; those of one class are left out.

    Returns:
        Disentanglement and completeness.

    Raises:
        ValueError: as ``mutual_information``.
    """
    codes, factors = check(codes, factors)
    if not varied(factors).any():
        return MED(math.nan, math.nan)
    information = mutual_information(codes, factors[:, varied(factors)])
    total = information.sum(axis=0)
    shares = information / np.where(total > 0, total, 1)
    return MED(spread(shares), spread(shares.T))


def split(n: int, rows: int) -> tuple[slice, slice]:
    """Return which of ``n`` rows to train on, the first ``rows`` at most, and to test on, the last fifth."""
    test = n - max(n // 5, 1)
    return slice(0, min(rows, test)), slice(test, n)


def importances(model: Any, codes: np.ndarray, factor: np.ndarray, seed: int) -> np.ndarray:
    """Return the importance of each latent to a trained regressor: not below 0, 1 in all unless none has any."""
    if hasattr(model, "feature_importances_"):
        return model.feature_importances_
    if isinstance(model, OneVsRestClassifier):
        found = np.mean([np.abs(each.coef_[0]) for each in model.estimators_], axis=0)
    else:
        shuffled = permutation_importance(model, codes, factor, n_repeats=3, random_state=seed)
        found = shuffled.importances_mean.clip(min=0)
    return found / found.sum() if found.any() else found


def spread(importance: np.ndarray) -> float:
    """Return 1 less the entropy of each row over its largest value, weighted by the sums of the rows: D, and C of .T.

    As disentanglement_lib computes it: where all importances are 0, rows weigh alike, and each is spread evenly.
    """
    rows, columns = importance.shape
    if not rows or columns < 2:
        return math.nan
    weights = importance.sum(axis=1)
    weights = weights / weights.sum() if weights.any() else np.full(rows, 1 / rows)
    return float(weights @ (1 - entropy(importance.T + 1e-11, base=columns)))
