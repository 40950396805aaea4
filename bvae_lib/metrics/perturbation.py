"""What noise and a rotation of its latents cost a trained model, measured on images."""

import math

import torch

from .._runtime.arguments import check_tensor, number, seed_number
from ..models import VAE, Posterior
from ..models._inputs import check_posterior
from ..objectives import bernoulli_reconstruction
from ..theory.channel import rotate, rotate_posterior


@torch.no_grad()
def noise_cost(model: VAE, posterior: Posterior, images: torch.Tensor, seed: int = 0) -> float:
    """Measure the distortion that the posterior's noise adds.

    Args:
        model: has ``decode``.
        posterior: of the images, [B, latents], on the model's device.
        images: [B, channels, H, W] in [0, 1], on the model's device.
        seed: of the noise.

    Returns:
        Nats per image: the distortion of a draw less that of the posterior means.

    Raises:
        TypeError: for what is no posterior.
        ValueError: where posterior and images do not pair up, or do not fit the model.
    """
    generator = seeded(posterior, images, seed)
    noisy, exact = (
        bernoulli_reconstruction(model.decode(z), images) for z in (posterior.rsample(generator), posterior.mean)
    )
    return (noisy - exact).item()


@torch.no_grad()
def rotated_rate_distortion(
    model: VAE, posterior: Posterior, images: torch.Tensor, pair: tuple[int, int], degrees: float, seed: int = 0
) -> tuple[float, float]:
    """Measure rate and distortion of a model whose plane of two latents is rotated, with the best diagonal posterior.

    The decoder rotates back. The noise is rotated too, so that it is the same at every angle. What the rotation adds to
    D / beta + R is to second order ``theory.channel.rotation_cost``.

    Args:
        model: has ``decode``.
        posterior: of the images, [B, latents], on the model's device.
        images: [B, channels, H, W] in [0, 1], on the model's device.
        pair: the two latents.
        degrees: angle of the rotation.
        seed: of the noise.

    Returns:
        Rate and distortion in nats per image.

    Raises:
        TypeError: for what is no posterior.
        ValueError: where posterior and images do not pair up or do not fit the model, for other than two latents of
            the model, and for an angle that is not finite.
    """
    generator, angle = seeded(posterior, images, seed), math.radians(number("degrees", degrees))
    noise = torch.empty_like(posterior.mean).normal_(generator=generator)
    q = rotate_posterior(posterior, pair, angle)
    z = q.mean + (0.5 * q.log_variance).exp() * rotate(noise, pair, angle)
    logits = model.decode(rotate(z, pair, -angle))
    return q.kl().sum(dim=1).mean().item(), bernoulli_reconstruction(logits, images).item()


def seeded(posterior: Posterior, images: torch.Tensor, seed: int) -> torch.Generator:
    """Check that ``posterior`` is of ``images``, and return the source of its noise, on its device."""
    check_posterior("posterior", posterior)
    check_tensor("images", images)
    if len(posterior.mean) != len(images):
        raise ValueError(f"posterior must be [{len(images)}, latents] as images are, not {list(posterior.mean.shape)}")
    return torch.Generator(posterior.mean.device).manual_seed(seed_number(seed))
