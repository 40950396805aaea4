"""The contract between what is minimised and ``training.fit``, which knows nothing else of an objective.

objective(model, images, step, generator) -> Terms(loss, reconstruction, kl)
"""

import math
from typing import Any, NamedTuple

import torch
from torch import nn

from .._runtime.arguments import check_tensor, seed_number
from ..models import VAE


class Terms(NamedTuple):
    """What an objective says of one batch."""

    loss: torch.Tensor  #: to be minimised, a scalar
    reconstruction: torch.Tensor  #: the distortion D in nats per image, a scalar
    kl: torch.Tensor  #: [latents] in nats, the mean over the batch; their sum is the rate R


class Objective(nn.Module):
    """The contract with ``training.fit``: ``objective(model, images, step, generator)`` gives Terms.

    A subclass defines ``forward``; everything else has a default. Modules that it owns learn along with the model.
    """

    def forward(self, model: VAE, images: torch.Tensor, step: int, generator: torch.Generator | None = None) -> Terms:
        """Evaluate the objective on one batch.

        Args:
            model: has what the objective needs, as a rule ``encode`` and ``decode``.
            images: [B, channels, H, W] in [0, 1].
            step: steps of the optimizer before this one.
            generator: source of noise.
        """
        raise NotImplementedError(f"{type(self).__name__} must define forward(model, images, step, generator)")

    def price(self, rate: torch.Tensor, step: int, pixels: int) -> torch.Tensor | float:
        """Return the nats of distortion that one more nat of rate costs; NaN where there is no such price.

        Args:
            rate: R in nats per image.
            step: steps of the optimizer before this one.
            pixels: numbers in one image, channels included.
        """
        return math.nan

    def capacity(self, step: int) -> float:
        """Return the capacity C at this step, in nats per image; NaN where there is none."""
        return math.nan

    def begin(self, size: int) -> None:
        """Take note of how many images batches are drawn from; ``fit`` says it before the first step."""

    def update(self, rate: torch.Tensor, step: int) -> None:
        """Move what the objective learns by rules of its own, after each step of the optimizer."""

    def parameter_groups(self, model: nn.Module) -> list[dict[str, Any]]:
        """Name what learns, as parameter groups of the optimizer.

        A group has the learning rate of ``fit`` times its ``lr_factor``, or one of its own, ``lr``; warm-up and
        cooldown are common to all. Other keys, such as ``betas``, are the optimizer's.
        """
        return [{"params": [*model.parameters(), *self.parameters()]}]

    def settings(self) -> dict[str, Any]:
        """Return the class's name and the arguments of its constructor, as plain values.

        ``Class(**arguments)`` gives the objective back.
        """
        return {"name": type(self).__name__}


def loss_and_gradient(
    objective: Objective, model: nn.Module, images: torch.Tensor, seed: int = 0
) -> tuple[float, torch.Tensor]:
    """Evaluate an objective and its gradient at step 0, to compare objectives by what they make of the same batch.

    Args:
        objective: to evaluate.
        model: whose parameters the gradient is of.
        images: [B, channels, H, W] in [0, 1], on the model's device.
        seed: of the noise.

    Returns:
        The loss in nats, and the gradient of all parameters that learn in one vector.

    Raises:
        ValueError: for a model of which nothing learns, and as the objective.
    """
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not learning:
        raise ValueError("model has no parameter that learns; model.requires_grad_(True) lets all of them")
    check_tensor("images", images)
    loss = objective(model, images, 0, torch.Generator(images.device).manual_seed(seed_number(seed))).loss
    gradients = torch.autograd.grad(loss, learning, allow_unused=True, materialize_grads=True)
    return loss.item(), torch.cat([gradient.flatten() for gradient in gradients])
