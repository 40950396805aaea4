"""One training loop. Batches are indexed on the device, and figures stay there until a record is made."""

import os

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from .checkpoints import load_checkpoint, save_checkpoint
from .cpu import bfloat16_pays, flush_denormals, keep_freed_memory
from .data import ImageSet
from .device import pick_device
from .history import History
from .muon import Muon
from .objectives import Objective

RECORD_EVERY = 50  # steps
CHECKPOINT_EVERY = 500  # steps, a multiple of RECORD_EVERY: a resumed record is never torn

flush_denormals()
keep_freed_memory()

OPTIMIZERS = {
    "adam": lambda parameters, lr: torch.optim.Adam(parameters, lr),
    "amsgrad": lambda parameters, lr: torch.optim.Adam(parameters, lr, amsgrad=True),
    "muon": Muon,
}


def fit(
    model: nn.Module,
    images: ImageSet | torch.Tensor,
    objective: Objective,
    steps: int,
    batch_size: int = 64,
    lr: float = 5e-4,
    optimizer: str = "adam",
    seed: int = 0,
    device: str | torch.device = "auto",
    precision: str = "auto",
    progress: bool = True,
    checkpoint: str | os.PathLike | None = None,
    warmup: int = 0,
    cooldown: int = 0,
) -> History:
    """Train ``model`` in place for ``steps`` batches drawn with replacement, and return what was recorded.

    ``images`` is an ImageSet or a float tensor [N, C, H, W] in [0, 1]. ``seed`` sets batches and noise; with the
    same seed, weights and machine the result is the same to the last bit. ``precision`` is "float32", "bfloat16"
    (autocast; losses stay float32) or "auto", the faster of the two here; ``history.settings`` says which.
    ``optimizer`` is "adam", "amsgrad" or "muon" (Adam, but matrices between hidden units by Muon, at 20 times ``lr``).
    Over the first ``warmup`` steps the learning rate rises evenly to ``lr``: a high one would kill units before Adam
    knows their gradients. Over the last ``cooldown`` steps it falls evenly to 0, and what it stirred comes to rest.

    With ``checkpoint``, a file name, the state is kept there and the next call goes on from it: a run that was
    killed ends with the weights of one that was not. Ctrl-C stops early and returns the records so far.

    Raises FloatingPointError when the loss is no longer finite, and ValueError for arguments out of range or a
    checkpoint of another run.
    """
    check_arguments(images, steps, batch_size, lr, optimizer, warmup, cooldown)
    device = pick_device(device)
    precision = pick_precision(precision, device)
    model = model.to(device, memory_format=torch.channels_last).train()
    images, objective = images.to(device), objective.to(device)
    optimiser = OPTIMIZERS[optimizer](parameter_groups(model), lr)
    generator = torch.Generator(device).manual_seed(seed)
    settings = {"batch_size": batch_size, "lr": lr, "optimizer": optimizer, "seed": seed, "device": str(device)}
    settings |= {"precision": precision, "objective": objective.settings()}
    if warmup:
        settings |= {"warmup": warmup}
    if cooldown:  # it starts at another step where another number of steps is asked for
        settings |= {"cooldown": cooldown, "steps": steps}

    history = None
    if checkpoint is not None and os.path.exists(checkpoint):
        history = load_checkpoint(checkpoint, model, objective, optimiser, generator, settings)
    recorder = Recorder(history, settings, device)
    done = recorder.steps[-1] if recorder.steps else 0

    bar = tqdm(total=steps, initial=done, unit="step", disable=not progress or bool(os.environ.get("CI")))
    try:
        for step in range(done, steps):
            height = min(1.0, (step + 1) / max(1, warmup), (steps - step) / max(1, cooldown))
            for group in optimiser.param_groups:
                group["lr"] = lr * group["share"] * height
            batch = images[torch.randint(len(images), (batch_size,), generator=generator, device=device)]
            with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16"):
                posterior = model.encode(batch)
                logits = model.decode(posterior.rsample(generator))
            loss, reconstruction, kl = objective(logits, batch, posterior, step)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

            with torch.no_grad():
                kl, rate = kl.detach(), kl.detach().sum()
                price = objective.effective_price(rate, step, batch[0].numel())
                objective.update(rate, step)
                figures = [reconstruction, price, objective.target(step)]
                # Plain numbers are filled in on the device: a copy from the CPU would stall a GPU's queue.
                figures = [f if isinstance(f, torch.Tensor) else kl.new_full((), f) for f in figures]
                recorder.add(step, loss, torch.cat([torch.stack(figures), kl]))
            if (step + 1) % RECORD_EVERY == 0 or step + 1 == steps:
                recorder.close()
                bar.set_postfix_str(recorder.summary(), refresh=False)
                bar.update(step + 1 - bar.n)
                if checkpoint is not None and (step + 1 == steps or (step + 1) % CHECKPOINT_EVERY == 0):
                    save_checkpoint(checkpoint, model, objective, optimiser, generator, recorder.history())
    except KeyboardInterrupt:
        recorder.close()
        bar.write(f"stopped after {sum(recorder.steps[-1:])} of {steps} steps; the model holds what was learned so far")
    finally:
        bar.close()
        model.eval()
    return recorder.history()


