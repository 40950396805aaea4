"""Two posteriors to push together and apart: what each costs, and how often one is taken for the other."""

from collections.abc import Sequence

import anywidget
import numpy as np
import traitlets
from IPython.display import HTML
from PIL import Image, ImageDraw

from .._runtime.arguments import numbers
from .._runtime.pixels import png
from . import pictures
from .source import source

MEAN = 3.0  # the largest; overlap.js draws z from -4.5 to 4.5
NARROWEST, WIDEST = 0.05, 1.5  # standard deviations


class Overlap(anywidget.AnyWidget):
    """Sliders for the means and standard deviations of two posteriors of one latent.

    The page draws both densities and the prior, and shades what the two share. It says how often the best guess at the
    image behind z is wrong (``theory.channel.bayes_error``), how many of the ln 2 nats that tell two images apart z
    carries, and what each posterior costs (``Posterior.kl``). It needs neither kernel nor model.

    ``widget.means`` and ``widget.sigmas``, two numbers each, can be set and observed.

    Args:
        means: of the two posteriors, from -3 to 3.
        sigmas: their standard deviations, from 0.05 to 1.5.

    Raises:
        ValueError: for other numbers, also when they are set later.
    """

    _esm = source("dom.js", "drag.js", "address.js", "overlap.js")
    _css = source("widgets.css")

    means = traitlets.TraitType().tag(sync=True)  # two floats each
    sigmas = traitlets.TraitType().tag(sync=True)

    def __init__(self, means: Sequence[float] = (-0.8, 0.8), sigmas: Sequence[float] = (0.5, 0.5)):
        super().__init__(means=means, sigmas=sigmas)

    @traitlets.validate("means")
    def _check_means(self, proposal: dict) -> list[float]:
        return numbers("means", proposal["value"], (2,), -MEAN, MEAN).tolist()

    @traitlets.validate("sigmas")
    def _check_sigmas(self, proposal: dict) -> list[float]:
        return numbers("sigmas", proposal["value"], (2,), NARROWEST, WIDEST).tolist()

    def strip_html(self) -> HTML:
        """Make a still image for a page without JavaScript; it shows nothing where the widget itself can move."""
        page = Image.new("RGB", (680, 220), "white")
        z = np.linspace(-4.5, 4.5, page.width)
        pairs = [*zip(self.means, self.sigmas, strict=True), (0.0, 1.0)]
        curves = [np.exp(-0.5 * ((z - mean) / sigma) ** 2) / sigma for mean, sigma in pairs]
        peak = max(curve.max() for curve in curves)
        for curve, colour in zip(curves, ("#0072b2", "#d55e00", "grey"), strict=True):
            points = [(x, 210 - 200 * height / peak) for x, height in enumerate(curve)]
            ImageDraw.Draw(page).line(points, colour, 3)
        one, two = (f"N({mean:g}, {sigma:g}²)" for mean, sigma in pairs[:2])
        alt = f"Densities of two posteriors, {one} in blue and {two} in orange, and of the prior in grey."
        return pictures.noscript(png(page), alt)
