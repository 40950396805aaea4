"""DCI-ES (Eastwood et al. 2023): how large a regressor must be to read the factors, and how large the code is."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from .._runtime.arguments import numbers, seed_number, whole_number
from .dci import split
from .information import check, known_mean, varied

DEPTHS = (1, 2, 3, 4, 8, 10, 12, 14, 16, 18, 20, 32)  # of the forests


class ExplicitnessSize(NamedTuple):
    """E and S of DCI-ES, with the curves that E is the area over."""

    explicitness: float  #: mean over the factors of several classes, 1 at best; NaN where there are none
    size: float  #: latents for each factor
    per_factor: np.ndarray  #: [factors], explicitness; NaN for a factor of one class
    depths: np.ndarray  #: [depths], capacity of the regressor
    losses: np.ndarray  #: [factors, depths], least loss on test rows of forests up to that depth


def explicitness_size(
    codes: ArrayLike, factors: ArrayLike, categorical: Sequence[int] = (0,), rows: int = 2_000, seed: int = 0
) -> ExplicitnessSize:
    """Compute explicitness and size of DCI-ES (Eastwood et al. 2023, section 4), as their code does, by random forests.

    Forests of 100 trees predict each factor from all latents, from depth 1 to 32. The loss is 1 - R^2, or 1 - accuracy
    for a categorical factor. E is 1 less the area between the curve of losses and its lowest point, as a share of half
    the area that a constant prediction has: 1 where the least depth is as good as any. S is the number of latents
    over that of factors. Trained on the first ``rows`` rows, tested on the last fifth.

    A tree of depth d is here the top of one of depth 32, which has the same distribution: one forest gives all depths.

    Known failures: E is 0.998 for a random code, whose curve is flat because nothing helps: read it beside
    ``losses``, or DCI's informativeness, only. Depth is the capacity of this regressor, not of others. S counts silent
    latents, unless they are left out.

    Args:
        codes: posterior means, [N, latents].
        factors: classes, [N, factors].
        categorical: columns of the factors whose classes have no order; by default the first, dSprites' shape.
        rows: to train on, at most; of fewer than 1.25 ``rows`` codes, four fifths.
        seed: of the forests.

    Returns:
        E and S, E of each factor, and the curves.

    Raises:
        ValueError: as ``mutual_information``; for columns that there are not; for fewer than one row.
    """
    codes, factors = check(codes, factors)
    rows, seed = whole_number("rows", rows, least=1), seed_number(seed) % 2**32
    columns = numbers("categorical", [0, *categorical], (None,), 0, factors.shape[1] - 1)[1:]
    train, test = split(len(codes), rows)
    losses = np.full((factors.shape[1], len(DEPTHS)), math.nan)
    scores = np.full(factors.shape[1], math.nan)
    x = codes.astype(np.float32)  # as scikit-learn's trees compare
    for k in np.flatnonzero(varied(factors[train]) & varied(factors[test]) if train.stop else ()):
        classes, wanted = factors[train, k], factors[test, k]
        if k in columns:
            forest = RandomForestClassifier(max_depth=DEPTHS[-1], random_state=seed).fit(x[train], classes)
            found = [forest.classes_[chance.argmax(axis=1)] for chance in predictions(forest, x[test])]
            losses[k] = [(label != wanted).mean() for label in found]
            constant = 1 - 1 / len(forest.classes_)
        else:
            forest = RandomForestRegressor(max_depth=DEPTHS[-1], random_state=seed).fit(x[train], classes)
            losses[k] = [((y[:, 0] - wanted) ** 2).mean() / wanted.var() for y in predictions(forest, x[test])]
            constant = 1.0
        losses[k] = np.minimum.accumulate(losses[k])
        above = losses[k] - losses[k, -1]
        area = float((above[1:] + above[:-1]) @ np.diff(DEPTHS)) / 2
        scores[k] = 1 - 2 * area / ((DEPTHS[-1] - DEPTHS[0]) * constant)
    size = codes.shape[1] / factors.shape[1]
    return ExplicitnessSize(known_mean(scores), size, scores, np.array(DEPTHS), losses)


def predictions(forest: RandomForestClassifier | RandomForestRegressor, x: np.ndarray) -> list[np.ndarray]:
    """Return what the forest predicts when its trees are cut off at each of ``DEPTHS``, [rows, outputs] each."""
    total = [np.zeros((len(x), forest.estimators_[0].tree_.value.shape[2])) for _ in DEPTHS]
    for tree in (estimator.tree_ for estimator in forest.estimators_):
        node, every = np.zeros(len(x), int), np.arange(len(x))
        for depth in range(1, DEPTHS[-1] + 1):
            inner = tree.children_left[node] >= 0
            goes_left = x[every, np.maximum(tree.feature[node], 0)] <= tree.threshold[node]
            node = np.where(inner, np.where(goes_left, tree.children_left[node], tree.children_right[node]), node)
            if depth in DEPTHS:
                total[DEPTHS.index(depth)] += tree.value[node, 0]
    return [summed / len(forest.estimators_) for summed in total]
