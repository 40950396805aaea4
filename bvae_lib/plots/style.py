"""One style: colours that colour-blind readers can tell apart, and figures on white."""

import matplotlib.pyplot as plt

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
