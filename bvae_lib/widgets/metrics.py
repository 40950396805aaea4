"""A code of two factors to rotate, squeeze, copy and blur, and what each metric makes of it."""

import math

import anywidget
import numpy as np
import traitlets
from IPython.display import HTML
from PIL import Image, ImageDraw, ImageFont

from .._runtime.arguments import number, seed_number
from .._runtime.pixels import png
from ..metrics import explicitness, infomec, mcc, med, mig, modularity, sap
from . import pictures
from .source import source

VALUES, ROWS = 12, 2  # of each factor, and for each pair of values
NARROWEST, FAINTEST, LOUDEST = 0.02, 0.005, 0.3  # width of the second latent, and noise: what the sliders reach


class Metrics(anywidget.AnyWidget):
    """Sliders that rotate, squeeze, copy and blur a code of two factors, and ten metrics of it as bars.

    The code has two rows for each pair of 12 values of two factors, spread evenly from -1 to 1, with noise. The page
    computes ``metrics.mig``, ``sap``, ``mcc``, ``modularity``, ``med``, ``infomec`` and ``explicitness`` itself, as the
    library does; buttons show where some of them fail. DCI by trees takes too long for a slider: in its place is
    ``med``, DCI with information as importance. It needs neither kernel nor model.

    ``widget.degrees``, ``widget.width``, ``widget.noise`` and ``widget.copies`` can be set and observed.

    Args:
        degrees: by which the two latents are rotated, from 0 to 90.
        width: factor that squeezes the second latent, its noise too, from 0.02 to 1.
        noise: standard deviation of the noise on both latents, from 0.005 to 0.3.
        copies: whether each latent has an exact copy.
        seed: of the noise and of the order of the rows.

    Raises:
        ValueError: for other values, also when they are set later.
    """

    _esm = source("dom.js", "logistic.js", "scores.js", "metrics.js")
    _css = source("widgets.css")

    degrees = traitlets.TraitType().tag(sync=True)  # a number
    width = traitlets.TraitType().tag(sync=True)  # a number
    noise = traitlets.TraitType().tag(sync=True)  # a number
    copies = traitlets.TraitType().tag(sync=True)  # True or False
    factors = traitlets.List().tag(sync=True)  # [288, 2], classes from 0 to 11
    draws = traitlets.List().tag(sync=True)  # [288, 2], from the standard normal

    def __init__(
        self, degrees: float = 0, width: float = 1, noise: float = FAINTEST, copies: bool = False, seed: int = 0
    ):
        rng = np.random.default_rng(seed_number(seed) % 2**64)
        rows = rng.permutation(ROWS * VALUES**2) // ROWS  # shuffled: explicitness learns from the first half
        super().__init__(
            degrees=degrees,
            width=width,
            noise=noise,
            copies=copies,
            factors=np.column_stack(np.divmod(rows, VALUES)).tolist(),
            draws=rng.standard_normal((len(rows), 2)).round(5).tolist(),
        )

    @traitlets.validate("degrees")
    def _check_degrees(self, proposal: dict) -> float:
        return number("degrees", proposal["value"], 0, 90)

    @traitlets.validate("width")
    def _check_width(self, proposal: dict) -> float:
        return number("width", proposal["value"], NARROWEST, 1)

    @traitlets.validate("noise")
    def _check_noise(self, proposal: dict) -> float:
        return number("noise", proposal["value"], FAINTEST, LOUDEST)

    @traitlets.validate("copies")
    def _check_copies(self, proposal: dict) -> bool:
        if not isinstance(proposal["value"], bool | np.bool_):
            raise ValueError(f"copies must be True or False, not {proposal['value']!r}")
        return bool(proposal["value"])

    def codes(self) -> np.ndarray:
        """Compute the code that the page shows: float64 [288, 2], or [288, 4] with copies."""
        turn = math.radians(self.degrees)
        c, s = math.cos(turn), math.sin(turn)
        even = 2 * np.array(self.factors) / (VALUES - 1) - 1
        two = (even @ [[c, s], [-s, c]] + self.noise * np.array(self.draws)) * [1, self.width]
        return np.hstack([two, two]) if self.copies else two

    def scores(self) -> dict[str, float]:
        """Compute the figures that the page shows, by the names that it gives them; NaN for what has no value."""
        codes = self.codes()
        shares, near = med(codes, self.factors), infomec(codes, self.factors)
        return {
            "MIG": mig(codes, self.factors).mean,
            "SAP": sap(codes, self.factors).mean,
            "MCC": mcc(codes, self.factors).mean,
            "modularity": modularity(codes, self.factors).mean,
            "DCI D, by information": shares.disentanglement,
            "DCI C, by information": shares.completeness,
            "InfoM": near.infom,
            "InfoC": near.infoc,
            "InfoE": near.infoe,
            "explicitness": explicitness(codes, self.factors).mean,
        }

    def strip_html(self) -> HTML:
        """Make a still image for a page without JavaScript; it shows nothing where the widget itself can move."""
        page, font = Image.new("RGB", (680, 280), "white"), ImageFont.load_default(13)
        draw, scores = ImageDraw.Draw(page), self.scores()
        for (z1, z2), (first, _) in zip(self.codes()[:, :2], self.factors, strict=True):
            x, y, share = 140 + 70 * z1, 140 - 70 * z2, first / (VALUES - 1)
            colour = tuple(round(a + share * (b - a)) for a, b in zip((0, 114, 178), (213, 94, 0), strict=True))
            draw.ellipse((x - 2, y - 2, x + 2, y + 2), colour)
        for row, (name, score) in enumerate(scores.items()):
            y = 20 + 26 * row
            draw.text((440, y), name, "black", font, anchor="rm")
            if not math.isnan(score):
                draw.rectangle((450, y - 6, 450 + 180 * score, y + 6), "#0072b2")
            draw.text((676, y), told(score), "black", font, anchor="rm")
        alt = (
            f"A code of two factors, rotated by {self.degrees:g} degrees, and ten metrics of it: "
            + ", ".join(f"{name} {told(score)}" for name, score in scores.items())
            + "."
        )
        return pictures.noscript(png(page), alt)


def told(score: float) -> str:
    """Return a score with two decimals, as the page writes it, or a dash for NaN."""
    return "–" if math.isnan(score) else f"{score:.2f}"
