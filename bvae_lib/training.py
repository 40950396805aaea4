"""One training loop. Batches are indexed on the device, and figures stay there until a record is made."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from ._runtime.cpu import bfloat16_pays, flush_denormals, keep_freed_memory
from ._runtime.device import pick_device
from .data import ImageSet
from .history import History, Recorder, load_checkpoint, save_checkpoint
from .models import LinearVAE
from .objectives import Objective, PricedRate

RECORD_EVERY = 50  # steps
CHECKPOINT_EVERY = 500  # steps, a multiple of RECORD_EVERY: a resumed record is never torn

flush_denormals()
keep_freed_memory()

OptimizerFactory = Callable[[list[dict[str, Any]]], torch.optim.Optimizer]
OPTIMIZERS: dict[str, OptimizerFactory] = {
    "adam": torch.optim.Adam,
    "amsgrad": lambda groups: torch.optim.Adam(groups, amsgrad=True),
}


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
    state is kept in that file, and the next call goes on from it: a run that was killed ends with the weights of one
    that was not. Ctrl-C stops early and returns the records so far.

    Args:
        model: what the objective needs, as a rule an encoder and a decoder such as ``BurgessVAE``.
        images: an ImageSet, or a float tensor [N, channels, H, W] in [0, 1].
        objective: what to minimise, called as ``objective(model, batch, step, generator)``.
        steps: of the optimizer, in all.
        batch_size: images of one step.
        lr: highest learning rate.
        optimizer: "adam", "amsgrad", or a function of parameter groups (dicts with "params" and "lr") that makes one.
        seed: of batches and noise.
        device: where to train; "auto" is the first of CUDA, MPS and CPU that there is.
        precision: "float32", "bfloat16" (autocast; losses stay float32) or "auto", the faster of the two here.
        progress: whether to draw a bar.
        checkpoint: name of a file for the state of the run.
        warmup: steps over which the learning rate rises evenly to ``lr``: a high one would kill units before Adam
            knows the size of their gradients.
        cooldown: last steps, over which it falls evenly to 0 and the weights settle.

    Returns:
        What was recorded; ``history.settings`` says what "auto" chose.

    Raises:
        FloatingPointError: when the loss is no longer finite.
        ValueError: for arguments out of range, or a checkpoint of another run.
    """
    check_arguments(images, steps, batch_size, lr, optimizer, warmup, cooldown)
    device = pick_device(device)
    precision = pick_precision(precision, device)
    model = model.to(device).to(memory_format=torch.channels_last).train()
    images, objective = images.to(device), objective.to(device).to(memory_format=torch.channels_last)
    optim = make_optimizer(optimizer, parameter_groups(objective, model, lr))
    generator = torch.Generator(device).manual_seed(seed)
    highest = [group["lr"] for group in optim.param_groups]
    settings = {"batch_size": batch_size, "lr": lr, "optimizer": optimizer_name(optimizer), "seed": seed}
    settings |= {"device": str(device), "precision": precision, "objective": objective.settings()}
    # Where a run ends matters to its cooldown alone: one without can be continued to more steps.
    settings |= {"warmup": warmup, "cooldown": cooldown, "steps": steps if cooldown else None}

    history = None
    if checkpoint is not None and os.path.exists(checkpoint):
        history = load_checkpoint(checkpoint, model, objective, optim, generator, settings)
    recorder = Recorder(settings, history)

    bar = tqdm(total=steps, initial=recorder.done, unit="step", disable=not progress or bool(os.environ.get("CI")))
    try:
        for step in range(recorder.done, steps):
            for group, highest_lr in zip(optim.param_groups, highest, strict=True):
                group["lr"] = highest_lr * lr_schedule(step, steps, warmup, cooldown)
            batch = images[torch.randint(len(images), (batch_size,), generator=generator, device=device)]
            with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16"):
                loss, reconstruction, kl = objective(model, batch, step, generator)
            optim.zero_grad()
            loss.backward()
            optim.step()

            with torch.no_grad():
                rate = kl.sum()
                price = objective.price(rate, step, pixels=batch[0].numel())
                recorder.add(step, loss, reconstruction, price, objective.capacity(step), kl)
                objective.update(rate, step)
            if (step + 1) % RECORD_EVERY == 0 or step + 1 == steps:
                recorder.make_record()
                bar.set_postfix_str(recorder.summary(), refresh=False)
                bar.update(step + 1 - bar.n)
                if checkpoint is not None and (step + 1 == steps or (step + 1) % CHECKPOINT_EVERY == 0):
                    save_checkpoint(checkpoint, model, objective, optim, generator, recorder.history())
    except KeyboardInterrupt:
        recorder.make_record()
        bar.write(f"stopped after {recorder.done} of {steps} steps; the model holds what was learned so far")
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
    """
    return min(1.0, (step + 1) / max(1, warmup), (steps - step) / max(1, cooldown))


def parameter_groups(objective: Objective, model: nn.Module, lr: float) -> list[dict[str, Any]]:
    """Return what the objective lets learn, frozen parameters left out, with the learning rate of each group."""
    groups = []
    for group in objective.parameter_groups(model):
        learning = [parameter for parameter in group["params"] if parameter.requires_grad]
        groups.append({"params": learning, "lr": lr * group.get("lr_factor", 1.0)})
    return groups


def make_optimizer(optimizer: str | OptimizerFactory, groups: list[dict[str, Any]]) -> torch.optim.Optimizer:
    """Build the optimizer of ``groups`` by its name or factory."""
    return (OPTIMIZERS[optimizer] if isinstance(optimizer, str) else optimizer)(groups)


def optimizer_name(optimizer: str | OptimizerFactory) -> str:
    """Return what a History calls this optimizer."""
    return optimizer if isinstance(optimizer, str) else getattr(optimizer, "__name__", type(optimizer).__name__)


def fit_full_batch(
    model: LinearVAE,
    source: torch.Tensor,
    objective: PricedRate,
    steps: int,
    lr: float = 1e-2,
    cooldown: int = 0,
) -> History:
    """Train ``model`` in place on all of ``source`` at once, with the exact distortion; Adam.

    There are no batches and no noise, so runs differ by their objective and first weights alone.

    Args:
        model: a LinearVAE, or another model with ``encode(source)``, a Posterior, and ``distortion(source)`` in nats.
        source: [N, inputs].
        objective: of which the cost of the rate is taken.
        steps: of the optimizer; each makes a record.
        lr: highest learning rate.
        cooldown: last steps, over which the learning rate falls evenly to 0.

    Returns:
        A record for each step.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr)
    rows = []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = lr * lr_schedule(step, steps, cooldown=cooldown)
        distortion, kl = model.distortion(source), model.encode(source).kl().mean(dim=0)
        optimizer.zero_grad()
        (distortion + objective.cost(kl.sum(), step)).backward()
        optimizer.step()
        rate = kl.detach().sum()
        rows.append([distortion.item(), float(objective.slope(rate, step)), objective.capacity(step), *kl.tolist()])
        objective.update(rate, step)
    settings = {"lr": lr, "cooldown": cooldown, "objective": objective.settings()}
    return History.from_rows(np.arange(1, steps + 1), np.array(rows), settings)


