"""Diagrams: boxes of text, and labelled arrows from one to the next."""

from textwrap import fill

from matplotlib.figure import Figure

from .._runtime.arguments import numbers
from .arguments import named, pair_up
from .style import BLUE, GREY, SINGLE, canvas

LINE = 18  # letters


def flow_diagram(boxes: dict[str, tuple[float, float]], arrows: dict[tuple[str, str], str]) -> Figure:
    """Draw what leads to what, from the top down.

    Args:
        boxes: by its text, the column and the row of each box, counted from the top left.
        arrows: by the texts of the boxes it leads from and to, the label of each arrow.

    Raises:
        ValueError: for no boxes, positions that are no pairs, and arrows from or to other boxes.
    """
    for text, at in named("boxes", boxes).items():
        numbers(f"position of the box {text!r}", at, (2,), least=0)
    pair_up("boxes", boxes, [text for ends in arrows for text in ends])
    columns, rows = (1 + max(position) for position in zip(*boxes.values(), strict=True))
    figure, axis = canvas(size=(0.5 * SINGLE * columns, 1.05 * rows))
    axis.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    axis.set_axis_off()
    frame = {"boxstyle": "round,pad=0.5", "facecolor": "#EAF3FA", "edgecolor": BLUE}
    drawn = {text: axis.text(*at, wrapped(text), ha="center", va="center", bbox=frame) for text, at in boxes.items()}
    for (start, end), label in arrows.items():
        patches = {"patchA": drawn[start].get_bbox_patch(), "patchB": drawn[end].get_bbox_patch()}
        style = {"arrowstyle": "-|>", "color": GREY, "shrinkA": 0, "shrinkB": 0}
        axis.annotate("", boxes[end], boxes[start], arrowprops=style | patches)
        middle = [(a + b) / 2 for a, b in zip(boxes[start], boxes[end], strict=True)]
        note = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        axis.text(*middle, label, ha="center", va="center", bbox=note)
    return figure


def wrapped(text: str) -> str:
    """Return ``text`` in lines short enough for two boxes and an arrow side by side."""
    return "\n".join(fill(line, LINE) for line in text.splitlines())
