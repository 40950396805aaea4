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
from ._runtime.paths import user_path
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
        FloatingPointError: where a loss or a weight is not finite; a file that was there stays as it was.
        OSError: where the file cannot be written; one that was there stays as it was.
        ValueError: for a state that is neither tensors nor plain numbers, or a ``path`` that is no path.
    """
    path = user_path("checkpoint", path)
    state = {f"model.{k}": v for k, v in model.state_dict().items()}
    state |= {f"objective.{k}": v for k, v in objective.state_dict().items()}
    for i, values in optimizer.state_dict()["state"].items():
        state |= {f"optimizer.{i}.{k}": v for k, v in values.items()}
    state |= {"generator": generator.get_state()} | recorder.state()
    tensors = {k: _copy(v) for k, v in state.items() if isinstance(v, torch.Tensor)}
    _check_finite(tensors, model=model, objective=objective)
    header = {"settings": recorder.settings, "optimizer": _arguments_of(optimizer)}
    header |= {"state": {k: v for k, v in state.items() if k not in tensors}}
    texts = {name: json.dumps(plain(f"{name} in a checkpoint", v)) for name, v in header.items()}
    content = save(tensors, texts | {"digest": _digest(tensors, texts)})
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
            _refuse(path, *_difference(name, stored.get(name), settings.get(name)))

    def part(prefix: str) -> dict[str, Any]:
        return {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}

    _check_same_kind(path, "model's", part("model."), model.state_dict())
    _check_same_kind(path, "objective's", part("objective."), objective.state_dict())
    own = plain("optimizer", _arguments_of(optimizer))
    for name, value in header["optimizer"].items():
        if own.get(name, value) != value:
            _refuse(path, f"optimizer's {name}", value, own[name])
    optimizer_state: dict[int, dict[str, Any]] = {}
    recorder, drawn = Recorder(settings), torch.Generator(generator.device)
    try:
        _check_finite(state, model=model, objective=objective)
        for name, value in part("optimizer.").items():
            i, key = name.split(".", 1)
            optimizer_state.setdefault(int(i), {})[key] = value
        recorder.load_state({"total": torch.zeros(()), "count": 0} | state, generator.device)
        if str(stored.get("device")).partition(":")[0] == generator.device.type:
            drawn.set_state(state["generator"])
        else:
            drawn.manual_seed(_seed_at(stored.get("seed"), recorder.done))
    except (AttributeError, FloatingPointError, KeyError, TypeError, ValueError, RuntimeError) as error:
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
        images: of which sixteen are looked at, spread evenly: a change to others is not noticed. Where they are drawn
            anew at each reading, there is no digest.

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
    """Return class and arguments of an optimizer, how many parameters each of its groups has, and their shapes."""
    arguments = json.loads(json.dumps(optimizer.defaults, default=lambda value: type(value).__name__))
    sizes = [len(group["params"]) for group in optimizer.param_groups]
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    shapes = {f"parameter {i}": list(parameter.shape) for i, parameter in enumerate(parameters)}
    return {"class": type(optimizer).__name__, "parameters": sizes} | arguments | shapes


def _check_finite(state: dict[str, Any], **owners: nn.Module) -> None:
    """Raise FloatingPointError unless the weights of ``owners``, given by their names in ``state``, are finite."""
    for owner, module in owners.items():
        for name, own in module.state_dict(keep_vars=True).items():
            if isinstance(own, nn.Parameter) and not state[f"{owner}.{name}"].isfinite().all():
                raise FloatingPointError(f"the {owner}'s {name} is not finite; try a lower lr")


def _digest(tensors: dict[str, torch.Tensor], texts: dict[str, str]) -> str:
    """Return what tells whether a checkpoint is as it was written."""
    kinds = {name: f"{tensor.dtype} {list(tensor.shape)}" for name, tensor in tensors.items()}
    digest = hashlib.sha256(json.dumps([texts, kinds], sort_keys=True).encode())
    for name in sorted(tensors):
        digest.update(tensors[name].reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _read(path: str | os.PathLike) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the header of a checkpoint and the state in it; ValueError where the file is damaged or none."""
    path = user_path("checkpoint", path)
    try:
        with safe_open(path, "pt") as file:
            texts = file.metadata() or {}
            state = {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118  (not a dict)
    except SafetensorError as error:
        raise _unreadable(path, error) from error
    if "settings" not in texts:
        raise ValueError(f"{path} has tensors, but is no checkpoint of fit; give another file name")
    digest = texts.pop("digest", None)  # None in a file from before checkpoints had one
    try:
        if digest is not None and digest != _digest(state, texts):
            raise ValueError("it was changed after it was written")
        header = {"optimizer": {}} | {name: json.loads(text) for name, text in texts.items()}
        header |= {name: dict(header[name]) for name in ("settings", "optimizer")}
        return header, state | header.get("state", {})
    except (RecursionError, TypeError, ValueError) as error:
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


def _difference(name: str, stored: Any, here: Any) -> tuple[str, Any, Any]:
    """Return the name of the first entry in which two settings differ, and what it is in each."""
    while isinstance(stored, dict) and isinstance(here, dict):
        key = next(k for k in [*stored, *here] if stored.get(k, "missing") != here.get(k, "missing"))
        name, stored, here = f"{key} of {name}", stored.get(key, "missing"), here.get(key, "missing")
    return name, stored, here


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
