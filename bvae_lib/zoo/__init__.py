"""Trained models that travel with the library: a recipe by name, and for each its weights, History and card.

    model, history, card = zoo.load("dsprites-early")
    model, history = zoo.train("dsprites-early", seed=3)  # the recipe by name, another seed

`make zoo` trains what is missing. Weights are float16 (an error below 1/255 of a pixel's range).
"""

import hashlib
import json
import platform
import subprocess
import time
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save

from .. import metrics
from ..atomic import write_atomically
from ..companion import Pair, Together
from ..data import DSprites, ImageSet, RenderedChairs, RenderedFaces
from ..history import History
from ..models import BurgessVAE, Recoded, Recoder
from ..training import fit
from . import before, stages
from .recipes import OBJECTIVES, RECIPES

HERE = Path(__file__).parent
RENDERED = 20_000  # images of each stand-in that models are trained on
DATA = {
    "dsprites": DSprites,
    "chairs": partial(RenderedChairs, RENDERED),
    "faces": partial(RenderedFaces, RENDERED),
}


@cache
def images_of(data: str) -> ImageSet:
    """The images that recipes with this ``data`` are trained on, drawn once."""
    return DATA[data]()


def names() -> list[str]:
    """Names of the models that are here, in the order of the recipes."""
    return [name for name in RECIPES if (HERE / f"{name}.safetensors").exists()]


def load(name: str) -> tuple[BurgessVAE | Recoded, History, dict]:
    """The trained model (on the CPU, in evaluation mode), its History and its card.

    Raises KeyError for a name that is not here, and ValueError where weights and card do not belong together.
    """
    if name not in names():
        raise KeyError(
            f"no trained model {name!r}; there are {names()}, and `make zoo` trains the rest of {[*RECIPES]}"
        )
    card = json.loads((HERE / f"{name}.json").read_text())
    weights = (HERE / f"{name}.safetensors").read_bytes()
    if hashlib.sha256(weights).hexdigest() != card["sha256"]:
        raise ValueError(
            f"the weights of {name} do not have the SHA-256 that its card names; fetch or train them again"
        )
    model = network(card["recipe"])
    model.load_state_dict({k: v.float() for k, v in load_tensors(weights).items()})
    return model.eval(), History.load(HERE / f"{name}.history.json"), card


def network(recipe: dict, seed: int = 0) -> BurgessVAE | Recoded:
    """The network that ``recipe`` trains, with weights drawn from ``seed``."""
    model = BurgessVAE(**recipe["network"], seed=seed)
    if "recoded" not in recipe:
        return model
    elder = BurgessVAE(**recipe["network"], seed=seed)
    del elder.decoder  # it is only heard
    recoded = Recoded(model, elder)
    for _ in recipe["recoded"]["stages"]:
        recoded.append(Recoder(torch.zeros(model.latents, dtype=torch.bool), seed, elder=True))
    return recoded


def race() -> dict:
    """What benchmarks/race.py measured last: MIG and rate over the steps of each objective, and seconds a step.

    ``curves`` holds for each objective a run a seed, with lists ``step``, ``mig`` and ``rate`` (nats);
    ``seconds_a_step``, ``steps`` and ``machine`` say how they were measured.
    """
    return json.loads((HERE / "race.json").read_text())


