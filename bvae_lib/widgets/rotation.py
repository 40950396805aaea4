"""A posterior that is rotated: the best posterior with axes of its own, and what the difference costs."""

import math
from collections.abc import Sequence

import anywidget
import numpy as np
import traitlets
from IPython.display import HTML
from PIL import Image, ImageDraw

from .._runtime.arguments import number, numbers
from .._runtime.pixels import png
from . import pictures
from .source import source

NARROWEST, WIDEST = 0.1, 1.0  # standard deviations


class Rotation(anywidget.AnyWidget):
    """Sliders for an angle and for the standard deviations of two latents, whose plane is rotated by it.

    The page draws the rotated posterior and the best diagonal one as ellipses, and what the difference costs against
    the angle (``theory.channel.rotate_posterior`` and ``rotation_cost``; Eq. 3.9 and 3.10). It needs neither kernel nor
    model.

    ``widget.degrees`` and ``widget.sigmas`` can be set and observed.

    Args:
        degrees: of the rotation, from 0 to 90.
        sigmas: standard deviations of the two latents before it, from 0.1 to 1.

    Raises:
        ValueError: for other numbers, also when they are set later.
    """

    _esm = source("dom.js", "chart.js", "drag.js", "address.js", "rotation.js")
    _css = source("widgets.css")

    degrees = traitlets.TraitType().tag(sync=True)  # a number
    sigmas = traitlets.TraitType().tag(sync=True)  # two floats

    def __init__(self, degrees: float = 30, sigmas: Sequence[float] = (0.25, 0.75)):
        super().__init__(degrees=degrees, sigmas=sigmas)

    @traitlets.validate("degrees")
    def _check_degrees(self, proposal: dict) -> float:
        return number("degrees", proposal["value"], 0, 90)

    @traitlets.validate("sigmas")
    def _check_sigmas(self, proposal: dict) -> list[float]:
        return numbers("sigmas", proposal["value"], (2,), NARROWEST, WIDEST).tolist()

    def strip_html(self) -> HTML:
        """Make a still image for a page without JavaScript; it shows nothing where the widget itself can move."""
        page = Image.new("RGB", (300, 300), "white")
        turn, around = math.radians(self.degrees), np.linspace(0, 2 * math.pi, 361)
        precisions = np.square(np.reciprocal(self.sigmas))
        mixed = [
            math.cos(turn) ** 2 * precisions[0] + math.sin(turn) ** 2 * precisions[1],
            math.sin(turn) ** 2 * precisions[0] + math.cos(turn) ** 2 * precisions[1],
        ]
        best = np.power(mixed, -0.5)
        for (one, other), angle, colour in ((self.sigmas, turn, "#0072b2"), (best, 0.0, "#d55e00")):
            x, y = one * np.cos(around), other * np.sin(around)
            across, up = math.cos(angle) * x - math.sin(angle) * y, math.sin(angle) * x + math.cos(angle) * y
            points = [(150 + 130 * a, 150 - 130 * b) for a, b in zip(across, up, strict=True)]
            ImageDraw.Draw(page).line(points, colour, 3)
        cost = 0.5 * math.log(math.prod(mixed) / math.prod(precisions))
        alt = (
            f"The ellipse of a posterior rotated by {self.degrees:g} degrees, in blue, and that of the best diagonal "
            f"posterior, in orange. The difference costs {cost:.2f} nats."
        )
        return pictures.noscript(png(page), alt)
