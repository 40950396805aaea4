"""Images: rows of them, and what each latent does to one."""

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import nn

from .._runtime.pixels import tile
from ..models import traverse
from .style import canvas


def image_grid(rows: list, labels: list[str] | None = None, title: str = "") -> Figure:
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
    model: nn.Module,
    image: torch.Tensor,
    kl: np.ndarray | None = None,
    span: float = 3.0,
    columns: int = 9,
    names: list | None = None,
) -> Figure:
    """Draw what each latent does: one latent at a time goes from -``span`` to ``span``, a row a latent.

    Args:
        model: has ``encode`` and ``decode``.
        image: [C, 64, 64] in [0, 1], whose posterior mean the others keep.
        kl: nats of each latent, [latents]; with it the rows are in that order, the largest first.
        span: in standard deviations of the prior.
        columns: pictures a row.
        names: what each latent follows, [latents] (``metrics.assign_factors``).
    """
    return image_grid(
        *traversal_rows(model, image, kl, span, columns, names), f"each latent from {-span:g} to {span:g}"
    )


@torch.no_grad()
def traversal_rows(
    model: nn.Module,
    image: torch.Tensor,
    kl: np.ndarray | None = None,
    span: float = 3.0,
    columns: int = 9,
    names: list | None = None,
) -> tuple[list[torch.Tensor], list[str]]:
    """Compute the rows of ``traversal``, whose arguments these are.

    Returns:
        For each latent pictures [columns, C, 64, 64] in [0, 1], and a label.
    """
    mean = model.encode(image[None]).mean[0]
    order = list(range(len(mean))) if kl is None else np.argsort(-np.asarray(kl)).tolist()
    rows = traverse(model, mean, order, torch.linspace(-span, span, columns))
    labels = [f"z{latent}" if kl is None else f"z{latent}: {kl[latent]:.2f} nats" for latent in order]
    if names is not None:
        labels = [f"{label}, {names[latent]}" for label, latent in zip(labels, order, strict=True)]
    return list(rows), labels


def traversal_grid(blocks: dict[str, tuple[list, list[str]]]) -> Figure:
    """Draw traversals side by side, small enough that dozens of latents fit on a page.

    Args:
        blocks: by title, rows and labels as ``traversal_rows`` gives them; all with as many columns as the first.
    """
    rows = max(len(pictures) for pictures, _ in blocks.values())
    columns = len(next(iter(blocks.values()))[0][0])
    longest = max(len(label) for _, labels in blocks.values() for label in labels)
    width = 0.3 * columns + 0.065 * longest + 0.3  # the labels are outside the axes
    figure, axes = canvas(1, len(blocks), (len(blocks) * width, 0.3 * rows + 0.4), squeeze=False)
    for axis, (title, (pictures, labels)) in zip(axes[0], blocks.items(), strict=True):
        pixels = np.stack([np.asarray(row.cpu()) for row in pictures])  # [rows, columns, C, H, W]
        draw_sheet(axis, pixels.transpose(0, 1, 3, 4, 2), labels, title, white=1)
        axis.set(anchor="N")
        axis.spines[:].set_visible(False)
    return figure


def capacity_traversals(drawn: np.ndarray, titles: list[str], labels: list[list[str]]) -> Figure:
    """Draw traversals at several capacities, side by side.

    Args:
        drawn: uint8 [snapshots, latents, columns, 64, 64], a row a latent.
        titles: of the snapshots.
        labels: of the rows of each snapshot.
    """
    count, rows = drawn.shape[:2]
    figure, axes = canvas(1, count, (2.5 * count, 0.32 * rows + 0.5), squeeze=False)
    for axis, pictures, title, names in zip(axes[0], drawn, titles, labels, strict=True):
        draw_sheet(axis, pictures[..., None], names, title, white=255)
    return figure


def draw_sheet(axis: Axes, pictures: np.ndarray, labels: list[str], title: str, white: float) -> None:
    """Draw pictures [rows, columns, H, W, C] without gaps, a label at the left of each row."""
    axis.imshow(tile(pictures), cmap="gray", vmin=0, vmax=white)
    axis.set(xticks=[], yticks=pictures.shape[2] * (np.arange(len(pictures)) + 0.5))
    axis.set_yticklabels(labels, fontsize=7)
    axis.set_title(title, fontsize=9)
    axis.tick_params(length=0)
    axis.grid(False)
