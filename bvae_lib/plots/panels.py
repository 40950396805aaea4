"""Where the panels of a figure lie, written into its PNG: on a phone the book shows them one below the other."""

import json
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

KEY = "Panels"  # of the PNG's text


class PanelCanvas(FigureCanvasAgg):
    """A canvas whose PNGs say where the panels are; all else is as matplotlib does it."""

    def print_png(self, filename_or_obj: Any, *, metadata: dict | None = None, **options: Any) -> None:
        """Write a PNG as matplotlib does, with ``layout`` in its text.

        Args:
            filename_or_obj: path or file.
            metadata: further text.
            options: of matplotlib's own, which takes one of them and has no use for the others.
        """
        text = {KEY: json.dumps(layout(self)), **(metadata or {})}
        super().print_png(filename_or_obj, metadata=text, pil_kwargs=options.get("pil_kwargs"))


def layout(canvas: FigureCanvasAgg) -> dict[str, Any]:
    """Find the panels of a figure as it is drawn: each axes with its labels, title and legend.

    What overlaps is one panel, and so is a grid of images without axes. A title or a legend of the whole figure counts
    as a panel of its own.

    Returns:
        "boxes", left, top, right and bottom of each panel in pixels, in reading order; and "font", the size of the
        smallest letters in pixels.
    """
    figure, renderer, size = canvas.figure, canvas.get_renderer(), canvas.get_width_height()
    grid: list[Artist] = [axis for axis in figure.axes if not axis.axison]
    charts: list[list[Artist]] = [[axis] for axis in figure.axes if axis.axison]
    boxes = []
    parts = [grid, *charts, *([artist] for artist in (*figure.texts, *figure.legends))]
    for part in parts:
        found = [box for artist in part if artist.get_visible() and (box := artist.get_tightbbox(renderer))]
        if found and min((union := Bbox.union(found)).size) > 1:
            boxes.append(union)
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    smallest = min((float(text.get_fontsize()) for text in texts), default=0.0)
    return {
        "boxes": reading_order([in_pixels(box, *size) for box in apart(boxes)]),
        "font": round(smallest * figure.dpi / 72, 2),
    }


def in_pixels(box: Bbox, width: int, height: int) -> list[int]:
    """Return left, top, right and bottom, counted from the top left, of the pixels that hold ``box`` and its edge."""
    left, right = np.clip([np.floor(box.x0) - 1, np.ceil(box.x1) + 1], 0, width)
    top, bottom = np.clip([np.floor(height - box.y1) - 1, np.ceil(height - box.y0) + 1], 0, height)
    return [int(left), int(top), int(right), int(bottom)]


def apart(boxes: list[Bbox]) -> list[Bbox]:
    """Join boxes that overlap by more than a pixel, until none do."""
    boxes = list(boxes)
    for i, box in enumerate(boxes):
        for other in boxes[i + 1 :]:
            shared = Bbox.intersection(box, other)
            if shared is not None and min(shared.width, shared.height) > 1:
                rest = [b for b in boxes if b is not box and b is not other]
                return apart([*rest, Bbox.union([box, other])])
    return boxes


def reading_order(boxes: list[list[int]]) -> list[list[int]]:
    """Sort boxes by rows, from the top, and from left to right within a row; a row is what overlaps its first box."""
    left, ordered = sorted(boxes, key=lambda box: box[1]), []
    while left:
        row = [box for box in left if box[1] < (left[0][1] + left[0][3]) / 2]
        ordered += sorted(row)
        left = [box for box in left if box not in row]
    return ordered
