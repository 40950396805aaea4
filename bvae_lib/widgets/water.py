"""A water level to drag: which components of a Gaussian source stand above the price, and the rate of each."""

import math
from collections.abc import Sequence

import anywidget
import numpy as np
import traitlets
from IPython.display import HTML
from PIL import Image, ImageDraw

from .._runtime.arguments import number, numbers
from .._runtime.pixels import png
from ..theory.water_filling import water_filling
from . import pictures
from .source import source

MARGIN = 1.3  # by this factor the slider goes beyond the highest and the lowest price at which something changes


class WaterLevel(anywidget.AnyWidget):
    """A slider over the price of a nat that shows the rate of each component of a Gaussian source.

    Each bar is half a log-variance high, and the water stands at half the log of price * noise: what stands above the
    water is the component's rate (``theory.water_filling``). The page gives each rate, their sum, and how the next nat
    is shared. It needs no kernel.

    ``widget.price`` can be set and observed.

    Args:
        variances: of the components, [n], above 0.
        price: nats of distortion per nat of rate.
        noise: variance sigma^2 of the decoder.

    Raises:
        ValueError: for variances or a noise that are not above 0, and for a price that the slider does not reach, also
            when it is set later.
    """

    _esm = source("dom.js", "drag.js", "address.js", "water.js")
    _css = source("widgets.css")

    variances = traitlets.List().tag(sync=True)
    noise = traitlets.Float().tag(sync=True)  # sigma^2 of the decoder
    reach = traitlets.List().tag(sync=True)  # lowest and highest price
    price = traitlets.TraitType().tag(sync=True)  # nats of distortion per nat of rate

    def __init__(self, variances: Sequence[float] | np.ndarray, price: float = 1.0, noise: float = 1.0):
        noise = number("noise", noise, above=0)
        ordered = sorted(numbers("variances", variances, (None,), above=0).tolist(), reverse=True)
        reach = [ordered[-1] / noise / MARGIN, ordered[0] / noise * MARGIN]
        super().__init__(variances=ordered, noise=noise, reach=reach, price=price)

    @traitlets.validate("price")
    def _check_price(self, proposal: dict) -> float:
        return float(number("price", proposal["value"], *self.reach))

    def strip_html(self) -> HTML:
        """Make a still image for a page without JavaScript; it shows nothing where the widget itself can move."""
        page = Image.new("RGB", (680, 240), "white")
        draw = ImageDraw.Draw(page)
        low, high = (0.5 * math.log(price * self.noise) for price in self.reach)
        water = 0.5 * math.log(self.price * self.noise)
        rates, _ = water_filling(self.variances, self.price * self.noise)
        width = page.width / len(self.variances)

        def y(height: float) -> float:
            return 230 - 210 * (height - low) / (high - low)

        for i, variance in enumerate(self.variances):
            left, right, top = (i + 0.2) * width, (i + 0.8) * width, 0.5 * math.log(variance)
            draw.rectangle((left, y(min(top, water)), right, y(low)), "#b3b3b3")
            if top > water:
                draw.rectangle((left, y(top), right, y(water)), "#0072b2")
        draw.line((0, y(water), page.width, y(water)), "#d55e00", 3)
        nats = ", ".join(f"{rate:.2f}" for rate in rates)
        alt = f"Bars of half log-variances, with water at price {self.price:g}; above it stand {nats} nats."
        return pictures.noscript(png(page), alt)
