"""Images and tables: what a model draws, and numbers on shaded squares."""

import numpy as np
import torch
from matplotlib.figure import Figure

from .style import canvas


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


def traversal(
    model, image: torch.Tensor, kl=None, span: float = 3.0, columns: int = 9, names: list | None = None
) -> Figure:
    """What each latent does: from the posterior mean of ``image`` [C, 64, 64], one latent at a time goes from
    -``span`` to ``span``. With ``kl`` [latents], nats of each, the rows are in that order, the dearest first. ``names``
    [latents] say what each follows (``metrics.labels``)."""
    return grid(*moved(model, image, kl, span, columns, names), f"each latent from {-span:g} to {span:g}")


@torch.no_grad()
def moved(
    model, image: torch.Tensor, kl=None, span: float = 3.0, columns: int = 9, names: list | None = None
) -> tuple[list[torch.Tensor], list[str]]:
    """The rows of ``traversal``: for each latent pictures [columns, C, 64, 64] in [0, 1], and a label."""
    mean = model.encode(image[None]).mean[0]
    order = range(len(mean)) if kl is None else np.argsort(-np.asarray(kl))
    values = torch.linspace(-span, span, columns, device=mean.device)
    rows, labels = [], []
    for latent in order:
        z = mean.repeat(columns, 1)
        z[:, latent] = values
        rows.append(model.decode(z).sigmoid())
        label = f"z{latent}" if kl is None else f"z{latent}: {kl[latent]:.2f} nats"
        labels.append(label if names is None else f"{label}, {names[latent]}")
    return rows, labels


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
