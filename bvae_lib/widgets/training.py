"""A slider over the steps of runs that share their steps: price, rate and traversal move together."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import anywidget
import numpy as np
import traitlets
from IPython.display import HTML

from .._runtime.arguments import numbers
from .._runtime.pixels import tile
from ..history import History
from . import pictures
from .index import Index
from .source import source

if TYPE_CHECKING:  # widgets know neither the zoo nor what it imports
    from ..zoo import LatentSnapshots

ROWS = 6  # latents shown of each run: those that carry more than a trace of its rate
DIGITS = 4  # of each figure: a page need not carry more


class Training(anywidget.AnyWidget):
    """A slider over the steps of training that moves effective price, rate and traversals together.

    Buttons choose the run. One chart has its price, another its rate beside the capacity; below them, for the latents
    of the largest KL at the end, the KL at this step, and the images that each draws from -3 to 3 at the nearest
    step of which images are stored. All of it travels as numbers and WebP, so the page needs no kernel.

    ``widget.index``, the number of the record from the first on, and ``widget.run``, the number of the run, can be set
    and observed.

    Args:
        runs: by name, snapshots and History of each, as ``zoo.load_snapshots`` returns them for a VAE; all with records
            at the same steps.

    Raises:
        TypeError: for what are no such snapshots.
        ValueError: for no runs, steps that differ, fewer than two records, or images that are not uint8.
    """

    _esm = source("dom.js", "chart.js", "address.js", "training.js")
    _css = source("widgets.css")

    index = Index("steps").tag(sync=True)
    run = Index("runs").tag(sync=True)
    steps = traitlets.List().tag(sync=True)  # [records]
    runs = traitlets.List().tag(sync=True)  # {name, price, rate, capacity, distortion, latents, kl, stored: [...]}

    def __init__(self, runs: "Mapping[str, tuple[LatentSnapshots, History]]"):
        check_runs(runs)
        (_, first), *_ = runs.values()
        super().__init__(
            steps=first.step.tolist(), runs=[describe(name, *run) for name, run in runs.items()], index=0, run=0
        )
        rows, labels = [], []
        for name, (snapshots, _) in runs.items():
            for i, step in enumerate(snapshots.step):
                latent = int(snapshots.kl_per_latent[i].argmax())
                rows.append(snapshots.drawn[i, latent])
                labels.append(f"{name}, step {step:.0f}: {snapshots.kl_per_latent[i, latent]:.2f} nats")
        self._still = pictures.webp(pictures.labelled(tile(np.stack(rows)[..., None]), labels))
        self._alt = f"Decoded images in rows: the latent of the largest KL from -3 to 3. {'; '.join(labels)}."

    def strip_html(self) -> HTML:
        """Make a still image for a page without JavaScript; it shows nothing where the widget itself can move."""
        return pictures.noscript(self._still, self._alt, "webp")


def check_runs(runs: Any) -> None:
    """Raise TypeError or ValueError with what is wrong; that their shapes agree snapshots see to themselves."""
    if not isinstance(runs, Mapping) or not runs:
        raise ValueError(f"runs must be a dict by name, of at least one run, not {type(runs).__name__}")
    steps = None
    for name, run in runs.items():
        pair = isinstance(run, tuple) and len(run) == 2
        if not pair or not hasattr(run[0], "kl_per_latent") or not isinstance(run[1], History):
            raise TypeError(
                f'run {name!r} must be LatentSnapshots and History, as zoo.load_snapshots("dsprites-hinge-seed0") '
                f"returns them, not {type(run).__name__}"
            )
        snapshots, history = run
        if snapshots.drawn.dtype != np.uint8 or not len(snapshots.step):
            raise ValueError(
                f"run {name!r} must have images in uint8, not {len(snapshots.step)} snapshots in "
                f"{snapshots.drawn.dtype}"
            )
        if len(history.step) < 2 or (steps is not None and not np.array_equal(history.step, steps)):
            raise ValueError(f"runs must have two or more records, at the same steps; {name!r} has {history.step}")
        numbers(f"capacity of {name!r}", history.capacity)
        steps = history.step


def describe(name: str, snapshots: "LatentSnapshots", history: History) -> dict:
    """Return what the page shows of one run."""
    shown = np.argsort(-history.kl_per_latent[-1], kind="stable")[:ROWS]
    figures = {key: rounded(getattr(history, key)) for key in ("price", "rate", "capacity", "distortion")}
    return figures | {
        "name": str(name),
        "latents": shown.tolist(),
        "kl": rounded(history.kl_per_latent[:, shown]),
        "stored": [
            {"step": int(step), "sheet": pictures.webp_url(drawn[shown][..., None])}
            for step, drawn in zip(snapshots.step, snapshots.drawn, strict=True)
        ],
    }


def rounded(values: np.ndarray) -> list:
    """Return ``values`` as plain numbers of a few digits."""
    return np.vectorize(lambda value: float(f"{value:.{DIGITS}g}"), otypes=[float])(values).tolist()
