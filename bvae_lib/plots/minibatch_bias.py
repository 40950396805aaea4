"""What a minibatch says of the parts of the rate, against the whole data set."""

from collections.abc import Iterable

from matplotlib.figure import Figure

from ..metrics.minibatch_bias import PARTS, MinibatchBias
from .arguments import listed
from .style import canvas, colour_of, legend_below

INTERVAL = 1.96  # standard errors
LINEAR = 1.0  # nats on either side of 0; beyond, the axis is logarithmic
TITLES = ("information I(X; Z)", "total correlation", "mismatch of each latent")


def minibatch_bias(rows: Iterable[MinibatchBias]) -> Figure:
    """Draw the bias of minibatch estimates over the size of the batch, a chart for each part of the rate.

    Bars are 95% intervals. The axis is linear up to one nat on either side of 0 and logarithmic beyond.

    Args:
        rows: as ``metrics.minibatch_bias`` returns them.

    Raises:
        ValueError: for no rows, or what is no MinibatchBias.
    """
    rows = listed("rows", rows)
    if not rows or not all(isinstance(row, MinibatchBias) for row in rows):
        raise ValueError(f"rows must be a list of MinibatchBias, at least one, not {rows!r}")
    sizes = sorted({row.batch_size for row in rows})
    figure, axes = canvas(1, 3, (9.5, 3.6), sharey=True)
    for axis, part, title in zip(axes, PARTS, TITLES, strict=True):
        for i, method in enumerate(dict.fromkeys(row.method for row in rows)):
            of_method = sorted((row for row in rows if row.method == method), key=lambda row: row.batch_size)
            axis.errorbar(
                [row.batch_size for row in of_method],
                [getattr(row, part) for row in of_method],
                yerr=[INTERVAL * row.errors[part] for row in of_method],
                marker="os^"[i % 3],
                markersize=4,
                capsize=2,
                color=colour_of(i),
                label=method,
            )
        axis.axhline(0, color="k", linewidth=1)
        axis.set_title(title, fontsize=10)
        axis.set(xlabel="batch size", xscale="log")
        axis.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
        axis.minorticks_off()
        axis.set_yscale("symlog", linthresh=LINEAR)
        axis.yaxis.set_major_formatter("{x:,g}")
        legend_below(axis)
    axes[0].set_ylabel("estimate less exact value (nats)")
    return figure
