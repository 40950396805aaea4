"""A slider over the price of a nat: which latents are active at each, and where that is on the R-D curve."""

import reprlib
from collections.abc import Sequence
from typing import NamedTuple

import anywidget
import numpy as np
import torch
import traitlets
from IPython.display import HTML

from .._runtime.arguments import number, numbers
from .._runtime.pixels import png, tile, to_uint8
from ..data.base import as_image
from ..metrics import ACTIVE, encode_dataset
from ..models import VAE
from . import pictures
from .index import Index
from .source import source
from .weights import check_decoder

ROWS = 5  # latents shown of each run: five runs of seven images each stay within a page's weight


class Run(NamedTuple):
    """One trained model and its figures; nats per image."""

    price: float  #: nats of distortion per nat of rate
    model: VAE  #: trained at that price
    rate: float  #: R
    distortion: float  #: D
    kl_per_latent: Sequence[float] | np.ndarray  #: [latents], whose sum is the rate


class Price(anywidget.AnyWidget):
    """A slider over the price beta that shows what the models trained at it have learned.

    For each run: the image as it decodes it, what the latents of the largest KL do to it, the KL of each latent, and
    its position on the rate-distortion curve, with the line whose slope is minus the price. The images are decoded
    here, once, and travel as PNG, so the page needs neither kernel nor weights.

    ``widget.index``, the number of the run from the lowest price on, can be set and observed.

    Args:
        runs: at least two, ``Run`` or tuples in that order, of models of one architecture.
        image: [channels, 64, 64] in [0, 1].
        budget: whether there is a second slider, for the budget epsilon in nats: it shows the run of least distortion
            whose rate is within it.

    Raises:
        TypeError: for what is no image.
        ValueError: for runs that cannot be compared, or an image of another shape or range.
    """

    _esm = source("dom.js", "chart.js", "drag.js", "address.js", "price.js")
    _css = source("widgets.css")

    index = Index("runs").tag(sync=True)
    budget = traitlets.Bool(False).tag(sync=True)  # whether there is the second slider
    image = traitlets.Unicode().tag(sync=True)  # PNG: the real image
    runs = traitlets.List().tag(sync=True)  # {price, rate, distortion, kl [latents], decoded, latents shown, sheet}

    def __init__(self, runs: Sequence[Run | tuple], image: torch.Tensor, budget: bool = False):
        ordered = check_runs(runs)
        images = as_image(image)[None]
        super().__init__(
            image=pictures.data_url(to_uint8(images)[None]),
            runs=[describe(run, images) for run in ordered],
            budget=bool(budget),
        )
        largest = [int(np.argmax(run.kl_per_latent)) for run in ordered]
        rows = [
            pictures.traversals(run.model, encode_dataset(run.model, images).mean[0], [latent])
            for run, latent in zip(ordered, largest, strict=True)
        ]
        labels = [
            f"β = {run.price:g}: z{latent}, {run.kl_per_latent[latent]:.2f} nats"
            for run, latent in zip(ordered, largest, strict=True)
        ]
        self._still = png(pictures.labelled(tile(np.concatenate(rows)), labels))
        self._alt = (
            f"Decoded images in rows, one price each: the latent of the largest KL from -3 to 3. {'; '.join(labels)}."
        )

    def strip_html(self) -> HTML:
        """Make a still image for a page without JavaScript; it shows nothing where the widget itself can move."""
        return pictures.noscript(self._still, self._alt)


def check_run(run: Run) -> Run:
    """Return a run with plain numbers, or raise ValueError with what is wrong."""
    check_decoder(run.model)
    price = number("price", run.price, least=0)
    rate, distortion = (number(f"{name} at price {price}", getattr(run, name)) for name in ("rate", "distortion"))
    kl = numbers(f"kl_per_latent at price {price}", run.kl_per_latent, (run.model.latents,))
    return Run(price, run.model, rate, distortion, kl)


def check_runs(runs: Sequence[Run | tuple]) -> list[Run]:
    """Return the runs by rising price, as plain numbers, or raise ValueError with what is wrong."""
    try:
        checked = [Run(*run) for run in runs]
    except TypeError as error:
        raise ValueError(f"runs must be a list of Run{Run._fields}, not {reprlib.repr(runs)}") from error
    if len(checked) < 2:
        raise ValueError(f"runs must be at least two, trained at two prices (five make a curve), not {len(checked)}")
    checked = [check_run(run) for run in checked]
    shapes = {(run.model.channels, run.model.latents) for run in checked}
    if len(shapes) > 1:
        raise ValueError(f"runs must share one architecture, not (channels, latents) of {sorted(shapes)}")
    return sorted(checked, key=lambda run: run.price)


def describe(run: Run, image: torch.Tensor) -> dict:
    """Return what the page shows of one run; ``image`` is [1, channels, 64, 64]."""
    kl = np.asarray(run.kl_per_latent)
    order = np.argsort(-kl, kind="stable")
    shown = [int(i) for i in order[:ROWS] if kl[i] >= ACTIVE]
    mean = encode_dataset(run.model, image).mean
    decoded = run.model.reconstruct(image.to(next(run.model.parameters()).device))
    return {
        "price": run.price,
        "rate": run.rate,
        "distortion": run.distortion,
        "kl": [[int(i), float(kl[i])] for i in order],
        "active": int((kl >= ACTIVE).sum()),
        "decoded": pictures.data_url(to_uint8(decoded)[None]),
        "shown": shown,
        "sheet": pictures.data_url(pictures.traversals(run.model, mean[0], shown)) if shown else "",
    }
