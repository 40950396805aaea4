"""UDR (Duan et al. 2020): how alike the latents of models are that differ in their seeds only. No labels are used."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from .._runtime.arguments import numbers
from .correlation import determination
from .information import ACTIVE, varied


class UDR(NamedTuple):
    """Unsupervised disentanglement ranking: from 0 to 1, higher where seeds agree on single latents."""

    scores: np.ndarray  #: [models], of each the median over all others
    pairs: np.ndarray  #: [models, models], of each two; NaN of a model with itself


def udr(codes: Sequence[ArrayLike], kl: Sequence[ArrayLike]) -> UDR:
    """Compute UDR (Duan et al. 2020, section 4) by Spearman correlations, as disentanglement_lib does.

    Of two models it takes the absolute rank correlations of their active latents. The score of a latent is its largest
    correlation squared, over the sum of all: 1 where one latent of the other model follows it alone. The score of the
    pair is the mean over the latents of either model (Eq. 8.5).

    Known failures: it asks whether seeds agree, not whether they are right. Models that all learn the same mixture have
    a score of 1, and so have models of one active latent. It sees monotone relations only, and the paper's own choice,
    a LASSO in place of correlations, gives other figures.

    Args:
        codes: posterior means of the same images by each model, two at least, [N, latents] each.
        kl: of each model's latents in nats, [latents] each; those below 0.01 are left out.

    Returns:
        The score of each model, and of each pair; 0 for a pair of which one has no active latent.

    Raises:
        ValueError: for fewer than two models, other numbers of kl, and codes of different images or of one.
    """
    if len(codes) < 2 or len(codes) != len(kl):
        raise ValueError(
            f"codes and kl must be of the same models, at least two, not of {len(codes)} and {len(kl)}: "
            "one model cannot be compared"
        )
    images = len(numbers("codes[0] [N, latents]", codes[0], (None, None)))
    ranks = []
    for i, (own, nats) in enumerate(zip(codes, kl, strict=True)):
        own = numbers(f"codes[{i}] [N, latents]", own, (images, None))
        active = numbers(f"kl[{i}]", nats, (own.shape[1],)) >= ACTIVE
        ranks.append(rankdata(own[:, active], axis=0))
    pairs = np.full((len(ranks), len(ranks)), np.nan)
    for i, j in np.argwhere(np.triu(np.ones_like(pairs), k=1)):
        pairs[i, j] = pairs[j, i] = agreement(ranks[i], ranks[j])  # Eq. 8.5
    return UDR(np.nanmedian(pairs, axis=1), pairs)


def agreement(first: np.ndarray, second: np.ndarray) -> float:
    """Return how far each latent of two models [N, latents] has one in the other model alone."""
    first, second = first[:, varied(first)], second[:, varied(second)]
    if not first.shape[1] or not second.shape[1]:
        return 0.0
    r = np.sqrt(determination(first, second, constant=0.0))
    strengths = [r.max(axis=axis) ** 2 / np.maximum(r.sum(axis=axis), 1e-12) for axis in (0, 1)]
    return float(np.mean([strength.mean() for strength in strengths]))
