"""A slider over the price of a nat: which latents a model buys at each, and where that puts it on the R-D curve."""

from typing import NamedTuple

import anywidget
import numpy as np
import torch
import traitlets
from IPython.display import HTML
from torch import nn

from .._runtime.pixels import png, tile, to_uint8
from ..metrics import ACTIVE, encode_dataset
from . import pictures
from .source import source
from .traversal import check_images
from .weights import check_decoder

ROWS = 5  # latents shown of each run: five pictures of seven values stay within a page's weight


class Run(NamedTuple):
    """One trained model and what it cost; all in nats per image but the price, nats of distortion for a nat of rate."""

    price: float
    model: nn.Module
    rate: float
    distortion: float
    kl_per_latent: np.ndarray  # [latents], whose sum is the rate


class Price(anywidget.AnyWidget):
    """Drag the price beta and see what the models trained at it have learned.

    ``runs`` are at least two ``Run`` (or tuples in that order) of one architecture, in any order. For each: ``image``
    [channels, 64, 64] in [0, 1] as it decodes it, what the latent of the largest KLs do to it, its KL per latent in nats, and
    its place on the rate-distortion curve with the line whose slope is minus the price. The pictures are drawn here,
    once, and travel as PNGs, so neither kernel nor weights are needed to look at them.

    ``widget.index`` is the run shown, counted from the lowest price; it can be set and observed. With ``budget=True``
    a second slider sets the budget epsilon in nats, and shows the run of least distortion whose rate is within it.
    """

    _esm = source("dom.js", "price.js")
    _css = source("widgets.css")

    index = traitlets.Int(0).tag(sync=True)
    budget = traitlets.Bool(False).tag(sync=True)  # whether there is the second slider
    picture = traitlets.Unicode().tag(sync=True)  # the real image
    runs = traitlets.List().tag(sync=True)  # {price, rate, distortion, kl [latents], decoded, latents shown, sheet}

    def __init__(self, runs, image, active: float = ACTIVE, budget: bool = False):
        runs = check_runs(runs)
        images = check_images(torch.as_tensor(image)[None])
        super().__init__(
            picture=pictures.data_url(to_uint8(images)[None]),
            runs=[describe(run, images, active) for run in runs],
            budget=budget,
        )
        largest = [int(np.argmax(run.kl_per_latent)) for run in runs]
        rows = [
            pictures.traversals(run.model, encode_dataset(run.model, images).mean[0], [latent])
            for run, latent in zip(runs, largest, strict=True)
        ]
        labels = [
            f"β = {run.price:g}: z{latent}, {run.kl_per_latent[latent]:.2f} nats"
            for run, latent in zip(runs, largest, strict=True)
        ]
        self._still = png(pictures.labelled(tile(np.concatenate(rows)), labels))
        self._alt = (
            f"Decoded pictures in rows, one price each: the latent of the largest KL from -3 to 3. {'; '.join(labels)}."
        )

    def strip_html(self) -> HTML:
        """A still picture for a page whose reader has no JavaScript; nothing where the widget itself can move."""
        return HTML(pictures.noscript(self._still, self._alt))

    @traitlets.validate("index")
    def _check_index(self, proposal) -> int:
        if not 0 <= proposal["value"] < len(self.runs):
            raise ValueError(f"index must be from 0 to {len(self.runs) - 1}, not {proposal['value']}")
        return proposal["value"]


def check_runs(runs) -> list[Run]:
    """The runs by rising price, or ValueError with what is wrong."""
    runs = [Run(*run) for run in runs]
    if len(runs) < 2:
        raise ValueError(f"runs must be at least two trained prices (five make a curve), not {len(runs)}")
    for run in runs:
        check_decoder(run.model)
        kl = np.asarray(run.kl_per_latent, dtype=float)
        if kl.shape != (run.model.latents,) or not np.isfinite([run.price, run.rate, run.distortion, *kl]).all():
            raise ValueError(
                f"the run of price {run.price} needs a finite rate, distortion and KL for each of its "
                f"{run.model.latents} latents, not {run.rate}, {run.distortion} and {run.kl_per_latent}"
            )
    shapes = {(run.model.channels, run.model.latents) for run in runs}
    if len(shapes) > 1:
        raise ValueError(f"runs must share one architecture, not (channels, latents) of {sorted(shapes)}")
    return sorted(runs, key=lambda run: run.price)


def describe(run: Run, image: torch.Tensor, active: float) -> dict:
    """What the page shows of one run; ``image`` is [1, channels, 64, 64]."""
    kl = np.asarray(run.kl_per_latent, dtype=float)
    order = np.argsort(-kl, kind="stable")
    shown = [int(i) for i in order[:ROWS] if kl[i] >= active]
    mean = encode_dataset(run.model, image).mean
    decoded = run.model.reconstruct(image.to(next(run.model.parameters()).device))
    return {
        "price": float(run.price),
        "rate": float(run.rate),
        "distortion": float(run.distortion),
        "kl": [[int(i), float(kl[i])] for i in order],
        "active": int((kl >= active).sum()),
        "decoded": pictures.data_url(to_uint8(decoded)[None]),
        "shown": shown,
        "sheet": pictures.data_url(pictures.traversals(run.model, mean[0], shown)) if shown else "",
    }
