"""What runs were like on their way: figures and decoded images at several capacities, without weights.

    snapshots, history = load_snapshots("factors-seed0")  # chapter 4: the nats of each factor, capacity by capacity
    snapshots, history = load_snapshots("dsprites-hinge-seed0")  # chapter 5: what each latent does at four capacities

The decoder at the end cannot show what an earlier one drew, so the images are stored. The recipes of ``zoo`` whose
capacity grows keep their learning rate to the end, so a run of fewer steps is the beginning of the whole one:
``zoo.train(name, steps=900)`` has the weights of the second snapshot.
"""

import base64
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from .._runtime.arguments import numbers
from .._runtime.atomic import write_atomically
from .._runtime.pixels import base64_png, to_uint8
from ..axis_discovery.pipeline import reached
from ..data import DSprites, FactorLookup
from ..data.packed import PackedImages
from ..history import History
from ..models import FactorChannel, per_factor, traverse
from ..objectives import Capacity, Constrained, ScheduledCapacity, bernoulli_reconstruction
from ..training import fit
from .cards import MODELS, telling_damage
from .lookup import check_known
from .recipes import CAPACITY_OBJECTIVES

# Chapter 4: factors through channels.
FACTOR_RUNS: dict[str, tuple[type[ScheduledCapacity], int]] = {  # objective and seed
    **{f"factors-seed{seed}": (Constrained, seed) for seed in (0, 1, 2)},
    "factors-capacity-seed0": (Capacity, 0),  # the paper's own objective
}
CAPACITY: dict[str, Any] = {"start": 0.0, "stop": 25.0, "steps": 3_750}
FIT: dict[str, Any] = {"batch_size": 64, "lr": 2e-3, "optimizer": "adam"}
EVERY = 150  # steps, in which the capacity grows by a nat; a multiple of training.RECORD_EVERY
RATES = (3.1, 7.3, 15.4, 23.8)  # nats at which the paper's figure 3 shows images
# The images decoded, as factor classes: each shape twice, apart in size, angle and position.
SHOWN = [
    [0, 5, 4, 8, 8],
    [1, 5, 10, 24, 10],
    [2, 5, 0, 16, 16],
    [0, 1, 0, 24, 24],
    [1, 3, 25, 6, 22],
    [2, 2, 20, 18, 26],
]

# Chapter 5: latents of a VAE.
LATENT_RUNS = [f"dsprites-{name}-seed0" for name in CAPACITY_OBJECTIVES]
STEPS = (300, 900, 1_800, 3_500)  # 3, 8, 15 and 25 nats of capacity
IMAGE = [2, 3, 0, 16, 16]  # factor classes of the image whose latents are moved: a heart in the middle
VALUES = torch.linspace(-3, 3, 7)


@dataclass
class FactorSnapshots:
    """F snapshots of a FactorChannel; nats per image."""

    step: np.ndarray  #: [F]
    nats: np.ndarray  #: [F, 8] of each channel, exactly -ln s
    distortion: np.ndarray  #: [F], of 1,000 images that are the same for all
    price: np.ndarray  #: [F] nats of distortion per nat of rate
    drawn: np.ndarray  #: uint8 [1 + F, images, 64, 64], the real images, then as each snapshot decodes them

    def __post_init__(self):
        count = len(self.step)
        check_shapes(self, step=[count], nats=[count, 8], distortion=[count], price=[count])
        check_shapes(self, drawn=[1 + count, None, 64, 64])

    @property
    def capacity(self) -> np.ndarray:
        """C in nats, [F]."""
        return self.step / EVERY

    @property
    def rate(self) -> np.ndarray:
        """R in nats, of all channels, [F]."""
        return self.nats.sum(axis=1)

    @property
    def factors(self) -> np.ndarray:
        """Nats of each factor, [F, 5]."""
        return per_factor(torch.as_tensor(self.nats)).numpy()

    def nearest(self, rate: float) -> int:
        """Return the number of the snapshot whose rate is nearest to ``rate`` nats."""
        return int(np.abs(self.rate - rate).argmin())

    def followed_by(self, other: "FactorSnapshots") -> "FactorSnapshots":
        """Return these snapshots, and those of ``other`` behind them; the real images are the same."""
        ours, theirs = vars(self), vars(other) | {"drawn": other.drawn[1:]}
        return FactorSnapshots(**{name: np.concatenate([ours[name], theirs[name]]) for name in ours})

    def save(self, path: Path) -> None:
        """Write JSON to ``path``, the images as one PNG, a row a snapshot."""
        write(path, vars(self), self.drawn)

    @classmethod
    def load(cls, path: Path) -> "FactorSnapshots":
        """Read what ``save`` wrote; ValueError where the file is something else."""
        with telling_kind(path, cls):
            figures, drawn = read(path, cls)
            return cls(**figures, drawn=drawn)


