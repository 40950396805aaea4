"""Figures of chapter 5: what a nat costs along a run, what latents draw at each budget, and ways compared."""

import numpy as np
from matplotlib.figure import Figure

from ..history import History
from .style import BLUE, COLOURS, GREY, ORANGE, RED, canvas

# One look for each way of opening the channel, in all figures of the chapter.
WAY_COLOURS = {"absolute": RED, "hinge": ORANGE, "multiplier": BLUE}


def prices(runs: dict[str, History], records: int = 5) -> Figure:
    """The effective price of a nat over the steps of each run; below 0 the objective pays for nats.

    Drawn is the mean over ``records``, 50 steps each: a price that jumps between two values shows how often it is at
    either.
    """
    figure, axis = canvas(size=(7.0, 3.8))
    for colour, (name, history) in zip(COLOURS[3:], runs.items(), strict=False):
        mean = np.convolve(history.price, np.full(records, 1 / records), "valid")
        axis.plot(history.step[records - 1 :], mean, color=WAY_COLOURS.get(name, colour), label=name, linewidth=1.4)
    axis.axhline(0, color="k", linewidth=0.8)
    axis.set_yscale("symlog", linthresh=0.1)
    axis.set(xlabel="step", ylabel="effective price (nats of D a nat)", xlim=(0, None))
    figure.legend(frameon=False, fontsize=8, loc="outside upper center", ncols=3)
    return figure


def stages(drawn: np.ndarray, titles: list[str], labels: list[list[str]]) -> Figure:
    """Traversals at several budgets, side by side: uint8 [stages, latents, columns, 64, 64], a row a latent.

    ``labels`` are those of each stage's rows.
    """
    count, rows, columns, height, width = drawn.shape
    figure, axes = canvas(1, count, (2.5 * count, 0.32 * rows + 0.5), squeeze=False)
    for axis, picture, title, names in zip(axes[0], drawn, titles, labels, strict=True):
        axis.imshow(picture.swapaxes(1, 2).reshape(rows * height, columns * width), cmap="gray", vmin=0, vmax=255)
        axis.set(xticks=[], yticks=height * (np.arange(rows) + 0.5))
        axis.set_yticklabels(names, fontsize=7)
        axis.set_title(title, fontsize=9)
        axis.tick_params(length=0)
        axis.grid(False)
    return figure


def seeds_and_intervals(
    values: dict[str, np.ndarray], intervals: dict[str, tuple[float, float]], xlabel: str
) -> Figure:
    """A dot a seed, [seeds] of each name, its mean as a bar, and the interval of that mean (low, high) as a line."""
    figure, axis = canvas(size=(6.5, 0.55 * len(values) + 1.0))
    for row, (name, sample) in enumerate(values.items()):
        colour = WAY_COLOURS.get(name, COLOURS[row])
        axis.hlines(row, *intervals[name], color=GREY, linewidth=5, alpha=0.5)
        axis.plot(sample, np.full(len(sample), row), "o", color=colour, alpha=0.8)
        axis.plot(np.mean(sample), row, "|", color="k", markersize=18, markeredgewidth=2)
    axis.set(xlabel=xlabel, yticks=range(len(values)), yticklabels=list(values), ylim=(len(values) - 0.5, -0.5))
    return figure


def compare_ways(runs: dict[str, list[History]], scores: dict[str, dict[str, list[float]]]) -> Figure:
    """All ways in one picture: distortion against rate, the capacity at which latents woke, and ``scores``.

    ``scores`` has, by its label, a value a seed for each way.
    """
    figure, axes = canvas(1, 2 + len(scores), (3.0 * (2 + len(scores)), 3.2))
    for row, (name, histories) in enumerate(runs.items()):
        colour = WAY_COLOURS.get(name, COLOURS[row])
        for i, history in enumerate(histories):
            axes[0].plot(history.rate, history.reconstruction, color=colour, linewidth=0.9, label="" if i else name)
            woke = np.sort(history.wakings())
            axes[1].plot(woke, np.full(len(woke), row + 0.12 * (i - len(histories) / 2)), ".", color=colour)
        for axis, values in zip(axes[2:], scores.values(), strict=True):
            axis.plot(np.full(len(values[name]), row), values[name], "o", color=colour, alpha=0.8)
    axes[0].set(xlabel="rate R (nats)", ylabel="distortion D (nats)", ylim=(50, 650), xlim=(-0.5, 27))
    axes[0].legend(frameon=False, fontsize=8)
    axes[1].set(xlabel="capacity C at which a latent woke (nats)", yticks=range(len(runs)), yticklabels=list(runs))
    axes[1].set_ylim(len(runs) - 0.5, -0.5)
    for axis, label in zip(axes[2:], scores, strict=True):
        axis.set(ylabel=label, xticks=range(len(runs)), ylim=(0, 1.1 * axis.dataLim.y1), xlim=(-0.5, len(runs) - 0.5))
        axis.set_xticklabels(list(runs), fontsize=8)
    return figure


def shape_bars(distortions: dict[str, list[float]], shapes: list[str], ylabel: str) -> Figure:
    """A bar a name beside each other for each of ``shapes``, [shapes] of each name."""
    figure, axis = canvas(size=(7.0, 3.2))
    width = 0.8 / len(distortions)
    for i, (name, values) in enumerate(distortions.items()):
        axis.bar(np.arange(len(shapes)) + i * width, values, width, label=name)
    axis.set(ylabel=ylabel, xticks=np.arange(len(shapes)) + 0.4 - width / 2, xticklabels=shapes)
    figure.legend(frameon=False, fontsize=8, loc="outside upper center", ncols=2)
    return figure


def race(curves: dict[str, list[dict]], seconds_a_step: dict[str, float], marks: tuple[float, ...]) -> Figure:
    """MIG over the seconds of training of each objective, a line a run with lists ``step`` and ``mig``.

    ``marks`` are the MIGs raced for; the legend has the best first.
    """
    figure, axis = canvas(size=(7.5, 4.2))
    order = sorted(curves, key=lambda name: -max(curves[name][0]["mig"]))
    for rank, name in enumerate(order):
        colour, style = COLOURS[rank % len(COLOURS)], "-" if rank < len(COLOURS) else "--"
        for i, run in enumerate(curves[name]):
            seconds = np.array(run["step"]) * seconds_a_step[name]
            axis.plot(seconds, run["mig"], style, color=colour, label="" if i else name, linewidth=1.6 - 0.6 * bool(i))
    for mark in marks:
        axis.axhline(mark, color=GREY, linewidth=0.8, linestyle=":")
    axis.set(xlabel="seconds of training", ylabel="MIG", xlim=(0, None), ylim=(0, None))
    figure.legend(frameon=False, fontsize=8, loc="outside right center")
    return figure
