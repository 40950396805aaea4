"""How likely pixels are under what a decoder gives: the distortion D of an image, in nats."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch.autograd.function import once_differentiable

from ._runtime.arguments import check_pixels, check_tensor, number, same_shape


class _CrossEntropy(torch.autograd.Function):
    """-log p of Bernoulli pixels, summed: F.binary_cross_entropy_with_logits, whose log1p is slow on a CPU."""

    @staticmethod
    def forward(ctx: Any, logits: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(logits, images)
        softplus = logits.relu() + logits.abs().neg_().exp_().add_(1).log_()  # log(1 + e^logit), never e^90
        return (softplus - logits * images).sum()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor, None]:
        logits, images = ctx.saved_tensors
        return grad * (logits.sigmoid() - images), None


def bernoulli_reconstruction(logits: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    """Compute -log p(x|z) for Bernoulli pixels (Eq. 1.2).

    Args:
        logits: [B, channels, H, W], as a decoder gives them.
        images: of the same shape, in [0, 1].

    Returns:
        Nats per image: summed over pixels, averaged over the batch, a scalar.

    Raises:
        ValueError: where the shapes differ, the batch is empty or pixels are not in [0, 1].
    """
    images = _target(logits, images)
    return _CrossEntropy.apply(logits.float(), images) / len(images)  # Eq. 1.2


def gaussian_reconstruction(logits: torch.Tensor, images: torch.Tensor, sigma: float = 1.0) -> torch.Tensor:
    """Compute -log p(x|z) for pixels N(sigmoid(logits), sigma^2) (Eq. 7.2).

    The constant log(sigma sqrt(2 pi)) of each pixel is counted, so that figures at different sigma compare.

    Args:
        logits: [B, channels, H, W], as a decoder gives them.
        images: of the same shape, in [0, 1].
        sigma: standard deviation of a pixel.

    Returns:
        Nats per image: summed over pixels, averaged over the batch, a scalar.

    Raises:
        ValueError: where the shapes differ, the batch is empty, pixels are not in [0, 1] or sigma is not above 0.
    """
    images, sigma = _target(logits, images), number("sigma", sigma, above=0)
    squares = F.mse_loss(logits.float().sigmoid(), images, reduction="sum") / len(images)
    constant = images[0].numel() * (math.log(sigma) + 0.5 * math.log(2 * math.pi))
    return squares / (2 * sigma**2) + constant  # Eq. 7.2


def _target(logits: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    """Return ``images`` in float32; ValueError where ``logits`` cannot be a decoder's for them."""
    check_tensor("logits", logits)
    check_pixels(images)
    same_shape(logits=logits, images=images)
    if images.ndim == 0 or images.numel() == 0:
        raise ValueError(f"images must be a batch of at least one, not {list(images.shape)}")
    return images.float()


LIKELIHOODS = {"bernoulli": bernoulli_reconstruction, "gaussian": gaussian_reconstruction}
