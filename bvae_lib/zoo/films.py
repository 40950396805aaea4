"""Films of chapter 4: what a FactorChannel has bought, and draws, at each nat of a growing budget.

    film, history = films.load("factors-seed0")

A film holds figures and pictures and no weights: the decoder of one moment cannot show what an earlier one drew.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..data import Catalogue, DSprites
from ..data.packed import PackedImages
from ..history import History
from ..models import FactorChannel, per_factor
from ..objectives import Constrained, bernoulli_reconstruction
from ..training import fit
from ..widgets import pictures
from . import pictured

HERE = Path(__file__).parent

BUDGET = {"start": 0.0, "stop": 25.0, "steps": 3_750, "multiplier": 100.0, "speed": 0.01}
FIT = {"batch_size": 64, "lr": 2e-3, "optimizer": "adam"}
FRAME = 150  # steps, in which the budget grows by a nat; a multiple of training.RECORD_EVERY
# The pictures filmed, as factor classes: each shape twice, apart in size, angle and place.
SHOWN = [
    [0, 5, 4, 8, 8],
    [1, 5, 10, 24, 10],
    [2, 5, 0, 16, 16],
    [0, 1, 0, 24, 24],
    [1, 3, 25, 6, 22],
    [2, 2, 20, 18, 26],
]
FILMS = {f"factors-seed{seed}": seed for seed in (0, 1, 2)}


@dataclass
class Film:
    """F frames of one run."""

    step: np.ndarray  # [F]
    nats: np.ndarray  # [F, 8] of each channel, exactly -ln s
    distortion: np.ndarray  # [F] nats per image, of 1,000 pictures that are the same for all frames
    price: np.ndarray  # [F] nats of distortion for a nat of rate
    drawn: np.ndarray  # uint8 [1 + F, pictures, 64, 64]: the real pictures, then as each frame decodes them

    @property
    def budget(self) -> np.ndarray:
        """Nats allowed at each frame, [F]."""
        return self.step / FRAME

    @property
    def rate(self) -> np.ndarray:
        """Nats of all channels, [F]."""
        return self.nats.sum(axis=1)

    @property
    def factors(self) -> np.ndarray:
        """Nats of each factor, [F, 5]."""
        return per_factor(torch.as_tensor(self.nats)).numpy()

    def nearest(self, rate: float) -> int:
        """The frame whose rate is nearest to ``rate`` nats."""
        return int(np.abs(self.rate - rate).argmin())

    def with_frame(self, **frame) -> "Film":
        """This film and one frame more, a value for each field."""
        return Film(**{name: np.append(old, [frame[name]], axis=0) for name, old in vars(self).items()})

    def save(self, path: Path) -> None:
        """Write JSON to ``path``, the pictures as one PNG, a row a frame."""
        figures = {name: values for name, values in vars(self).items() if name != "drawn"}
        pictured.write(path, figures, self.drawn)

    @classmethod
    def load(cls, path: Path) -> "Film":
        """Read what ``save`` wrote; ValueError where the file is something else."""
        figures, drawn = pictured.read(path, "Film")
        return cls(**figures, drawn=drawn)


def load(name: str) -> tuple[Film, History]:
    """Film and History of the run ``name``; KeyError where it is not here."""
    if not (HERE / f"{name}.film.json").exists():
        raise KeyError(f"no film {name!r}; `make zoo` makes those of {[*FILMS]} that are missing")
    return Film.load(HERE / f"{name}.film.json"), History.load(HERE / f"{name}.history.json")


@torch.no_grad()
def look(model: FactorChannel, images: PackedImages, shown: torch.Tensor) -> dict:
    """What a frame holds of the model as it is; ``shown`` [N, 1, 64, 64] as decoded from what is sent on average."""
    device = model.root.device
    batch = images.sample(1000, torch.Generator().manual_seed(0)).to(device)
    z = model.encode(batch).rsample(torch.Generator(device).manual_seed(0))
    return {
        "nats": model.nats.cpu().numpy(),
        "distortion": bernoulli_reconstruction(model.decode(z), batch).item(),
        "drawn": pictures.to_uint8(model.reconstruct(shown))[..., 0],
    }


def shoot(name: str, images: PackedImages, folder: Path, frames: int | None = None, **options) -> tuple[Film, History]:
    """Train the run ``name``, a frame for each nat of the budget. What ``folder`` has of it is gone on with.

    ``frames`` stops it early; ``options`` (device, progress, ...) go to ``fit``.
    """
    path, checkpoint = folder / f"{name}.film.json", folder / f"{name}.safetensors"
    model, objective = FactorChannel(Catalogue(images), FILMS[name]), Constrained(**BUDGET)
    shown = images[images.index(torch.tensor(SHOWN))]
    real = pictures.to_uint8(shown)[None, ..., 0]
    film = (
        Film.load(path) if path.exists() else Film(np.zeros(0, int), np.zeros((0, 8)), np.zeros(0), np.zeros(0), real)
    )
    history = None
    for step in range(FRAME, 1 + (frames or BUDGET["steps"] // FRAME) * FRAME, FRAME):
        if step in film.step:
            continue
        history = fit(model, images, objective, step, seed=FILMS[name], checkpoint=checkpoint, **FIT, **options)
        film = film.with_frame(step=step, price=history.price[-1], **look(model, images, shown))
        film.save(path)
    return film, history


def train_missing() -> None:
    """Shoot every film that is not here, one after another; a run that was cut off is gone on with."""
    missing = [name for name in FILMS if not (HERE / f"{name}.film.json").exists()]
    images = DSprites() if missing else None
    for name in missing:
        folder = Path("runs")
        print(f"{name}: {BUDGET['steps']:,} steps", flush=True)
        film, history = shoot(name, images, folder)
        history.save(HERE / f"{name}.history.json")
        film.save(HERE / f"{name}.film.json")
        for part in (f"{name}.film.json", f"{name}.safetensors"):
            (folder / part).unlink()
        print(f"  D {film.distortion[-1]:.1f}, R {film.rate[-1]:.2f} nats", flush=True)
