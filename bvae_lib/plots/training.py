"""Training runs: distortion and rate over steps, prices, and objectives compared over seeds."""

from textwrap import fill

import numpy as np
from matplotlib.figure import Figure

from ..history import History
from .arguments import arrays, drawn, listed, named, pair_up, recorded, tables
from .style import BLUE, GREY, ORANGE, RED, SINGLE, canvas, colour_of, legend_below, legend_on_top

# One colour for each objective that lets the capacity grow, in all figures.
OBJECTIVE_COLOURS = {"absolute": RED, "hinge": ORANGE, "multiplier": BLUE}
LABEL = 45  # letters in a line of it
SMOOTHED = 5  # records of 50 steps


def learning_curves(runs: dict[str, History], losses: dict[str, np.ndarray] | None = None) -> Figure:
    """Draw distortion and rate, in nats per image, over the steps of each run.

    Args:
        runs: by name.
        losses: what each run minimised, [records]; with them a chart comes first, on a logarithmic scale.

    Raises:
        ValueError: for no runs, one without records, and other than a loss for each record.
    """
    for name, history in named("runs", runs).items():
        recorded(name, history)
    if losses:
        pair_up("losses", losses, runs)
        losses = {name: drawn(f"losses[{name!r}]", losses[name], (len(run.step),)) for name, run in runs.items()}
    figure, axes = canvas(1, 3, (9.0, 3.0)) if losses else canvas(1, 2, (7.0, 3.0))
    left, right = axes[-2:]
    for name, loss in (losses or {}).items():
        axes[0].plot(runs[name].step, loss, label=name)
        axes[0].set(xlabel="step", ylabel="loss", yscale="log", xlim=(0, None))
    for name, history in runs.items():
        left.plot(history.step, history.distortion, label=name)
        right.plot(history.step, history.rate, label=name)
    left.set(xlabel="step", ylabel="distortion D (nats per image)", ylim=(0, None), xlim=(0, None))
    right.set(xlabel="step", ylabel="rate R (nats per image)", ylim=(0, None), xlim=(0, None))
    if len(runs) > 1:
        for axis in axes:
            legend_below(axis)
    return figure


def dual_ascent(runs: dict[str, list[History]], expected: dict[str, float] | None = None) -> Figure:
    """Draw multiplier, rate and slackness over the steps of runs with ``Constrained``; the budget is dashed.

    Args:
        runs: by name, one a seed; runs of one name share its colour.
        expected: the multiplier at which the runs of each name should end, dotted.

    Raises:
        ValueError: for no runs, one without records or a budget, and a name that ``expected`` lacks.
    """
    for name, histories in named("runs", runs).items():
        for history in listed(f"runs[{name!r}]", histories):
            if np.isnan(recorded(name, history).capacity).all():
                raise ValueError(f"run {name!r} has no budget: its objective must have a capacity, as Constrained has")
    if expected:
        pair_up("expected", expected, runs)
    figure, axes = canvas(1, 3, (9.0, 3.4 if len(runs) > 1 else 3.0))
    left, middle, right = axes
    for i, (name, histories) in enumerate(runs.items()):
        own = colour_of(i)
        for k, history in enumerate(histories):
            label = "" if k else name
            left.plot(history.step, history.price, color=own, label=label)
            middle.plot(history.step, history.rate, color=own, label=label)
            middle.plot(history.step, history.capacity, color=own, linestyle="--", linewidth=1)
            right.plot(history.step, history.slackness, color=own, label=label)
        if expected:
            left.axhline(expected[name], color=own, linestyle=":", linewidth=1)
    left.set(xlabel="step", ylabel="multiplier β (nats of D per nat of R)", yscale="log")
    middle.set(xlabel="step", ylabel="rate R, and budget dashed (nats)")
    right.set(xlabel="step", ylabel="slackness β (R - ε) (nats)", yscale="symlog")
    if len(runs) > 1:
        for axis in axes:
            legend_below(axis)
    return figure


def price_curves(runs: dict[str, History]) -> Figure:
    """Draw the effective price of a nat over the steps of each run; below 0 the objective rewards a higher rate.

    Drawn is a moving mean: a price that jumps between two values then shows how often it is at each.

    Args:
        runs: by name.

    Raises:
        ValueError: for no runs, or one of fewer than five records.
    """
    for name, history in named("runs", runs).items():
        recorded(name, history, SMOOTHED)
    figure, axis = canvas(size=(SINGLE, 3.8))
    for i, (name, history) in enumerate(runs.items()):
        mean = np.convolve(history.price, np.full(SMOOTHED, 1 / SMOOTHED), "valid")
        line = OBJECTIVE_COLOURS.get(name, colour_of(3 + i))  # the first three are those of the objectives
        axis.plot(history.step[SMOOTHED - 1 :], mean, color=line, label=name, linewidth=1.4)
    axis.axhline(0, color="k", linewidth=0.8)
    axis.set_yscale("symlog", linthresh=0.1)
    axis.set(xlabel="step", ylabel="effective price (nats of D per nat of R)", xlim=(0, None))
    legend_on_top(figure, 3)
    return figure


