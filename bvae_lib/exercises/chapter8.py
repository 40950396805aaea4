"""The exercises of chapter 8."""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from .. import metrics
from .exercise import Exercise

SIZES = (3, 6, 40, 32, 32)  # classes of dSprites' factors
PLEASED = 0.75  # the least score, in exercise 8.1
JUMBLED = 0.25  # mean R^2 of the best straight lines, at most, of a code without an order
HOLDS, SPOILED = 0.2, 0.05  # of a factor's entropy: in a latent that has it, and in one that has another factor too
EQUAL = 0.02  # two scores that differ by less, in exercise 8.2
STABLE = 0.95  # UDR of exercise 8.4, of which two free rotations have less


def classes(n: int) -> np.ndarray:
    """Return ``n`` rows of dSprites' factor classes, drawn evenly."""
    return np.random.default_rng(8).integers(0, SIZES, (n, len(SIZES)))


Code = Callable[[np.ndarray], ArrayLike]  # factor classes [N, K] -> codes [N, latents]


def is_useless(code: Code) -> bool:
    """Tell a code in which no straight line reads a factor, or in which one factor at most has a latent of its own."""
    factors = classes(5_000)
    codes = np.asarray(code(factors.copy()), float)
    straight = np.nan_to_num(metrics.sap(codes, factors).scores).max(axis=0).mean()
    shares = metrics.normalized_mutual_information(codes, factors)
    pure = np.sort(shares, axis=1)[:, -2] < SPOILED
    own = [pure[shares[:, k].argmax()] and (shares[:, k] >= HOLDS).sum() == 1 for k in range(len(SIZES))]
    return bool(straight <= JUMBLED) or sum(own) <= 1


SCORES: dict[str, Callable[[Code], float]] = {
    "mig": lambda code: metrics.mig(*of(code, 5_000)).mean,
    "sap": lambda code: metrics.sap(*of(code, 5_000)).mean,
    "modularity": lambda code: metrics.modularity(*of(code, 5_000)).mean,
    "explicitness": lambda code: metrics.explicitness(*of(code, 1_250)).mean,
    "mcc": lambda code: metrics.mcc(*of(code, 5_000)).mean,
    "infomec": lambda code: min(metrics.infomec(*of(code, 1_250))[:3]),
    "dci": lambda code: min(metrics.dci(*of(code, 1_250))[:3]),
    "beta_vae": lambda code: metrics.beta_vae(code, SIZES, votes=1_000, evaluated=500).mean,
    "factor_vae": lambda code: metrics.factor_vae(code, SIZES, votes=1_000, evaluated=500).mean,
}


def of(code: Code, n: int) -> tuple[ArrayLike, np.ndarray]:
    """Return codes and factors of ``n`` rows."""
    factors = classes(n)
    return code(factors.copy()), factors


def breaks_every_metric(codes: Mapping[str, Code]) -> bool:
    """Judge a useless code for each metric that the metric is pleased with."""
    if set(codes) != set(SCORES) or not all(map(is_useless, codes.values())):
        return False
    return all(score(codes[name]) >= PLEASED for name, score in SCORES.items())


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
        breaks_every_metric,
        "All nine names, each with a useless code. Which metrics do not see the order of a latent's values? And "
        "which do not mind that two latents share two factors?",
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
