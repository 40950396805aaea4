"""The metrics of beta-VAE and FactorVAE: one factor is held, all others vary, and a vote says which it was."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

import math
import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from .._runtime.arguments import number, numbers, seed_number, whole_number

Represent = Callable[[np.ndarray], ArrayLike]  # factor classes [N, K] -> codes [N, latents]
ROWS = 65_536  # represented at once


class BetaVAEScore(NamedTuple):
    """The beta-VAE metric, an accuracy: 1 / K by chance, 1 at best."""

    mean: float  #: on new batches; NaN for fewer than two factors of several classes
    train: float  #: on the batches that the classifier was trained on


class FactorVAEScore(NamedTuple):
    """The FactorVAE metric, an accuracy: 1 / K by chance, 1 at best."""

    mean: float  #: on new batches; NaN for fewer than two factors of several classes
    train: float  #: on the batches that the latents' factors were found by
    votes: np.ndarray  #: [latents, factors], batches in which the latent varied least and the factor was held
    active: np.ndarray  #: [latents], False for those that are pruned


def beta_vae(
    represent: Represent,
    factor_sizes: Sequence[int],
    votes: int = 10_000,
    evaluated: int = 5_000,
    batch: int = 64,
    seed: int = 0,
) -> BetaVAEScore:
    """Compute the beta-VAE metric (Higgins et al. 2017, section 2), as disentanglement_lib does. Higher is better.

    Of each of ``batch`` pairs of images both have one factor in common; how far their codes lie from each other,
    averaged over the pairs, is a point [latents]. Logistic regression tells from it which factor was held.

    Known failures: it stays at 1 under a rotation by 20 degrees, and passes 0.95 after an epoch of training: it asks
    whether factors leave different traces, not whether each has its own latent.

    Args:
        represent: codes [N, latents] of factor classes, int64 [N, K]. Codes that are encoded once and looked up make
            it fast: ``lambda classes: means[images.index(classes)]``.
        factor_sizes: number of classes of each factor, [K]; a factor of one class is not drawn.
        votes: batches for training.
        evaluated: batches for the score.
        batch: pairs in each.
        seed: of the factors drawn.

    Returns:
        The accuracy on new batches, and on those of the training.

    Raises:
        TypeError: for ``represent`` that cannot be called.
        ValueError: where it gives no codes [N, latents], for sizes below 1, and for fewer than one batch or pair.
    """
    sizes = check_sizes(represent, factor_sizes)
    votes, evaluated = (whole_number(n, v, least=1) for n, v in (("votes", votes), ("evaluated", evaluated)))
    batch, rng = whole_number("batch", batch, least=1), np.random.default_rng(seed_number(seed) % 2**64)
    held = hold(sizes, votes + evaluated, rng)
    if held is None:
        return BetaVAEScore(math.nan, math.nan)
    points = []
    for factor in chunks(held, 2 * batch):
        first, second = (rng.integers(0, sizes, (len(factor), batch, len(sizes))) for _ in range(2))
        column = factor[:, None, None]
        np.put_along_axis(second, column, np.take_along_axis(first, column, 2), 2)
        one, other = (codes_of(represent, classes) for classes in (first, second))
        points.append(np.abs(one - other).mean(axis=1))
    point = np.concatenate(points)
    if len(np.unique(held[:votes])) < 2:  # so few votes that all are for one factor
        return BetaVAEScore(float((held[votes:] == held[0]).mean()), 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression().fit(point[:votes], held[:votes])
    return BetaVAEScore(*(float(model.score(point[part], held[part])) for part in (slice(votes, None), slice(votes))))


def factor_vae(
    represent: Represent,
    factor_sizes: Sequence[int],
    votes: int = 10_000,
    evaluated: int = 5_000,
    batch: int = 64,
    variances: int | None = None,
    threshold: float = 0.05,
    seed: int = 0,
) -> FactorVAEScore:
    """Compute the FactorVAE metric (Kim and Mnih 2018, section 2), as disentanglement_lib does. Higher is better.

    All images of a batch share the class of one factor. The latent whose variance in the batch is the smallest share of
    its variance over the set votes for that factor; each latent then stands for the factor it has most votes for.

    Known failures: it stays at 1 under a rotation by 20 degrees, and where one latent holds two factors and another
    none. Latents that hardly vary must be pruned: with a ``threshold`` of 0, the default of disentanglement_lib's code
    (its study has 0.05), a constant latent gets every vote, as 0 / 0 is taken for the least, and the score falls to
    1 / K. The accuracy of batches of 64 is not that of endless ones (0.76 where that is 0.85).

    Args:
        represent: codes [N, latents] of factor classes, int64 [N, K]. Codes that are encoded once and looked up make
            it fast: ``lambda classes: means[images.index(classes)]``.
        factor_sizes: number of classes of each factor, [K]; a factor of one class is not drawn.
        votes: batches by which latents find their factors.
        evaluated: batches for the score.
        batch: images in each, two at least.
        variances: images drawn for the variance of each latent over the set; by default it is of all combinations.
        threshold: standard deviation over the set below which a latent is pruned.
        seed: of the factors drawn.

    Returns:
        The accuracy on new batches, with the votes; 0 where all latents are pruned.

    Raises:
        TypeError: for ``represent`` that cannot be called.
        ValueError: where it gives no codes [N, latents], for sizes below 1, for fewer than one batch or than two images
            in it or for the variances, and for a threshold below 0.
    """
    sizes, threshold = check_sizes(represent, factor_sizes), number("threshold", threshold, least=0)
    votes, evaluated = (whole_number(n, v, least=1) for n, v in (("votes", votes), ("evaluated", evaluated)))
    batch, rng = whole_number("batch", batch, least=2), np.random.default_rng(seed_number(seed) % 2**64)
    spread = variance_of(represent, sizes, variances, rng)
    active, held = np.sqrt(spread) >= threshold, hold(sizes, votes + evaluated, rng)
    counts = np.zeros((2, len(spread), len(sizes)), int)  # of the votes, and of those for the score
    if held is None or not active.any():
        score = math.nan if held is None else 0.0
        return FactorVAEScore(score, score, counts[0], active)
    least = []
    for factor in chunks(held, batch):
        classes = rng.integers(0, sizes, (len(factor), batch, len(sizes)))
        np.put_along_axis(
            classes, factor[:, None, None], np.take_along_axis(classes[:, :1], factor[:, None, None], 2), 2
        )
        with np.errstate(invalid="ignore"):  # 0 / 0, see above
            share = codes_of(represent, classes)[..., active].var(axis=1, ddof=1) / spread[active]
        least.append(np.flatnonzero(active)[share.argmin(axis=1)])
    np.add.at(counts, ((np.arange(len(held)) >= votes).astype(int), np.concatenate(least), held), 1)
    stands_for = counts[0].argmax(axis=1)
    train, score = (float(part[np.arange(len(part)), stands_for].sum() / part.sum()) for part in counts)
    return FactorVAEScore(score, train, counts[0], active)


def hold(sizes: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray | None:
    """Draw the factor that each of ``n`` batches holds, [n]; None where fewer than two vary."""
    varied = np.flatnonzero(sizes > 1)
    return rng.choice(varied, n) if len(varied) > 1 else None


def chunks(held: np.ndarray, rows: int) -> list[np.ndarray]:
    """Split the batches into parts of about ``ROWS`` images, of ``rows`` each."""
    return np.array_split(held, math.ceil(len(held) * rows / ROWS))


def variance_of(represent: Represent, sizes: np.ndarray, n: int | None, rng: np.random.Generator) -> np.ndarray:
    """Return the variance of each latent over ``n`` images drawn, or over all combinations."""
    total = math.prod(sizes.tolist())
    if n is not None:
        drawn = rng.integers(0, sizes, (whole_number("variances", n, least=2), len(sizes)))
        return codes_of(represent, drawn).var(axis=0, ddof=1)
    parts = [
        codes_of(represent, np.stack(np.unravel_index(np.arange(start, min(start + ROWS, total)), sizes), axis=1))
        for start in range(0, total, ROWS)
    ]
    return np.concatenate(parts).var(axis=0, ddof=1 if total > 1 else 0)


def codes_of(represent: Represent, classes: np.ndarray) -> np.ndarray:
    """Represent classes [..., K] as codes, float64 [..., latents]; ValueError for anything else."""
    rows = classes.reshape(-1, classes.shape[-1])
    codes = numbers("codes of represent [N, latents]", represent(rows), (len(rows), None))
    return codes.reshape(*classes.shape[:-1], codes.shape[1])


def check_sizes(represent: Represent, factor_sizes: Sequence[int]) -> np.ndarray:
    """Return the sizes as an array; TypeError for ``represent`` that cannot be called, ValueError for no sizes."""
    if not callable(represent):
        raise TypeError(
            f"represent must be a function of factor classes [N, K] that returns codes [N, latents], not "
            f"{type(represent).__name__}; of codes of a whole set it is lambda classes: codes[images.index(classes)]"
        )
    sizes = numbers("factor_sizes", factor_sizes, (None,), least=1)
    if (sizes % 1).any():
        raise ValueError(f"factor_sizes must be whole numbers, not {factor_sizes!r}")
    return sizes.astype(int)
