"""Chen et al.'s own MIG: the information of draws from q(z|x), whose densities are computed, not sampled."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

import math

import numpy as np
from numpy.typing import ArrayLike

from ..models import Posterior
from ..models._inputs import check_posterior
from .information import MIG, check, factor_entropies, known_mean, varied
from .mixture import LatentMixture

CELLS = 4  # of the grid of z in the narrowest standard deviation


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
    mixture = LatentMixture(mean, std, CELLS)
    whole, nats = mixture.entropy(), []
    for label in labels:
        order, sizes = np.argsort(label, kind="stable"), np.bincount(label)
        within = [mixture.entropy(rows) for rows in np.split(order, np.cumsum(sizes)[:-1])]
        nats.append(max(whole - float(sizes @ within) / len(label), 0.0))
    return nats
