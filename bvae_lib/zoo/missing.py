"""Train every recipe that has no model here: what `make zoo` does."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import torch

from . import snapshots
from .cards import MODELS
from .recipes import RECIPES
from .registry import names, store
from .runs import images_of, train_whole

RUNS = Path("runs")  # where the state of runs is kept, below the working directory


def train_missing() -> None:
    """Train every recipe that has no model here, one after another; a run that was cut off is continued.

    Raises:
        PermissionError: where the library's folder cannot be written to.
        RuntimeError: while another call does the same.
    """
    if not os.access(MODELS, os.W_OK):
        raise PermissionError(f"{MODELS} cannot be written to; train in a checkout of the library that you own")
    with alone(RUNS):
        for name in RECIPES:
            shutil.rmtree(MODELS / f".{name}", ignore_errors=True)  # where a kill ended ``store``
        snapshots.train_missing(RUNS)
        for name in RECIPES:
            if name not in names():
                train_one(name)


def train_one(name: str) -> None:
    """Train a recipe, store its model, and delete the state of the run."""
    images = images_of(RECIPES[name]["data"])
    print(f"{name}: {RECIPES[name]['fit']['steps']:,} steps", flush=True)
    start = time.perf_counter()
    run = partial(train_whole, name, images=images, checkpoint=RUNS / f"{name}.safetensors")
    if name in snapshots.LATENT_RUNS:
        image = images[images.index(torch.tensor([snapshots.IMAGE]))]
        model, history, seen = snapshots.record_latents(run, image, RUNS / f"{name}.snapshots.json")
    else:
        (model, history), seen = run(), None
    card = store(name, model, history, images, time.perf_counter() - start, seen)
    # Files of its phases too, and what a kill left half-written.
    for file in [*RUNS.glob(f"{name}.*"), *RUNS.glob(f".{name}.*")]:
        file.unlink()
    kl = ", ".join(f"{k:.2f}" for k in sorted(card.kl_per_latent, reverse=True))
    print(f"  D {card.distortion:.1f}, KL {kl}, MIG {card.mig:.2f}, {card.seconds} s", flush=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep a second `make zoo` out of ``folder``: the two would go on with each other's runs."""
    folder.mkdir(parents=True, exist_ok=True)
    # Of the locks in the standard library SQLite's is the one that every system has and that ends with its process.
    with closing(sqlite3.connect(folder / "lock", timeout=0)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise RuntimeError(
                f"{folder.resolve()} cannot be locked ({error}): another `make zoo` trains there, or the folder cannot "
                "be written to"
            ) from error
        yield
