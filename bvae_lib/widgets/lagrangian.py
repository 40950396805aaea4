"""A Lagrangian to move: a price and a budget on one parabola, and the four KKT conditions."""

import anywidget
import numpy as np
import traitlets
from IPython.display import HTML
from PIL import Image, ImageDraw

from .._runtime.arguments import number
from .._runtime.pixels import png
from . import pictures
from .source import source

HIGHEST_PRICE, LARGEST_BUDGET = 5.0, 2.5  # ends of the sliders; lagrangian.js has the same


class Lagrangian(anywidget.AnyWidget):
    """Sliders for a price and a budget on chapter 2's example, with D = (2 - m)^2 / 2 and R = m^2 / 2.

    The page draws D and the Lagrangian D + price (R - budget) (Eq. 2.2, its sign turned) over the mean m, the minimum
    of the Lagrangian at every price as a bound on D, and says which KKT conditions hold there. It needs no kernel.

    ``widget.price`` and ``widget.budget`` can be set and observed.

    Args:
        price: nats of distortion per nat of rate, from 0 to 5.
        budget: nats, from 0 to 2.5.

    Raises:
        ValueError: for other numbers, also when they are set later.
    """

    _esm = source("dom.js", "chart.js", "drag.js", "address.js", "lagrangian.js")
    _css = source("widgets.css")

    price = traitlets.TraitType().tag(sync=True)  # a number
    budget = traitlets.TraitType().tag(sync=True)  # a number

    def __init__(self, price: float = 2.0, budget: float = 0.5):
        super().__init__(price=price, budget=budget)

    @traitlets.validate("price")
    def _check_price(self, proposal: dict) -> float:
        return float(number("price", proposal["value"], 0, HIGHEST_PRICE))

    @traitlets.validate("budget")
    def _check_budget(self, proposal: dict) -> float:
        return float(number("budget", proposal["value"], 0, LARGEST_BUDGET))

    def strip_html(self) -> HTML:
        """Make a still image for a page without JavaScript; it shows nothing where the widget itself can move."""
        page = Image.new("RGB", (400, 300), "white")
        draw, m = ImageDraw.Draw(page), np.linspace(-1, 3.2, 200)
        distortion = 0.5 * (2 - m) ** 2
        priced = distortion + self.price * (0.5 * m**2 - self.budget)
        low, high = min(0.0, priced.min()) - 0.5, 6.0

        def x(mean: float) -> float:
            return 400 * (mean + 1) / 4.2

        reach = (2 * self.budget) ** 0.5
        draw.rectangle((x(max(-reach, -1)) - 1, 0, x(reach) + 1, 300), "#d9f0e9")
        for line, colour in ((distortion, "#0072b2"), (priced, "#d55e00")):
            points = [(x(at), 300 * (high - y) / (high - low)) for at, y in zip(m, line, strict=True) if y <= high]
            draw.line(points, colour, 3)
        best = 2 / (1 + self.price)
        alt = (
            f"The distortion over the mean in blue, what a budget of {self.budget:g} nats allows shaded, and in orange "
            f"the Lagrangian at price {self.price:g}, which is least at a mean of {best:.2f}, {0.5 * best**2:.2f} nats."
        )
        return pictures.noscript(png(page), alt)
