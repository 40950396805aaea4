"""Metrics of disentanglement: what each sees of a code, how the rate divides, and scores over a sweep."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .._runtime.arguments import numbers
from .arguments import arrays, drawn, listed, named
from .style import BLUE, ORANGE, SINGLE, SKY, canvas, colour_of, legend_below, legend_on_top

PARTS = {"information I(X; Z)": BLUE, "total correlation": ORANGE, "mismatch of each latent": SKY}


def matrices(panels: dict[str, np.ndarray], columns: list[str]) -> Figure:
    """Draw matrices of latents and factors side by side, darker the larger the number, from 0 to 1.

    Args:
        panels: by title, [latents, factors].
        columns: names of the factors.

    Raises:
        ValueError: for no panels, and matrices of other shapes.
    """
    columns = listed("columns", columns)
    panels = arrays("panels", panels, (None, len(columns)))
    tallest = max(map(len, panels.values()))
    figure, axes = canvas(1, len(panels), (2.5 * len(panels), 1.3 + 0.26 * tallest), squeeze=False)
    for axis, (title, values) in zip(axes[0], panels.items(), strict=True):
        axis.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for i, j in np.ndindex(values.shape):
            colour = "w" if values[i, j] > 0.55 else "k"
            axis.text(j, i, f"{values[i, j]:.2f}", ha="center", va="center", color=colour, fontsize=7)
        axis.set(xticks=range(len(columns)), yticks=range(len(values)))
        axis.set_xticklabels(columns, rotation=60, ha="right", fontsize=8)
        axis.set_yticklabels([f"z{i}" for i in range(len(values))], fontsize=8)
        axis.grid(False)
        axis.set_title(title, fontsize=9)
    return figure


def rate_parts(splits: dict[str, tuple[float, float, float]]) -> Figure:
    """Draw the rate of each model as a bar of three parts: information, total correlation, mismatch.

    Args:
        splits: the three parts of each model in nats, by its name.

    Raises:
        ValueError: for no models, or other than three numbers for each.
    """
    parts = drawn("splits", list(named("splits", splits).values()), (None, 3))
    figure, axis = canvas(size=(SINGLE, 0.42 * len(parts) + 1.5))
    start = np.zeros(len(parts))
    for (label, colour), width in zip(PARTS.items(), parts.T, strict=True):
        axis.barh(range(len(parts)), width, left=start, color=colour, label=label)
        start += width
    axis.set(xlabel="nats per image", yticks=range(len(parts)), yticklabels=list(splits))
    axis.invert_yaxis()
    axis.grid(axis="y", visible=False)
    legend_on_top(figure)
    return figure


def sweep_panels(panels: Mapping[str, Mapping[str, tuple[ArrayLike, ArrayLike]]], xlabel: str) -> Figure:
    """Draw figures of runs over one setting, on a logarithmic axis: a chart for each figure, a colour for each group.

    Args:
        panels: of each figure, by its name with its unit, the setting and the figure of the runs of each group, [runs].
        xlabel: what the setting is, with its unit.

    Raises:
        ValueError: for no panels, no groups, settings that are not above 0, and other than a figure for each run.
    """
    checked = {}
    for label, groups in named("panels", panels).items():
        checked[label] = {
            name: (numbers(f"setting of {name!r}", x, (None,), above=0), drawn(f"{label} of {name!r}", y, (len(x),)))
            for name, (x, y) in named(f"panels[{label!r}]", groups).items()
        }
    longest = max(map(len, checked.values()))
    figure, axes = canvas(1, len(checked), (3.1 * len(checked), 2.9 + 0.17 * longest), squeeze=False)
    for axis, (label, groups) in zip(axes[0], checked.items(), strict=True):
        for i, (name, (x, y)) in enumerate(groups.items()):
            axis.plot(x, y, "o", color=colour_of(i), alpha=0.8, label=name)
        axis.set(xlabel=xlabel, ylabel=label, xscale="log")
        axis.xaxis.set_major_formatter("{x:g}")
        axis.minorticks_off()
        if min(np.nanmin(y) for _, y in groups.values()) >= 0:
            axis.set_ylim(0, None)
        legend_below(axis)
    return figure
