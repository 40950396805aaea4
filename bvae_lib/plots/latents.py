"""Latents: their KL, posteriors, codes over the plane, overlap, and what a rotation costs."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .._runtime.arguments import numbers, whole_number
from ..metrics import ACTIVE
from .arguments import arrays, drawn, labelled, listed, named
from .style import BLUE, GREY, ORANGE, RED, SINGLE, SKY, canvas, colour_of, legend_below, legend_on_top

BINS = 40  # of pairs, by distance


def kl_bars(runs: dict[str, np.ndarray]) -> Figure:
    """Draw the KL of each latent of each run, the largest first; below the dashed line a latent is inactive.

    Args:
        runs: KL [latents] in nats, by name.

    Raises:
        ValueError: for no runs, or other than numbers.
    """
    runs = arrays("runs", runs, (None,))
    figure, axis = canvas(size=(SINGLE, 3.4))
    width = 0.8 / len(runs)
    for i, (name, kl) in enumerate(runs.items()):
        kl = np.sort(kl)[::-1]
        axis.bar(np.arange(len(kl)) + i * width, kl, width, label=f"{name}: {kl.sum():.2f} nats in all")
    axis.axhline(ACTIVE, color=GREY, linestyle="--", linewidth=1)
    axis.set(xlabel="latent, sorted by its KL", ylabel="KL (nats)", xticks=[])
    legend_on_top(figure, 1)
    return figure


def posteriors(runs: dict[str, tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Draw a dot for each posterior of one latent and image: its mean and its standard deviation; a ring is the prior.

    Args:
        runs: mean and log-variance by name, [N, latents] each.

    Raises:
        ValueError: for no runs, or a mean and a log-variance of different shapes.
    """
    dots = {}
    for name, (mean, log_variance) in named("runs", runs).items():
        mean = drawn(f"mean of {name!r}", mean, (None, None))
        sigma = np.exp(0.5 * drawn(f"log-variance of {name!r}", log_variance, mean.shape))
        dots[name] = mean.ravel(), sigma.ravel()
    figure, axis = canvas(size=(SINGLE, 3.5))
    for name, (mean, sigma) in dots.items():
        axis.scatter(mean, sigma, s=5, alpha=0.5, label=name)
    axis.plot(0, 1, "ko", markersize=14, markeredgewidth=1.5, fillstyle="none", label="the prior")
    axis.set(xlabel="posterior mean", ylabel="posterior standard deviation", ylim=(0, None))
    legend_on_top(figure)
    return figure


def code_planes(runs: dict[str, np.ndarray], sizes: tuple[int, int]) -> Figure:
    """Draw the codes of a grid of positions in the plane of two latents, joined to a net; a chart for each run.

    Along a blue line x is fixed and y varies, along an orange one the reverse; every fourth line is drawn.

    Args:
        runs: posterior means [sizes[0] * sizes[1], 2] by name.
        sizes: number of positions in x and in y.

    Raises:
        ValueError: for no runs, or codes that are not of two latents at all positions.
    """
    xs, ys = (whole_number("each of sizes", size, least=1) for size in labelled("sizes", sizes, 2))
    runs = arrays("runs", runs, (xs * ys, 2))
    figure, axes = canvas(1, len(runs), (3.1 * len(runs), 3.7), squeeze=False)
    for axis, (name, codes) in zip(axes[0], runs.items(), strict=True):
        grid = codes.reshape(xs, ys, 2)
        for lines, colour, label in ((grid, BLUE, "x fixed"), (grid.swapaxes(0, 1), ORANGE, "y fixed")):
            for k, line in enumerate(lines[::4]):
                axis.plot(line[:, 0], line[:, 1], color=colour, linewidth=1.2, label=label if k == 0 else None)
        axis.set(xlabel="mean of z0", ylabel="mean of z1", aspect="equal")
        axis.set_title(name, fontsize=10)
        legend_below(axis)
    return figure


