"""One run, from its first step or its last checkpoint to its row."""

import os
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

import torch

from .. import metrics
from .._runtime.atomic import write_atomically
from .._runtime.cpu import cpu_name
from ..models import BurgessVAE
from ..training import fit
from ..zoo.registry import commit
from . import kept
from .grid import Run, opened
from .kept import Outcome


def carry_out(run: Run, folder: Path, files: bool) -> Outcome:
    """Return what a run comes to, or its error; one that is in the folder already is not done again.

    Args:
        run: to be done.
        folder: of the sweep, an absolute path; it may be another disk on each machine.
        files: whether History and weights are kept.

    Raises:
        KeyboardInterrupt: where Ctrl-C ended the training, whose checkpoint is kept.
    """
    try:
        return kept.read_outcome(folder, run, files) or finish(run, folder, files)
    except Exception as error:
        with suppress(Exception):  # the same run in another sweep may have ended, and taken its checkpoint away
            if (outcome := kept.read_outcome(folder, run, files)) is not None:
                return outcome
        with suppress(OSError), write_atomically(kept.traceback_of(folder, run), "w") as file:
            file.write(traceback.format_exc())
        return failed(run, error)


def failed(run: Run, error: BaseException) -> Outcome:
    """Return the outcome of a run that ended in an error."""
    return {"spec": run.spec, "error": f"{type(error).__name__}: {error}".strip(": ")}


def finish(run: Run, folder: Path, files: bool) -> Outcome:
    """Train a run to its end, measure the model, and store the outcome."""
    start = time.perf_counter()
    with one_thread():
        images = opened(run.images)
        channels = images[torch.tensor([0])].shape[1]
        model, objective = BurgessVAE(channels, run.latents, seed=run.seed), run.kind(**run.arguments)
        options = run.fit | {"seed": run.seed, "checkpoint": kept.checkpoint_of(folder, run), "progress": False}
        history = fit(model, images, objective, **options)
        if history.step[-1:] != [run.fit["steps"]]:  # Ctrl-C, on which fit returns what it has
            raise KeyboardInterrupt
        figures = metrics.report(model, images, **run.report)
    outcome = {"spec": run.spec, "figures": figures, "seconds": round(time.perf_counter() - start, 1)}
    outcome |= {"commit": commit(), "machine": f"{cpu_name()}, {os.cpu_count()} CPUs"}
    outcome |= {name: history.settings[name] for name in ("device", "precision")}
    outcome["versions"] = {package: version(package) for package in ("torch", "numpy")}
    if files:
        kept.write_files(folder, run, model, history)
    kept.write_outcome(folder, run, outcome)
    kept.remove_state(folder, run)
    return outcome


@contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch compute on one thread: those of several runs would wait for one another."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
