"""One training loop. Batches are indexed on the device, and figures stay there until a record is made."""

import os
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from tqdm.auto import tqdm

from ._runtime.arguments import number, plain, seed_number, whole_number
from ._runtime.cpu import bfloat16_pays, flush_denormals, keep_freed_memory
from ._runtime.device import pick_device
from ._runtime.interrupt import HeldInterrupt
from ._runtime.paths import file_to_write
from .checkpoints import identify, load_checkpoint, save_checkpoint, stored_settings
from .data import ImageSet
from .data.base import as_images
from .history import History, Recorder
from .objectives import Objective, Terms

RECORD_EVERY = 50  # steps
CHECKPOINT_EVERY = 500  # steps

flush_denormals()
keep_freed_memory()

OptimizerFactory = Callable[[list[dict[str, Any]]], torch.optim.Optimizer]
OPTIMIZERS: dict[str, OptimizerFactory] = {
    "adam": torch.optim.Adam,
    "amsgrad": lambda groups: torch.optim.Adam(groups, amsgrad=True),
}


@torch.inference_mode(False)
@torch.enable_grad()  # a step needs gradients, whatever the caller has set
def fit(
    model: nn.Module,
    images: ImageSet | torch.Tensor,
    objective: Objective,
    steps: int,
    batch_size: int = 64,
    lr: float = 5e-4,
    optimizer: str | OptimizerFactory = "adam",
    seed: int = 0,
    device: str | torch.device = "auto",
    precision: str = "auto",
    progress: bool = True,
    checkpoint: str | os.PathLike | None = None,
    warmup: int = 0,
    cooldown: int = 0,
) -> History:
    """Train ``model`` in place, and what ``objective`` owns, on batches drawn with replacement.

    With the same seed, weights, threads and machine the result is the same to the last bit. With ``checkpoint`` the
    state is kept in that file, and the next call goes on from it: a run that was killed ends with the weights and
    records of one that was not, unless it goes on with another kind of device, and so with other draws. Ctrl-C stops
    after the step at hand, saves, and returns the records so far.

    Args:
        model: what the objective needs, as a rule an encoder and a decoder such as ``BurgessVAE``. Its weights are
            float32 or float64; images are cast to that.
        images: an ImageSet, or a float tensor or NumPy array [N, channels, H, W] in [0, 1].
        objective: what to minimise, called as ``objective(model, batch, step, generator)``.
        steps: of the optimizer, in all.
        batch_size: images of one step.
        lr: highest learning rate.
        optimizer: "adam", "amsgrad", or a function of parameter groups (dicts with "params" and "lr") that makes one.
        seed: of batches and noise.
        device: where to train; "auto" is the first of CUDA, MPS and CPU that there is.
        precision: "float32", "bfloat16" (autocast; losses stay float32) or "auto": that of the run that goes on, or the
            faster of the two here. For a CPU that is measured once and kept in ``~/.cache/bvae_lib``.
        progress: whether to draw a bar.
        checkpoint: name of a file for the state of the run. It is written before the first step, too.
            The images must be those of the run: sixteen are looked at, so a change to others is not noticed.
        warmup: steps over which the learning rate rises evenly to ``lr``: a high one would kill units before Adam
            knows the size of their gradients.
        cooldown: last steps, over which it falls evenly to 0 and the weights settle.

    Returns:
        What was recorded; ``history.settings`` says what "auto" chose.

    Raises:
        FloatingPointError: when the loss is no longer finite.
        OSError: where the checkpoint cannot be written.
        TypeError: for another kind of thing than a network, images, an objective, an optimizer or the name of a file.
        ValueError: for arguments out of range, or a checkpoint of another run.
    """
    settings = check_arguments(steps, batch_size, lr, optimizer, warmup, cooldown, seed)
    steps, batch_size, lr, seed = (settings[name] for name in ("steps", "batch_size", "lr", "seed"))
    dtype, images, device = _dtype_of(model), as_images(images), pick_device(device)
    if not isinstance(objective, Objective):
        raise TypeError(f"objective must be an Objective such as BetaVAE(4), not {objective!r}")
    checkpoint = None if checkpoint is None else file_to_write("checkpoint", checkpoint)
    before = stored_settings(checkpoint) if checkpoint is not None and checkpoint.is_file() else None
    precision = pick_precision(precision, device, before)
    settings |= {"device": str(device), "precision": precision, "images": identify(images)}
    settings |= {"objective": plain(f"{type(objective).__name__}.settings()", objective.settings())}
    # Where a run ends matters to its cooldown alone: one without can be continued to more steps.
    settings["steps"] = steps if settings["cooldown"] else None
    objective.begin(len(images))

    model = model.to(device).to(memory_format=torch.channels_last)
    objective = objective.to(device).to(memory_format=torch.channels_last)
    if isinstance(images, torch.Tensor) and images.element_size() > dtype.itemsize:
        images = images.to(dtype)  # float64, which takes twice the memory and does not exist on MPS
    images = images.to(device)
    optim = _make_optimizer(optimizer, parameter_groups(objective, model, lr))
    generator = torch.Generator(device).manual_seed(seed)
    highest = [group["lr"] for group in optim.param_groups]
    recorder = Recorder(settings)
    if checkpoint is not None and before is not None:
        recorder = load_checkpoint(checkpoint, model, objective, optim, generator, settings)

    def save() -> None:
        if checkpoint is not None:
            save_checkpoint(checkpoint, model, objective, optim, generator, recorder)

    bar = tqdm(total=steps, initial=recorder.done, unit="step", disable=not progress or bool(os.environ.get("CI")))
    try:
        model.train()
        with HeldInterrupt() as interrupt, torch.autocast(device.type, enabled=False):  # whatever the caller has set
            if recorder.done < steps:
                save()  # shows that it can be, and lets even a run that stops before the next time begin alike
            for step in range(recorder.done, steps):
                for group, highest_lr in zip(optim.param_groups, highest, strict=True):
                    group["lr"] = highest_lr * lr_schedule(step, steps, warmup, cooldown)
                batch = images[torch.randint(len(images), (batch_size,), generator=generator, device=device)].to(dtype)
                with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16"):
                    loss, reconstruction, kl = _checked(objective(model, batch, step, generator), objective)
                torch.clear_autocast_cache()  # which an autocast around it would keep: weights in bfloat16, from step 0
                optim.zero_grad()
                loss.backward()
                optim.step()

                with torch.no_grad():
                    rate = kl.sum()
                    price = objective.price(rate, step, pixels=batch[0].numel())
                    recorder.add(step, loss, reconstruction, price, objective.capacity(step), kl)
                    objective.update(rate, step)
                if recorder.done % RECORD_EVERY == 0 or recorder.done == steps:
                    recorder.make_record()
                    bar.set_postfix_str(recorder.summary(), refresh=False)
                    bar.update(recorder.done - bar.n)
                if interrupt.came or recorder.done % CHECKPOINT_EVERY == 0 or recorder.done == steps:
                    save()
                if interrupt.came:
                    raise KeyboardInterrupt
    except KeyboardInterrupt:  # one that was not held may come amid a step: then the file stays as it was saved last
        recorder.make_record()
        goes_on = "" if checkpoint is None else f"; the same call goes on from {checkpoint}"
        bar.write(f"stopped after {recorder.done} of {steps} steps; the model holds what was learned so far{goes_on}")
    finally:
        bar.close()
        model.eval()
    return recorder.history()


