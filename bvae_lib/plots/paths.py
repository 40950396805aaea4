"""Solution paths: rates of components or factors along a price, a capacity or training steps."""

import reprlib
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..history import History
from ..models.factor_channel import FACTORS
from .arguments import curve, curves_by_name, drawn, labelled, named, pair_up, tables, with_capacity
from .style import BLUE, GREEN, GREY, ORANGE, RED, SINGLE, SKY, canvas, colour_of, legend_on_top

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

    Raises:
        ValueError: for no charts or runs, and where x, y, points and names do not pair up.
    """
    charts = tuple(map(checked, charts))
    figure, axes = canvas(1, len(charts), (3.9 * len(charts), 3.2), squeeze=False)
    for axis, chart in zip(axes[0], charts, strict=True):
        components = chart.runs[0][1].shape[1]
        for i in range(components):
            label = chart.names[i] if chart.names else None
            for run, (x, y) in enumerate(chart.runs):
                axis.plot(x, y[:, i], color=colour_of(i), linewidth=1.5, label="" if run else label)
            if chart.points:
                axis.plot(chart.points[0], chart.points[1][:, i], "o", color=colour_of(i), markersize=4, alpha=0.7)
        for mark in chart.marks:
            axis.axvline(mark, color=GREY, linestyle=":", linewidth=1)
        axis.set(xlabel=chart.xlabel, ylabel=chart.ylabel)
        axis.set_title(chart.title, fontsize=10, pad=22 if chart.names else None)  # the legend stands between
        axis.margins(x=0.02)
        if chart.reverse:
            axis.invert_xaxis()
        if chart.names:
            legend_above(axis)
    return figure


def legend_above(axis: Axes) -> None:
    """Put the legend of one chart in a line above it, where it covers no curve and stays with its chart."""
    axis.legend(
        frameon=False, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=5,
        handlelength=1.2, handletextpad=0.4, columnspacing=0.9, borderaxespad=0.2,
    )  # fmt: skip


def checked(chart: Paths) -> Paths:
    """Return ``chart`` with arrays; ValueError where they do not pair up."""
    if not isinstance(chart, Paths) or not chart.runs:
        raise ValueError(f"each chart must be Paths with at least one run, not {reprlib.repr(chart)}")
    components = drawn(f"y of {chart.title!r}", chart.runs[0][1], (None, None)).shape[1]
    runs = [curve(repr(chart.title), run, components) for run in chart.runs]
    points = chart.points and curve(f"the points of {chart.title!r}", chart.points, components)
    names = chart.names and labelled(f"names of {chart.title!r}", chart.names, components)
    return chart._replace(runs=runs, points=points, names=tuple(names))


def kl_paths(runs: dict[str, list[History]]) -> Figure:
    """Draw the KL of each latent along the capacity, a chart for each name with its seeds on top of one another.

    Latents have no order of their own, so that of the largest KL at the end has the same colour in every run.

    Args:
        runs: of each name, one a seed.

    Raises:
        ValueError: for no runs, and one without records or without a capacity.
    """
    charts = []
    for name, histories in with_capacity("runs", runs).items():
        lines = [(h.capacity, h.kl_per_latent[:, np.argsort(-h.kl_per_latent[-1])]) for h in histories]
        charts.append(Paths(name, "capacity C (nats)", "KL of each latent (nats)", lines))
    return solution_paths(*charts)


def rate_shares(stretches: dict[str, np.ndarray], names: tuple[str, ...], equal: dict[str, float]) -> Figure:
    """Draw how each further nat is shared by components, on stretches of a path; a dot for each run.

    Args:
        stretches: by name, shares [runs, components] or [components].
        names: of the components.
        equal: the share of each component if all had the same, for each stretch; a black bar.

    Raises:
        ValueError: for no stretches, one without its equal share, or other than a share for each component.
    """
    pair_up("equal", equal, named("stretches", stretches))
    stretches = tables("stretches", stretches, len(names))
    figure, axis = canvas(size=(SINGLE, 3.4))
    step = 0.8 / len(names)
    for position, (stretch, shares) in enumerate(stretches.items()):
        for i, name in enumerate(names):
            x = position + (i - (len(names) - 1) / 2) * step
            runs = shares[:, i]
            axis.plot(np.full(len(runs), x), runs, "o", color=colour_of(i), alpha=0.8, label="" if position else name)
        axis.hlines(equal[stretch], position - 0.42, position + 0.42, color="k", linewidth=1.5)
    axis.set(ylabel="share of each further nat", ylim=(-0.05, None), xticks=range(len(stretches)))
    axis.set_xticklabels(list(stretches))
    legend_on_top(figure, 3)
    return figure


def factor_paths(panels: dict[str, list[tuple[np.ndarray, np.ndarray]]]) -> Figure:
    """Draw the nats of each of dSprites' factors along training runs.

    Args:
        panels: by the label of their x axis, with its unit: x [K] and nats [K, 5] of each run.

    Raises:
        ValueError: for no panels, one without runs, or x and nats that do not pair up.
    """
    panels = curves_by_name("panels", panels, len(FACTORS))
    figure, axes = canvas(1, len(panels), (3.9 * len(panels), 3.2), squeeze=False)
    highest = max(np.nanmax(nats) for runs in panels.values() for _, nats in runs)
    for axis, (label, runs) in zip(axes[0], panels.items(), strict=True):
        for run, (x, nats) in enumerate(runs):
            for factor, (name, (colour, line)) in enumerate(FACTOR_STYLES.items()):
                axis.plot(x, nats[:, factor], line, color=colour, label="" if run else name, linewidth=1.3)
        axis.set(xlabel=label, ylabel="KL of the factor (nats)", ylim=(0, 1.05 * highest))  # one scale for all
        legend_above(axis)
    return figure


def factor_onsets(predicted: dict[str, np.ndarray], measured: dict[str, np.ndarray]) -> Figure:
    """Draw the total rate at which each of dSprites' factors becomes active.

    Args:
        predicted: rates [5] by name, in nats; at most two, drawn hollow.
        measured: rates [5] or [runs, 5] by name, in nats; at most two, drawn filled.

    Raises:
        ValueError: for more, or other than a rate for each factor.
    """
    hollow = tables("predicted", predicted, len(FACTORS))
    filled = tables("measured", measured, len(FACTORS))
    if len(hollow) > 2 or len(filled) > 2:
        raise ValueError(f"at most two are drawn of each, not {list(hollow)} and {list(filled)}")
    figure, axis = canvas(size=(SINGLE, 3.4))
    rows = np.arange(len(FACTORS))
    for marker, edge, (name, (values,)) in zip("sD", (ORANGE, GREY), hollow.items(), strict=False):
        axis.plot(values, rows, marker, color=edge, fillstyle="none", markersize=9, markeredgewidth=2, label=name)
    for fill, (name, runs) in zip((BLUE, GREEN), filled.items(), strict=False):
        for i, run in enumerate(runs):
            axis.plot(run, rows, "o", color=fill, alpha=0.7, markersize=6, label="" if i else name)
    axis.set(xlabel="rate R at which the factor becomes active (nats)", xlim=(-0.3, None))
    axis.set(yticks=rows, yticklabels=FACTORS)
    legend_on_top(figure)
    return figure
