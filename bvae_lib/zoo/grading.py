"""Predictions that were written down before their runs, and what the runs say of them.

    prediction = load_prediction("dsprites-report64")
    grades = grade(prediction, penalised_runs("dsprites-report64"))  # of the runs that are here

Chapters 5 and 7 show both. The criteria are words in the file of the prediction; here is what they ask of a History.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..history import AWAKE, History
from .cards import MODELS
from .lookup import check_known
from .recipes import PENALTIES, SEEDS
from .registry import load, names

PREDICTIONS = MODELS.parent / "predictions"
EARLY = 200  # steps: the first look at how many latents are awake
SETTLED = 2_000  # steps, from which on a run may hold its rate, or meet its capacity
NEAR = 1.05  # a rate of at most this many times the capacity meets it


@dataclass(frozen=True)
class Prediction:
    """What was predicted of the runs ``{run}-{penalty}-seed{seed}`` before any of them."""

    run: str  #: what the names of the runs begin with
    file: str  #: that holds it, in bvae_lib/zoo/predictions
    known: str  #: what had been seen before
    criteria: dict[str, str]  #: in words, by name
    figures: dict[str, Any]  #: weight, rate_held, capacity_met, step_met, latents_at_first, latents_when_met


class Grade(NamedTuple):
    """One criterion under one penalty."""

    criterion: str  #: its name in the prediction
    penalty: str  #: "absolute", "hinge", or "both" where pairs are compared
    predicted: float  #: rates, capacities and gaps in nats; latents counted; shares from 0 to 1
    measured: tuple[float, ...]  #: of each run, or pair, in the same unit; NaN where the run never got there
    verdict: str  #: of their median: "borne out", "not borne out", "untested" where there is no run


def predictions() -> dict[str, Prediction]:
    """Read all predictions, by run."""
    found = {}
    for path in sorted(PREDICTIONS.glob("*.json")):
        stored = json.loads(path.read_text(encoding="utf-8"))
        for run, figures in stored["runs"].items():
            found[run] = Prediction(run, path.name, stored["known"], stored["criteria"], figures)
    return found


def load_prediction(run: str) -> Prediction:
    """Load what was predicted of a group of runs, before any of them.

    Args:
        run: what their names begin with, such as "dsprites-report64".

    Raises:
        KeyError: for runs of which nothing was predicted.
    """
    found = predictions()
    check_known("prediction of", run, found)
    return found[run]


def penalised_runs(run: str) -> dict[str, dict[int, History]]:
    """Load the histories of a group of runs under the two penalties, as far as they are here.

    Args:
        run: as of ``load_prediction``.

    Returns:
        By penalty, then by seed; a penalty without runs is empty.

    Raises:
        KeyError: for runs of which nothing was predicted.
    """
    check_known("prediction of", run, predictions())
    here = set(names())
    return {
        penalty: {seed: load(name)[1] for seed in SEEDS if (name := f"{run}-{penalty}-seed{seed}") in here}
        for penalty in PENALTIES
    }


def first_met(history: History) -> int | None:
    """Return the first record with R <= 1.05 C from step 2,000 on; None where there is none.

    Before that an untrained network may well be below its capacity. The words of the criterion do not say so; step
    2,000, which another criterion names, was taken when the first of the runs had been seen.
    """
    later = np.flatnonzero((history.rate <= NEAR * history.capacity) & (history.step >= SETTLED))
    return int(later[0]) if len(later) else None


def rate_held(history: History, predicted: float) -> float:
    """Return the R that is furthest from what was predicted, from step 2,000 on, before the capacity is met."""
    before = history.rate[: first_met(history)][history.step[: first_met(history)] >= SETTLED]
    return float(before[np.abs(before - predicted).argmax()]) if len(before) else math.nan


def capacity_met(history: History, _: float) -> float:
    """Return the C at which the capacity is met."""
    record = first_met(history)
    return math.nan if record is None else float(history.capacity[record])


def latents_at_first(history: History, _: float) -> float:
    """Count the latents that are awake at step 200."""
    return float((history.kl_per_latent[history.step >= EARLY][:1] > AWAKE).sum())


def latents_when_met(history: History, _: float) -> float:
    """Count the latents that are awake when the capacity is met."""
    record = first_met(history)
    return math.nan if record is None else float((history.kl_per_latent[record] > AWAKE).sum())


def difference(one: History, other: History) -> float:
    """Return the mean of |R - R'| / R over the records before either run meets its capacity; 0 without any."""
    ends = [len(run.rate) if (record := first_met(run)) is None else record for run in (one, other)]
    rates, others = one.rate[: min(ends)], other.rate[: min(ends)]
    return float(np.mean(np.abs(others - rates) / rates)) if len(rates) else 0.0