@dataclass
class LatentSnapshots:
    """S snapshots of the latents of one run."""

    step: np.ndarray  #: [S]
    capacity: np.ndarray  #: [S] nats
    kl_per_latent: np.ndarray  #: [S, latents] nats, over all images; the record at that step
    drawn: np.ndarray  #: uint8 [S, latents, 7, 64, 64], each latent from -3 to 3

    def __post_init__(self):
        count = len(self.step)
        check_shapes(self, step=[count], capacity=[count], kl_per_latent=[count, None])
        check_shapes(self, drawn=[*self.kl_per_latent.shape, len(VALUES), 64, 64])

    def followed_by(self, other: "LatentSnapshots") -> "LatentSnapshots":
        """Return these snapshots, and those of ``other`` behind them."""
        return LatentSnapshots(*map(np.concatenate, zip(vars(self).values(), vars(other).values(), strict=True)))

    def save(self, path: Path) -> None:
        """Write JSON to ``path``, the images as one PNG."""
        write(path, vars(self), self.drawn.reshape(-1, *self.drawn.shape[2:]))

    @classmethod
    def load(cls, path: Path) -> "LatentSnapshots":
        """Read what ``save`` wrote; ValueError where the file is something else."""
        with telling_kind(path, cls):
            figures, drawn = read(path, cls)
            return cls(**figures, drawn=drawn.reshape(*figures["kl_per_latent"].shape, *drawn.shape[1:]))


def check_shapes(snapshots: Any, **shapes: list[int | None]) -> None:
    """Raise ValueError unless the fields of ``snapshots`` hold finite numbers of these ``shapes``."""
    for name, shape in shapes.items():
        numbers(name, getattr(snapshots, name), tuple(shape))


def load_snapshots(name: str) -> tuple[FactorSnapshots | LatentSnapshots, History]:
    """Load the snapshots of a run.

    Args:
        name: one of ``FACTOR_RUNS`` (FactorSnapshots) or ``LATENT_RUNS`` (LatentSnapshots).

    Returns:
        The snapshots and the run's History.

    Raises:
        KeyError: where there are none.
        ValueError: where a file is damaged.
    """
    runs = [*FACTOR_RUNS, *LATENT_RUNS]
    check_known("snapshots of", name, [run for run in runs if (MODELS / run / "snapshots.json").exists()])
    kind, folder = FactorSnapshots if name in FACTOR_RUNS else LatentSnapshots, MODELS / name
    with telling_damage(folder):
        return kind.load(folder / "snapshots.json"), History.load(folder / "history.json")


def write(path: Path, figures: dict[str, np.ndarray], drawn: np.ndarray) -> None:
    """Write figures, to 4 decimals, and ``drawn``, uint8 [rows, columns, 64, 64], as JSON; whole or not at all."""
    stored = {name: np.round(values, 4).tolist() for name, values in figures.items() if name != "drawn"}
    with write_atomically(path, "w") as file:
        json.dump(stored | {"drawn": base64_png(drawn[..., None])}, file)


def read(path: Path, kind: type) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Read the figures and images of a ``kind`` that ``write`` wrote."""
    stored = json.loads(Path(path).read_text(encoding="utf-8"))
    if stored.keys() != {field.name for field in fields(kind)}:
        raise ValueError(f"it has {list(stored)}")
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(stored.pop("drawn")))))
    drawn = sheet.reshape(sheet.shape[0] // 64, 64, sheet.shape[1] // 64, 64).swapaxes(1, 2)
    return {name: np.array(values) for name, values in stored.items()}, drawn


@contextmanager
def telling_kind(path: Path, kind: type) -> Iterator[None]:
    """Raise ValueError for whatever is raised while a file that is something else is read."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} holds no {kind.__name__} ({type(error).__name__}: {error})") from error


@torch.no_grad()
def look(
    model: FactorChannel, images: PackedImages, shown: torch.Tensor, step: int, price: np.ndarray
) -> FactorSnapshots:
    """Measure the channels on 1,000 images, and decode ``shown`` [N, 1, 64, 64] from what is sent on average."""
    device = model.root.device
    batch = images.sample(1000, torch.Generator().manual_seed(0)).to(device)
    z = model.encode(batch).rsample(torch.Generator(device).manual_seed(0))
    distortion = bernoulli_reconstruction(model.decode(z), batch).item()
    drawn = np.stack([to_uint8(pixels)[..., 0] for pixels in (shown, model.reconstruct(shown))])
    return FactorSnapshots(np.array([step]), model.nats.cpu().numpy()[None], np.array([distortion]), price, drawn)


