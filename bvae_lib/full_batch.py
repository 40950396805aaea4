"""Training on a whole source at once, with the exact distortion: no batches, no noise."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch
from torch import nn

from ._runtime.arguments import number, numbers, plain, whole_number
from .history import History
from .models import Posterior
from .objectives import PricedRate
from .training import lr_schedule


class ExactModel(Protocol):
    """A model whose distortion needs no sampling, such as ``LinearVAE``."""

    def parameters(self) -> Iterator[nn.Parameter]:
        """Return what learns."""

    def encode(self, source: torch.Tensor, /) -> Posterior:
        """Compute the posterior of each row of ``source``."""

    def distortion(self, source: torch.Tensor, /) -> torch.Tensor:
        """Compute D in nats, a scalar."""


@torch.inference_mode(False)
@torch.enable_grad()
def fit_full_batch(
    model: ExactModel,
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

    Raises:
        FloatingPointError: when the loss is no longer finite.
        TypeError: for a model or an objective of another kind.
        ValueError: for arguments out of range.
    """
    source = _source_for(model, source)
    steps, lr = whole_number("steps", steps, 1), number("lr", lr, above=0)
    cooldown = whole_number("cooldown", cooldown, 0, steps)
    if not isinstance(objective, PricedRate):
        raise TypeError(f"objective must put a cost on the rate, such as BetaVAE(4), not {objective!r}")
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
        if not (distortion + rate).isfinite():
            raise FloatingPointError(f"the loss was not finite at step {step}; try a lower lr than {lr}")
        rows.append([distortion.item(), float(objective.slope(rate, step)), objective.capacity(step), *kl.tolist()])
        objective.update(rate, step)
    settings = {"lr": lr, "cooldown": cooldown, "objective": plain("settings()", objective.settings())}
    return History.from_rows(np.arange(1, steps + 1), np.array(rows), settings)


@torch.inference_mode(False)
@torch.enable_grad()
def solve_full_batch(model: ExactModel, source: torch.Tensor, beta: float) -> tuple[float, float]:
    """Train ``model`` in place to the optimum of D + beta R on all of ``source``, by L-BFGS.

    Args:
        model: as in ``fit_full_batch``; in float64, for the optimum to be met closely.
        source: [N, inputs].
        beta: nats of distortion per nat of rate.

    Returns:
        Rate and distortion at the end, in nats.

    Raises:
        TypeError: for a model of another kind.
        ValueError: for a source or a beta out of range.
    """
    source, beta = _source_for(model, source), number("beta", beta, least=0)
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


def _source_for(model: ExactModel, source: torch.Tensor) -> torch.Tensor:
    """Return ``source`` [N, inputs] in the dtype and on the device of the model's weights."""
    if not (isinstance(model, nn.Module) and hasattr(model, "encode") and hasattr(model, "distortion")):
        raise TypeError(f"model must have encode and distortion, as LinearVAE has, not be {type(model).__name__}")
    weight = next(model.parameters())
    return torch.as_tensor(numbers("source", source, (None, None)), dtype=weight.dtype).to(weight.device)