def lr_schedule(step: int, steps: int, warmup: int = 0, cooldown: float = 0) -> float:
    """Return the learning rate at a step as a share of the highest, above 0 and at most 1.

    Args:
        step: of the optimizer, from 0 to ``steps`` - 1.
        steps: in all.
        warmup: first steps, over which the share rises evenly to 1.
        cooldown: last steps, over which it falls evenly to 0.

    Raises:
        ValueError: for a step outside the run, or a negative warmup or cooldown.
    """
    step = whole_number("step", step, 0, whole_number("steps", steps, 1) - 1)
    warmup, cooldown = number("warmup", warmup, least=0), number("cooldown", cooldown, least=0)
    return min(1.0, (step + 1) / max(1, warmup), (steps - step) / max(1, cooldown))


def check_arguments(
    steps: int,
    batch_size: int,
    lr: float,
    optimizer: str | OptimizerFactory,
    warmup: int = 0,
    cooldown: int = 0,
    seed: int = 0,
) -> dict[str, Any]:
    """Return arguments of ``fit`` by their names, as plain values, the optimizer by its own name.

    Raises:
        ValueError: for what would otherwise fail late or train on nonsense.
    """
    if not (callable(optimizer) or (isinstance(optimizer, str) and optimizer in OPTIMIZERS)):
        names = sorted(OPTIMIZERS)
        raise ValueError(f"optimizer must be one of {names} or a function of parameter groups, not {optimizer!r}")
    name = optimizer if isinstance(optimizer, str) else getattr(optimizer, "__name__", type(optimizer).__name__)
    steps = whole_number("steps", steps, 1)
    return {
        "steps": steps,
        "batch_size": whole_number("batch_size", batch_size, 1),
        "lr": number("lr", lr, above=0),
        "optimizer": name,
        "warmup": whole_number("warmup", warmup, 0, steps),
        "cooldown": whole_number("cooldown", cooldown, 0, steps),
        "seed": seed_number(seed),
    }


