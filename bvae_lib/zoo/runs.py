"""Train a recipe: whatever comes before its last training, that training, and what is done to the model after it."""

import inspect
from collections.abc import Callable
from functools import cache, partial
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import torch

from .. import metrics
from .._runtime.arguments import seed_number
from .._runtime.device import pick_device
from .._runtime.paths import file_to_write
from ..axis_discovery import pipeline
from ..data import DSprites, ImageSet, RenderedChairs, RenderedFaces
from ..data.base import as_images
from ..history import History
from ..training import check_arguments, fit, pick_precision
from .lookup import check_known
from .recipes import OBJECTIVES, RECIPES
from .registry import load, names

RENDERED = 20_000  # images of each stand-in that models are trained on
DATA: dict[str, Callable[[], ImageSet]] = {
    "dsprites": DSprites,
    "coloured": partial(DSprites, colour=True),
    "chairs": partial(RenderedChairs, RENDERED),
    "faces": partial(RenderedFaces, RENDERED),
}
OPTIONS = [*inspect.signature(fit).parameters][3:]  # behind model, images and objective


@cache
def images_of(data: str) -> ImageSet:
    """Return the images that recipes with this ``data`` are trained on, drawn once.

    Raises:
        KeyError: for a name of no data set.
    """
    check_known("data set", data, DATA)
    return DATA[data]()


def train(
    name: str, seed: int | None = None, images: ImageSet | torch.Tensor | np.ndarray | None = None, **options: Any
) -> tuple[pipeline.Network, History]:
    """Train a recipe from its first weights.

    Phases before the last training (``axis_discovery.pipeline``) store their state beside ``checkpoint``, under other
    suffixes. An earlier model that the zoo has, of the same seed and images, is loaded; without a ``checkpoint``, one
    that two others need is trained twice. Where the recipe says so, latents that end below 0.01 nats are pruned: what
    their means still follow is too faint to use, but MIG, whose bins have no scale, counts it against active latents.

    With fewer ``steps`` than the recipe has, for a trial, no phase has more than these, and warm-up, cooldown and the
    other periods of each shrink in proportion. The capacity grows as at the beginning of the whole run.

    Args:
        name: of a recipe.
        seed: of weights, batches and noise; by default the recipe's.
        images: to train on, as ``fit`` takes them; by default those that the recipe names.
        options: arguments of ``fit`` that replace the recipe's: steps, device, progress, checkpoint, ...

    Returns:
        The model, in evaluation mode, and what was recorded. Ctrl-C ends the last training early, as it does ``fit``,
        and nothing is pruned; before that it ends the call.

    Raises:
        KeyError: for a name without a recipe.
        TypeError: for an option that ``fit`` does not have, or images of another kind.
        ValueError: for images of another shape than the recipe's, or what else ``fit`` refuses.
    """
    return run(name, seed, images, options)[:2]


def run(name: str, seed: Any, images: Any, options: dict[str, Any]) -> tuple[pipeline.Network, History, bool]:
    """Train as ``train`` does, and say whether the run came to its end; all is checked before the first phase."""
    check_known("recipe", name, RECIPES)
    recipe = RECIPES[name]
    options = check_options(options, recipe["fit"]["steps"])
    options |= {"seed": seed_number(recipe["seed"] if seed is None else seed)}
    images = images_of(recipe["data"]) if images is None else as_images(images)
    check_shape(name, images)
    objective = OBJECTIVES[recipe["objective"]["name"]](**recipe["objective"]["arguments"])
    model = pipeline.network(recipe, options["seed"])
    arguments = pipeline.shortened(recipe["fit"], options.get("steps", recipe["fit"]["steps"])) | options

    def earlier(name: str) -> tuple[Any, History]:
        if name in names() and options["seed"] == RECIPES[name]["seed"] and images is images_of(RECIPES[name]["data"]):
            return load(name)[:2]
        part = context.part(RECIPES[name]["fit"]["steps"], f".{name}")
        if "steps" not in options:
            del part["steps"]  # which would bound those of a still earlier one
        return train_whole(name, images=images, **part)

    context = pipeline.Context(earlier, images, options)
    model, prepared, before = pipeline.prepare(recipe, model, objective, context)
    history = fit(model, images, prepared, **pipeline.with_optimizer(arguments, model))
    whole = pipeline.reached(history, arguments["steps"])
    if before is not None:
        history = before.followed_by(history)
    if whole and recipe.get("prune"):
        model.prune_latents(torch.as_tensor(history.kl_per_latent[-1] < metrics.ACTIVE))
    return model, history, whole


def train_whole(name: str, images: Any, seed: int | None = None, **options: Any) -> tuple[pipeline.Network, History]:
    """Train as ``train`` does, but raise KeyboardInterrupt where Ctrl-C ended it: what follows needs all of the run."""
    model, history, whole = run(name, seed, images, options)
    if not whole:
        raise KeyboardInterrupt
    return model, history


def check_options(options: dict[str, Any], steps: int) -> dict[str, Any]:
    """Return arguments of ``fit`` as plain numbers; raise what ``fit`` would, though it may be called after a phase.

    Args:
        options: as the user gave them.
        steps: that the recipe has.
    """
    if unknown := sorted(options.keys() - {*OPTIONS}):
        raise TypeError(f"options must be arguments of fit, {OPTIONS}, not {unknown}")
    given = {name: value for name, value in options.items() if name in inspect.signature(check_arguments).parameters}
    if given.get("optimizer") == "muon":  # which needs the model, see ``pipeline.with_optimizer``
        del given["optimizer"]
    needed: dict[str, Any] = {"steps": steps, "batch_size": 1, "lr": 1.0, "optimizer": "adam"}
    plain = check_arguments(**needed | given)
    pick_precision(options.get("precision", "float32"), pick_device(options.get("device", "auto")))
    if options.get("checkpoint") is not None:
        check_checkpoint(options["checkpoint"])
    return options | {name: plain[name] for name in given if name != "optimizer"}


def check_checkpoint(path: Any) -> None:
    """Raise ValueError for what names no file, OSError where none can be written beside it."""
    folder = file_to_write("checkpoint", path).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OSError(
            f"checkpoint {path} cannot be written ({error}); name a file in a folder where you may write"
        ) from error


def check_shape(name: str, images: ImageSet | torch.Tensor) -> None:
    """Raise ValueError unless the network of a recipe takes these images."""
    shape = list(images[torch.tensor([0])].shape[1:])
    takes = {name: [recipe["network"]["channels"], 64, 64] for name, recipe in RECIPES.items()}
    if shape != takes[name]:
        others = [name for name in takes if takes[name] == shape]
        remedy = f"these are taken by {others}" if others else "no recipe takes these"
        raise ValueError(f"images of {name} must be {takes[name]}, not {shape}; {remedy}")
