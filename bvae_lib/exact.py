"""Training without chance: a LinearVAE on a whole source at once, so that all that is left is the objective."""

import numpy as np
import torch

from .history import History
from .models import LinearVAE
from .objectives import Objective


def fit_exactly(
    model: LinearVAE, source: torch.Tensor, objective: Objective, steps: int, lr: float = 1e-2, cooldown: int = 0
) -> History:
    """Train ``model`` in place on all of ``source`` [N, inputs] with the exact distortion; a record for each step.

    There are no batches and no noise, so runs differ by their objective and first weights alone. Adam; over the last
    ``cooldown`` steps the learning rate falls evenly to 0.
    """
    optimiser = torch.optim.Adam(model.parameters(), lr)
    rows = []
    for step in range(steps):
        for group in optimiser.param_groups if cooldown else ():
            group["lr"] = lr * min(1.0, (steps - step) / cooldown)
        distortion, kl = model.distortion(source), model.encode(source).kl().mean(dim=0)
        optimiser.zero_grad()
        (distortion + objective.penalty(kl.sum(), step)).backward()
        optimiser.step()
        rate = kl.detach().sum()
        rows.append([distortion.item(), float(objective.price(rate, step)), objective.target(step), *kl.tolist()])
        objective.update(rate, step)
    settings = {"lr": lr, "cooldown": cooldown, "objective": objective.settings()}
    return History.from_rows(np.arange(1, steps + 1), np.array(rows), settings)