def parameter_groups(objective: Objective, model: nn.Module, lr: float) -> list[dict[str, Any]]:
    """Return what the objective lets learn, frozen parameters left out, with the learning rate of each group.

    Raises:
        TypeError: where the objective names other things than groups.
        ValueError: where all parameters are frozen.
    """
    groups = []
    for group in objective.parameter_groups(model):
        if not isinstance(group, dict) or "params" not in group:
            owner = type(objective).__name__
            raise TypeError(f'{owner}.parameter_groups must return dicts with "params", not {type(group).__name__}')
        learning = [parameter for parameter in group["params"] if parameter.requires_grad]
        rate = {"lr": lr * group.get("lr_factor", 1.0)}  # unless the group has one of its own
        groups.append(rate | {key: value for key, value in group.items() if key != "lr_factor"} | {"params": learning})
    if not any(group["params"] for group in groups):
        raise ValueError("there is nothing to learn: all parameters are frozen; model.requires_grad_(True) frees them")
    return groups


def _dtype_of(model: nn.Module) -> torch.dtype:
    """Return the dtype of a network's weights, which images are cast to."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a network such as BurgessVAE(), not {model!r}")
    if any(parameter.is_inference() for parameter in model.parameters()):
        raise ValueError("model was made under torch.inference_mode() and cannot learn; make it outside")
    if any(parameter.is_meta for parameter in model.parameters()):
        raise ValueError("model is on the meta device, without weights; make it on another one")
    found = {parameter.dtype for parameter in model.parameters()}
    for half in found & {torch.float16, torch.bfloat16}:
        raise ValueError(
            f"model must be float32, not {half}, which rounds small steps away; use model.float(), "
            'and precision="bfloat16" for speed'
        )
    return torch.float64 if torch.float64 in found else torch.float32


def _checked(terms: Terms, objective: Objective) -> Terms:
    """Return what an objective says of a batch; ValueError where that is something else."""
    found = terms if isinstance(terms, tuple) else (terms,)
    shapes = [list(x.shape) if isinstance(x, torch.Tensor) else type(x).__name__ for x in found]
    if len(shapes) != 3 or shapes[:2] != [[], []] or len(shapes[2]) != 1:
        raise ValueError(
            f"{type(objective).__name__} must return Terms(loss, reconstruction, kl), tensors of shapes [], [] and "
            f"[latents], not {shapes}"
        )
    return terms


def _make_optimizer(optimizer: str | OptimizerFactory, groups: list[dict[str, Any]]) -> torch.optim.Optimizer:
    """Build the optimizer of ``groups`` by its name or factory."""
    made = (OPTIMIZERS[optimizer] if isinstance(optimizer, str) else optimizer)(groups)
    if not isinstance(made, torch.optim.Optimizer):
        raise TypeError(f"optimizer must be a function that returns a torch optimizer, not {type(made).__name__}")
    if isinstance(made, torch.optim.LBFGS):
        raise TypeError("optimizer must take a step without a closure; LBFGS is what solve_full_batch runs")
    return made


def pick_precision(precision: str, device: torch.device, settings: dict[str, Any] | None = None) -> str:
    """Return the precision to train with.

    Args:
        precision: "float32", "bfloat16", or "auto": bfloat16 on a GPU that has it and a CPU that is fast at it, else
            float32.
        device: to train on.
        settings: of a run that goes on, whose precision "auto" keeps unless the device is now of another kind.

    Raises:
        ValueError: for an unknown name.
    """
    if precision == "auto" and settings and str(settings.get("device")).partition(":")[0] == device.type:
        precision = settings["precision"]
    if precision == "auto":
        if device.type == "cuda":
            fast = torch.cuda.is_bf16_supported(including_emulation=False)
        else:
            fast = device.type == "cpu" and bfloat16_pays()
        return "bfloat16" if fast else "float32"
    if precision not in ("float32", "bfloat16"):
        raise ValueError(f'precision must be "auto", "float32" or "bfloat16", not {precision!r}')
    return precision
