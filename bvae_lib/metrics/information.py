"""How much information latents have on factors, from codes (posterior means) and the factors' classes."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .._runtime.arguments import number, numbers

ACTIVE = 0.01  # nats: a latent with a smaller mean KL is inactive, at the prior
BINS = 20  # of equal width for each latent, as in disentanglement_lib
FOLLOWS = 0.2  # normalised mutual information: a latent with less on every factor follows none


class MIG(NamedTuple):
    """Mutual information gap, between 0 and 1."""

    mean: float  #: over the factors of several classes; NaN where there are none
    gaps: np.ndarray  #: [factors], of each; NaN for a factor of one class


class Label(NamedTuple):
    """The factor that a latent follows."""

    factor: str  #: its name, or "none"
    nmi: float  #: normalised mutual information with the factor on which the latent has most

    def __str__(self) -> str:
        return self.factor if self.factor == "none" else f"{self.factor} {self.nmi:.0%}"


def mutual_information(codes: ArrayLike, factors: ArrayLike) -> np.ndarray:
    """Compute the mutual information of each latent with each factor, by 20 bins of equal width for each latent.

    It is an estimate from N pairs: too high by about (bins - 1)(classes - 1) / 2N where the two are independent.

    Args:
        codes: posterior means, [N, latents], a tensor or an array.
        factors: classes, [N, factors], a tensor or an array.

    Returns:
        I(latent; factor) in nats, [latents, factors].

    Raises:
        ValueError: where the two do not pair up, or hold values that are not finite.
    """
    codes, factors = check(codes, factors)
    binned = np.stack([bin_indices(latent) for latent in codes.T], axis=1)
    return np.array([[information(b, f) for f in factors.T] for b in binned.T])


def factor_entropies(factors: ArrayLike) -> np.ndarray:
    """Compute the entropy of each factor.

    Args:
        factors: classes, [N, factors].

    Returns:
        Nats, [factors].

    Raises:
        ValueError: for another shape, or values that are not finite.
    """
    return np.array([information(f, f) for f in check_factors(factors).T])


def normalized_mutual_information(codes: ArrayLike, factors: ArrayLike) -> np.ndarray:
    """Compute mutual information as a share of the factor's entropy (Eq. 7.1).

    Args:
        codes: posterior means, [N, latents].
        factors: classes, [N, factors].

    Returns:
        I(latent; factor) / H(factor), [latents, factors], from 0 to 1; 0 for a factor of one class, which has no
        entropy.

    Raises:
        ValueError: as ``mutual_information``.
    """
    return mutual_information(codes, factors) / np.maximum(factor_entropies(factors), 1e-12)  # Eq. 7.1


def assign_factors(
    codes: ArrayLike, factors: ArrayLike, names: Sequence[str], kl: ArrayLike, bound: float = FOLLOWS
) -> list[Label]:
    """Label each latent by the factor with which it has the most normalised mutual information (NMI).

    A latent follows "none" where its KL is below 0.01 nats, or its NMI with every factor is below ``bound``. A factor
    on which several latents have information, as sine and cosine have on an angle, is the label of each.

    Args:
        codes: posterior means, [N, latents].
        factors: classes, [N, factors].
        names: of the factors.
        kl: mean KL of each latent in nats, [latents].
        bound: least NMI of a latent that follows a factor.

    Returns:
        A label for each latent.

    Raises:
        ValueError: where names or kl do not pair up with factors or codes, or kl is not finite, and as
            ``mutual_information``.
    """
    nmi, bound = normalized_mutual_information(codes, factors), number("bound", bound, 0, 1)
    names, kl = check_names("names", names, nmi.shape[1]), numbers("kl", kl, (len(nmi),))
    best, most = nmi.argmax(axis=1), nmi.max(axis=1)
    follows = (kl >= ACTIVE) & (most >= bound)
    return [Label(names[f] if yes else "none", float(m)) for f, m, yes in zip(best, most, follows, strict=True)]


def mig(codes: ArrayLike, factors: ArrayLike) -> MIG:
    """Compute the mutual information gap (Chen et al. 2018, equation 6), as disentanglement_lib does.

    For each factor it is the information in its best latent less that in the second best, as a share of the factor's
    entropy (Eq. 8.1). A factor of one class has no entropy: its gap is NaN, and the mean is over the others.

    Args:
        codes: posterior means, [N, latents].
        factors: classes, [N, factors].

    Returns:
        The gap of each factor, and their mean.

    Raises:
        ValueError: as ``mutual_information``.
    """
    entropies = factor_entropies(factors)
    ranked = np.sort(mutual_information(codes, factors), axis=0)[::-1]
    second = ranked[1] if len(ranked) > 1 else 0.0
    gaps = (ranked[0] - second) / np.where(entropies > 0, entropies, np.nan)  # Eq. 8.1
    return MIG(known_mean(gaps), gaps)


def silence(codes: ArrayLike, kl: ArrayLike) -> np.ndarray:
    """Return codes in which every latent of less than 0.01 nats is constant, as measures should see it.

    What the means of such a latent still follow is too faint to be decoded, but a measure that divides the range of
    each latent into bins has no scale: it would count as much as any other.

    Args:
        codes: posterior means, [N, latents].
        kl: of each latent in nats, [latents].

    Returns:
        float64 [N, latents], 0 in those latents.

    Raises:
        ValueError: for arrays that do not fit each other, or a negative KL.
    """
    codes = numbers("codes", codes, (None, None))
    return np.where(numbers("kl", kl, (codes.shape[1],), least=0) >= ACTIVE, codes, 0.0)


def bin_indices(latent: np.ndarray) -> np.ndarray:
    """Return the bin, 0 to 19, of each code of one latent [N]; bins divide its range evenly, a constant fills one."""
    # A collapsed latent may range over a few float32 numbers only: numpy.histogram refuses to find 20 bins there.
    latent = latent.astype(np.float64)
    edges = np.linspace(latent.min(), latent.max(), BINS + 1)
    return np.digitize(latent, edges[1:-1])


def information(a: np.ndarray, b: np.ndarray) -> float:
    """Return the mutual information in nats of two sequences of classes [N], from their joint counts."""
    _, a = np.unique(a, return_inverse=True)
    _, b = np.unique(b, return_inverse=True)
    if not a.any() or not b.any():  # one class: exactly nothing, where rounding would leave 1e-16
        return 0.0
    joint = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(joint, (a, b), 1)
    joint /= len(a)
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    seen = joint > 0
    return float((joint[seen] * np.log(joint[seen] / independent[seen])).sum())


def check(codes: ArrayLike, factors: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return both as numpy [N, columns].

    Raises:
        ValueError: where the two do not pair up, or hold values that are not finite.
    """
    codes, factors = numbers("codes [N, latents]", codes, (None, None)), check_factors(factors)
    if len(codes) != len(factors):
        raise ValueError(
            f"codes must be [N, latents] and factors [N, factors] for the same N, not {codes.shape} and {factors.shape}"
        )
    return codes, factors


def check_factors(factors: ArrayLike) -> np.ndarray:
    """Return the classes as numpy [N, factors]; ValueError for another shape, or values that are not finite."""
    return numbers("factors [N, factors]", factors, (None, None))


def check_names(argument: str, names: Iterable[str], factors: int) -> list[str]:
    """Return the names as a list; ValueError unless ``argument`` has one for each of the factors."""
    listed = list(names) if isinstance(names, Iterable) and not isinstance(names, str) else []
    if len(listed) != factors:
        raise ValueError(f"{argument} must name all {factors} factors, not {names!r}")
    return listed


def varied(factors: np.ndarray) -> np.ndarray:
    """Return [factors], True for each factor with two classes at least: no measure says anything of another."""
    return np.ptp(factors, axis=0) > 0


def known_mean(values: np.ndarray) -> float:
    """Return the mean of the values that are not NaN, and NaN where there are none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan
