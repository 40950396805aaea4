"""Muon (Jordan et al. 2024): weak directions of a weight matrix move as far as strong ones.

https://kellerjordan.github.io/posts/muon
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

LR_FACTOR = 20  # times Adam's learning rate: the entries of a matrix with singular values of 1 are much below 1
MOMENTUM = 0.95


def muon(*chains: nn.Sequential) -> Callable[[list[dict[str, Any]]], torch.optim.Optimizer]:
    """Return an optimizer factory for ``fit``: Muon for weights between hidden units of ``chains``, Adam for the rest.

    Args:
        chains: layers in the order in which they are applied; the first and the last layer of each is left to Adam.

    Raises:
        TypeError: for anything but nn.Sequential.
    """
    for chain in chains:
        if not isinstance(chain, nn.Sequential):
            raise TypeError(f"chains must be nn.Sequential, as model.encoder is, not {type(chain).__name__}")

    def factory(groups: list[dict[str, Any]]) -> Muon:
        return Muon(split_hidden_weights(groups, chains))

    factory.__name__ = "muon"
    return factory


def split_hidden_weights(groups: list[dict[str, Any]], chains: tuple[nn.Sequential, ...]) -> list[dict[str, Any]]:
    """Put the weights between hidden units of ``chains`` into groups of their own, marked ``orthogonal``."""
    layers = [[layer for layer in chain if hasattr(layer, "weight")] for chain in chains]
    hidden = {id(layer.weight) for chain in layers for layer in chain[1:-1]}
    split = []
    for group in groups:
        inside = [p for p in group["params"] if id(p) in hidden]
        rest = [p for p in group["params"] if id(p) not in hidden]
        split += [group | {"params": inside, "orthogonal": True}] if inside else []
        split += [group | {"params": rest}] if rest else []
    return split


class Muon(torch.optim.Adam):
    """Adam, but parameters of groups with ``orthogonal`` move by the orthogonal matrix nearest to their mean gradient.

    Kernels [out, in, height, width] count as matrices with a row for each first index.

    Args:
        groups: parameter groups, some of them with ``orthogonal``.

    Raises:
        ValueError: where no group is ``orthogonal``: that would be Adam under another name.
    """

    def __init__(self, groups: list[dict[str, Any]]):
        super().__init__(groups)
        if not any(group.get("orthogonal") for group in self.param_groups):
            raise ValueError('no weight of this network is between hidden units; train it with optimizer="adam"')

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Move the orthogonal groups by Muon and the others by Adam."""
        for group in self.param_groups:
            if not group.get("orthogonal"):
                continue
            for weight in group["params"]:
                if weight.grad is None:  # Adam passes over it too
                    continue
                # Under the names that Adam gives its state, which it checks when a run is resumed.
                state = self.state[weight] or {"step": torch.zeros(()), "exp_avg": torch.zeros_like(weight)}
                self.state[weight] = state
                mean = state["exp_avg"].lerp_(weight.grad, 1 - MOMENTUM)
                update = orthogonalize(weight.grad.lerp(mean, MOMENTUM).flatten(1))
                tall = max(1, update.shape[0] / update.shape[1]) ** 0.5
                weight.sub_(update.view_as(weight), alpha=LR_FACTOR * group["lr"] * tall)
                weight.grad = None  # Adam passes over it
        super().step()


def orthogonalize(matrix: torch.Tensor) -> torch.Tensor:
    """Bring the singular values of ``matrix`` [m, n] near 1 (0.7 to 1.2), by five Newton-Schulz steps."""
    if matrix.shape[0] > matrix.shape[1]:
        return orthogonalize(matrix.T).T
    matrix = matrix / (matrix.norm() + 1e-7)
    for _ in range(5):
        gram = matrix @ matrix.T
        matrix = 3.4445 * matrix + (-4.7750 * gram + 2.0315 * gram @ gram) @ matrix
    return matrix
