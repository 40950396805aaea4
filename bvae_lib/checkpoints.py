"""The whole state of a run in one file, so that a run that is killed can go on as if it had not been.

The file is safetensors: weights, optimiser and random state as tensors, History and settings as JSON in its
header. One file is written and renamed at once, so weights and figures can never be of different steps.
"""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from .atomic import write_atomically
from .history import History


def save_checkpoint(path, model, objective, optimiser, generator: torch.Generator, history: History) -> None:
    """Write the state after ``history.step[-1]`` steps to ``path``, whole or not at all."""
    tensors = {f"model.{k}": v for k, v in model.state_dict().items()}
    tensors |= {f"objective.{k}": v for k, v in objective.state_dict().items()}
    for i, state in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{i}.{k}": v for k, v in state.items()}
    tensors["generator"] = generator.get_state()
    tensors["rows"] = torch.from_numpy(history.rows())
    tensors["step"] = torch.from_numpy(history.step)
    # safetensors stores rows of numbers only: weights in channels_last are laid out anew, and get it back on load.
    tensors = {k: v.detach().cpu().contiguous() for k, v in tensors.items()}
    with write_atomically(path) as file:
        file.write(save(tensors, {"settings": json.dumps(history.settings)}))


def load_checkpoint(path, model, objective, optimiser, generator: torch.Generator, settings: dict) -> History:
    """Put the state in ``path`` into the objects given, and return its History.

    Raises ValueError where the file is damaged, or of a run with other settings (device and precision apart).
    """
    try:
        with safe_open(path, "pt") as file:
            stored = json.loads(file.metadata()["settings"])
            tensors = {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118  (not a dict)
    except (SafetensorError, TypeError, KeyError, ValueError) as error:
        raise ValueError(f"checkpoint {path} cannot be read ({error}); delete it to start anew") from error
    for name in (stored.keys() | settings.keys()) - {"device", "precision"}:
        if stored.get(name) != settings.get(name):
            raise ValueError(
                f"checkpoint {Path(path)} is of another run: its {name} is {stored.get(name)}, here it is "
                f"{settings.get(name)}; give another file name, or delete it to start anew"
            )

    def part(prefix: str) -> dict[str, torch.Tensor]:
        return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

    try:
        model.load_state_dict(part("model."))
    except RuntimeError as error:  # weights of other names or shapes
        raise ValueError(f"checkpoint {Path(path)} is of another run, with another model: {error}") from error
    objective.load_state_dict(part("objective."))
    state = {}
    for name, tensor in part("optimiser.").items():
        i, key = name.split(".", 1)
        state.setdefault(int(i), {})[key] = tensor
    optimiser.load_state_dict(optimiser.state_dict() | {"state": state})
    generator.set_state(tensors["generator"])
    return History.from_rows(tensors["step"].numpy(), np.asarray(tensors["rows"]), stored)
