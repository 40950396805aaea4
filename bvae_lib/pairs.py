"""Which latents of a dSprites model follow which factors, when the symmetry of each shape is allowed for.

A square turned by a quarter looks the same, an ellipse turned by a half. A latent that followed what can be seen of
the angle would tell little of dSprites' 40 classes of orientation, so here the angle is folded, shape by shape.
"""

import numpy as np

from .metrics import BINS, check, shares

SHAPE, ORIENTATION = 0, 2  # columns of dSprites' factors
PERIODS = (np.pi / 2, np.pi, 2 * np.pi)  # after which a square, an ellipse and a heart look the same
ORIENTATIONS = 40  # from 0 to 2 pi, both of them
RIDGE = 10.0  # pictures' worth of doubt, against some thousands


def angle_shares(codes, factors) -> np.ndarray:
    """Share of the visible angle's entropy that each latent tells of each shape, [latents, 3 shapes], from 0 to 1.

    The angle is folded by the shape's period and cut into 20 bins, as codes [N, latents] are among the pictures of
    that shape. ``factors`` [N, 5] are dSprites' classes, each shape among them.
    """
    codes, factors = check(codes, factors)
    angle = factors[:, ORIENTATION] * (2 * np.pi / (ORIENTATIONS - 1))
    told = []
    for shape, period in enumerate(PERIODS):
        of_shape = factors[:, SHAPE] == shape
        turn = (angle[of_shape] / period + 1e-9) % 1.0  # the last orientation is the first again
        told.append(shares(codes[of_shape], np.floor(turn[:, None] * BINS)))
    return np.concatenate(told, axis=1)


def visible_shares(codes, factors) -> np.ndarray:
    """As ``metrics.shares`` [latents, 5], but for the orientation, where it is the mean of ``angle_shares``."""
    told = shares(codes, factors)
    told[:, ORIENTATION] = angle_shares(codes, factors).mean(axis=1)
    return told


def angle_readout(features, factors) -> np.ndarray:
    """How much of each shape's visible angle a linear map of ``features`` [N, F] tells: R^2 for 3 shapes.

    What is told is cosine and sine of the angle, folded as above. The map (ridge regression on features of unit
    variance) is fitted to two thirds of the pictures and measured on the rest: 1 is all of it, 0 or less nothing.
    """
    features, factors = check(features, factors)
    turns = factors[:, ORIENTATION] / (ORIENTATIONS - 1) * 2 * np.pi
    told = []
    for shape, period in enumerate(PERIODS):
        of_shape = factors[:, SHAPE] == shape
        angle = turns[of_shape] * (2 * np.pi / period)
        circle, known = np.stack([np.cos(angle), np.sin(angle)], axis=1), features[of_shape]
        fitted = len(known) * 2 // 3
        known = (known - known[:fitted].mean(axis=0)) / (known[:fitted].std(axis=0) + 1e-6)
        gram = known[:fitted].T @ known[:fitted] + RIDGE * np.eye(known.shape[1])
        centre = circle[:fitted].mean(axis=0)
        guess = known[fitted:] @ np.linalg.solve(gram, known[:fitted].T @ (circle[:fitted] - centre)) + centre
        told.append(1 - np.square(guess - circle[fitted:]).sum() / np.square(circle[fitted:] - centre).sum())
    return np.array(told)


def distinct_pairs(told: np.ndarray, bound: float = 0.3) -> list[tuple[int, int]]:
    """Most pairs (latent, factor) with ``told`` [latents, factors] of at least ``bound``, none of them used twice."""
    latent_of = {}  # of each factor

    def place(latent: int, tried: set[int]) -> bool:
        """Give ``latent`` a factor; whoever had it finds another one (Kuhn's method)."""
        for factor in np.flatnonzero(told[latent] >= bound).tolist():
            if factor not in tried:
                tried.add(factor)
                if factor not in latent_of or place(latent_of[factor], tried):
                    latent_of[factor] = latent
                    return True
        return False

    for latent in range(len(told)):
        place(latent, set())
    return sorted((latent, factor) for factor, latent in latent_of.items())
