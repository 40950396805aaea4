"""The whole state of a training run in one file, from which it goes on as if it had never stopped."""

import hashlib
import json
import os
from typing import Any, NoReturn

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from ._runtime.arguments import check_pixels, plain
from ._runtime.atomic import write_atomically
from ._runtime.pixels import to_uint8
from .data import ImageSet
from .history import Recorder


def save_checkpoint(
    path: str | os.PathLike,
    model: nn.Module,
    objective: nn.Module,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
    recorder: Recorder,
) -> None:
    """Write the whole state of a run to ``path``, whole or not at all, so that a run that is killed can go on.

    The file is safetensors: weights, optimizer, random state and figures as tensors; settings, and what else is no
    tensor, as JSON in its header. One file is written and renamed at once, so weights and figures can never be of
    different steps.

    Args:
        path: of the file.
        model: its weights are stored.
        objective: its parameters and buffers are stored.
        optimizer: its state is stored.
        generator: its state is stored.
        recorder: of the steps that the others have taken.

    Raises:
        FloatingPointError: where a loss was not finite.
        OSError: where the file cannot be written; one that was there stays as it was.
        ValueError: for a state that is neither tensors nor plain numbers.
    """
    state = {f"model.{k}": v for k, v in model.state_dict().items()}
    state |= {f"objective.{k}": v for k, v in objective.state_dict().items()}
    for i, values in optimizer.state_dict()["state"].items():
        state |= {f"optimizer.{i}.{k}": v for k, v in values.items()}
    state |= {"generator": generator.get_state()} | recorder.state()
    tensors = {k: _copy(v) for k, v in state.items() if isinstance(v, torch.Tensor)}
    header = {"settings": recorder.settings, "optimizer": _arguments_of(optimizer)}
    header |= {"state": {k: v for k, v in state.items() if k not in tensors}}
    content = save(tensors, {name: json.dumps(plain(f"{name} in a checkpoint", v)) for name, v in header.items()})
    try:
        with write_atomically(path) as file:
            file.write(content)
    except OSError as error:
        raise OSError(
            f"checkpoint {path} cannot be written ({error}); name a file in a folder where you may write and where "
            f"there is room for {len(content) / 1e6:.1f} MB"
        ) from error


