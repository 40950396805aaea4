"""Figures of chapter 4: nats of each factor along a run, what the next nat is worth, and where factors start."""

import numpy as np
from matplotlib.figure import Figure

from ..models.factors import FACTORS
from ..worth import Purchase
from .style import BLUE, COLOURS, GREEN, GREY, ORANGE, RED, SKY, canvas

# x and y often lie on one another: one is drawn dashed.
LOOKS = dict(zip(FACTORS, ((GREEN, "-"), (ORANGE, "-"), (RED, "-"), (BLUE, "-"), (SKY, "--")), strict=True))


def factor_paths(panels: dict[str, list[tuple[np.ndarray, np.ndarray]]]) -> Figure:
    """Nats of each factor along runs, a panel for each label of an x axis.

    A run is its x [K] and its nats [K, 5]; runs of a panel are drawn in the same colours.
    """
    figure, axes = canvas(1, len(panels), (3.9 * len(panels), 3.2), sharey=True, squeeze=False)
    for axis, (label, runs) in zip(axes[0], panels.items(), strict=True):
        for run, (x, nats) in enumerate(runs):
            for factor, (name, (colour, line)) in enumerate(LOOKS.items()):
                axis.plot(x, nats[:, factor], line, color=colour, label="" if run else name, linewidth=1.3)
        axis.set(xlabel=label, ylim=(0, None))
    axes[0, 0].set_ylabel("KL of the factor (nats)")
    axes[0, 0].legend(frameon=False)
    return figure


def next_nat(purchase: Purchase) -> Figure:
    """What a nat more of each factor would save, in nats of distortion, against what has been spent (log scale)."""
    figure, axis = canvas(size=(6.5, 3.2))
    for factor, (name, (colour, line)) in enumerate(LOOKS.items()):
        axis.plot(purchase.rate[:-1], purchase.worth[:, factor].clip(0.1), line, color=colour, label=name)
    axis.set(xlabel="nats spent so far", ylabel="worth of the next nat (nats)", yscale="log", xlim=(0, None))
    axis.legend(frameon=False, ncol=2)
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


def factor_starts(predicted: dict[str, np.ndarray], measured: dict[str, np.ndarray]) -> Figure:
    """Total rate at which each factor starts, [5] of each name: predictions hollow, measurements filled."""
    figure, axis = canvas(size=(6.5, 3.0))
    rows = np.arange(len(FACTORS))
    for marker, colour, (name, values) in zip("sD", (ORANGE, GREY), predicted.items(), strict=False):
        axis.plot(values, rows, marker, color=colour, fillstyle="none", markersize=9, markeredgewidth=2, label=name)
    for colour, (name, values) in zip((BLUE, GREEN), measured.items(), strict=False):
        for i, run in enumerate(np.atleast_2d(values)):
            axis.plot(run, rows, "o", color=colour, alpha=0.7, markersize=6, label="" if i else name)
    axis.set(xlabel="rate at which the factor starts (nats)", yticks=rows, yticklabels=FACTORS, xlim=(-0.3, None))
    axis.legend(frameon=False)
    return figure