def kl_decomposition(parts: dict[str, tuple[float, float]]) -> Figure:
    """Draw what moving the mean and shrinking the standard deviation add to a KL: in general, and for given latents.

    Args:
        parts: the two parts of the KL of each latent named, in nats, as ``theory.channel.kl_decomposition`` gives them.

    Raises:
        ValueError: for no latents, or other than two numbers for each.
    """
    of_mean, of_deviation = drawn("parts", list(named("parts", parts).values()), (None, 2)).T
    figure, (left, right) = canvas(1, 2, (8.2, 3.6))
    mean, sigma = np.meshgrid(np.linspace(-3, 3, 121), np.geomspace(0.03, 1.6, 120))
    kl = 0.5 * (mean**2 + sigma**2 - 1) - np.log(sigma)
    lines = left.contour(mean, sigma, kl, levels=[0.1, 0.5, 1, 2, 3, 4, 5], colors=GREY)
    left.clabel(lines, fmt="%g", fontsize=8)
    left.plot(0, 1, "o", color="k")
    left.annotate("", (2, 1), (0.1, 1), arrowprops={"arrowstyle": "->", "color": BLUE, "lw": 2})
    left.annotate("", (0, 0.082), (0, 0.93), arrowprops={"arrowstyle": "->", "color": ORANGE, "lw": 2})
    left.set(xlabel="mean", ylabel="standard deviation", yscale="log", yticks=[0.05, 0.1, 0.3, 1])
    left.set_yticklabels(["0.05", "0.1", "0.3", "1"])
    left.set_title("KL of one latent (nats); the dot is the prior", fontsize=10)
    right.bar(list(parts), of_mean, color=BLUE, label="moving the mean")
    right.bar(list(parts), of_deviation, bottom=of_mean, color=ORANGE, label="shrinking the deviation")
    right.set(ylabel="KL (nats)")
    right.set_title("latents of trained networks", fontsize=10)
    legend_below(right)
    return figure


def bayes_errors(steps: list[int], errors: dict[str, list[float]]) -> Figure:
    """Draw how often the best guess at which of two images was encoded is wrong, against how far apart the two are.

    Args:
        steps: positions between the two images.
        errors: probabilities by name, [steps] each.

    Raises:
        ValueError: for no errors, steps that are not above 0, or other than a probability for each.
    """
    numbers("steps", steps, (None,), above=0)
    errors = arrays("errors", errors, (len(steps),))
    figure, axis = canvas(size=(SINGLE, 3.4))
    for name, error in errors.items():
        axis.plot(steps, error, "o-", label=name)
    axis.axhline(0.5, color=GREY, linestyle="--", linewidth=1)
    axis.set(xscale="log", xlabel="positions between the two images", ylabel="share of wrong guesses")
    axis.set_ylim(-0.01, 0.55)
    axis.set_xticks(steps, [str(step) for step in steps])
    axis.minorticks_off()
    legend_on_top(figure, 3)
    return figure


def pixel_differences(distance: np.ndarray, pixels: np.ndarray) -> Figure:
    """Draw in how many pixels pairs of images differ, against how far apart their posteriors lie.

    Pairs are sorted by distance into 40 bins of equally many.

    Args:
        distance: of the posteriors of each pair, [pairs], in standard deviations; 40 pairs at least.
        pixels: that differ, [pairs].

    Raises:
        ValueError: for fewer pairs, or other than finite numbers for each.
    """
    distance = numbers("distance", distance, (None,))
    pixels = numbers("pixels", pixels, distance.shape)
    if len(distance) < BINS:
        raise ValueError(f"distance must be of at least {BINS} pairs, one for each bin, not {len(distance)}")
    figure, axis = canvas(size=(SINGLE, 3.1))
    bins = np.array_split(np.argsort(distance), BINS)
    x = [np.median(distance[part]) for part in bins]
    low, middle, high = np.array([np.quantile(pixels[part], (0.1, 0.5, 0.9)) for part in bins]).T
    axis.fill_between(x, low, high, color=BLUE, alpha=0.2, label="the middle 80% of pairs")
    axis.plot(x, middle, color=BLUE, label="median")
    axis.set(xlabel="distance of the posteriors (standard deviations)", ylabel="pixels that differ", xlim=(0, None))
    axis.legend(frameon=False)
    return figure


