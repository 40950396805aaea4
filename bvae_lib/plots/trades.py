"""What is paid against what is got, and values against the standard normal (chapter 2)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from .style import GREEN, RED, SKY, canvas


class Panel(NamedTuple):
    """One chart of ``trades``: curves by name, points, lines of slope minus a price, and the span that is allowed."""

    title: str
    curves: dict[str, tuple[np.ndarray, np.ndarray]]  # x and y, [n] each
    points: Sequence[tuple[float, float]] = ()
    tangents: Sequence[tuple[float, float, float]] = ()  # price, x, y of the point touched
    allowed: tuple[float, float] | None = None  # from x to x
    ylim: tuple[float, float] | None = None


def trades(*panels: Panel, x: str, y: str) -> Figure:
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


def against_normal(values: dict[str, np.ndarray]) -> Figure:
    """A histogram of each [n], moved and scaled to mean 0 and deviation 1, under the standard normal density.

    Where there are few values, each has its own bar, as wide as the step from one to the next.
    """
    figure, axes = canvas(1, len(values), (1.8 * len(values), 2.6), sharey=True, squeeze=False)
    grid = np.linspace(-3.5, 3.5, 200)
    for axis, (name, sample) in zip(axes[0], values.items(), strict=True):
        standard = (sample - sample.mean()) / sample.std()
        classes = np.unique(standard)
        edges = np.linspace(-3.5, 3.5, 57)
        if len(classes) < len(edges):
            middles = (classes[1:] + classes[:-1]) / 2
            edges = np.concatenate([[2 * classes[0] - middles[0]], middles, [2 * classes[-1] - middles[-1]]])
        axis.hist(standard, edges, density=True, color=SKY, edgecolor="white", linewidth=0.5 * (len(edges) < 10))
        axis.plot(grid, np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi), color=RED)
        axis.set_title(name, fontsize=10)
    axes[0, 0].set_ylabel("density")
    figure.supxlabel("standard deviations from the mean", fontsize=10)
    return figure
