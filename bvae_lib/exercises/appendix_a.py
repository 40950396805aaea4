"""The exercises of appendix A."""

import functools
import math
from collections.abc import Callable

import numpy as np
import torch

from .. import metrics, zoo
from ..axis_discovery.latent_vae import LatentVAE
from ..axis_discovery.second_stage import latent_distortion
from ..data import DSprites
from ..models import Posterior
from ..objectives import bernoulli_reconstruction
from .exercise import Exercise, close_to


def square(images: int = 20_000) -> torch.Tensor:
    """Positions spread evenly over a square, [images, 2]."""
    return torch.rand(images, 2, generator=torch.Generator().manual_seed(0)) - 0.5


def rotated(codes: torch.Tensor, degrees: float) -> torch.Tensor:
    """Rotate codes [N, 2]."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return codes @ torch.tensor([[cos, sin], [-sin, cos]], dtype=codes.dtype)


def turns_onto_axes(to_axes: Callable[[torch.Tensor], torch.Tensor]) -> bool:
    """Try ``to_axes`` on a square that was rotated by several angles."""
    least = square().pow(4).sum(dim=1).mean()
    for degrees in (-40, -20, 0, 10, 30):
        found = torch.as_tensor(to_axes(rotated(square(), degrees)))
        onto = found.shape == (len(square()), 2) and found.pow(4).sum(dim=1).mean() <= 1.01 * least
        if not onto:  # NaN is not
            return False
    return True


def has_no_axes(draw: Callable[[int], np.ndarray]) -> bool:
    """Whether ``draw`` gives independent latents of one variance, of which (A.4) cannot find the axes."""
    codes = np.asarray(draw(200_000), dtype=float)
    if codes.shape != (200_000, 2):
        return False
    z = (codes - codes.mean(axis=0)) / codes.std()
    alike = abs(z[:, 0].std() / z[:, 1].std() - 1) < 0.02
    functions = (z, z**2, np.abs(z), np.sign(z))  # of independent latents they are not correlated
    independent = all(abs(np.corrcoef(f[:, 0], g[:, 1])[0, 1]) < 0.01 for f in functions for g in functions)
    fourth = abs(np.mean((z[:, 0] + 1j * z[:, 1]) ** 4))
    return bool(alike and independent and fourth < 0.15)


@functools.cache
@torch.no_grad()
def cost_of_a_shift() -> float:
    """Measure what an error of half a posterior deviation in every latent adds to D of dsprites-auxiliary."""
    model = zoo.load("dsprites-auxiliary")[0]
    sprites, generator = DSprites(device="cpu"), torch.Generator().manual_seed(0)
    images = sprites[torch.randint(len(sprites), (300,), generator=generator)]
    mean, log_variance = metrics.encode_dataset(model, images)
    error = (torch.randint(2, mean.shape, generator=generator) - 0.5) * (log_variance / 2).exp()
    right, off, other = (bernoulli_reconstruction(model.decode(mean + k * error), images).item() for k in (0, 1, -1))
    return (off + other) / 2 - right


def foretells_the_cost(answer: float) -> bool:
    """Whether the answer is the measured cost, or a fifth of it more or less."""
    return abs(float(answer) / cost_of_a_shift() - 1) < 0.2


@torch.no_grad()
def merges_two_latents(stage: LatentVAE) -> bool:
    """Whether a second VAE encodes two latents of one value, of two nats each, on one, at nearly the least loss."""
    generator, variance = torch.Generator().manual_seed(7), math.exp(-4)
    value = (1 - variance) ** 0.5 * torch.randn(5000, 1, generator=generator)
    old = Posterior(value.repeat(1, 2), torch.full((5000, 2), -4.0))
    new = stage.encode(old)
    nats = new.kl().mean(dim=0)
    loss = latent_distortion(old, stage.decode(new.rsample(generator))).sum(dim=1).mean() + nats.sum()
    least = 0.5 + 0.5 * math.log(2 * (1 / variance - 1))  # both guesses have half the variance of a latent
    return len(nats) == 2 and nats.min().item() < 0.05 and loss.item() < least + 0.1


EXERCISES: dict[str, Exercise] = {
    "A.1": Exercise(close_to(2 - 0.5 * np.log(2)), "One latent has a deviation of sigma / sqrt(2)."),
    "A.2": Exercise(close_to((180 - 90) / 4), "The argument of 0.3 i is 90 degrees; use (A.4)."),
    "A.3": Exercise(turns_onto_axes, "Rotate one point by hand: in which direction does the code turn it?"),
    "A.4": Exercise(has_no_axes, "Which distribution of two independent latents looks the same from every side?"),
    "A.5": Exercise(foretells_the_cost, "What is the curvature of D along a latent whose posterior is the prior?"),
    "A.6": Exercise(
        merges_two_latents, "At a price of 1, to the end: beta_start=50.0, steps=400, anneal_steps=200, price=1.0."
    ),
}
