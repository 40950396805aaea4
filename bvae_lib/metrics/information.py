"""How far latents follow factors, from codes [N, latents] (posterior means) and factor classes [N, factors]."""

from typing import NamedTuple

import numpy as np

ACTIVE = 0.01  # nats: a latent with less than this on average is silent
BINS = 20  # equal-width bins a latent, as in disentanglement_lib
FOLLOWS = 0.2  # share of a factor's entropy: a latent that tells less than this of every factor follows none


class MIG(NamedTuple):
    """Mutual information gap: the mean over factors, and each factor's own gap, between 0 and 1."""

    mean: float
    gaps: np.ndarray  # [factors]


class Label(NamedTuple):
    """What a latent follows: the name of a factor or "none", and the largest share of a factor's entropy it tells."""

    factor: str
    share: float

    def __str__(self) -> str:
        return self.factor if self.factor == "none" else f"{self.factor} {self.share:.0%}"


def mutual_information(codes, factors) -> np.ndarray:
    """I(latent; factor) in nats, [latents, factors], each latent cut into 20 bins of equal width.

    An estimate from N pairs: it is too high by about (bins - 1)(classes - 1) / 2N where they are independent.
    Raises ValueError where the two do not pair up or hold values that are not finite.
    """
    codes, factors = check(codes, factors)
    binned = np.stack([bin_indices(latent) for latent in codes.T], axis=1)
    return np.array([[information(b, f) for f in factors.T] for b in binned.T])


def factor_entropies(factors) -> np.ndarray:
    """Entropy of each factor in nats, [factors], from its classes [N, factors]."""
    return np.array([information(f, f) for f in check(factors, factors)[1].T])


def normalized_mutual_information(codes, factors) -> np.ndarray:
    """Share of each factor's entropy that each latent tells, [latents, factors], from 0 to 1.

    Mutual information, as above, over the factor's entropy; 0 for a factor of one class, of which nothing can be told.
    """
    return mutual_information(codes, factors) / np.maximum(factor_entropies(factors), 1e-12)


def assign_factors(codes, factors, names, kl, bound: float = FOLLOWS) -> list[Label]:
    """What each latent follows: of the factors, named ``names``, the one of which it tells the largest share.

    A latent follows "none" where its ``kl`` [latents] is below 0.01 nats, or that share is below ``bound``. A factor
    that several latents tell, as sine and cosine tell an angle, is the label of each. Raises ValueError where names or
    kl do not pair up with factors or codes.
    """
    nmi, names, kl = normalized_mutual_information(codes, factors), list(names), np.asarray(kl)
    if nmi.shape != (len(kl), len(names)):
        raise ValueError(
            f"kl must have one number for each of the {nmi.shape[0]} latents and names one for each of the "
            f"{nmi.shape[1]} factors, not {len(kl)} and {names}"
        )
    best = nmi.argmax(axis=1)
    share = nmi.max(axis=1)
    follows = (kl >= ACTIVE) & (share >= bound)
    return [Label(names[f] if yes else "none", float(s)) for f, s, yes in zip(best, share, follows, strict=True)]


def mig(codes, factors) -> MIG:
    """Mutual information gap (Chen et al. 2018, equation 6), as disentanglement_lib computes it.

    For each factor the information in its best latent less that in the second best, as a share of the factor's
    entropy; then the mean over all factors. A factor with one class only has no gap and is an error.
    """
    information_ = mutual_information(codes, factors)
    entropies = factor_entropies(factors)
    if (entropies <= 0).any():
        raise ValueError(f"factor {np.argmin(entropies)} has one class only: leave it out, its gap is undefined")
    best = np.sort(information_, axis=0)[::-1]
    second = best[1] if len(best) > 1 else 0.0
    gaps = (best[0] - second) / entropies
    return MIG(float(gaps.mean()), gaps)


def bin_indices(latent: np.ndarray) -> np.ndarray:
    """Bin 0 .. 19 of each code of one latent [N]; the bins share its range evenly, a constant falls into one."""
    # A collapsed latent may range over a few float32 numbers only: numpy.histogram refuses to find 20 bins there.
    latent = latent.astype(np.float64)
    edges = np.linspace(latent.min(), latent.max(), BINS + 1)
    return np.digitize(latent, edges[1:-1])


def information(a: np.ndarray, b: np.ndarray) -> float:
    """Mutual information of two sequences of classes [N] in nats, from their joint counts."""
    _, a = np.unique(a, return_inverse=True)
    _, b = np.unique(b, return_inverse=True)
    joint = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(joint, (a, b), 1)
    joint /= len(a)
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    seen = joint > 0
    return float((joint[seen] * np.log(joint[seen] / independent[seen])).sum())


def check(codes, factors) -> tuple[np.ndarray, np.ndarray]:
    """Both as numpy [N, columns], or ValueError with what is wrong."""
    codes, factors = (np.asarray(x.detach().cpu() if hasattr(x, "detach") else x) for x in (codes, factors))
    if codes.ndim != 2 or factors.ndim != 2 or len(codes) != len(factors) or len(codes) == 0:
        raise ValueError(
            f"codes must be [N, latents] and factors [N, factors] for the same N, not {codes.shape} and {factors.shape}"
        )
    if not np.isfinite(factors).all():
        raise ValueError("factors hold values that are not finite")
    if not np.isfinite(codes).all():
        raise ValueError("codes hold values that are not finite; did the training diverge?")
    return codes, factors
