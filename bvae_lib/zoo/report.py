"""The seven figures of the report that the course grew from: where the course has each, and by which runs."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from .._runtime.arguments import number, whole_number
from ..history import AWAKE, History
from .recipes import RECIPES, recipe
from .registry import names
from .snapshots import CAPACITY, FACTOR_RUNS

IMAGES = {"dsprites": "dSprites", "chairs": "stand-in chairs", "faces": "stand-in faces"}


class Figure(NamedTuple):
    """One figure of the report, and the runs that stand for it here; their names are patterns of the shell."""

    number: str
    shows: str
    here: str  #: figures or section of the course
    short: tuple[str, ...]  #: runs in fast motion
    full: tuple[str, ...] = ()  #: runs of the report's own weights, or the paper's length


FIGURES = (
    Figure("1", "known factors through a noisy channel", "chapter 4, “Train it”", ("factors-*",)),
    Figure(
        "2, top", "dSprites: traversals at a growing capacity",
        "chapter 5, “One schedule, three objectives”, “The report's weights”",
        ("dsprites-capacity-*", "dsprites-constrained-*"), ("dsprites-report64-*", "dsprites-report-*-long"),
    ),
    Figure(
        "2, bottom", "the same on 3D Chairs", "Figure 7.2, “The report's own weights”",
        ("chairs-constrained",), ("chairs-report64-*",),
    ),
    Figure(
        "3", "CelebA: traversals of 32 latents", "Figures 7.6 and 7.7, “The report's own weights”",
        ("faces-capacity", "faces-constrained"), ("faces-report*-absolute-*",),
    ),
    Figure(
        "4", "CelebA: KL of each latent under the absolute value", "Figure 7.5, “The report's own weights”",
        ("faces-capacity",), ("faces-report*-absolute-*",),
    ),
    Figure(
        "5", "3D Chairs: VAE and β-VAE", "Figures 7.3 and 7.4, “The report's own weights”",
        ("chairs-vae", "chairs-beta"), ("chairs-report-beta*",),
    ),
    Figure(
        "6", "a mean over pixels in place of a sum", "chapter 5, “Two ways to break it with a mean”",
        ("dsprites-mean-*",),
    ),
    Figure(
        "7", "CelebA: KL of each latent under the hinge", "Figure 7.5, “The report's own weights”",
        ("faces-hinge",), ("faces-report*-hinge-*",),
    ),
)  # fmt: skip


def report_figures() -> list[dict[str, str]]:
    """Tell for each figure of the report where the course has it, on which images and at which strength.

    Strengths are those of the recipes: the weight γ of the penalty, or the price β, per image, steps and seeds. Runs
    that have a recipe but no model yet are "not yet run"; when ``make zoo`` has trained them, the table says so.

    Returns:
        A row for each figure, by column, for ``plots.table``.
    """
    recipes = RECIPES | {
        name: recipe(objective, CAPACITY | {"gamma": 1000.0}, seed=seed, steps=CAPACITY["steps"])
        for name, (objective, seed) in FACTOR_RUNS.items()
    }
    here = {*names(), *FACTOR_RUNS}
    rows = []
    for figure in FIGURES:
        short, full = (
            {name: recipes[name] for name in recipes if any(fnmatch(name, pattern) for pattern in patterns)}
            for patterns in (figure.short, figure.full)
        )
        done = sum(name in here for name in full)
        state = "not yet run" if not done else "all run" if done == len(full) else f"{done} of {len(full)} runs so far"
        rows.append(
            {
                "figure": figure.number,
                "shows": figure.shows,
                "here": f"{IMAGES[next(iter(short.values()))['data']]}: {figure.here}",
                "in fast motion": strength(short.values()),
                "at full strength": f"{strength(full.values())}: {state}" if full else "none planned",
            }
        )
    return rows


def strength(recipes: Iterable[dict[str, Any]]) -> str:
    """Say in a few words by what some recipes train: weight or price per image, steps and seeds."""
    runs: dict[int, dict[str, set[int]]] = {}
    for one in recipes:
        runs.setdefault(one["fit"]["steps"], {}).setdefault(weight(one["objective"]), set()).add(one["seed"])
    return "; ".join(
        f"{' or '.join(seeds)}, {steps:,} steps, {(count := len(set().union(*seeds.values())))} seed{'s'[: count - 1]}"
        for steps, seeds in runs.items()
    )


def weight(objective: dict[str, Any]) -> str:
    """Say what the objective of a recipe charges for a nat, per image."""
    arguments = objective["arguments"]
    if objective["name"] == "Constrained":
        return "multiplier"
    if objective["name"] == "BetaVAE":
        return f"β = {arguments['beta']:.2g}"
    gamma = arguments["gamma"]
    return f"γ = {gamma:,.0f}" if gamma >= 100 else f"γ = {gamma:.3g}"


class Jumps(NamedTuple):
    """How many latents become active at the beginning of a run, and how many after it."""

    first: int
    later: int


def jumps(history: History, threshold: float = AWAKE, step: int = 200, hold: int = 500) -> Jumps:
    """Count the latents that jump out of zero at the beginning of a run, and those that become active later.

    The first are those whose KL is above ``threshold`` in the record at ``step``. The others count as later where
    their KL, after that, is above it for ``hold`` steps (``History.onset_capacities``).

    Args:
        history: of a run whose capacity grows.
        threshold: in nats.
        step: of a record.
        hold: in steps.

    Raises:
        ValueError: for a threshold or hold below 0, or a step without a record.
    """
    threshold, step = number("threshold", threshold, least=0), whole_number("step", step, least=0)
    (at,) = np.nonzero(history.step == step)
    if not len(at):
        raise ValueError(f"step must be one that was recorded, such as {history.step[:3].tolist()}, not {step}")
    first = history.kl_per_latent[at[0]] > threshold
    later = ~first & ~np.isnan(history.onset_capacities(threshold, hold))
    return Jumps(int(first.sum()), int(later.sum()))


def jump_differences(
    pairs: Sequence[tuple[History, History]],
    thresholds: Sequence[float] = (0.1, 0.5, 1.0),
    steps: Sequence[int] = (100, 200, 500),
) -> dict[str, np.ndarray]:
    """Compare how many latents jump at the beginning of paired runs, by each of several definitions (``jumps``).

    Args:
        pairs: the runs of one seed, under two objectives.
        thresholds: in nats.
        steps: of a record.

    Returns:
        By definition, for each pair the first latents of its second run less those of its first.

    Raises:
        ValueError: for no pairs, and as in ``jumps``.
    """
    if not len(pairs):
        raise ValueError("pairs must be at least one pair of runs, not 0")
    differences = {}
    for threshold, step in product(thresholds, steps):
        counts = [[jumps(run, threshold, step).first for run in pair] for pair in pairs]
        differences[f"{threshold:g} nat{'s'[: threshold != 1]} at step {step:,}"] = np.diff(counts, axis=1)[:, 0]
    return differences
