"""Chen et al.'s own MIG: the information of draws from q(z|x), whose densities are computed, not sampled."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

import math

import numpy as np
from numpy.typing import ArrayLike

from ..models import Posterior
from ..models._inputs import check_posterior
from .information import MIG, check, factor_entropies, known_mean, varied

REACH = 6.0  # standard deviations beyond the outermost means
CELLS = 4  # of the grid of z, at least, in the narrowest standard deviation
POINTS = (1_024, 65_536)  # of that grid, at least and at most
LEVEL = 0.02  # of standard deviations: the logarithm between two
LEVELS = 128  # at most


def posterior_mig(posterior: Posterior, factors: ArrayLike) -> MIG:
    """Compute the mutual information gap of draws from the posterior (Chen et al. 2018, equation 6).

    z is drawn from q(z|x), so a latent's noise counts: I(z_j; v_k) = H(z_j) - H(z_j | v_k) is of a mixture of as many
    Gaussians as there are images. Chen et al. estimate both entropies from 10,000 draws. Here the mixture itself is
    computed, by convolution on a grid of z: nothing is random, and the whole of dSprites takes seconds. From 0 to 1,
    higher is better.

    Known failures: those of any MIG, and a ceiling that noise sets (0.68 for a perfect code of dSprites with noise of
    0.1). The authors leave out the shape; ``gaps`` allows that. Their estimate is biased low where many latents are
    silent, as the second best is then the largest of several estimates of nothing.

    Args:
        posterior: of all images of a set, [N, latents]. A sample of them understates how q(z) fills the gaps.
        factors: classes, [N, factors].

    Returns:
        The gap of each factor, and their mean; NaN for a factor of one class.

    Raises:
        TypeError: for what is no posterior.
        ValueError: where the two do not pair up, or hold values that are not finite.
    """
    checked = check_posterior("posterior", posterior)
    means, classes = check(checked.mean, factors)
    stds = np.exp(0.5 * check(checked.log_variance, factors)[0])
    gaps = np.full(classes.shape[1], math.nan)
    known = np.flatnonzero(varied(classes))
    if len(known):
        labels = [np.unique(classes[:, k], return_inverse=True)[1] for k in known]
        nats = np.array([latent_information(*latent, labels) for latent in zip(means.T, stds.T, strict=True)])
        ranked = np.sort(nats, axis=0)[::-1]
        second = ranked[1] if len(ranked) > 1 else 0.0
        gaps[known] = (ranked[0] - second) / factor_entropies(classes[:, known])
    return MIG(known_mean(gaps), gaps)


def latent_information(mean: np.ndarray, std: np.ndarray, labels: list[np.ndarray]) -> list[float]:
    """Return the information in nats of one latent, given by its posteriors [N], on each factor, not below 0."""
    low, high = mean.min() - REACH * std.max(), mean.max() + REACH * std.max()
    points = 2 ** math.ceil(math.log2(CELLS * (high - low) / std.min()))
    points = min(max(points, POINTS[0]), POINTS[1])
    cell = (high - low) / points
    ratio = math.log(std.max() / std.min())
    count = min(math.ceil(ratio / LEVEL), LEVELS - 1) + 1
    variances = np.exp(2 * (math.log(std.min()) + ratio * np.arange(count) / max(count - 1, 1)))
    # Each Gaussian is shared between two points and two levels, so that its mean and its variance stay what they are.
    place = (mean - low) / cell
    left = np.floor(place).astype(int)
    share = place - left
    variance = np.clip(std**2 - share * (1 - share) * cell**2, variances[0], variances[-1])
    below = np.clip(np.searchsorted(variances, variance, side="right") - 1, 0, max(count - 2, 0))
    step = variances[below + 1] - variances[below] if count > 1 else np.ones(len(mean))
    upper = (variance - variances[below]) / step
    frequency = 2 * np.pi * np.fft.rfftfreq(points, cell)
    blur = np.exp(-0.5 * variances[:, None] * frequency**2)  # [levels, frequencies], of Gaussians at 0

    def density(rows: np.ndarray | slice) -> np.ndarray:
        """Return the mixture of some images' posteriors on the grid, [points]."""
        at = below[rows] * points + left[rows]
        weights = np.zeros(count * points)
        for right, along in ((0, 1 - share[rows]), (1, share[rows])):
            for above, over in ((0, 1 - upper[rows]), (1, upper[rows])):
                if above < count:
                    weights += np.bincount(at + right + above * points, along * over, len(weights))
        spectrum = (np.fft.rfft(weights.reshape(count, points)) * blur).sum(axis=0)
        return np.fft.irfft(spectrum, points).clip(min=0) / (weights.sum() * cell)

    def entropy(rows: np.ndarray | slice) -> float:
        """Return the differential entropy of that mixture in nats."""
        p = density(rows)
        p = p[p > 0]
        return float(-(p * np.log(p)).sum() * cell)

    whole, nats = entropy(slice(None)), []
    for label in labels:
        order, sizes = np.argsort(label, kind="stable"), np.bincount(label)
        within = [entropy(rows) for rows in np.split(order, np.cumsum(sizes)[:-1])]
        nats.append(max(whole - float(sizes @ within) / len(label), 0.0))
    return nats
