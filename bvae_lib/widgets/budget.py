"""A slider over a growing capacity: the noise on each factor, its nats, and what can be drawn from them."""

import anywidget
import numpy as np
import traitlets
from IPython.display import HTML

from .._runtime.pixels import tile
from ..models.factor_channel import CHANNELS, FACTOR_OF, FACTORS
from . import pictures
from .source import source

STILL = (3, 7, 15, 24)  # nats of the frames that the still picture shows


class Budget(anywidget.AnyWidget):
    """Drag the capacity C of a FactorChannel (``zoo.FactorSnapshots``) and see what it has bought.

    For each frame: nats of each factor, the noise s of its channels, rate, distortion and price in nats per image, and
    the images as decoded then. All of it travels as numbers and one PNG, so no kernel is needed to look.

    ``widget.index`` is the frame shown, counted from the smallest capacity; it can be set and observed.
    """

    _esm = source("dom.js", "budget.js")
    _css = source("widgets.css")

    index = traitlets.Int(0).tag(sync=True)
    frames = traitlets.List().tag(sync=True)  # {capacity, rate, distortion, price, factors: [{name, nats, noise}]}
    columns = traitlets.Int().tag(sync=True)  # pictures in a row of the sheet
    sheet = traitlets.Unicode().tag(sync=True)  # PNG: the real pictures, then a row for each frame

    def __init__(self, snapshots):
        if len(snapshots.step) < 2 or len(snapshots.drawn) != 1 + len(snapshots.step):
            raise ValueError(
                f"the widget needs two snapshots at least and a row of images for each and for the real ones, "
                f"not {len(snapshots.step)} frames and {len(snapshots.drawn)} rows"
            )
        self._snapshots = snapshots
        super().__init__(
            frames=[describe(snapshots, i) for i in range(len(snapshots.step))],
            columns=snapshots.drawn.shape[1],
            sheet=pictures.data_url(snapshots.drawn[..., None]),
        )

    @traitlets.validate("index")
    def _check_index(self, proposal) -> int:
        if not 0 <= proposal["value"] < len(self.frames):
            raise ValueError(f"index must be from 0 to {len(self.frames) - 1}, not {proposal['value']}")
        return proposal["value"]

    def strip_html(self) -> HTML:
        """A still picture for a page whose reader has no JavaScript; nothing where the widget itself can move."""
        shown = sorted({self._snapshots.nearest(nats) for nats in STILL})
        labels = ["real"] + [f"{self._snapshots.rate[i]:.1f} nats" for i in shown]
        sheet = tile(self._snapshots.drawn[[0] + [1 + i for i in shown]][..., None])
        alt = f"Decoded pictures in rows, one capacity each: {'; '.join(labels)}."
        return HTML(pictures.noscript(pictures.png(pictures.labelled(sheet, labels)), alt))


def describe(snapshots, i: int) -> dict:
    """What the page shows of frame ``i``."""
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
