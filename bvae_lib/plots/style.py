"""One style: colours that colour-blind readers can tell apart, and figures on white."""

from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .._runtime.arguments import numbers, whole_number
from .panels import PanelCanvas

# Okabe and Ito's palette, in the order in which a figure takes them.
BLUE, ORANGE, GREEN, PINK, SKY, RED, YELLOW, GREY = COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#7F7F7F",
)  # fmt: skip
STYLE: Any = {
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

# Width of one chart in inches: a phone shows it whole, and letters of STYLE's size are nine pixels high on it.
SINGLE = 5.0


def colour_of(i: int) -> str:
    """Return the colour of run number ``i``; the ninth has that of the first."""
    return COLOURS[i % len(COLOURS)]


def legend_below(axis: Axes) -> None:
    """Put the legend of one chart under it, where it covers no curve and stays with its chart."""
    beside_others = len(axis.figure.axes) > 1  # they leave less room
    axis.legend(frameon=False, fontsize=8 if beside_others else None, loc="upper center", bbox_to_anchor=(0.5, -0.2))


def legend_on_top(figure: Figure, columns: int = 2) -> None:
    """Put one legend above all charts of a figure."""
    figure.legend(frameon=False, loc="outside upper center", ncols=columns)


def canvas(
    rows: int = 1, columns: int = 1, size: tuple[float, float] = (SINGLE, 3.0), **options: Any
) -> tuple[Figure, Any]:
    """Make an empty figure in the course's style, on white, so that light and dark pages show it alike.

    Args:
        rows: of axes.
        columns: of axes.
        size: width and height in inches.
        options: arguments of ``matplotlib.figure.Figure.subplots``.

    Returns:
        The figure and its axes, as ``matplotlib.pyplot.subplots`` returns them.

    Raises:
        ValueError: for fewer than one row or column, or a size that is not above 0.
    """
    rows, columns = whole_number("rows", rows, least=1), whole_number("columns", columns, least=1)
    width, height = numbers("size", size, (2,), above=0)
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(width, height), facecolor="white")
        plt.close(figure)  # the caller returns it, and a notebook shows what a cell returns: once
        PanelCanvas(figure)
        return figure, figure.subplots(rows, columns, **options)
