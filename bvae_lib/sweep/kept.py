"""What the folder keeps of each run: its row, and on demand its History and its weights."""

import json
import math
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save

from .._runtime.atomic import write_atomically
from .._runtime.paths import user_path
from ..history import History
from ..models import BurgessVAE
from ..zoo.cards import is_nan, replace
from .grid import Run

FILES = (".history.json", ".safetensors")  # that a run leaves on demand
Outcome = dict[str, Any]  # of a run: spec, figures, seconds, where it was trained; or spec and error


def read_outcome(folder: Path, run: Run, files: bool) -> Outcome | None:
    """Return what a run came to, or None where it, or with ``files`` a file of it, is not here.

    Raises:
        ValueError: where what is stored is damaged.
    """
    path = outcome_of(folder, run)
    if not path.is_file() or (files and not all(path.with_suffix(end).is_file() for end in FILES)):
        return None
    try:
        outcome = json.loads(path.read_text(encoding="utf-8"))
        if outcome["spec"] != run.spec:
            raise ValueError("it is of another run")
        return outcome | {"figures": replace(dict(outcome["figures"]), lambda value: value is None, math.nan)}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is damaged ({error}); delete it, and the run is done again") from error


def write_outcome(folder: Path, run: Run, outcome: Outcome) -> None:
    """Store what a finished run came to, whole or not at all."""
    with write_atomically(outcome_of(folder, run), "w") as file:
        json.dump(replace(outcome, is_nan, None), file, indent=1, allow_nan=False)


def outcome_of(folder: Path, run: Run) -> Path:
    """Return the file that a finished run has; its other files differ in the suffix."""
    return folder / f"{run.name}.json"


def checkpoint_of(folder: Path, run: Run) -> Path:
    """Return the file that holds the state of a run while it is not finished."""
    return folder / f"{run.name}.checkpoint"


def traceback_of(folder: Path, run: Run) -> Path:
    """Return the file that says where a run failed."""
    return folder / f"{run.name}.traceback.txt"


def remove_state(folder: Path, run: Run) -> None:
    """Remove what a finished run needs no longer, and what kills left of it."""
    checkpoint = checkpoint_of(folder, run)
    for file in [checkpoint, traceback_of(folder, run), *folder.glob(f".{checkpoint.name}.*")]:
        file.unlink(missing_ok=True)


def write_files(folder: Path, run: Run, model: BurgessVAE, history: History) -> None:
    """Store the History and the weights of a run; its outcome comes after them."""
    history.save(folder / f"{run.name}.history.json")
    with write_atomically(folder / f"{run.name}.safetensors") as file:
        file.write(save({name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}))


def load_run(folder: str | Path, run: str) -> tuple[BurgessVAE, History]:
    """Load the model of one run of a sweep that was called with ``files=True``.

    Args:
        folder: of the sweep.
        run: name of the run, from the table's column ``run``.

    Returns:
        The model, on the CPU and in evaluation mode, and its History.

    Raises:
        FileNotFoundError: where the folder has no such files.
        ValueError: where they are damaged.
    """
    if not isinstance(run, str) or not run or Path(run).name != run:
        raise ValueError(f"run must be a name from the table's column run, not {run!r}")
    folder = user_path("folder", folder)
    path = folder / f"{run}.safetensors"
    if not path.is_file():
        raise FileNotFoundError(f"{folder} has no weights of {run!r}; sweep(..., files=True) keeps those of each run")
    try:
        weights = load_tensors(path.read_bytes())
        latents, channels = weights["decoder.0.weight"].shape[1], weights["encoder.0.weight"].shape[1]
        model = BurgessVAE(channels=channels, latents=latents)
        model.load_state_dict(weights)
    except (SafetensorError, KeyError, IndexError, RuntimeError, ValueError) as error:
        raise ValueError(f"{path} is damaged ({error}); delete the files of {run}, and call sweep again") from error
    return model.eval(), History.load(folder / f"{run}.history.json")