def train(
    name: str, seed: int | None = None, images: ImageSet | None = None, **options
) -> tuple[BurgessVAE | Recoded, History]:
    """Train the recipe ``name`` afresh, with another ``seed`` where one is given.

    ``images`` takes the place of those that the recipe names; ``options`` (steps, device, progress, checkpoint, ...)
    go to ``fit``. What a recipe has trained before its model, ``before.py`` trains, keeps its state beside
    ``checkpoint`` under other suffixes, and leaves it behind at the end; the History then begins with the lesson. An
    earlier model that the zoo has, of the same seed and pictures, is loaded; one that two others ask for is trained
    twice without a ``checkpoint``. Where the recipe says so, latents that end
    below 0.01 nats are silenced altogether: what their means still follow is too faint to use, but MIG, whose bins know
    no scale, counts it against the latents that are used.
    """
    if name not in RECIPES:
        raise KeyError(f"no recipe {name!r}; there are {[*RECIPES]}")
    recipe = RECIPES[name]
    seed = recipe["seed"] if seed is None else seed
    objective = OBJECTIVES[recipe["objective"]["name"]](**recipe["objective"]["arguments"])
    options = {"seed": seed} | options
    images = images or images_of(recipe["data"])

    def earlier(name: str) -> tuple[BurgessVAE, History]:
        if name in names() and seed == RECIPES[name]["seed"] and images is images_of(RECIPES[name]["data"]):
            return load(name)[:2]
        how = before.part(options, RECIPES[name]["fit"]["steps"], f".{name}")
        if "steps" not in options:
            del how["steps"]  # which would bound those of a still earlier one
        return train(name, images=images, **how)

    if "recoded" in recipe:
        model = before.recoded(recipe["recoded"], earlier, images, options)
    else:
        model = network(recipe, seed)
    learner, lesson = model, None
    if "companion" in recipe:
        learner = Pair(model, before.train_companion(recipe["companion"], images, options))
        objective = Together(objective, model.latents, recipe["companion"]["price"])
    if "teacher" in recipe:
        lesson = before.teach(recipe["teacher"], earlier, model, objective, images, options)
    if "anew" in recipe:
        lesson = before.learn_anew(recipe["anew"], earlier, model, images, options)
    history = fit(learner, images, objective, **recipe["fit"] | options)
    if lesson is not None:
        history = lesson.followed_by(history)
    if recipe.get("silence"):
        model.silence(torch.as_tensor(history.kl_per_latent[-1] < metrics.ACTIVE))
    return model, history


def store(name: str, model: BurgessVAE | Recoded, history: History, images: ImageSet, seconds: float) -> dict:
    """Write weights, History and card of a trained recipe into the zoo; figures are of the weights as stored."""
    state = {k: v.detach().cpu().half().contiguous() for k, v in model.state_dict().items()}
    weights = save(state)
    model.load_state_dict({k: v.float() for k, v in state.items()})
    figures = metrics.report(model.eval(), images)
    card = {
        "name": name,
        "recipe": RECIPES[name],
        "commit": commit(),
        "figures": figures,
        "ledger": metrics.ledger(sum(figures["kl_per_latent"]), figures["reconstruction"], images.entropy()),
        "seconds": round(seconds),
        "device": history.settings["device"],
        "precision": history.settings["precision"],
        "threads": torch.get_num_threads(),
        "machine": platform.machine(),
        "versions": {package: version(package) for package in ("torch", "numpy")},
        "sha256": hashlib.sha256(weights).hexdigest(),
    }
    with write_atomically(HERE / f"{name}.safetensors") as file:
        file.write(weights)
    history.save(HERE / f"{name}.history.json")
    with write_atomically(HERE / f"{name}.json", "w") as file:
        json.dump(card, file, indent=1)
    return card


def commit() -> str | None:
    """The commit of the checkout that this library runs from, "-dirty" behind it where files differ; else None."""
    git = ["git", "-C", str(HERE), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):  # no git, or an installed library
        return None


def train_missing() -> None:
    """Train every recipe that has no model here, one after another; a run that was cut off is gone on with."""
    missing = [name for name in RECIPES if name not in names()]
    for name in missing:
        images = images_of(RECIPES[name]["data"])
        checkpoint = Path("runs") / f"{name}.safetensors"
        print(f"{name}: {RECIPES[name]['fit']['steps']:,} steps", flush=True)
        start = time.perf_counter()
        run = partial(train, name, images=images, checkpoint=checkpoint)
        if name in stages.NAMES:
            model, history, seen = stages.shoot(run, images[images.index(torch.tensor([stages.IMAGE]))])
            seen.save(HERE / f"{name}.stages.json")
        else:
            model, history = run()
        card = store(name, model, history, images, time.perf_counter() - start)
        for file in checkpoint.parent.glob(f"{name}.*"):  # that of a companion too
            file.unlink()
        figures = card["figures"]
        kl = ", ".join(f"{k:.2f}" for k in sorted(figures["kl_per_latent"], reverse=True))
        print(
            f"  D {figures['reconstruction']:.1f}, KL {kl}, MIG {figures['mig']:.2f}, {card['seconds']} s", flush=True
        )


__all__ = ["RECIPES", "images_of", "load", "names", "race", "stages", "train"]
