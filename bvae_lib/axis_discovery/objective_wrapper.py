"""Objectives that add something to the loss of another one."""

import torch

from ..objectives import Objective, PricedRate


class ObjectiveWrapper(Objective):
    """Common to objectives that add to the loss of ``objective``, whose price, capacity and multiplier they keep.

    Raises:
        TypeError: for an ``objective`` without a price, such as another wrapper.
    """

    def __init__(self, objective: PricedRate):
        super().__init__()
        if not isinstance(objective, PricedRate):
            raise TypeError(f"objective must be BetaVAE, Capacity or Constrained, not {type(objective).__name__}")
        self.objective = objective

    def price(self, rate: torch.Tensor, step: int, pixels: int) -> torch.Tensor | float:
        """Return the price of the wrapped objective."""
        return self.objective.price(rate, step, pixels)

    def capacity(self, step: int) -> float:
        """Return the capacity of the wrapped objective."""
        return self.objective.capacity(step)

    def update(self, rate: torch.Tensor, step: int) -> None:
        """Update the wrapped objective."""
        self.objective.update(rate, step)

    def settings(self) -> dict:
        """Return the names and arguments of this objective and of the wrapped one."""
        return super().settings() | {"objective": self.objective.settings()}
