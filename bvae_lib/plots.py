"""The figures of the course: one style, colours that colour-blind readers can tell apart, units on every axis."""

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure

from .history import History
from .metrics import ACTIVE

# Okabe and Ito's palette, in the order in which a figure takes them.
BLUE, ORANGE, GREEN, PINK, SKY, RED, YELLOW, GREY = COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#7F7F7F",
)  # fmt: skip
STYLE = {
    "axes.prop_cycle": plt.cycler(color=COLOURS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "figure.dpi": 110,
    "figure.constrained_layout.use": True,
    "font.size": 10,
}


def canvas(rows: int = 1, columns: int = 1, size: tuple[float, float] = (7.0, 3.0), **options):
    """A figure in the course's style and its axes, on white, so that it reads the same in light and dark pages."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(rows, columns, figsize=size, facecolor="white", **options)
    plt.close(figure)  # the caller returns it, and a notebook shows what a cell returns: once
    return figure, axes


def grid(rows: list, labels: list[str] | None = None, title: str = "") -> Figure:
    """Images in rows, each [N, C, 64, 64] in [0, 1]; a label at the left of each row."""
    cells = [[np.asarray(torch.as_tensor(image).cpu()).transpose(1, 2, 0) for image in row] for row in rows]
    columns = max(map(len, cells))
    figure, axes = canvas(len(cells), columns, (0.75 * columns + 1.2, 0.78 * len(cells) + 0.4), squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for i, row in enumerate(cells):
        for axis, image in zip(axes[i], row, strict=False):
            axis.imshow(image, cmap="gray", vmin=0, vmax=1)
        if labels:
            axes[i, 0].text(-0.15, 0.5, labels[i], ha="right", va="center", transform=axes[i, 0].transAxes)
    figure.suptitle(title, fontsize=10)
    return figure


@torch.no_grad()
def traversal(model, image: torch.Tensor, kl=None, span: float = 3.0, columns: int = 9) -> Figure:
    """What each latent does: from the posterior mean of ``image`` [C, 64, 64], one latent at a time goes from
    -``span`` to ``span``. With ``kl`` [latents], nats of each, the rows are in that order, the dearest first."""
    mean = model.encode(image[None]).mean[0]
    order = range(len(mean)) if kl is None else np.argsort(-np.asarray(kl))
    values = torch.linspace(-span, span, columns, device=mean.device)
    rows, labels = [], []
    for latent in order:
        z = mean.repeat(columns, 1)
        z[:, latent] = values
        rows.append(model.decode(z).sigmoid())
        labels.append(f"z{latent}" if kl is None else f"z{latent}: {kl[latent]:.2f} nats")
    return grid(rows, labels, f"each latent from {-span:g} to {span:g}")


def kl_bars(runs: dict[str, np.ndarray], floor: float = ACTIVE) -> Figure:
    """KL of each latent in nats [latents], a colour for each run named; sorted within the run.

    A line marks ``floor``, below which a latent counts as inactive.
    """
    figure, axis = canvas()
    width = 0.8 / len(runs)
    for i, (name, kl) in enumerate(runs.items()):
        kl = np.sort(np.asarray(kl))[::-1]
        axis.bar(np.arange(len(kl)) + i * width, kl, width, label=f"{name}: {kl.sum():.2f} nats in all")
    axis.axhline(floor, color=GREY, linestyle="--", linewidth=1)
    axis.set(xlabel="latent, sorted by its KL", ylabel="KL (nats)", xticks=[])
    axis.legend(frameon=False)
    return figure


def learning_curves(runs: dict[str, History]) -> Figure:
    """Distortion and rate in nats over the steps of each run."""
    figure, (left, right) = canvas(1, 2)
    for name, history in runs.items():
        left.plot(history.step, history.reconstruction, label=name)
        right.plot(history.step, history.rate, label=name)
    left.set(xlabel="step", ylabel="distortion D (nats per image)", ylim=(0, None), xlim=(0, None))
    right.set(xlabel="step", ylabel="rate R (nats per image)", ylim=(0, None), xlim=(0, None))
    right.legend(frameon=False)
    return figure


def posteriors(runs: dict[str, tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Posterior means against standard deviations, arrays [N, latents] of each run named; the prior is the ring."""
    figure, axis = canvas(size=(5.5, 3.4))
    for name, (mean, log_variance) in runs.items():
        sigma = np.exp(0.5 * np.asarray(log_variance))
        axis.scatter(np.ravel(mean), np.ravel(sigma), s=5, alpha=0.5, label=name)
    axis.plot(0, 1, "ko", markersize=14, markeredgewidth=1.5, fillstyle="none", label="the prior")
    axis.set(xlabel="posterior mean", ylabel="posterior standard deviation", ylim=(0, None))
    axis.legend(loc="upper right", framealpha=1)
    return figure


def table(values: np.ndarray, rows: list[str], columns: list[str], form: str = "{:.2f}", title: str = "") -> Figure:
    """Numbers between 0 and 1, [rows, columns], written by ``form`` on squares that are darker the larger they are."""
    figure, axis = canvas(size=(1.1 * len(columns) + 1.2, 0.32 * len(rows) + 0.9))
    axis.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for i, j in np.ndindex(values.shape):
        axis.text(j, i, form.format(values[i, j]), ha="center", va="center", color="w" if values[i, j] > 0.55 else "k")
    axis.set(xticks=range(len(columns)), xticklabels=columns, yticks=range(len(rows)), yticklabels=rows)
    axis.grid(False)
    axis.set_title(title, fontsize=10)
    return figure