def solve_full_batch(model: LinearVAE, source: torch.Tensor, beta: float) -> tuple[float, float]:
    """Train ``model`` in place to the optimum of D + beta R on all of ``source``, by L-BFGS.

    Args:
        model: as in ``fit_full_batch``; in float64, for the optimum to be met closely.
        source: [N, inputs].
        beta: nats of distortion per nat of rate.

    Returns:
        Rate and distortion at the end, in nats.
    """
    optimizer = torch.optim.LBFGS(
        model.parameters(), max_iter=300, tolerance_change=1e-12, history_size=20, line_search_fn="strong_wolfe"
    )

    def measure() -> tuple[torch.Tensor, torch.Tensor]:
        return model.encode(source).kl().mean(dim=0).sum(), model.distortion(source)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        rate, distortion = measure()
        loss = distortion + beta * rate
        loss.backward()
        return loss

    optimizer.step(closure)
    with torch.no_grad():
        rate, distortion = measure()
    return rate.item(), distortion.item()


def pick_precision(precision: str, device: torch.device) -> str:
    """Return ``precision``; for "auto" bfloat16 on a GPU that has it and a CPU that is fast at it, else float32.

    Raises:
        ValueError: for an unknown name.
    """
    if precision == "auto":
        if device.type == "cuda":
            fast = torch.cuda.is_bf16_supported(including_emulation=False)
        else:
            fast = device.type == "cpu" and bfloat16_pays()
        return "bfloat16" if fast else "float32"
    if precision not in ("float32", "bfloat16"):
        raise ValueError(f'precision must be "auto", "float32" or "bfloat16", not {precision!r}')
    return precision


def check_arguments(
    images: ImageSet | torch.Tensor,
    steps: int,
    batch_size: int,
    lr: float,
    optimizer: str | OptimizerFactory,
    warmup: int,
    cooldown: int,
) -> None:
    """Raise ValueError for what would otherwise fail late or train on nonsense."""
    for name, value in {"steps": steps, "batch_size": batch_size}.items():
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be a whole number of at least 1, not {value!r}")
    for name, value in {"warmup": warmup, "cooldown": cooldown}.items():
        if not (isinstance(value, int) and 0 <= value <= steps):
            raise ValueError(f"{name} must be a whole number of steps from 0 to {steps}, not {value!r}")
    if not lr > 0:
        raise ValueError(f"lr must be above 0, not {lr!r}")
    if not callable(optimizer) and optimizer not in OPTIMIZERS:
        raise ValueError(
            f"optimizer must be one of {sorted(OPTIMIZERS)} or a function of parameter groups, not {optimizer!r}"
        )
    if len(images) == 0:
        raise ValueError("images is empty: there is nothing to train on")
    first = images[torch.tensor([0])]
    if not first.is_floating_point():
        raise ValueError(f"images must be float in [0, 1], not {first.dtype}; divide bytes by 255")
    if isinstance(images, torch.Tensor) and not (images.amin() >= 0 and images.amax() <= 1):
        raise ValueError(f"images must lie in [0, 1], not {images.amin():.3g} to {images.amax():.3g}")
