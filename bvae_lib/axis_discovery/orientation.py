"""Which latents of a dSprites model follow which factors, when the symmetry of each shape is allowed for.

A square rotated by a quarter turn looks the same, an ellipse rotated by a half. A latent that follows what can be
seen of the angle has little information on dSprites' 40 classes of orientation, so here the angle is folded, shape by
shape.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._runtime.arguments import number, numbers
from ..metrics import BINS, normalized_mutual_information
from ..metrics.information import check
from ..models.factor_channel import FACTORS

SHAPE, ORIENTATION = 0, 2  # columns of dSprites' factors
PERIODS = (np.pi / 2, np.pi, 2 * np.pi)  # after which a square, an ellipse and a heart look the same
ORIENTATIONS = 40  # from 0 to 2 pi, both of them
RIDGE = 10.0  # penalty, in images, against some thousands


def by_shape(factors: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield for each shape the mask [N] of its images and their visible angle as a share of its period, 0 to 1.

    Raises:
        ValueError: for factors of another set, or a shape without an image.
    """
    if factors.shape[1] != len(FACTORS):
        raise ValueError(f"factors must be dSprites' classes [N, {len(FACTORS)}], not {list(factors.shape)}")
    missing = {*range(len(PERIODS))} - {*factors[:, SHAPE]}
    if missing:
        raise ValueError(f"factors must have images of each shape, but none of shape {min(missing)}")
    angle = factors[:, ORIENTATION] * (2 * np.pi / (ORIENTATIONS - 1))
    for shape, period in enumerate(PERIODS):
        of_shape = factors[:, SHAPE] == shape
        yield of_shape, (angle[of_shape] / period + 1e-9) % 1.0  # the last orientation looks like the first


def visible_angle_nmi(codes: Any, factors: Any) -> np.ndarray:
    """Compute the normalised mutual information of each latent with the visible angle of each shape.

    The angle is folded by the shape's period and cut into 20 bins, as codes are among the images of that shape.

    Args:
        codes: [N, latents], posterior means.
        factors: dSprites' classes [N, 5], each shape among them.

    Returns:
        [latents, 3 shapes], from 0 to 1.

    Raises:
        ValueError: where the two do not pair up, and as ``by_shape``.
    """
    codes, factors = check(codes, factors)
    parts = [
        normalized_mutual_information(codes[of_shape], np.floor(phase[:, None] * BINS))
        for of_shape, phase in by_shape(factors)
    ]
    return np.concatenate(parts, axis=1)


def symmetry_aware_nmi(codes: Any, factors: Any) -> np.ndarray:
    """Compute ``metrics.normalized_mutual_information`` with the visible angle in place of the orientation.

    Args:
        codes: [N, latents], posterior means.
        factors: dSprites' classes [N, 5].

    Returns:
        [latents, 5]; the orientation's column is the mean of ``visible_angle_nmi`` over shapes.

    Raises:
        ValueError: where the two do not pair up, and as ``by_shape``.
    """
    nmi = normalized_mutual_information(codes, factors)
    nmi[:, ORIENTATION] = visible_angle_nmi(codes, factors).mean(axis=1)
    return nmi


def orientation_probe_r2(features: Any, factors: Any) -> np.ndarray:
    """Measure how much of each shape's visible angle a linear map of features predicts.

    The map (ridge regression on features of unit variance) predicts cosine and sine of the folded angle. It is fitted
    to two thirds of the images and measured on the rest.

    Args:
        features: [N, F].
        factors: dSprites' classes [N, 5], each shape among them.

    Returns:
        R^2 for 3 shapes: 1 for a perfect prediction, 0 or less for none.

    Raises:
        ValueError: where the two do not pair up, and as ``by_shape``.
    """
    features, factors = check(features, factors)
    scores = []
    for of_shape, phase in by_shape(factors):
        circle, x = np.stack([np.cos(2 * np.pi * phase), np.sin(2 * np.pi * phase)], axis=1), features[of_shape]
        fitted = len(x) * 2 // 3
        x = (x - x[:fitted].mean(axis=0)) / (x[:fitted].std(axis=0) + 1e-6)
        gram = x[:fitted].T @ x[:fitted] + RIDGE * np.eye(x.shape[1])
        centre = circle[:fitted].mean(axis=0)
        guess = x[fitted:] @ np.linalg.solve(gram, x[:fitted].T @ (circle[:fitted] - centre)) + centre
        scores.append(1 - np.square(guess - circle[fitted:]).sum() / np.square(circle[fitted:] - centre).sum())
    return np.array(scores)


def match_latents(nmi: ArrayLike, bound: float = 0.3) -> list[tuple[int, int]]:
    """Match latents with factors, as many as possible, none of them used twice.

    Args:
        nmi: [latents, factors].
        bound: least value of a pair.

    Returns:
        Pairs (latent, factor), sorted.

    Raises:
        ValueError: for anything but a matrix of finite numbers.
    """
    nmi, bound = numbers("nmi", nmi, (None, None)), number("bound", bound)
    latent_of: dict[int, int] = {}  # of each factor

    def assign(latent: int, tried: set[int]) -> bool:
        """Give ``latent`` a factor; whichever latent had it finds another one (Kuhn's method)."""
        for factor in np.flatnonzero(nmi[latent] >= bound).tolist():
            if factor not in tried:
                tried.add(factor)
                if factor not in latent_of or assign(latent_of[factor], tried):
                    latent_of[factor] = latent
                    return True
        return False

    for latent in range(len(nmi)):
        assign(latent, set())
    return sorted((latent, factor) for factor, latent in latent_of.items())