def parameter_groups(model: nn.Module) -> list[dict]:
    """The model's parameters; it may say which learn at a ``share`` of the learning rate, or as matrices (``Muon``)."""
    groups = model.parameter_groups() if hasattr(model, "parameter_groups") else [{"params": [*model.parameters()]}]
    return [{"share": 1.0} | group for group in groups]


class Recorder:
    """Sums the figures of each step on the device; a record is their mean since the record before."""

    def __init__(self, history: History | None, settings: dict, device: torch.device):
        self.settings = settings
        self.steps = [] if history is None else history.step.tolist()
        self.rows = [] if history is None else list(history.rows())
        self.first_bad = torch.tensor(-1, device=device)  # first step with a loss that is not finite
        self.total, self.count = 0.0, 0

    def add(self, step: int, loss: torch.Tensor, figures: torch.Tensor) -> None:
        """Take the figures [3 + latents] of one step: reconstruction, price, capacity, KL per latent."""
        self.first_bad = torch.where(loss.isfinite() | (self.first_bad >= 0), self.first_bad, step)
        self.total = self.total + figures
        self.count += 1

    def close(self) -> None:
        """Make a record of what was added since the last; FloatingPointError where a loss was not finite."""
        if not self.count:
            return
        if self.first_bad >= 0:
            raise FloatingPointError(
                f"the loss was not finite at step {self.first_bad.item()}; the weights are lost from there on. "
                f'Try a lower lr than {self.settings["lr"]}, precision="float32", or images in [0, 1]'
            )
        self.steps.append((self.steps[-1] if self.steps else 0) + self.count)
        self.rows.append((self.total / self.count).cpu().numpy())
        self.total, self.count = 0.0, 0

    def summary(self) -> str:
        """The last record in a few words, for the progress bar."""
        reconstruction, price, _, *kl = self.rows[-1]
        return f"reconstruction {reconstruction:.1f}, KL {sum(kl):.2f} nats, price {price:.3g}"

    def history(self) -> History:
        return History.from_rows(np.array(self.steps), np.array(self.rows, np.float32), self.settings)


def pick_precision(precision: str, device: torch.device) -> str:
    """For "auto" the faster of the two: bfloat16 on a GPU that has it and a CPU that is fast at it, else float32."""
    if precision == "auto":
        if device.type == "cuda":
            fast = torch.cuda.is_bf16_supported(including_emulation=False)
        else:
            fast = device.type == "cpu" and bfloat16_pays()
        return "bfloat16" if fast else "float32"
    if precision not in ("float32", "bfloat16"):
        raise ValueError(f'precision must be "auto", "float32" or "bfloat16", not {precision!r}')
    return precision


def check_arguments(images, steps: int, batch_size: int, lr: float, optimizer: str, warmup: int, cooldown: int) -> None:
    """ValueError for what would otherwise fail late or train on nonsense."""
    for name, value in {"steps": steps, "batch_size": batch_size}.items():
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be a whole number of at least 1, not {value!r}")
    for name, value in {"warmup": warmup, "cooldown": cooldown}.items():
        if not (isinstance(value, int) and 0 <= value <= steps):
            raise ValueError(f"{name} must be a whole number of steps from 0 to {steps}, not {value!r}")
    if not lr > 0:
        raise ValueError(f"lr must be above 0, not {lr!r}")
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"optimizer must be one of {sorted(OPTIMIZERS)}, not {optimizer!r}")
    if len(images) == 0:
        raise ValueError("images is empty: there is nothing to train on")
    first = images[torch.tensor([0])]
    if not first.is_floating_point():
        raise ValueError(f"images must be float in [0, 1], not {first.dtype}; divide bytes by 255")
    if isinstance(images, torch.Tensor) and not (images.amin() >= 0 and images.amax() <= 1):
        raise ValueError(f"images must lie in [0, 1], not {images.amin():.3g} to {images.amax():.3g}")
