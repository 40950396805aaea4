"""A slider over a growing capacity: the noise on each factor, its nats, and what is decoded from them."""

from typing import TYPE_CHECKING

import anywidget
import numpy as np
import traitlets
from IPython.display import HTML

from .._runtime.pixels import png, tile
from ..models.factor_channel import CHANNELS, FACTOR_OF, FACTORS
from . import pictures
from .index import Index
from .source import source

if TYPE_CHECKING:  # widgets know neither the zoo nor what it imports
    from ..zoo import FactorSnapshots

STILL = (3, 7, 15, 24)  # nats of the snapshots that a page without JavaScript shows


class Budget(anywidget.AnyWidget):
    """A slider over the capacity C of a FactorChannel that shows where its nats went.

    For each snapshot: nats of each factor, the noise s of its channels, rate, distortion and price, and images as it
    decodes them. All of it travels as numbers and one PNG, so the page needs no kernel.

    ``widget.index``, the number of the snapshot from the smallest capacity on, can be set and observed.

    Args:
        snapshots: of a run, as ``zoo.load_snapshots`` returns them; two at least.

    Raises:
        TypeError: for what are no snapshots of a FactorChannel.
        ValueError: for fewer snapshots, or images that are not uint8.
    """

    _esm = source("dom.js", "budget.js")
    _css = source("widgets.css")

    index = Index("frames").tag(sync=True)
    frames = traitlets.List().tag(sync=True)  # {capacity, rate, distortion, price, factors: [{name, nats, noise}]}
    columns = traitlets.Int().tag(sync=True)  # images in a row of the sheet
    sheet = traitlets.Unicode().tag(sync=True)  # PNG: the real images, then a row for each snapshot

    def __init__(self, snapshots: "FactorSnapshots"):
        check_snapshots(snapshots)
        self._snapshots = snapshots
        super().__init__(
            frames=[describe(snapshots, i) for i in range(len(snapshots.step))],
            columns=snapshots.drawn.shape[1],
            sheet=pictures.data_url(snapshots.drawn[..., None]),
        )

    def strip_html(self) -> HTML:
        """Make a still image for a page without JavaScript; it shows nothing where the widget itself can move."""
        shown = sorted({self._snapshots.nearest(nats) for nats in STILL})
        labels = ["real"] + [f"{self._snapshots.rate[i]:.1f} nats" for i in shown]
        sheet = tile(self._snapshots.drawn[[0] + [1 + i for i in shown]][..., None])
        alt = f"Decoded images in rows, one rate each: {'; '.join(labels)}."
        return pictures.noscript(png(pictures.labelled(sheet, labels)), alt)


def check_snapshots(snapshots: "FactorSnapshots") -> None:
    """Raise TypeError or ValueError with what is wrong; that their shapes agree they see to themselves."""
    if not hasattr(snapshots, "nats"):
        raise TypeError(
            'snapshots must be FactorSnapshots, the first of the two that zoo.load_snapshots("factors-seed0") returns, '
            f"not {type(snapshots).__name__}"
        )
    if len(snapshots.step) < 2 or snapshots.drawn.dtype != np.uint8:
        raise ValueError(
            f"snapshots must be at least two, drawn in uint8, not {len(snapshots.step)} in {snapshots.drawn.dtype}"
        )


def describe(snapshots: "FactorSnapshots", i: int) -> dict:
    """Return what the page shows of snapshot ``i``."""
    figures = {name: float(getattr(snapshots, name)[i]) for name in ("capacity", "rate", "distortion", "price")}
    factors = [
        {
            "name": name,
            "nats": float(snapshots.factors[i, number]),
            "noise": [
                [CHANNELS[channel], float(np.exp(-snapshots.nats[i, channel]))]
                for channel in np.flatnonzero(FACTOR_OF.numpy() == number)
            ],
        }
        for number, name in enumerate(FACTORS)
    ]
    return figures | {"factors": factors}