def rotation_costs(degrees: ArrayLike, costs: dict[str, tuple[list[float], list[float]]]) -> Figure:
    """Draw the extra rate that a rotation of two latents costs at equal distortion, as predicted and as measured.

    Args:
        degrees: of the rotations.
        costs: predicted and measured nats per image by name, [degrees] each.

    Raises:
        ValueError: for no costs, or other than two for each of the degrees.
    """
    degrees = numbers("degrees", degrees, (None,))
    costs = arrays("costs", costs, (2, len(degrees)))
    figure, axis = canvas(size=(SINGLE, 4.0))
    for i, (name, (predicted, measured)) in enumerate(costs.items()):
        axis.plot(degrees, predicted, color=colour_of(i), label=f"{name}, predicted by (3.10)")
        axis.plot(degrees, measured, "o", color=colour_of(i), label=f"{name}, measured")
    axis.set(xlabel="rotation (degrees)", ylabel="extra rate (nats per image)", xticks=degrees)
    legend_below(axis)
    return figure


def compare_to_normal(values: dict[str, np.ndarray]) -> Figure:
    """Draw a histogram of each sample, scaled to mean 0 and variance 1, under the standard normal density.

    A sample of few distinct values has a bar for each, which reaches halfway to the next.

    Args:
        values: by name, [n] each.

    Raises:
        ValueError: for no samples, or one that does not vary.
    """
    values = arrays("values", values, (None,))
    for name, sample in values.items():
        if not sample.std() > 0:  # NaN is not
            raise ValueError(f"values[{name!r}] must be finite and vary, not have a deviation of {sample.std()}")
    columns = min(3, len(values))
    rows = -(-len(values) // columns)
    figure, axes = canvas(rows, columns, (2.5 * columns, 2.4 * rows), squeeze=False)
    grid, highest = np.linspace(-3.5, 3.5, 200), 0.0
    for axis, (name, sample) in zip(axes.flat, values.items(), strict=False):
        standard = (sample - sample.mean()) / sample.std()
        classes = np.unique(standard)
        edges = np.linspace(-3.5, 3.5, 57)
        if len(classes) < len(edges):
            middles = (classes[1:] + classes[:-1]) / 2
            edges = np.concatenate([[2 * classes[0] - middles[0]], middles, [2 * classes[-1] - middles[-1]]])
        axis.hist(standard, edges, density=True, color=SKY, edgecolor="white", linewidth=0.5 * (len(edges) < 10))
        axis.plot(grid, np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi), color=RED)
        axis.set_title(name, fontsize=10)
        axis.set_xlabel("deviations from the mean", fontsize=9)
        axis.set_ylabel("density", fontsize=9)
        highest = max(highest, axis.dataLim.y1)
    for axis in axes.flat[: len(values)]:
        axis.set_ylim(0, 1.05 * highest)  # one scale for all
    for axis in axes.flat[len(values) :]:
        axis.remove()
    return figure


def heatmap(values: np.ndarray, rows: list[str], columns: list[str], form: str = "{:.2f}", title: str = "") -> Figure:
    """Draw a table of numbers from 0 to 1 on squares that are darker the larger the number.

    Args:
        values: [rows, columns].
        rows: their names.
        columns: their names.
        form: format of a number.
        title: above the table.

    Raises:
        ValueError: where rows and columns do not name those of values, and for a format of something else.
    """
    rows, columns = listed("rows", rows), listed("columns", columns)
    values = drawn("values", values, (len(rows), len(columns)))
    try:
        form.format(values[0, 0])
    except (ValueError, LookupError, AttributeError) as error:
        raise ValueError(f"form must be a format of one number, such as '{{:.2f}}', not {form!r}") from error
    figure, axis = canvas(size=(SINGLE, 0.32 * len(rows) + 1.5))
    axis.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for i, j in np.ndindex(values.shape):
        axis.text(j, i, form.format(values[i, j]), ha="center", va="center", color="w" if values[i, j] > 0.55 else "k")
    axis.set(yticks=range(len(rows)), yticklabels=rows)
    axis.set_xticks(range(len(columns)), columns, rotation=45, ha="right", rotation_mode="anchor")
    axis.grid(False)
    axis.set_title(title, fontsize=10)
    return figure
