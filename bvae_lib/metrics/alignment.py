"""How a code of two latents lies over the plane of positions: straight or bent, and rotated by how much."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .information import check


class AxisAlignment(NamedTuple):
    """Of each latent how linear it is in two factors, and its direction over their plane."""

    r2: np.ndarray  #: [latents], share of its variance that is linear; 1 for a straight line over the plane
    degrees: np.ndarray  #: [latents], between its steepest direction and the nearest axis, 0 to 45


def axis_alignment(codes: ArrayLike, factors: ArrayLike) -> AxisAlignment:
    """Fit each latent by a plane over two factors, by least squares.

    Args:
        codes: [N, latents], posterior means.
        factors: [N, 2], two factors in equal units, such as the two positions.

    Returns:
        R^2 and direction of each latent.

    Raises:
        ValueError: where the two do not pair up or hold values that are not finite, where there are not two factors,
            and where those span no plane.
    """
    checked = check(codes, factors)
    if checked[1].shape[1] != 2:
        raise ValueError(f"factors must be [N, 2], the two positions, not {checked[1].shape}")
    z, plane = (x - x.mean(axis=0) for x in (array.astype(float) for array in checked))
    if np.linalg.matrix_rank(plane) < 2:
        raise ValueError("factors must span a plane: each must take several values, and not those of the other")
    slopes = np.linalg.lstsq(plane, z, rcond=None)[0]  # [2, latents]
    left = ((z - plane @ slopes) ** 2).sum(axis=0)
    degrees = np.degrees(np.arctan2(slopes[1], slopes[0])) % 90
    return AxisAlignment(1 - left / np.maximum((z**2).sum(axis=0), 1e-12), np.minimum(degrees, 90 - degrees))
