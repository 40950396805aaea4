"""What is known of a trained model: its recipe, what it was trained by, and its figures."""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np

from .._runtime.atomic import write_atomically

MODELS = Path(__file__).parent / "models"  # <name>/weights.safetensors, history.json, card.json, snapshots.json
LEAST = {  # that every card says
    "recipe": {"data", "network", "objective", "fit", "seed"},
    "figures": {"distortion", "rate", "kl_per_latent", "active", "mig", "gaps", "mig_raw"},
}


@dataclass(frozen=True)
class Card:
    """The card of one model of the zoo; figures are of the weights as stored, in nats per image."""

    name: str
    recipe: dict[str, Any]  #: plain values, see ``recipes.recipe``
    commit: str | None  #: of the library that trained it; "-dirty" behind it where files differed
    figures: dict[str, Any]  #: ``metrics.report``
    bounds: dict[str, float]  #: ``metrics.rate_distortion_bounds``
    seconds: int  #: of training
    device: str
    precision: str
    threads: int
    machine: str
    versions: dict[str, str]  #: of torch and numpy
    sha256: str  #: of the file of weights
    trained_as: dict[str, str] | None = None  #: name and SHA-256 at ``commit``, where they were others

    @property
    def distortion(self) -> float:
        """D in nats per image."""
        return self.figures["distortion"]

    @property
    def rate(self) -> float:
        """R in nats per image."""
        return self.figures["rate"]

    @property
    def kl_per_latent(self) -> np.ndarray:
        """KL of each latent in nats, [latents]."""
        return np.array(self.figures["kl_per_latent"])

    @property
    def active(self) -> int:
        """Number of latents of at least 0.01 nats."""
        return self.figures["active"]

    @property
    def mig(self) -> float:
        """Mutual information gap, from 0 to 1, with silent latents held constant (``metrics.silence``)."""
        return self.figures["mig"]

    @property
    def mig_raw(self) -> float:
        """Mutual information gap of the codes as they are encoded."""
        return self.figures["mig_raw"]

    @property
    def gaps(self) -> dict[str, float]:
        """The gap of each factor, by its name."""
        return self.figures["gaps"]

    def save(self, path: Path) -> None:
        """Write JSON to ``path``, whole or not at all."""
        stored = {key: value for key, value in asdict(self).items() if not (key == "trained_as" and value is None)}
        with write_atomically(path, "w") as file:
            json.dump(replace(stored, is_nan, None), file, indent=1, allow_nan=False)

    @classmethod
    def load(cls, path: Path) -> "Card":
        """Read what ``save`` wrote.

        Raises:
            ValueError: where the file is something else.
        """
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            stored["figures"] = replace(stored["figures"], lambda value: value is None, math.nan)
            card = cls(**stored)
            for name, kind in get_type_hints(cls).items():
                if not holds(kind, getattr(card, name)):
                    raise ValueError(f"its {name} is {getattr(card, name)!r}")
            for name, least in LEAST.items():
                if missing := sorted(least - getattr(card, name).keys()):
                    raise ValueError(f"its {name} lacks {missing}")
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path} is not a card ({error})") from error
        return card


def is_nan(value: Any) -> bool:
    """Return whether ``value`` is NaN, which a figure is that does not exist, and which JSON does not have."""
    return isinstance(value, float) and math.isnan(value)


def replace(value: Any, old: Callable[[Any], bool], new: Any) -> Any:
    """Return ``value`` with ``new`` in place of what is ``old``, in dicts of dicts too."""
    if isinstance(value, dict):
        return {key: replace(inner, old, new) for key, inner in value.items()}
    return new if old(value) else value


def holds(kind: Any, value: Any) -> bool:
    """Return whether ``value`` is of ``kind``, a class or several joined by ``|``; of a dict the keys are not read."""
    kinds = get_args(kind) if isinstance(kind, UnionType) else [kind]
    return any(isinstance(value, get_origin(one) or one) for one in kinds)


@contextmanager
def telling_damage(folder: Path) -> Iterator[None]:
    """Raise ValueError, with the remedy, for whatever is raised while the files of a model are read."""
    try:
        yield
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError) as error:
        raise ValueError(
            f"{folder} is damaged: {error}. Restore that folder (git checkout, or install the library again), "
            "or delete it and run `make zoo`, which trains the model"
        ) from error
