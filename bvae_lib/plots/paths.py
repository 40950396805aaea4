"""Solution paths: rates of components or factors along a price, a capacity or training steps."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from ..models.factor_channel import FACTORS
from .style import BLUE, COLOURS, GREEN, GREY, ORANGE, RED, SKY, canvas

# x and y often lie on one another: one is drawn dashed.
FACTOR_STYLES = dict(zip(FACTORS, ((GREEN, "-"), (ORANGE, "-"), (RED, "-"), (BLUE, "-"), (SKY, "--")), strict=True))


class Paths(NamedTuple):
    """One chart of ``solution_paths``: components along ``x``, in one or several runs."""

    title: str  #: of the chart
    xlabel: str  #: of its x axis
    ylabel: str  #: of its y axis
    runs: list[tuple[np.ndarray, np.ndarray]]  #: x [K] and y [K, components] of each run, drawn in the same colours
    points: tuple[np.ndarray, np.ndarray] | None = None  #: x [N] and y [N, components], measured
    marks: tuple[float, ...] = ()  #: x at which a component becomes active, dotted
    names: tuple[str, ...] = ()  #: of the components; only a chart that has them gets a legend
    reverse: bool = False  #: x runs from right to left


def solution_paths(*charts: Paths) -> Figure:
    """Draw a line for each component along a penalty, a price, a capacity or training steps.

    Args:
        charts: side by side.
    """
    figure, axes = canvas(1, len(charts), (3.9 * len(charts), 3.2), squeeze=False)
    for axis, chart in zip(axes[0], charts, strict=True):
        components = chart.runs[0][1].shape[1]
        for i in range(components):
            label = chart.names[i] if chart.names else None
            for run, (x, y) in enumerate(chart.runs):
                axis.plot(x, y[:, i], color=COLOURS[i % 8], linewidth=1.5, label="" if run else label)
            if chart.points:
                axis.plot(chart.points[0], chart.points[1][:, i], "o", color=COLOURS[i % 8], markersize=4, alpha=0.7)
        for mark in chart.marks:
            axis.axvline(mark, color=GREY, linestyle=":", linewidth=1)
        axis.set(xlabel=chart.xlabel, ylabel=chart.ylabel)
        axis.set_title(chart.title, fontsize=10)
        axis.margins(x=0.02)
        if chart.reverse:
            axis.invert_xaxis()
        if chart.names:
            axis.legend(frameon=False, fontsize=8)
    return figure


def rate_shares(stretches: dict[str, np.ndarray], names: tuple[str, ...], equal: dict[str, float]) -> Figure:
    """Draw how each further nat is shared by components, on stretches of a path; a dot for each run.

    Args:
        stretches: by name, shares [runs, components] or [components].
        names: of the components.
        equal: the share of each component if all had the same, for each stretch; a black bar.
    """
    figure, axis = canvas(size=(1.7 * len(stretches) + 1.5, 3.2))
    step = 0.8 / len(names)
    for position, (stretch, shares) in enumerate(stretches.items()):
        for i, name in enumerate(names):
            x = position + (i - (len(names) - 1) / 2) * step
            runs = np.atleast_2d(shares)[:, i]
            axis.plot(np.full(len(runs), x), runs, "o", color=COLOURS[i], alpha=0.8, label="" if position else name)
        axis.hlines(equal[stretch], position - 0.42, position + 0.42, color="k", linewidth=1.5)
    axis.set(ylabel="share of each further nat", ylim=(-0.05, None), xticks=range(len(stretches)))
    axis.set_xticklabels(list(stretches))
    axis.legend(frameon=False, fontsize=8)
    return figure


def factor_paths(panels: dict[str, list[tuple[np.ndarray, np.ndarray]]]) -> Figure:
    """Draw the nats of each of dSprites' factors along training runs.

    Args:
        panels: by the label of their x axis, with its unit: x [K] and nats [K, 5] of each run.
    """
    figure, axes = canvas(1, len(panels), (3.9 * len(panels), 3.2), sharey=True, squeeze=False)
    for axis, (label, runs) in zip(axes[0], panels.items(), strict=True):
        for run, (x, nats) in enumerate(runs):
            for factor, (name, (colour, line)) in enumerate(FACTOR_STYLES.items()):
                axis.plot(x, nats[:, factor], line, color=colour, label="" if run else name, linewidth=1.3)
        axis.set(xlabel=label, ylim=(0, None))
    axes[0, 0].set_ylabel("KL of the factor (nats)")
    axes[0, 0].legend(frameon=False)
    return figure


def factor_onsets(predicted: dict[str, np.ndarray], measured: dict[str, np.ndarray]) -> Figure:
    """Draw the total rate at which each of dSprites' factors becomes active.

    Args:
        predicted: rates [5] by name, in nats; at most two, drawn hollow.
        measured: rates [5] or [runs, 5] by name, in nats; at most two, drawn filled.
    """
    figure, axis = canvas(size=(6.5, 3.0))
    rows = np.arange(len(FACTORS))
    for marker, colour, (name, values) in zip("sD", (ORANGE, GREY), predicted.items(), strict=False):
        axis.plot(values, rows, marker, color=colour, fillstyle="none", markersize=9, markeredgewidth=2, label=name)
    for colour, (name, values) in zip((BLUE, GREEN), measured.items(), strict=False):
        for i, run in enumerate(np.atleast_2d(values)):
            axis.plot(run, rows, "o", color=colour, alpha=0.7, markersize=6, label="" if i else name)
    axis.set(xlabel="rate R at which the factor becomes active (nats)", xlim=(-0.3, None))
    axis.set(yticks=rows, yticklabels=FACTORS)
    axis.legend(frameon=False)
    return figure
