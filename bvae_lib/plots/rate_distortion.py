"""Rate against distortion: curves and prices, how much of a rate is information, and which factor pays first."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from .._runtime.arguments import number, numbers
from ..models.factor_channel import CHANNELS, FACTOR_OF
from ..theory.allocation import AllocationPath
from ..theory.channel import InformationBounds
from .arguments import arrays, curve, curves_by_name, drawn, listed, named
from .paths import FACTOR_STYLES
from .style import BLUE, GREEN, ORANGE, RED, SINGLE, canvas, colour_of, legend_below, legend_on_top


class Panel(NamedTuple):
    """One chart of ``tradeoffs``."""

    title: str  #: of the chart
    curves: dict[str, tuple[np.ndarray, np.ndarray]]  #: x and y of each name, [n] each
    points: Sequence[tuple[float, float]] = ()  #: x and y
    tangents: Sequence[tuple[float, float, float]] = ()  #: price, then x and y of the point that is touched
    allowed: tuple[float, float] | None = None  #: from x to x, shaded
    ylim: tuple[float, float] | None = None  #: from y to y, as far as the chart goes


def tradeoffs(*panels: Panel, x: str, y: str) -> Figure:
    """Draw curves with points and tangents, each of whose slope is minus its price; a chart for each panel.

    Args:
        panels: side by side.
        x: label of their x axes, with its unit.
        y: label of their y axes, with its unit.

    Raises:
        ValueError: for no panels, one without curves, x and y that do not pair up, and points or tangents of other
            than two or three numbers.
    """
    panels = tuple(map(checked, panels))
    longest = max((len(panel.curves) for panel in panels), default=0)  # of the legends, below the charts
    size = 1.4 + 3.2 * len(panels), 3.2 + 0.17 * longest * (longest > 1)
    figure, axes = canvas(1, len(panels), size, squeeze=False)
    for axis, panel in zip(axes[0], panels, strict=True):
        for name, (xs, ys) in panel.curves.items():
            axis.plot(xs, ys, label=name)
        low, high = axis.dataLim.intervalx
        reach = 0.12 * (high - low)
        for price, at, level in panel.tangents:
            ends = np.array([max(at - reach, low), min(at + reach, high)])
            axis.plot(ends, level - price * (ends - at), color=RED, linewidth=1)
        for at, level in panel.points:
            axis.plot(at, level, "o", color=RED, markersize=5, zorder=3)
        if panel.allowed:
            axis.axvspan(*panel.allowed, color=GREEN, alpha=0.12, zorder=0)
        axis.set_title(panel.title, fontsize=10)
        axis.set(xlabel=x, ylabel=y, ylim=panel.ylim)
        if len(panel.curves) > 1:
            legend_below(axis)
    return figure


def checked(panel: Panel) -> Panel:
    """Return ``panel`` with arrays; ValueError where they do not pair up."""
    if not isinstance(panel, Panel):
        raise ValueError(f"each panel must be a Panel, not {type(panel).__name__}")
    lines = {name: curve(repr(name), xy) for name, xy in named(f"curves of {panel.title!r}", panel.curves).items()}
    for what, columns in (("points", 2), ("tangents", 3)):
        if len(getattr(panel, what)):
            drawn(f"{what} of {panel.title!r}", getattr(panel, what), (None, columns))
    return panel._replace(curves=lines)


def rate_distortion(curves: dict[str, list[tuple[np.ndarray, np.ndarray]]]) -> Figure:
    """Draw distortion against rate, in nats per image.

    Args:
        curves: rate [K] and distortion [K] of each run of a name; runs of one name share its colour.

    Raises:
        ValueError: for no curves, or a rate and a distortion that do not pair up.
    """
    lines = curves_by_name("curves", curves)
    figure, axis = canvas(size=(SINGLE, 3.2))
    for row, (name, runs) in enumerate(lines.items()):
        for i, (rate, distortion) in enumerate(runs):
            axis.plot(rate, distortion, color=colour_of(row), label="" if i else name)
    axis.set(xlabel="rate R (nats per image)", ylabel="distortion D (nats per image)", xlim=(0, None), ylim=(0, None))
    axis.legend(framealpha=0.85, edgecolor="none")
    return figure


def information_bounds(bounds: dict[str, InformationBounds], entropy: float) -> Figure:
    """Draw a bar for each model, as long as its rate, in three parts: information, undecided, mismatch.

    Undecided is what lies between the bounds on the information. The dashed line is the entropy of the images, which
    no information exceeds.

    Args:
        bounds: of each model, in nats per image.
        entropy: H(X) in nats.

    Raises:
        ValueError: for no bounds, other ones than ``theory.channel.mutual_information_bounds`` gives, and an entropy
            below 0.
    """
    entropy = number("entropy", entropy, least=0)
    names = list(named("bounds", bounds))
    rows = [(b.lower, b.upper, b.rate) if isinstance(b, InformationBounds) else b for b in bounds.values()]
    lower, upper, rate = numbers("bounds, by lower, upper and rate,", rows, (len(names), 3)).T
    upper = np.minimum(upper, entropy)
    figure, axis = canvas(size=(SINGLE, 0.45 * len(bounds) + 1.6))
    axis.barh(names, lower, color=BLUE, label="information, at least")
    axis.barh(names, upper - lower, left=lower, color="#A6CEE8", hatch="///", label="information or mismatch")
    axis.barh(names, rate - upper, left=upper, color=ORANGE, label="mismatch, at least")
    axis.axvline(entropy, color="k", linestyle="--", linewidth=1, label="entropy of the images")
    axis.invert_yaxis()
    axis.set(xlabel="rate R (nats per image)")
    legend_on_top(figure)
    return figure


def allocation_slopes(path: AllocationPath) -> Figure:
    """Draw what one nat more on the best channel of each factor would save, against the rate so far (log scale).

    Args:
        path: a greedy allocation over the eight channels of a FactorChannel, each by itself.

    Raises:
        ValueError: for what is no such path.
    """
    if not isinstance(path, AllocationPath):
        raise ValueError(f"path must be an AllocationPath, as greedy_allocation gives, not {type(path).__name__}")
    slopes = drawn("slopes", path.slopes, (None, len(CHANNELS))).clip(0.1)
    figure, axis = canvas(size=(SINGLE, 3.2))
    for factor, (name, (colour, line)) in enumerate(FACTOR_STYLES.items()):
        best = slopes[:, FACTOR_OF.numpy() == factor].max(axis=1)
        axis.plot(path.rate[:-1], best, line, color=colour, label=name)
    axis.set(xlabel="rate R so far (nats)", ylabel="D saved by the next nat (nats)", yscale="log", xlim=(0, None))
    axis.legend(frameon=False, ncol=2)
    return figure


def distortion_by_shape(distortions: dict[str, list[float]], shapes: list[str], ylabel: str) -> Figure:
    """Draw a group of bars for each shape, with a bar for each name.

    Args:
        distortions: by name, [shapes] each.
        shapes: their names.
        ylabel: what the numbers are, with their unit.

    Raises:
        ValueError: for no distortions, or other than one for each shape.
    """
    shapes = listed("shapes", shapes)
    distortions = arrays("distortions", distortions, (len(shapes),))
    figure, axis = canvas(size=(SINGLE, 3.4))
    width = 0.8 / len(distortions)
    for i, (name, values) in enumerate(distortions.items()):
        axis.bar(np.arange(len(shapes)) + i * width, values, width, label=name)
    axis.set(ylabel=ylabel, xticks=np.arange(len(shapes)) + 0.4 - width / 2, xticklabels=shapes)
    legend_on_top(figure)
    return figure
