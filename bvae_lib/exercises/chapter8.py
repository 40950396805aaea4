"""The exercises of chapter 8."""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from .. import metrics
from .exercise import Exercise

SIZES = (3, 6, 40, 32, 32)  # classes of dSprites' factors
USELESS, PLEASED = 0.25, 0.99  # mean information of the best latents, and what the two metrics give, of exercise 8.1
EQUAL = 0.02  # two scores that differ by less, in exercise 8.2
STABLE = 0.95  # UDR of exercise 8.4, of which two free rotations have less


def classes(n: int) -> np.ndarray:
    """Return ``n`` rows of dSprites' factor classes, drawn evenly."""
    return np.random.default_rng(8).integers(0, SIZES, (n, len(SIZES)))


def pleases_but_is_useless(code: Callable[[np.ndarray], ArrayLike]) -> bool:
    """Judge a code that modularity and MCC find perfect, and that hardly any factor can be read from."""
    factors = classes(5_000)
    codes = np.asarray(code(factors.copy()), float)
    best = metrics.normalized_mutual_information(codes, factors).max(axis=0).mean()
    scores = metrics.modularity(codes, factors).mean, metrics.mcc(codes, factors).mean
    return min(scores) >= PLEASED and bool(best <= USELESS)


@cache
def preferences() -> dict[str, str]:
    """Return which of the rotated and the noisy code each of five metrics prefers."""
    factors, scores = classes(1_250), []
    for name in ("rotated", "noisy"):
        code = metrics.toy_codes(SIZES)[name]
        codes = code(factors)
        scores.append(
            {
                "mig": metrics.mig(codes, factors).mean,
                "infom": metrics.infomec(codes, factors).infom,
                "dci": metrics.dci(codes, factors).disentanglement,
                "mcc": metrics.mcc(codes, factors).mean,
                "factor_vae": metrics.factor_vae(code, SIZES, votes=1_000, evaluated=500).mean,
            }
        )
    rotated, noisy = scores
    better = {name: "rotated" if rotated[name] > noisy[name] else "noisy" for name in rotated}
    return better | {name: "equal" for name in rotated if abs(rotated[name] - noisy[name]) < EQUAL}


def foretells_the_judges(answer: Mapping[str, str]) -> bool:
    """Compare a prediction with what the metrics say."""
    return dict(answer) == preferences()


def is_the_gap(gap: Callable[[np.ndarray, np.ndarray], float]) -> bool:
    """Try ``gap(codes, factors)`` on known codes, as many rows as latents among them."""
    factors = classes(2_000)
    codes = [code(factors) for code in metrics.toy_codes(SIZES).values()]
    cases = [(z, factors) for z in codes] + [(codes[0][:5], factors[:5])]
    return all(abs(float(gap(z, f)) - metrics.mig(z, f).mean) < 1e-6 for z, f in cases)


def shows_what_is_stable(answer: tuple[metrics.UDR, metrics.UDR]) -> bool:
    """Judge UDR of three linear VAEs on a source without preferred axes, and on one that has them."""
    free, fixed = (np.asarray(each.scores, float) for each in answer)
    return len(free) == len(fixed) == 3 and bool(free.max() < STABLE - 0.05) and bool(fixed.min() > STABLE)


EXERCISES: dict[str, Exercise] = {
    "8.1": Exercise(
        pleases_but_is_useless,
        "Both metrics look at what latents hold, not at which factors are missing. How few latents are enough?",
    ),
    "8.2": Exercise(
        foretells_the_judges,
        "All five names, each with 'rotated', 'noisy' or 'equal'. Which metric asks whether a latent keeps to one "
        "factor, however noisy? And which forgives both?",
    ),
    "8.3": Exercise(
        is_the_gap, "Print the first row of `latents` for four images and two latents. Whose codes are they?"
    ),
    "8.4": Exercise(
        shows_what_is_stable,
        "Two results of metrics.udr, of three seeds each: first of the source (4, 4), then of (8, 2). Train to "
        "convergence.",
    ),
}
