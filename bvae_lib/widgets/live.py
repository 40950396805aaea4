"""A beta-VAE that trains in the page: the net of its codes, its nats and its price while it learns."""

import json
from collections.abc import Mapping
from typing import Any

import anywidget
import numpy as np
import traitlets
from IPython.display import HTML
from PIL import Image

from .._runtime.arguments import number, whole_number
from .._runtime.pixels import png
from . import pictures
from .source import source

PLAIN: dict[str, Any] = {"latents": 2, "sizes": False, "oval": False, "budget": None}
MEASURED = json.loads(source("preset_runs.json"))  # by tools/presets.cjs; after that many steps Play pauses
PRESETS = [
    PLAIN | preset | {"steps": MEASURED[preset["name"]]["steps"]} for preset in json.loads(source("presets.json"))
]
FIELDS: dict[str, dict[str, float]] = {  # of a price that moves and of a budget, with the least that each may be
    "price": {"start": 0.001, "stop": 0.001, "steps": 1},
    "budget": {"start": 0, "stop": 0, "steps": 1, "speed": 0},
}


class Live(anywidget.AnyWidget):
    """A small beta-VAE that learns to encode the place of a blob, on 16 x 16 pixels, while one looks on.

    The page trains it, in a worker where the browser allows one: no kernel and no network. It shows the net of codes,
    the nats of each latent, D, R and the price over the steps, and for any place of the blob its posterior and what is
    decoded. It stands still until Play is pressed.

    All arguments can be set and observed later; a new price is taken into the run, everything else begins a new one.

    Args:
        preset: name of an experiment, from ``Live.presets``; the other arguments replace what it sets.
        seed: of the first weights, the batches and the noise; the same seed gives the same run.
        latents: 2 to 4.
        sizes: whether blobs of three sizes occur.
        oval: whether the blob is higher than wide.
        price: nats of D per nat of R; or {"start", "stop", "steps"}, between which it moves evenly on a logarithmic
            scale. Under a budget it is the first price.
        budget: None, or {"start", "stop", "steps", "speed"}: C in nats grows evenly, and the price follows by dual
            ascent (Eq. 2.5) of this speed.

    Raises:
        ValueError: for other values, also when they are set later.
    """

    _esm = "\n".join(
        (
            # One function with all of the training in it: its own text is what the worker is made of.
            f"function trainInPage() {{\n{source('layers.js', 'learner.js', 'live_loop.js')}\nreturn makeRun;\n}}",
            source("dom.js", "chart.js", "live_views.js", "live.js"),
        )
    )
    _css = source("widgets.css", "live.css")

    presets = traitlets.List(PRESETS).tag(sync=True)
    preset = traitlets.TraitType().tag(sync=True)  # a name, or "" for settings of one's own
    seed = traitlets.TraitType().tag(sync=True)
    latents = traitlets.TraitType().tag(sync=True)
    sizes = traitlets.TraitType().tag(sync=True)
    oval = traitlets.TraitType().tag(sync=True)
    price = traitlets.TraitType().tag(sync=True)
    budget = traitlets.TraitType(allow_none=True).tag(sync=True)

    def __init__(self, preset: str = PRESETS[0]["name"], **settings: Any):
        known = {"seed", "latents", "sizes", "oval", "price", "budget"}
        if unknown := settings.keys() - known:
            raise ValueError(f"Live has no setting {sorted(unknown)}; there are {sorted(known)}")
        given = find_preset(preset) | settings
        shown = "" if settings.keys() - {"seed"} else preset
        super().__init__(preset=shown, **{"seed": 0} | {name: given[name] for name in known & given.keys()})

    @traitlets.validate("preset")
    def _check_preset(self, proposal: dict) -> str:
        name = proposal["value"]
        if name != "":
            find_preset(name)
        return name

    @traitlets.validate("seed")
    def _check_seed(self, proposal: dict) -> int:
        return whole_number("seed", proposal["value"], 0, 2**32 - 1)

    @traitlets.validate("latents")
    def _check_latents(self, proposal: dict) -> int:
        return whole_number("latents", proposal["value"], 2, 4)

    @traitlets.validate("sizes", "oval")
    def _check_switch(self, proposal: dict) -> bool:
        if not isinstance(proposal["value"], bool):
            raise ValueError(f"{proposal['trait'].name} must be True or False, not {proposal['value']!r}")
        return proposal["value"]

    @traitlets.validate("price")
    def _check_price(self, proposal: dict) -> float | dict:
        price = proposal["value"]
        if isinstance(price, Mapping):
            return schedule("price", price)
        return number("price", price, FIELDS["price"]["start"])

    @traitlets.validate("budget")
    def _check_budget(self, proposal: dict) -> dict | None:
        return None if proposal["value"] is None else schedule("budget", proposal["value"])

    def strip_html(self) -> HTML:
        """Make a still image for a page without JavaScript; it shows nothing where the widget itself can move."""
        centres = 8 + 4.5 * np.array([-1, -0.5, 0, 0.5, 1])
        pixels = np.arange(16) + 0.5
        bells = np.exp(-0.5 * ((pixels[None, :] - centres[:, None]) / 2.2) ** 2)
        blobs = bells[:, None, :, None] * bells[None, :, None, :]  # [y, x, rows, columns]
        sheet = blobs.transpose(0, 2, 1, 3).reshape(5 * 16, 5 * 16)
        page = Image.fromarray((255 * sheet).astype(np.uint8)).resize((320, 320), Image.Resampling.NEAREST)
        alt = (
            "A blob at 25 of its places, on 16 x 16 pixels each: what the network learns to encode. With JavaScript "
            "it trains here, in the page."
        )
        return pictures.noscript(png(page), alt)


def find_preset(name: Any) -> dict[str, Any]:
    """Return the preset of this name; ValueError for any other."""
    found = [preset for preset in PRESETS if preset["name"] == name]
    if not found:
        raise ValueError(f"preset must be one of {[preset['name'] for preset in PRESETS]}, not {name!r}")
    return found[0]


def schedule(name: str, value: Any) -> dict[str, float]:
    """Return a price that moves, or a budget, as plain numbers; ValueError for other fields or numbers."""
    fields = FIELDS[name]
    if not isinstance(value, Mapping) or value.keys() != fields.keys():
        raise ValueError(f"{name} must be a dict of {', '.join(fields)}, not {value!r}")
    return {field: number(f"{field} of {name}", value[field], least) for field, least in fields.items()}
