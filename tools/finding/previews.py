"""The picture that a link to a page shows elsewhere: 1200 × 630, its title over its first figure or the book's mark."""

import io
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch
from PIL import Image

WIDTH, HEIGHT, DPI = 1200, 630, 100
LARGEST = 60_000  # bytes
BLUE = "#0072b2"  # of the favicon


def draw_preview(path: Path, title: str, book: str, figure: Path | None) -> None:
    """Write a page's preview, a PNG of at most 60 kB: with its figure, or with the mark where that is too large."""
    for shown in [figure, None] if figure else [None]:
        preview = drawn(title, book, shown)
        if len(preview) <= LARGEST:
            break
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(preview)


def drawn(title: str, book: str, figure: Path | None) -> bytes:
    canvas = plt.figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor="white")
    canvas.text(0.05, 0.87, title, fontsize=38 if len(title) < 36 else 30, weight="bold", color="#1a1a1a", va="center")
    canvas.text(0.05, 0.06, book, fontsize=21, color=BLUE, va="center")
    axes = canvas.add_axes((0.05, 0.12, 0.9, 0.66))
    axes.axis("off")
    if figure:
        show(axes, figure)
    else:
        mark(axes)
    picture = io.BytesIO()
    canvas.savefig(picture, dpi=DPI)
    plt.close(canvas)
    small = io.BytesIO()
    Image.open(picture).convert("RGB").quantize(48).save(small, "png", optimize=True)
    return small.getvalue()


def show(axes: plt.Axes, figure: Path) -> None:
    """The upper part of a figure, as large as the preview's width or height lets it be."""
    with Image.open(figure) as image:
        picture = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    width, height = (int(DPI * side) for side in axes.get_window_extent().transformed(
        axes.figure.dpi_scale_trans.inverted()).size)  # fmt: skip
    if picture.width / picture.height < 1.2:  # panels one below the other: the first of them are enough
        picture = picture.crop((0, 0, picture.width, int(picture.width / 1.6)))
    picture.thumbnail((width, height))
    axes.imshow(np.asarray(picture), interpolation="none")


def mark(axes: plt.Axes) -> None:
    axes.set(xlim=(0, 2.6), ylim=(0, 1), aspect="equal")
    axes.add_patch(FancyBboxPatch((0.9, 0.1), 0.8, 0.8, "round,pad=0,rounding_size=0.17", color=BLUE))
    axes.text(1.3, 0.5, "β", fontsize=170, color="white", ha="center", va="center_baseline")
