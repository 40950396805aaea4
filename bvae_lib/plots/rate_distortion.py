"""What is paid against what is got: distortion against rate, and how much of a rate is information."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from ..theory.allocation import AllocationPath
from ..theory.channel import InformationBounds
from .paths import FACTOR_LOOKS
from .style import BLUE, COLOURS, GREEN, ORANGE, RED, canvas


class Panel(NamedTuple):
    """One chart of ``trades``: curves by name, points, lines of slope minus a price, and the span that is allowed."""

    title: str
    curves: dict[str, tuple[np.ndarray, np.ndarray]]  # x and y, [n] each
    points: Sequence[tuple[float, float]] = ()
    tangents: Sequence[tuple[float, float, float]] = ()  # price, x, y of the point touched
    allowed: tuple[float, float] | None = None  # from x to x
    ylim: tuple[float, float] | None = None


def tradeoffs(*panels: Panel, x: str, y: str) -> Figure:
    """What is paid against what is got, a chart a panel; a tangent's slope is minus its price."""
    figure, axes = canvas(1, len(panels), (1.4 + 3.2 * len(panels), 3.2), squeeze=False)
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
        axis.set(xlabel=x, ylim=panel.ylim)
        if len(panel.curves) > 1:
            axis.legend(framealpha=0.85, edgecolor="none", fontsize=8)
    axes[0, 0].set_ylabel(y)
    return figure


def rate_distortion(curves: dict[str, list[tuple[np.ndarray, np.ndarray]]]) -> Figure:
    """Distortion against rate, in nats per image; a name's runs, each (rate [K], distortion [K]), share a colour."""
    figure, axis = canvas(size=(6.0, 3.2))
    for colour, (name, runs) in zip(COLOURS, curves.items(), strict=False):
        for i, (rate, distortion) in enumerate(runs):
            axis.plot(rate, distortion, color=colour, label="" if i else name)
    axis.set(xlabel="rate R (nats per image)", ylabel="distortion D (nats per image)", xlim=(0, None), ylim=(0, None))
    axis.legend(framealpha=0.85, edgecolor="none", fontsize=8)
    return figure


def information_bounds(bounds: dict[str, InformationBounds], entropy: float) -> Figure:
    """One bar a model, as long as its rate: surely information, unsure between the bounds, surely mismatch (nats).

    A line marks ``entropy``, the most that there is to know; no bar can hold more information than that.
    """
    figure, axis = canvas(size=(7.0, 0.45 * len(bounds) + 1.3))
    names = list(bounds)
    lower = np.array([b.lower for b in bounds.values()])
    upper = np.array([min(b.upper, entropy) for b in bounds.values()])
    rate = np.array([b.rate for b in bounds.values()])
    axis.barh(names, lower, color=BLUE, label="information, at least")
    axis.barh(names, upper - lower, left=lower, color="#A6CEE8", hatch="///", label="one or the other")
    axis.barh(names, rate - upper, left=upper, color=ORANGE, label="mismatch, at least")
    axis.axvline(entropy, color="k", linestyle="--", linewidth=1, label="all there is to know")
    axis.invert_yaxis()
    axis.set(xlabel="nats per image")
    axis.legend(frameon=False, fontsize=8, loc="lower right")
    return figure


def allocation_slopes(path: AllocationPath) -> Figure:
    """What a nat more of each factor would save, in nats of distortion, against what has been spent (log scale)."""
    figure, axis = canvas(size=(6.5, 3.2))
    for factor, (name, (colour, line)) in enumerate(FACTOR_LOOKS.items()):
        axis.plot(path.rate[:-1], path.slopes[:, factor].clip(0.1), line, color=colour, label=name)
    axis.set(xlabel="nats spent so far", ylabel="worth of the next nat (nats)", yscale="log", xlim=(0, None))
    axis.legend(frameon=False, ncol=2)
    return figure


def distortion_by_shape(distortions: dict[str, list[float]], shapes: list[str], ylabel: str) -> Figure:
    """A bar a name beside each other for each of ``shapes``, [shapes] of each name."""
    figure, axis = canvas(size=(7.0, 3.2))
    width = 0.8 / len(distortions)
    for i, (name, values) in enumerate(distortions.items()):
        axis.bar(np.arange(len(shapes)) + i * width, values, width, label=name)
    axis.set(ylabel=ylabel, xticks=np.arange(len(shapes)) + 0.4 - width / 2, xticklabels=shapes)
    figure.legend(frameon=False, fontsize=8, loc="outside upper center", ncols=2)
    return figure
