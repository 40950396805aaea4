"""The figures of chapter 6: solution paths, and how each new nat was shared."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from .style import COLOURS, GREY, canvas


class Paths(NamedTuple):
    """One chart of ``solution_paths``: what grows or shrinks along ``x`` [K]."""

    title: str
    xlabel: str
    ylabel: str
    runs: list[tuple[np.ndarray, np.ndarray]]  # x [K] and y [K, components] of each run, drawn in the same colours
    points: tuple[np.ndarray, np.ndarray] | None = None  # x [N] and y [N, components], measured
    marks: tuple[float, ...] = ()  # x at which something wakes, dotted
    names: tuple[str, ...] = ()  # of the components; only a chart that has them gets a legend
    reverse: bool = False  # x runs from right to left


def solution_paths(*charts: Paths) -> Figure:
    """One line a component, along a penalty, a price, a budget or training steps; a chart beside a chart."""
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


def nat_shares(stretches: dict[str, np.ndarray], names: tuple[str, ...], equal: dict[str, float]) -> Figure:
    """Of each new nat, the share of each component: [runs, components] on each named stretch of a path, a dot a run.

    A black bar marks the ``equal`` share of each stretch.
    """
    figure, axis = canvas(size=(1.7 * len(stretches) + 1.5, 3.2))
    step = 0.8 / len(names)
    for place, (stretch, shares) in enumerate(stretches.items()):
        for i, name in enumerate(names):
            at = place + (i - (len(names) - 1) / 2) * step
            shown = np.atleast_2d(shares)[:, i]
            axis.plot(np.full(len(shown), at), shown, "o", color=COLOURS[i], alpha=0.8, label="" if place else name)
        axis.hlines(equal[stretch], place - 0.42, place + 0.42, color="k", linewidth=1.5)
    axis.set(ylabel="share of each new nat", ylim=(-0.05, None), xticks=range(len(stretches)))
    axis.set_xticklabels(list(stretches))
    axis.legend(frameon=False, fontsize=8)
    return figure
