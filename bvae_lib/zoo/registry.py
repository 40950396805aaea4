"""Load the zoo's models, train a recipe, and train what is missing."""

import hashlib
import platform
import subprocess
import time
from collections.abc import Callable
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save

from .. import metrics
from .._runtime.atomic import write_atomically
from ..axis_discovery import pipeline
from ..data import DSprites, ImageSet, RenderedChairs, RenderedFaces
from ..history import History
from ..training import fit
from . import snapshots
from .cards import MODELS, Card
from .recipes import OBJECTIVES, RECIPES

RENDERED = 20_000  # images of each stand-in that models are trained on
DATA: dict[str, Callable[[], ImageSet]] = {
    "dsprites": DSprites,
    "chairs": partial(RenderedChairs, RENDERED),
    "faces": partial(RenderedFaces, RENDERED),
}


@cache
def images_of(data: str) -> ImageSet:
    """Return the images that recipes with this ``data`` are trained on, drawn once."""
    return DATA[data]()


def names() -> list[str]:
    """Return the names of the models that are here, in the order of the recipes."""
    return [name for name in RECIPES if (MODELS / name / "weights.safetensors").exists()]


def load(name: str) -> tuple[pipeline.Network, History, Card]:
    """Load a trained model.

    Args:
        name: one of ``names()``.

    Returns:
        The model (on the CPU, in evaluation mode), its History and its card. Weights are stored in float16, an error
        below 1/255 of a pixel's range.

    Raises:
        KeyError: for a name that is not here.
        ValueError: where weights and card do not belong together.
    """
    if name not in names():
        raise KeyError(
            f"no trained model {name!r}; there are {names()}, and `make zoo` trains the rest of {[*RECIPES]}"
        )
    card = Card.load(MODELS / name / "card.json")
    weights = (MODELS / name / "weights.safetensors").read_bytes()
    if hashlib.sha256(weights).hexdigest() != card.sha256:
        raise ValueError(
            f"the weights of {name} do not have the SHA-256 that its card names; fetch them, or train the recipe"
        )
    model = pipeline.network(card.recipe)
    model.load_state_dict({k: v.float() for k, v in load_tensors(weights).items()})
    return model.eval(), History.load(MODELS / name / "history.json"), card


def train(
    name: str, seed: int | None = None, images: ImageSet | None = None, **options: Any
) -> tuple[pipeline.Network, History]:
    """Train a recipe from its first weights.

    Phases before the last training (``axis_discovery.pipeline``) store their state beside ``checkpoint``, under other
    suffixes. An earlier model that the zoo has, of the same seed and images, is loaded; without a ``checkpoint``, one
    that two others need is trained twice. Where the recipe says so, latents that end below 0.01 nats are pruned: what
    their means still follow is too faint to use, but MIG, whose bins have no scale, counts it against active latents.

    Args:
        name: of a recipe.
        seed: of weights, batches and noise; by default the recipe's.
        images: to train on; by default those that the recipe names.
        options: arguments of ``fit`` that replace the recipe's: steps, device, progress, checkpoint, ...

    Returns:
        The model, in evaluation mode, and what was recorded.

    Raises:
        KeyError: for a name without a recipe.
    """
    if name not in RECIPES:
        raise KeyError(f"no recipe {name!r}; there are {[*RECIPES]}")
    recipe = RECIPES[name]
    seed = recipe["seed"] if seed is None else seed
    options = {"seed": seed} | options
    images = images_of(recipe["data"]) if images is None else images
    named = OBJECTIVES[recipe["objective"]["name"]](**recipe["objective"]["arguments"])

    def earlier(name: str) -> tuple[Any, History]:
        if name in names() and seed == RECIPES[name]["seed"] and images is images_of(RECIPES[name]["data"]):
            return load(name)[:2]
        part = context.part(RECIPES[name]["fit"]["steps"], f".{name}")
        if "steps" not in options:
            del part["steps"]  # which would bound those of a still earlier one
        return train(name, images=images, **part)

    context = pipeline.Context(earlier, images, options)
    model, objective, before = pipeline.prepare(recipe, named, seed, context)
    history = fit(model, images, objective, **pipeline.with_optimizer(recipe["fit"] | options, model))
    if before is not None:
        history = before.followed_by(history)
    if recipe.get("prune"):
        model.prune_latents(torch.as_tensor(history.kl_per_latent[-1] < metrics.ACTIVE))
    return model, history


def store(name: str, model: pipeline.Network, history: History, images: ImageSet, seconds: float) -> Card:
    """Write weights, History and card of a trained recipe into the zoo; figures are of the weights as stored."""
    state = {k: v.detach().cpu().half().contiguous() for k, v in model.state_dict().items()}
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
    with write_atomically(MODELS / name / "weights.safetensors") as file:
        file.write(weights)
    history.save(MODELS / name / "history.json")
    card.save(MODELS / name / "card.json")
    return card


def commit() -> str | None:
    """Return the commit of the checkout that this library runs from, "-dirty" behind it where files differ, or None."""
    git = ["git", "-C", str(MODELS.parent), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):  # no git, or an installed library
        return None


def train_missing() -> None:
    """Train every recipe that has no model here, one after another; a run that was cut off is continued."""
    snapshots.train_missing()
    for name in [name for name in RECIPES if name not in names()]:
        images = images_of(RECIPES[name]["data"])
        checkpoint = Path("runs") / f"{name}.safetensors"
        print(f"{name}: {RECIPES[name]['fit']['steps']:,} steps", flush=True)
        start = time.perf_counter()
        run = partial(train, name, images=images, checkpoint=checkpoint)
        if name in snapshots.LATENT_RUNS:
            model, history, seen = snapshots.record_latents(run, images[images.index(torch.tensor([snapshots.IMAGE]))])
            seen.save(MODELS / name / "snapshots.json")
        else:
            model, history = run()
        card = store(name, model, history, images, time.perf_counter() - start)
        for file in checkpoint.parent.glob(f"{name}.*"):  # those of its phases too
            file.unlink()
        kl = ", ".join(f"{k:.2f}" for k in sorted(card.kl_per_latent, reverse=True))
        print(f"  D {card.distortion:.1f}, KL {kl}, MIG {card.mig:.2f}, {card.seconds} s", flush=True)