def record_factors(name: str, images: PackedImages, folder: Path, **options: Any) -> tuple[FactorSnapshots, History]:
    """Train the run ``name``; what ``folder`` has of it is continued.

    There is a snapshot for each nat of capacity, and one where the rate first reaches each of ``RATES``.

    Args:
        name: one of ``FACTOR_RUNS``.
        images: dSprites.
        folder: for the state of the run.
        options: arguments of ``fit``: device, progress, ...

    Raises:
        KeyError: for another name.
        ValueError: where ``folder`` has a later state of the run, but not its snapshots.
    """
    check_known("run of chapter 4", name, FACTOR_RUNS)
    path, checkpoint = folder / f"{name}.snapshots.json", folder / f"{name}.safetensors"
    kind, seed = FACTOR_RUNS[name]
    model, objective = FactorChannel(FactorLookup(images), seed), kind(**CAPACITY)
    shown = images[images.index(torch.tensor(SHOWN))]
    before = FactorSnapshots.load(path) if path.exists() else None
    done = np.zeros(0, int) if before is None else before.step
    highest = 0.0 if before is None else before.rate.max()

    def watch(_: torch.nn.Module, arguments: tuple) -> None:  # before each step
        nonlocal highest
        step, rate = arguments[2], model.nats.detach().sum()
        if step % EVERY and any(highest < wanted <= rate for wanted in RATES):
            add(look(model, images, shown, step, np.array([float(objective.slope(rate, step))])), path)
        highest = max(highest, float(rate))

    objective.register_forward_pre_hook(watch)
    for step in missing(range(EVERY, 1 + CAPACITY["steps"], EVERY), done):
        history = fit(model, images, objective, step, seed=seed, checkpoint=checkpoint, **FIT, **options)
        check_at(step, history, path)
        if step not in done:
            add(look(model, images, shown, step, history.price[-1:]), path)
    return FactorSnapshots.load(path), history


def record_latents(
    train: Callable[..., tuple[Any, History]], image: torch.Tensor, path: Path
) -> tuple[Any, History, LatentSnapshots]:
    """Train to each of ``STEPS`` in turn, and decode with one latent at a time moved.

    Args:
        train: called as ``train(steps=...)``, continues from its own checkpoint.
        image: [1, 1, 64, 64], whose posterior means are where each latent is moved from.
        path: of a file for the snapshots so far, from which a run that was cut off is continued.

    Raises:
        ValueError: where the checkpoint is past the next snapshot.
    """
    done = LatentSnapshots.load(path).step if path.exists() else []
    for step in missing(STEPS, done):
        model, history = train(steps=step)
        check_at(step, history, path)
        if step not in done:
            with torch.no_grad():
                mean = model.encode(image.to(next(model.parameters()).device)).mean[0]
            drawn = to_uint8(traverse(model, mean, list(range(model.latents)), VALUES))[None, ..., 0]
            add(LatentSnapshots(np.array([step]), history.capacity[-1:], history.kl_per_latent[-1:], drawn), path)
    return model, history, LatentSnapshots.load(path)


def add(snapshots: Any, path: Path) -> None:
    """Put ``snapshots`` behind those of ``path``, or into a new file."""
    (type(snapshots).load(path).followed_by(snapshots) if path.exists() else snapshots).save(path)


def missing(steps: Sequence[int], done: Any) -> list[int]:
    """Return the ``steps`` that are not ``done``, or the last, which gives the model at the end."""
    return [step for step in steps if step not in done] or [steps[-1]]


def check_at(step: int, history: History, path: Path) -> None:
    """Raise KeyboardInterrupt where Ctrl-C ended a run before ``step``, ValueError where its checkpoint is past it."""
    if not reached(history, step):
        raise KeyboardInterrupt
    if history.step[-1] > step:
        raise ValueError(
            f"the run's checkpoint is at step {history.step[-1]}, but {path} has no snapshot of step {step}; "
            "delete both to start again"
        )


def train_missing(folder: Path) -> None:
    """Record every run of chapter 4 that is not here; a run that was cut off is continued from what ``folder`` has."""
    names = [name for name in FACTOR_RUNS if not (MODELS / name / "snapshots.json").exists()]
    if not names:
        return
    images = DSprites()
    for name in names:
        print(f"{name}: {CAPACITY['steps']:,} steps", flush=True)
        snapshots, history = record_factors(name, images, folder)
        history.save(MODELS / name / "history.json")
        snapshots.save(MODELS / name / "snapshots.json")
        for part in (f"{name}.safetensors", f"{name}.snapshots.json"):
            (folder / part).unlink()
        print(f"  D {snapshots.distortion[-1]:.1f}, R {snapshots.rate[-1]:.2f} nats", flush=True)
