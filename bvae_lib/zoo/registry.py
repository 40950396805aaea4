"""The models that are here: their names, and how they are loaded and stored."""

import hashlib
import os
import platform
import shutil
import subprocess
from functools import partial
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save

from .. import metrics
from .._runtime.atomic import write_atomically
from ..axis_discovery import pipeline
from ..data import ImageSet
from ..history import History
from .cards import MODELS, Card, telling_damage
from .lookup import check_known
from .recipes import RECIPES
from .snapshots import LatentSnapshots

FILES = ("weights.safetensors", "history.json", "card.json")  # of each model, the card last
SOURCE = Path(__file__)


def names() -> list[str]:
    """Return the names of the models that are here, in the order of the recipes."""
    return [name for name in RECIPES if all((MODELS / name / file).exists() for file in FILES)]


def load(name: str) -> tuple[pipeline.Network, History, Card]:
    """Load a trained model.

    Args:
        name: one of ``names()``.

    Returns:
        The model (on the CPU, in evaluation mode), its History and its card. Weights are stored in float16, an error
        below 1/255 of a pixel's range.

    Raises:
        KeyError: for a name that is not here.
        ValueError: where a file is damaged, or weights and card do not belong together.
    """
    check_known("trained model", name, names(), remedy=f", and `make zoo` trains the rest of {[*RECIPES]}")
    folder = MODELS / name
    with telling_damage(folder):
        card = Card.load(folder / "card.json")
        model = pipeline.network(card.recipe)
        model.load_state_dict(read_weights(folder / "weights.safetensors", card.sha256))
        return model.eval(), History.load(folder / "history.json"), card


def read_weights(path: Path, sha256: str) -> dict[str, torch.Tensor]:
    """Read weights as float32; ValueError where they are not those of the card, or none. Nothing is unpickled."""
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(f"{path} does not have the SHA-256 that its card names")
    try:
        weights = {name: tensor.float() for name, tensor in load_tensors(data).items()}
    except SafetensorError as error:
        raise ValueError(f"{path} holds no weights in safetensors' format ({error})") from error
    check_finite(weights)
    return weights


def check_finite(weights: dict[str, torch.Tensor]) -> None:
    """Raise ValueError where weights hold NaN or infinity."""
    wrong = [name for name, tensor in weights.items() if not tensor.isfinite().all()]
    if wrong:
        raise ValueError(f"weights must be finite numbers, those of {wrong} are not")


def store(
    name: str,
    model: pipeline.Network,
    history: History,
    images: ImageSet,
    seconds: float,
    snapshots: LatentSnapshots | None = None,
) -> Card:
    """Write a trained recipe into the zoo, its files together; figures are of the weights as stored.

    Raises:
        ValueError: where weights are not finite, as float16.
    """
    state = {k: v.detach().cpu().half().contiguous() for k, v in model.state_dict().items()}
    check_finite(state)
    weights = save(state)
    model.load_state_dict({k: v.float() for k, v in state.items()})
    figures = metrics.report(model.eval(), images)
    card = Card(
        name=name,
        recipe=RECIPES[name],
        commit=commit(),
        figures=figures,
        bounds=metrics.rate_distortion_bounds(figures["rate"], figures["distortion"], images.entropy()),
        seconds=round(seconds),
        device=history.settings["device"],
        precision=history.settings["precision"],
        threads=torch.get_num_threads(),
        machine=platform.machine(),
        versions={package: version(package) for package in ("torch", "numpy")},
        sha256=hashlib.sha256(weights).hexdigest(),
    )
    # A full disk must not leave half a model: all files are whole before the first takes its place. Until the card
    # has taken its own, it names the digest of other weights, or the model is not here yet.
    new, folder = MODELS / f".{name}", MODELS / name
    shutil.rmtree(new, ignore_errors=True)  # what a kill left of it
    try:
        with write_atomically(new / "weights.safetensors") as file:
            file.write(weights)
        history.save(new / "history.json")
        if snapshots is not None:
            snapshots.save(new / "snapshots.json")
        card.save(new / "card.json")
        folder.mkdir(exist_ok=True)
        for part in ("snapshots.json", *FILES):
            if (new / part).exists():
                os.replace(new / part, folder / part)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return card


def commit() -> str | None:
    """Return the commit of the checkout that this library runs from, "-dirty" behind it where files differ, or None."""
    git = partial(subprocess.run, cwd=SOURCE.parent, capture_output=True, text=True, check=True)
    try:
        # An installed library may lie in a folder of another repository.
        if git(["git", "ls-files", "--full-name", SOURCE.name]).stdout.strip() != "bvae_lib/zoo/registry.py":
            return None
        return git(["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]).stdout.strip()
    except (OSError, subprocess.CalledProcessError):  # no git, or no repository
        return None
