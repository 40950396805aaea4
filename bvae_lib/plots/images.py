"""The figure of chapter 7: traversals side by side, small enough that dozens of latents fit on a page."""

import numpy as np
from matplotlib.figure import Figure

from .style import canvas


def sheets(blocks: dict[str, tuple[list, list[str]]]) -> Figure:
    """Blocks beside one another, each with its title: rows of pictures [columns, C, 64, 64] in [0, 1], and a label a
    row, as ``pictures.moved`` gives them. All blocks have as many columns as the first."""
    rows = max(len(pictures) for pictures, _ in blocks.values())
    columns = len(next(iter(blocks.values()))[0][0])
    longest = max(len(label) for _, labels in blocks.values() for label in labels)
    width = 0.3 * columns + 0.065 * longest + 0.3  # the labels are outside the axes
    figure, axes = canvas(1, len(blocks), (len(blocks) * width, 0.3 * rows + 0.4), squeeze=False)
    for axis, (title, (pictures, labels)) in zip(axes[0], blocks.items(), strict=True):
        pixels = np.stack([np.asarray(row.cpu()) for row in pictures])  # [rows, columns, C, height, width]
        count, _, channels, height, width = pixels.shape
        sheet = pixels.transpose(0, 3, 1, 4, 2).reshape(count * height, columns * width, channels)
        axis.imshow(sheet, cmap="gray", vmin=0, vmax=1)
        axis.set(xticks=[], yticks=height * (np.arange(count) + 0.5), anchor="N")
        axis.set_yticklabels(labels, fontsize=7)
        axis.set_title(title, fontsize=9)
        axis.tick_params(length=0)
        axis.grid(False)
        axis.spines[:].set_visible(False)
    return figure
