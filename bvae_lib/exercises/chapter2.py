"""The exercises of chapter 2."""

import functools
from collections.abc import Callable, Iterable

import numpy as np
import torch

from ..full_batch import fit_full_batch, solve_full_batch
from ..history import History
from ..models import LinearVAE, Posterior, gaussian_source
from ..objectives import Constrained
from ..theory.penalty import dented_curve, exact_weight
from ..theory.water_filling import water_level
from .exercise import Exercise, close_to

DENT_BUDGETS = (1.0, 2.5, 3.2, 4.2)  # of exercise 2.5
VARIANCES, BUDGET = (40.0, 24.0, 12.0, 6.0, 2.8), 2.0  # of exercise 2.6


def knows_the_conditions(conditions: Callable) -> bool:
    """Try ``conditions(model, source, price, budget)`` where it is known which of the four hold."""
    source = gaussian_source((4.0, 2.0, 1.0), n=50)
    solved = LinearVAE(inputs=3, latents=3, seed=0).double()
    rate, _ = solve_full_batch(solved, source, 1.5)
    fresh = LinearVAE(inputs=3, latents=3, seed=1).double()
    untrained = fresh.encode(source).kl().sum(dim=1).mean().item()
    cases = [
        (solved, 1.5, rate, (True, True, True, True)),
        (solved, 1.5, rate + 0.5, (True, True, True, False)),
        (solved, 1.5, rate - 0.5, (True, False, True, False)),
        (solved, 2.5, rate, (False, True, True, True)),
        (fresh, 0.0, untrained + 1, (False, True, True, True)),
        (fresh, -1.5, untrained, (False, True, False, True)),
    ]
    return all(
        tuple(bool(holds) for holds in conditions(model, source, price, budget)) == right
        for model, price, budget, right in cases
    )


def smallest_weight(budget: float) -> float:
    """Return the weight above which a penalty holds ``budget`` nats on the dented curve."""
    rate = np.linspace(0, 8, 8001)
    return exact_weight(rate, dented_curve(rate), budget)


def steps_like_constrained(step: Callable[[float, float, float, float], float]) -> bool:
    """Try one step of (2.5) above, below, far above and far below the budget."""
    for beta, rate, budget in [(2.0, 5.0, 4.5), (0.3, 3.8, 4.0), (2.0, 9.0, 1.0), (0.3, 0.0, 4.0)]:
        objective = Constrained(budget, budget, steps=1, multiplier=beta, speed=0.05)
        objective.update(torch.tensor(rate), step=0)
        if not abs(float(step(beta, rate, budget, 0.05)) - objective.multiplier.item()) <= 1e-5:  # NaN is wrong too
            return False
    return True


class Dent(torch.nn.Module):
    """The chapter's example with one mean m, and the distortion of the dented curve at its rate."""

    def __init__(self):
        super().__init__()
        self.m = torch.nn.Parameter(torch.ones(1, 1))

    def encode(self, x: torch.Tensor) -> Posterior:
        """Return the posterior N(m, 1), whatever ``x`` is."""
        return Posterior(self.m, torch.zeros(1, 1))

    def distortion(self, x: torch.Tensor) -> torch.Tensor:
        """Return ``theory.penalty.dented_curve`` at the rate, in torch."""
        rate = self.m.square().sum() / 2
        return 12 * torch.exp(-rate) + 8 * torch.sigmoid(4 * (4 - rate))


@functools.cache
def held_budgets() -> frozenset[float]:
    """Return the budgets at which dual ascent in the dent ends at R = budget, each found by a run."""
    held = set()
    for budget in DENT_BUDGETS:
        objective = Constrained(budget, budget, steps=1, multiplier=10.0)
        history = fit_full_batch(Dent(), torch.zeros(1, 1), objective, steps=2000, lr=0.02)
        if np.abs(history.rate[-500:] - budget).max() < 0.1:
            held.add(budget)
    return frozenset(held)


def foretells_the_dent(answer: Iterable[float]) -> bool:
    """Judge whether the budgets named are those that dual ascent holds."""
    return {round(float(budget), 6) for budget in answer} == held_budgets()


def foretells_the_price(answer: tuple[float, History]) -> bool:
    """Judge whether a run solved (2.1) at the budget asked for, and ended at the price that was predicted."""
    predicted, history = answer
    objective = history.settings["objective"]
    asked = objective["name"] == "Constrained" and objective["start"] == objective["stop"] == BUDGET
    solved = abs(history.rate[-1] - BUDGET) < 0.05
    on_its_source = abs(history.price[-1] / water_level(VARIANCES, BUDGET) - 1) < 0.03
    return bool(asked and solved and on_its_source and abs(predicted / history.price[-1] - 1) < 0.05)


EXERCISES: dict[str, Exercise] = {
    "2.1": Exercise(close_to(3), "The budget binds: find m first, then use stationarity."),
    "2.2": Exercise(
        knows_the_conditions,
        "Stationarity takes the gradient of D + price * R for all parameters. A price may also be negative or 0, and "
        "a budget may be loose.",
    ),
    "2.3": Exercise(
        close_to(smallest_weight(3.0)), "Compare the point at 3 nats with every point beyond it, near or far."
    ),
    "2.4": Exercise(steps_like_constrained, "Go through (2.5) from left to right: a product, a sign, a clip."),
    "2.5": Exercise(foretells_the_dent, "Descent stays where the curve is convex. Where does it bend the other way?"),
    "2.6": Exercise(
        foretells_the_price,
        "(prediction, history), in this order. The run must have 2 nats at its end; the prediction is a water level.",
    ),
}
