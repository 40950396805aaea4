"""What is known of a trained model: its recipe, what it was trained by, and its figures."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .._runtime.atomic import write_atomically

MODELS = Path(__file__).parent / "models"  # <name>/weights.safetensors, history.json, card.json, snapshots.json


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
        """Mutual information gap, from 0 to 1."""
        return self.figures["mig"]

    @property
    def gaps(self) -> dict[str, float]:
        """The gap of each factor, by its name."""
        return self.figures["gaps"]

    def save(self, path: Path) -> None:
        """Write JSON to ``path``, whole or not at all."""
        stored = {key: value for key, value in asdict(self).items() if not (key == "trained_as" and value is None)}
        with write_atomically(path, "w") as file:
            json.dump(stored, file, indent=1)

    @classmethod
    def load(cls, path: Path) -> "Card":
        """Read what ``save`` wrote.

        Raises:
            ValueError: where the file is something else.
        """
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path} is not a card ({error})") from error
