"""Stages of chapter 5: what each latent draws at several budgets, while one run opens the channel.

    stages = zoo.stages.load("dsprites-capacity-seed0")

The recipes of ``zoo`` that grow a budget keep their learning rate to the end, so a run of fewer steps is the
beginning of the whole one: ``zoo.train(name, steps=900)`` has the weights of the second stage.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..history import History
from ..models import BurgessVAE
from ..widgets import pictures
from . import pictured
from .recipes import WAYS

HERE = Path(__file__).parent

NAMES = [f"dsprites-{way}-seed0" for way in WAYS]
STEPS = (300, 900, 1_800, 3_500)  # 3, 8, 15 and 25 nats of budget
IMAGE = [2, 3, 0, 16, 16]  # factor classes of the picture whose latents are moved: a heart in the middle


@dataclass
class Stages:
    """S stages of one run."""

    step: np.ndarray  # [S]
    budget: np.ndarray  # [S] nats
    kl: np.ndarray  # [S, latents] nats of each latent over all pictures: the record at that step
    drawn: np.ndarray  # uint8 [S, latents, 7, 64, 64]: each latent from -3 to 3

    def save(self, path: Path) -> None:
        """Write JSON to ``path``, the pictures as one PNG."""
        figures = {name: values for name, values in vars(self).items() if name != "drawn"}
        pictured.write(path, figures, self.drawn.reshape(-1, *self.drawn.shape[2:]))

    @classmethod
    def load(cls, path: Path) -> "Stages":
        """Read what ``save`` wrote; ValueError where the file is something else."""
        figures, drawn = pictured.read(path, "Stages")
        return cls(**figures, drawn=drawn.reshape(*figures["kl"].shape, *drawn.shape[1:]))


def load(name: str) -> Stages:
    """Stages of the run ``name``; KeyError where they are not here."""
    if not (HERE / f"{name}.stages.json").exists():
        raise KeyError(f"no stages of {name!r}; `make zoo` makes those of {NAMES} that are missing")
    return Stages.load(HERE / f"{name}.stages.json")


def shoot(
    train: Callable[..., tuple[BurgessVAE, History]], image: torch.Tensor, steps: tuple[int, ...] = STEPS
) -> tuple[BurgessVAE, History, Stages]:
    """Train to each of ``steps`` in turn and look; ``train(steps=)`` goes on from its own checkpoint.

    ``image`` is [1, 1, 64, 64]: its posterior means are where each latent is moved from.
    """
    budgets, kl, drawn = [], [], []
    for step in steps:
        model, history = train(steps=step)
        with torch.no_grad():
            mean = model.encode(image.to(next(model.parameters()).device)).mean[0]
        drawn.append(pictures.traversals(model, mean, list(range(model.latents)))[..., 0])
        budgets.append(history.capacity[-1])
        kl.append(history.kl_per_latent[-1])
    return model, history, Stages(np.array(steps), np.array(budgets), np.array(kl), np.array(drawn))
