"""How a code of two latents lies over the plane of positions: straight or bent, and turned by how much."""

from typing import NamedTuple

import numpy as np

from .metrics import check


class Lie(NamedTuple):
    """Of each latent the share of its variance that is linear in the two factors, and its direction."""

    straight: np.ndarray  # [latents], 1 where the latent is a straight line over the plane
    turn: np.ndarray  # [latents], degrees between its steepest direction and the nearest axis, 0 to 45


def lie(codes, factors) -> Lie:
    """Fit each latent of ``codes`` [N, latents] by a plane over two ``factors`` [N, 2] in equal units.

    Raises ValueError where the two do not pair up, hold values that are not finite, or there are not two factors.
    """
    codes, factors = check(codes, factors)
    if factors.shape[1] != 2:
        raise ValueError(f"factors must be [N, 2], the two positions, not {factors.shape}")
    codes, factors = (x - x.mean(axis=0) for x in (codes.astype(float), factors.astype(float)))
    slopes = np.linalg.lstsq(factors, codes, rcond=None)[0]  # [2, latents]
    left = ((codes - factors @ slopes) ** 2).sum(axis=0)
    degrees = np.degrees(np.arctan2(slopes[1], slopes[0])) % 90
    return Lie(1 - left / np.maximum((codes**2).sum(axis=0), 1e-12), np.minimum(degrees, 90 - degrees))
