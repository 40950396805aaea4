"""The figures of chapter 3: codes over the plane, the ledger of a rate, overlap, and the cost of a rotation."""

import numpy as np
from matplotlib.figure import Figure

from ..information import InformationBounds
from .style import BLUE, COLOURS, GREY, ORANGE, canvas


def code_planes(runs: dict[str, np.ndarray], sizes: tuple[int, int], every: int = 4) -> Figure:
    """Codes [sizes[0] * sizes[1], 2] of all positions, one panel a run; lines join positions of one column or row.

    Blue lines: x stays and y runs. Orange: y stays and x runs.
    """
    figure, axes = canvas(1, len(runs), (3.1 * len(runs), 3.2), squeeze=False)
    for axis, (name, codes) in zip(axes[0], runs.items(), strict=True):
        grid = np.asarray(codes).reshape(*sizes, 2)
        for lines, colour, label in ((grid, BLUE, "one x"), (grid.swapaxes(0, 1), ORANGE, "one y")):
            for k, line in enumerate(lines[::every]):
                axis.plot(line[:, 0], line[:, 1], color=colour, linewidth=1.2, label=label if k == 0 else None)
        axis.set(xlabel="mean of z0", aspect="equal")
        axis.set_title(name, fontsize=10)
    axes[0, 0].set_ylabel("mean of z1")
    axes[0, 0].legend(frameon=True, loc="upper right", fontsize=8)
    return figure


def ledger(bounds: dict[str, InformationBounds], entropy: float) -> Figure:
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


def ways_to_spend(parts: dict[str, tuple[float, float]]) -> Figure:
    """Left: what a posterior costs by its mean and deviation, in nats. Right: for each latent named, the mean nats
    for moving the mean and for shrinking the deviation."""
    figure, (left, right) = canvas(1, 2, (7.5, 3.2))
    mean, sigma = np.meshgrid(np.linspace(-3, 3, 121), np.geomspace(0.03, 1.6, 120))
    kl = 0.5 * (mean**2 + sigma**2 - 1) - np.log(sigma)
    lines = left.contour(mean, sigma, kl, levels=[0.1, 0.5, 1, 2, 3, 4, 5], colors=GREY)
    left.clabel(lines, fmt="%g", fontsize=8)
    left.plot(0, 1, "o", color="k", label="the prior, 0 nats")
    left.annotate("", (2, 1), (0.1, 1), arrowprops={"arrowstyle": "->", "color": BLUE, "lw": 2})
    left.annotate("", (0, 0.082), (0, 0.93), arrowprops={"arrowstyle": "->", "color": ORANGE, "lw": 2})
    left.set(xlabel="mean", ylabel="standard deviation", yscale="log", yticks=[0.05, 0.1, 0.3, 1])
    left.set_yticklabels(["0.05", "0.1", "0.3", "1"])
    left.legend(frameon=False, fontsize=8, loc="lower left")
    moved, shrunk = np.array(list(parts.values())).T
    right.bar(list(parts), moved, color=BLUE, label="moving the mean")
    right.bar(list(parts), shrunk, bottom=moved, color=ORANGE, label="shrinking the deviation")
    right.set(ylabel="KL (nats)", ylim=(0, 1.3 * (moved + shrunk).max()))  # room for the legend
    right.legend(frameon=False, fontsize=8)
    return figure


def confusions(steps: list[int], errors: dict[str, list[float]]) -> Figure:
    """How often two images are confused, [steps] for each run, against the positions between them."""
    figure, axis = canvas(size=(5.5, 3.2))
    for name, error in errors.items():
        axis.plot(steps, error, "o-", label=name)
    axis.axhline(0.5, color=GREY, linestyle="--", linewidth=1)
    axis.set(xscale="log", xlabel="positions between the two images", ylabel="wrong guesses", ylim=(-0.01, 0.55))
    axis.set_xticks(steps, [str(step) for step in steps])
    axis.minorticks_off()
    axis.legend(frameon=False, fontsize=8)
    return figure


def likeness(distance: np.ndarray, pixels: np.ndarray, quantiles=(0.1, 0.5, 0.9)) -> Figure:
    """Pixels in which pairs of images differ, against the distance of their posteriors in standard deviations.

    Both [pairs]. Pairs are taken together in bins of equal numbers; the line is the median, the band the middle 80%.
    """
    figure, axis = canvas(size=(5.5, 3.2))
    bins = np.array_split(np.argsort(distance), 40)
    x = [np.median(distance[part]) for part in bins]
    low, middle, high = np.array([np.quantile(pixels[part], quantiles) for part in bins]).T
    axis.fill_between(x, low, high, color=BLUE, alpha=0.2, label="the middle 80% of pairs")
    axis.plot(x, middle, color=BLUE, label="median")
    axis.set(xlabel="distance of the posteriors (standard deviations)", ylabel="pixels that differ", xlim=(0, None))
    axis.legend(frameon=False)
    return figure


def turn_costs(degrees: list[float], costs: dict[str, tuple[list[float], list[float]]]) -> Figure:
    """Extra nats at equal distortion against the angle of a turn: of each pair, what is predicted and measured."""
    figure, axis = canvas(size=(5.5, 3.2))
    for colour, (name, (predicted, measured)) in zip(COLOURS, costs.items(), strict=False):
        axis.plot(degrees, predicted, color=colour, label=f"{name}: equation 13")
        axis.plot(degrees, measured, "o", color=colour, label=f"{name}: measured")
    axis.set(xlabel="turn (degrees)", ylabel="extra nats an image", xticks=degrees)
    axis.legend(frameon=False, fontsize=8)
    return figure
