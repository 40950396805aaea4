"""A water level to drag: which components of a Gaussian source stand above the price, and what each is told."""

import math

import anywidget
import traitlets
from IPython.display import HTML
from PIL import Image, ImageDraw

from .._runtime.pixels import png
from ..theory.water_filling import check_variances, water_filling
from . import pictures
from .source import source

MARGIN = 1.3  # the slider goes this factor above the dearest price and below the lowest at which something changes


class WaterLevel(anywidget.AnyWidget):
    """Drag the price of a nat, and see the rates of a Gaussian source with ``variances`` [n], in nats.

    Each bar is half a log-variance high, and the water stands at half the log of the level, price * ``noise``: what
    stands above the water is the component's rate (chapter 6, equation 2). The page gives each rate, their sum, and
    how the next nat would be shared. No kernel is needed.

    ``widget.price`` can be set and observed. Raises ValueError for a price that the slider does not reach, and for
    variances or a noise that are not above 0.
    """

    _esm = source("dom.js", "water.js")
    _css = source("widgets.css")

    variances = traitlets.List().tag(sync=True)
    noise = traitlets.Float().tag(sync=True)  # sigma^2 of the decoder
    reach = traitlets.List().tag(sync=True)  # lowest and highest price
    price = traitlets.Float().tag(sync=True)

    def __init__(self, variances, price: float = 1.0, noise: float = 1.0):
        if not noise > 0:
            raise ValueError(f"noise must be a variance above 0, not {noise}")
        variances = sorted(check_variances(variances).tolist(), reverse=True)
        reach = [variances[-1] / noise / MARGIN, variances[0] / noise * MARGIN]
        super().__init__(variances=variances, noise=noise, reach=reach)
        self.price = price

    @traitlets.validate("price")
    def _check_price(self, proposal) -> float:
        low, high = self.reach
        if not low <= proposal["value"] <= high:
            raise ValueError(f"price must be from {low:.3g} to {high:.3g}, not {proposal['value']}")
        return proposal["value"]

    def strip_html(self) -> HTML:
        """A still picture for a page whose reader has no JavaScript; nothing where the widget itself can move."""
        page = Image.new("RGB", (680, 240), "white")
        draw = ImageDraw.Draw(page)
        low, high = (0.5 * math.log(price * self.noise) for price in self.reach)
        water = 0.5 * math.log(self.price * self.noise)
        rates, _ = water_filling(self.variances, self.price * self.noise)
        width = page.width / len(self.variances)

        def y(height):
            return 230 - 210 * (height - low) / (high - low)

        for i, variance in enumerate(self.variances):
            left, right, top = (i + 0.2) * width, (i + 0.8) * width, 0.5 * math.log(variance)
            draw.rectangle((left, y(min(top, water)), right, y(low)), "#b3b3b3")
            if top > water:
                draw.rectangle((left, y(top), right, y(water)), "#0072b2")
        draw.line((0, y(water), page.width, y(water)), "#d55e00", 3)
        told = ", ".join(f"{rate:.2f}" for rate in rates)
        alt = f"Bars of half log-variances, with water at price {self.price:g}; above it stand {told} nats."
        return HTML(pictures.noscript(png(page), alt))