def load_checkpoint(
    path: str | os.PathLike,
    model: nn.Module,
    objective: nn.Module,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
    settings: dict,
) -> Recorder:
    """Put the state in ``path`` into the objects given, or leave all of them as they are.

    On another kind of device random states are of another size: there the generator is seeded anew from the run's seed
    and the steps taken. The run goes on with other draws, the same at each call.

    Args:
        path: of the file.
        model: gets its weights.
        objective: gets its parameters and buffers.
        optimizer: gets its state.
        generator: gets its state.
        settings: of the run that is to go on, which must be those of the file, device and precision apart.

    Returns:
        What was recorded up to there, to be gone on with under ``settings``.

    Raises:
        ValueError: where the file is damaged or no checkpoint, or of a run with other settings, images, model or
            optimizer.
    """
    header, state = _read(path)
    stored, compared = header["settings"], header["settings"].keys() | settings.keys()
    for name in sorted(compared - {"device", "precision"}):
        if name == "images" and name not in stored:
            continue  # written before checkpoints knew their images
        if stored.get(name) != settings.get(name):
            _refuse(path, name, stored.get(name), settings.get(name))
    own = plain("optimizer", _arguments_of(optimizer))
    for name, value in header.get("optimizer", {}).items():
        if own.get(name, value) != value:
            _refuse(path, f"optimizer's {name}", value, own[name])

    def part(prefix: str) -> dict[str, Any]:
        return {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}

    _check_same_kind(path, "model's", part("model."), model.state_dict())
    _check_same_kind(path, "objective's", part("objective."), objective.state_dict())
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    optimizer_state: dict[int, dict[str, Any]] = {}
    for name, value in part("optimizer.").items():
        i, key = name.split(".", 1)
        shape = list(parameters[int(i)].shape) if int(i) < len(parameters) else None
        found = list(value.shape) if isinstance(value, torch.Tensor) else []
        if shape is None or (len(found) == len(shape) and found != shape):
            _refuse(path, f"optimizer's {key} of parameter {i}", found, shape)
        optimizer_state.setdefault(int(i), {})[key] = value
    recorder, drawn = Recorder(settings), torch.Generator(generator.device)
    try:
        recorder.load_state({"total": torch.zeros(()), "count": 0} | state, generator.device)
        if str(stored.get("device")).partition(":")[0] == generator.device.type:
            drawn.set_state(state["generator"])
        else:
            drawn.manual_seed(_seed_at(stored.get("seed"), recorder.done))
    except (AttributeError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise _unreadable(path, error) from error

    # Nothing was changed up to here, and nothing from here on can fail.
    model.load_state_dict(part("model."))
    objective.load_state_dict(part("objective."))
    optimizer.load_state_dict(optimizer.state_dict() | {"state": optimizer_state})
    generator.set_state(drawn.get_state())
    return recorder


def stored_settings(path: str | os.PathLike) -> dict[str, Any]:
    """Return the settings of the run that a checkpoint is of; ValueError where the file is damaged or none."""
    return _read(path)[0]["settings"]


def identify(images: ImageSet | torch.Tensor) -> dict[str, Any]:
    """Return what tells a set of images from others, as plain values.

    Args:
        images: of which sixteen are looked at. Where they are drawn anew at each reading, there is no digest.

    Raises:
        ValueError: for images that are not in [0, 1].
    """
    some = torch.arange(16) * (len(images) - 1) // 15
    first, again = (images[some].cpu().float() for _ in range(2))
    check_pixels(first)
    digest = hashlib.sha256(to_uint8(first).tobytes()).hexdigest()[:16] if torch.equal(first, again) else None
    return {"number": len(images), "channels": first.shape[1], "digest": digest}


def _copy(tensor: torch.Tensor) -> torch.Tensor:
    """Return a tensor as safetensors takes it: contiguous, on the CPU, and sharing no memory with another one."""
    return tensor.detach().cpu().clone(memory_format=torch.contiguous_format)


def _arguments_of(optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """Return class and arguments of an optimizer, and how many parameters each of its groups has."""
    arguments = json.loads(json.dumps(optimizer.defaults, default=lambda value: type(value).__name__))
    sizes = [len(group["params"]) for group in optimizer.param_groups]
    return {"class": type(optimizer).__name__, "parameters": sizes} | arguments


def _read(path: str | os.PathLike) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the header of a checkpoint and the state in it; ValueError where the file is damaged or none."""
    try:
        with safe_open(path, "pt") as file:
            texts = file.metadata() or {}
            state = {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118  (not a dict)
    except SafetensorError as error:
        raise _unreadable(path, error) from error
    if "settings" not in texts:
        raise ValueError(f"{path} has tensors, but is no checkpoint of fit; give another file name")
    try:
        header = {name: json.loads(text) for name, text in texts.items()}
        return header | {"settings": dict(header["settings"])}, state | header.get("state", {})
    except (TypeError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: str | os.PathLike, error: Exception) -> ValueError:
    """Return the error for a checkpoint that cannot be read."""
    return ValueError(
        f"checkpoint {path} cannot be read ({type(error).__name__}: {error}); "
        "give another file name, or delete it to start again"
    )


def _refuse(path: str | os.PathLike, what: str, stored: Any, here: Any) -> NoReturn:
    """Raise ValueError for a checkpoint in which ``what`` is ``stored``, where it is ``here`` in the run to go on."""
    raise ValueError(
        f"checkpoint {path} is of another run: its {what} is {stored}, here it is {here}; "
        "give another file name, or delete it to start again"
    )


def _check_same_kind(path: str | os.PathLike, whose: str, stored: dict[str, Any], own: dict[str, Any]) -> None:
    """Raise ValueError unless ``stored`` has the names, shapes and dtypes of ``own``."""

    def kind(state: dict[str, Any], name: str) -> str:
        value = state.get(name)
        if isinstance(value, torch.Tensor):
            return f"{value.dtype} {list(value.shape)}"
        return "no tensor" if name in state else "missing"

    for name in [*own, *stored]:
        if kind(stored, name) != kind(own, name):
            _refuse(path, f"{whose} {name}", kind(stored, name), kind(own, name))


def _seed_at(seed: int | None, step: int) -> int:
    """Return a seed for the draws from ``step`` on of a run that began with ``seed``."""
    return int.from_bytes(hashlib.sha256(f"{seed} {step}".encode()).digest()[:8], "big")
