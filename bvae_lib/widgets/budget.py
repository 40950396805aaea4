"""A slider over a growing budget: the noise on each factor, its nats, and what can be drawn from them."""

import anywidget
import numpy as np
import traitlets
from IPython.display import HTML

from ..models.factors import CHANNELS, FACTOR_OF, FACTORS
from . import pictures
from .source import source

STILL = (3, 7, 15, 24)  # nats of the frames that the still picture shows


class Budget(anywidget.AnyWidget):
    """Drag the budget C of a filmed FactorChannel (``zoo.films.Film``) and see what it has bought.

    For each frame: nats of each factor, the noise s of its channels, rate, distortion and price in nats per image, and
    the film's pictures as decoded then. All of it travels as numbers and one PNG, so no kernel is needed to look.

    ``widget.index`` is the frame shown, counted from the smallest budget; it can be set and observed.
    """

    _esm = source("dom.js", "budget.js")
    _css = source("widgets.css")

    index = traitlets.Int(0).tag(sync=True)
    frames = traitlets.List().tag(sync=True)  # {budget, rate, distortion, price, factors: [{name, nats, noise}]}
    columns = traitlets.Int().tag(sync=True)  # pictures in a row of the sheet
    sheet = traitlets.Unicode().tag(sync=True)  # PNG: the real pictures, then a row for each frame

    def __init__(self, film):
        if len(film.step) < 2 or len(film.drawn) != 1 + len(film.step):
            raise ValueError(
                f"a film needs two frames at least and a row of pictures for each and for the real ones, "
                f"not {len(film.step)} frames and {len(film.drawn)} rows"
            )
        self._film = film
        super().__init__(
            frames=[describe(film, i) for i in range(len(film.step))],
            columns=film.drawn.shape[1],
            sheet=pictures.data_url(pictures.png(pictures.sheet(film.drawn[..., None]))),
        )

    @traitlets.validate("index")
    def _check_index(self, proposal) -> int:
        if not 0 <= proposal["value"] < len(self.frames):
            raise ValueError(f"index must be from 0 to {len(self.frames) - 1}, not {proposal['value']}")
        return proposal["value"]

    def strip_html(self) -> HTML:
        """A still picture for a page whose reader has no JavaScript; nothing where the widget itself can move."""
        shown = sorted({self._film.nearest(nats) for nats in STILL})
        labels = ["real"] + [f"{self._film.rate[i]:.1f} nats" for i in shown]
        sheet = pictures.sheet(self._film.drawn[[0] + [1 + i for i in shown]][..., None])
        alt = f"Decoded pictures in rows, one budget each: {'; '.join(labels)}."
        return HTML(pictures.noscript(pictures.png(pictures.labelled(sheet, labels)), alt))


def describe(film, i: int) -> dict:
    """What the page shows of frame ``i``."""
    figures = {name: float(getattr(film, name)[i]) for name in ("budget", "rate", "distortion", "price")}
    factors = [
        {
            "name": name,
            "nats": float(film.factors[i, number]),
            "noise": [
                [CHANNELS[channel], float(np.exp(-film.nats[i, channel]))]
                for channel in np.flatnonzero(FACTOR_OF.numpy() == number)
            ],
        }
        for number, name in enumerate(FACTORS)
    ]
    return figures | {"factors": factors}