def scores_by_price(runs: dict[str, np.ndarray], ylabel: str) -> Figure:
    """Draw a score against the price of a nat: a dot at the last price of each run, a line from its first.

    Args:
        runs: first price, last price and score of each run of a name, [runs, 3]; runs of one name share its colour.
        ylabel: what the score is, with its unit.

    Raises:
        ValueError: for no runs, or other than three numbers for each.
    """
    runs = tables("runs", runs, 3)
    figure, axis = canvas(size=(SINGLE, 3.4))
    for i, (name, table) in enumerate(runs.items()):
        first, last, score = table.T
        axis.hlines(score, first, last, color=colour_of(i), linewidth=1.2, alpha=0.6)
        axis.plot(last, score, "o", color=colour_of(i), label=name, clip_on=False)  # whole where the score is 0
    axis.set(xlabel="price of a nat (nats of D per nat of R)", ylabel=ylabel, xscale="log", ylim=(0, None))
    legend_on_top(figure, 1)
    return figure


def compare_objectives(runs: dict[str, list[History]], scores: dict[str, dict[str, list[float]]]) -> Figure:
    """Compare objectives in rows of two charts: distortion against rate, when latents became active, and scores.

    The first record of a run is left out of the first chart: there the network still learns the mean image, at a
    distortion far above all that follows.

    Args:
        runs: of each objective, one a seed.
        scores: a chart for each axis label: of each objective, a value a seed.

    Raises:
        ValueError: for no runs, one of fewer than two records, and scores that lack an objective.
    """
    for name, histories in named("runs", runs).items():
        for history in listed(f"runs[{name!r}]", histories):
            recorded(name, history, 2)
    for label, values in scores.items():
        pair_up(f"scores[{label!r}]", values, runs)
        arrays(f"scores[{label!r}]", values, (None,))
    panels = 2 + len(scores)
    figure, grid = canvas((panels + 1) // 2, 2, (7.4, 2.9 * ((panels + 1) // 2)), squeeze=False)
    axes = grid.ravel()
    for unused in axes[panels:]:
        unused.remove()
    for row, (name, histories) in enumerate(runs.items()):
        own = OBJECTIVE_COLOURS.get(name, colour_of(row))
        for i, history in enumerate(histories):
            label = "" if i else name
            axes[0].plot(history.rate[1:], history.distortion[1:], color=own, linewidth=0.9, label=label)
            onsets = np.sort(history.onset_capacities())
            axes[1].plot(onsets, np.full(len(onsets), row + 0.12 * (i - len(histories) / 2)), ".", color=own)
        for axis, values in zip(axes[2:panels], scores.values(), strict=True):
            axis.plot(np.full(len(values[name]), row), values[name], "o", color=own, alpha=0.8)
    axes[0].set(xlabel="rate R (nats)", ylabel="distortion D (nats)")
    legend_below(axes[0])
    axes[1].set(xlabel="C at which a latent became active (nats)", yticks=range(len(runs)), yticklabels=list(runs))
    axes[1].set_ylim(len(runs) - 0.5, -0.5)  # the first objective on top
    for axis, label in zip(axes[2:panels], scores, strict=True):
        axis.set(ylabel=label, xticks=range(len(runs)), ylim=(0, 1.1 * axis.dataLim.y1), xlim=(-0.5, len(runs) - 0.5))
        axis.set_xticklabels(list(runs), fontsize=8)
    return figure


def seed_intervals(values: dict[str, np.ndarray], intervals: dict[str, tuple[float, float]], xlabel: str) -> Figure:
    """Draw a value for each seed as a dot, their mean as a bar, and an interval of the mean as a line.

    Where values lie on both sides of 0, a thin line marks it.

    Args:
        values: by name, [seeds] each.
        intervals: low and high end for each name.
        xlabel: what the values are, with their unit.

    Raises:
        ValueError: for no values, or a name without its interval.
    """
    values = arrays("values", values, (None,))
    pair_up("intervals", intervals, values)
    intervals = arrays("intervals", intervals, (2,))
    figure, axis = canvas(size=(SINGLE, 0.55 * len(values) + 1.1))
    for row, (name, sample) in enumerate(values.items()):
        axis.hlines(row, *intervals[name], color=GREY, linewidth=5, alpha=0.5)
        own = OBJECTIVE_COLOURS.get(name, colour_of(row))
        axis.plot(sample, np.full(len(sample), row), "o", color=own, alpha=0.8)
        axis.plot(np.mean(sample), row, "|", color="k", markersize=18, markeredgewidth=2)
    if min(map(np.min, values.values())) < 0 < max(map(np.max, values.values())):
        axis.axvline(0, color="k", linewidth=0.8)
    axis.set(yticks=range(len(values)), yticklabels=list(values), ylim=(len(values) - 0.5, -0.5))
    axis.set_xlabel(fill(xlabel, LABEL))
    return figure