def bound(history: History, _: float) -> float:
    """Return the share of the records from step 2,000 on with R <= 1.05 C."""
    settled = history.step >= SETTLED
    return float((history.rate <= NEAR * history.capacity)[settled].mean()) if settled.any() else math.nan


def hinge_below_at_end(history: History, _: float) -> float:
    """Return how far R is below C in the last record, in nats."""
    return float(history.capacity[-1] - history.rate[-1])


class Criterion(NamedTuple):
    """How a criterion is measured on one run, from where to where it may lie for what is predicted, and of which."""

    measure: Callable[[History, float], float]
    allowed: Callable[[float], tuple[float, float]]
    penalties: tuple[str, ...] = PENALTIES


CRITERIA = {
    "rate_held": Criterion(rate_held, lambda x: (0.85 * x, 1.15 * x)),
    "capacity_met": Criterion(capacity_met, lambda x: (0.85 * x, 1.15 * x)),
    "latents_at_first": Criterion(latents_at_first, lambda x: (x - 2, x + 2)),
    "latents_when_met": Criterion(latents_when_met, lambda x: (x - 1, x + 1)),
    "bound": Criterion(bound, lambda x: (x - 0.05, x)),
    "hinge_below_at_end": Criterion(hinge_below_at_end, lambda x: (x / 2, 2 * x), ("hinge",)),
}
SAME = "same_until_met"  # the one that compares the two penalties, run by run of a seed
MOST_DIFFERENT = 0.05


def grade(prediction: Prediction, runs: Mapping[str, Mapping[int, History]]) -> list[Grade]:
    """Grade a prediction, criterion by criterion, by the median over the seeds that are here.

    Args:
        prediction: as ``load_prediction`` gives it.
        runs: histories by penalty and seed, as ``penalised_runs`` gives them.

    Returns:
        A grade for each criterion and penalty; for ``same_until_met`` one, of the pairs of one seed; for
        ``hinge_below_at_end`` that of the hinge.

    Raises:
        ValueError: for runs of other penalties, or a prediction with an unknown criterion.
    """
    unknown = [name for name in prediction.criteria if name not in {*CRITERIA, SAME}]
    if unknown:
        raise ValueError(f"prediction must have criteria among {[*CRITERIA, SAME]}, not {unknown}")
    if set(runs) != set(PENALTIES):
        raise ValueError(f"runs must be those of each of {PENALTIES}, not of {list(runs)}; a penalty may have none")
    grades = []
    for name in prediction.criteria:
        if name == SAME:
            absolute, hinge = (runs[penalty] for penalty in PENALTIES)
            gaps = tuple(difference(absolute[seed], hinge[seed]) for seed in absolute if seed in hinge)
            grades.append(Grade(name, "both", 0.0, gaps, verdict(gaps, 0.0, MOST_DIFFERENT)))
            continue
        criterion, predicted = CRITERIA[name], float(prediction.figures[name])
        for penalty in criterion.penalties:
            measured = tuple(criterion.measure(history, predicted) for history in runs[penalty].values())
            grades.append(Grade(name, penalty, predicted, measured, verdict(measured, *criterion.allowed(predicted))))
    return grades


def verdict(measured: tuple[float, ...], low: float, high: float) -> str:
    """Say whether the median of what was measured lies from ``low`` to ``high``."""
    if not measured:
        return "untested"
    return "borne out" if low <= np.median(measured) <= high else "not borne out"  # NaN is not
