"""Images: rows of them, and what each latent does to one."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .._runtime.arguments import numbers, whole_number
from .._runtime.pixels import base64_png, tile, to_uint8
from ..data.base import as_image
from ..metrics import encode_dataset
from ..models import VAE, traverse
from .arguments import arrays, labelled, listed, named
from .style import canvas

WIDTH = 160  # of an image on a page, in CSS pixels
SPAN = 3  # of a traversal to either side, in standard deviations of the prior


def image_grid(rows: Sequence[Any], labels: list[str] | None = None, title: str = "") -> Figure:
    """Draw images in rows.

    Args:
        rows: each images [N, channels, H, W] or a list of [channels, H, W], in [0, 1].
        labels: at the left of each row.
        title: above all.

    Raises:
        ValueError: for no images, those of another shape or range, and too few labels.
    """
    if isinstance(rows, torch.Tensor | np.ndarray) and rows.ndim == 4:
        raise ValueError("rows must be a list of rows of images, not one row; [images] makes a list of it")
    cells = [
        [as_image(image).movedim(0, -1).numpy() for image in listed("each of rows", row)]
        for row in listed("rows", rows)
    ]
    columns = max(map(len, cells), default=0)
    if not columns:
        raise ValueError(f"rows must hold at least one image, not {len(cells)} rows of none")
    labels = labels and labelled("labels", labels, len(cells))
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
    model: VAE,
    image: torch.Tensor,
    kl: np.ndarray | None = None,
    columns: int = 9,
    names: list | None = None,
) -> Figure:
    """Draw what each latent does: in its row it goes from -3 to 3, and the others stay.

    Args:
        model: with ``encode`` and ``decode``.
        image: [channels, 64, 64] in [0, 1], from whose posterior mean the latents start.
        kl: [latents] in nats; with it rows are sorted, the largest KL first.
        columns: images in a row.
        names: what each latent follows, [latents] (``metrics.assign_factors``).

    Raises:
        TypeError: for what is no model or no image.
        ValueError: for an image that the model cannot encode, and for other than a number or name for each latent.
    """
    return image_grid(*traversal_rows(model, image, kl, columns, names), f"each latent from {-SPAN} to {SPAN}")


def traversal_rows(
    model: VAE,
    image: torch.Tensor,
    kl: np.ndarray | None = None,
    columns: int = 9,
    names: list | None = None,
) -> tuple[list[torch.Tensor], list[str]]:
    """Compute the rows of ``traversal``, whose arguments these are.

    Returns:
        For each latent images [columns, channels, 64, 64] in [0, 1], and a label.

    Raises:
        TypeError: as ``traversal``.
        ValueError: as ``traversal``.
    """
    columns, image = whole_number("columns", columns, least=1), as_image(image)
    mean = encode_dataset(model, image[None]).mean[0]
    kl = kl if kl is None else numbers("kl", kl, (len(mean),))
    names = names if names is None else labelled("names", names, len(mean))
    order = list(range(len(mean))) if kl is None else np.argsort(-kl).tolist()
    rows = traverse(model, mean, order, torch.linspace(-SPAN, SPAN, columns))
    labels = [f"z{latent}" if kl is None else f"z{latent}: {kl[latent]:.2f} nats" for latent in order]
    if names is not None:
        labels = [f"{label}, {names[latent]}" for label, latent in zip(labels, order, strict=True)]
    return list(rows), labels


def traversal_grid(blocks: dict[str, tuple[list[torch.Tensor], list[str]]]) -> Figure:
    """Draw traversals side by side, small enough that dozens of latents fit on a page.

    Args:
        blocks: by title, rows and labels as ``traversal_rows`` gives them; all with as many columns as the first.

    Raises:
        ValueError: for no blocks, rows of different shapes, and other than a label for each row.
    """
    for title, (rows, labels) in named("blocks", blocks).items():
        shapes = sorted({tuple(row.shape) for row in rows})
        if len(shapes) != 1 or len(shapes[0]) != 4:
            raise ValueError(f"rows of {title!r} must be [columns, channels, H, W], all alike, not {shapes}")
        labelled(f"labels of {title!r}", labels, len(rows))
    height = max(len(rows) for rows, _ in blocks.values())
    columns = len(next(iter(blocks.values()))[0][0])
    longest = max(len(label) for _, labels in blocks.values() for label in labels)
    width = 0.3 * columns + 0.07 * longest + 0.3  # the labels are outside the axes
    figure, axes = canvas(1, len(blocks), (len(blocks) * width, 0.3 * height + 0.4), squeeze=False)
    for axis, (title, (rows, labels)) in zip(axes[0], blocks.items(), strict=True):
        draw_tiles(axis, to_uint8(torch.stack(rows)), labels, title)
        axis.set(anchor="N")
        axis.spines[:].set_visible(False)
    return figure


def pixel_maps(maps: dict[str, np.ndarray], label: str) -> Figure:
    """Draw a number from -1 to 1 for each pixel: red above 0, blue below, white at 0, grey where there is none.

    Args:
        maps: by title, [H, W] each; NaN where a pixel has no number.
        label: of the bar of colours: what the numbers are.

    Raises:
        ValueError: for no maps, or other than numbers [H, W].
    """
    maps = arrays("maps", maps, (None, None))
    figure, axes = canvas(1, len(maps), (1.9 * len(maps) + 0.8, 2.2), squeeze=False)
    for axis, (title, values) in zip(axes[0], maps.items(), strict=True):
        shown = axis.imshow(values, cmap="RdBu_r", vmin=-1, vmax=1)
        axis.set(xticks=[], yticks=[], facecolor="0.85")
        axis.set_title(title, fontsize=10)
        axis.grid(False)
    figure.colorbar(shown, ax=axes, label=label, shrink=0.9)
    return figure


def draw_tiles(axis: Axes, images: np.ndarray, labels: list[str], title: str) -> None:
    """Draw uint8 images [rows, columns, H, W, channels] without gaps, a label at the left of each row."""
    axis.imshow(tile(images), cmap="gray", vmin=0, vmax=255)
    axis.set(xticks=[], yticks=images.shape[2] * (np.arange(len(images)) + 0.5))
    axis.set_yticklabels(labels, fontsize=8)
    axis.set_title(title, fontsize=9)
    axis.tick_params(length=0)
    axis.grid(False)


def image_html(image: torch.Tensor, alt: str) -> str:
    """Write one image as an HTML element that holds its pixels, for ``ipywidgets.HTML``.

    Args:
        image: [channels, H, W] in [0, 1].
        alt: what it shows, for those who cannot see it.

    Raises:
        TypeError: for what is no image.
        ValueError: for an image of another shape or range.
    """
    pixels = base64_png(to_uint8(as_image(image)[None, None]))
    return f'<img alt="{escape(alt)}" width="{WIDTH}" src="data:image/png;base64,{pixels}">'
