"""Muon (Jordan et al. 2024): weak directions of a weight matrix move as far as strong ones.

https://kellerjordan.github.io/posts/muon
"""

import torch

FASTER = 20  # a matrix with singular values of 1 has entries much below 1: learning rate, as a multiple of Adam's
MOMENTUM = 0.95


class Muon(torch.optim.Adam):
    """Adam, but parameters of groups with ``orthogonal`` move by the orthogonal matrix nearest to their mean gradient.

    Kernels [out, in, height, width] count as matrices with a row for each first index. Raises ValueError where no group
    is ``orthogonal``: that would be Adam under another name.
    """

    def __init__(self, groups: list[dict], lr: float):
        super().__init__(groups, lr)
        if not any(group.get("orthogonal") for group in self.param_groups):
            raise ValueError('this network does not say which weights Muon should move; train it with optimizer="adam"')

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            if not group.get("orthogonal"):
                continue
            for weight in group["params"]:
                # Under the names that Adam gives its state, which it checks when a run is gone on with.
                state = self.state[weight] or {"step": torch.zeros(()), "exp_avg": torch.zeros_like(weight)}
                self.state[weight] = state
                mean = state["exp_avg"].lerp_(weight.grad, 1 - MOMENTUM)
                update = orthogonal(weight.grad.lerp(mean, MOMENTUM).flatten(1))
                tall = max(1, update.shape[0] / update.shape[1]) ** 0.5
                weight.sub_(update.view_as(weight), alpha=FASTER * group["lr"] * tall)
                weight.grad = None  # Adam passes over it
        super().step()


def orthogonal(matrix: torch.Tensor) -> torch.Tensor:
    """``matrix`` [m, n] with its singular values all near 1 (0.7 to 1.2), by five Newton-Schulz steps."""
    if matrix.shape[0] > matrix.shape[1]:
        return orthogonal(matrix.T).T
    matrix = matrix / (matrix.norm() + 1e-7)
    for _ in range(5):
        gram = matrix @ matrix.T
        matrix = 3.4445 * matrix + (-4.7750 * gram + 2.0315 * gram @ gram) @ matrix
    return matrix
