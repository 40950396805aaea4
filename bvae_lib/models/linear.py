"""The VAE whose optimum is known: linear encoder, linear decoder, Gaussian noise (Lucas et al. 2019)."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

import math

import torch
from numpy.typing import ArrayLike
from torch import nn

from .._runtime.arguments import number, numbers, seed_number, whole_number
from ._inputs import as_input
from .posterior import Posterior


class LinearVAE(nn.Module):
    """z = A x with one variance per latent for all inputs, and p(x|z) = N(W z, ``noise`` I).

    For a Gaussian source its optimum at any price or capacity is ``theory.water_filling``, and its distortion needs no
    sampling.

    Args:
        inputs: length of x.
        latents: length of z.
        noise: variance of the decoder, sigma^2.
        seed: of the first weights.

    Raises:
        ValueError: for inputs, latents or noise not above 0, or a seed that is no whole number.
    """

    def __init__(self, inputs: int, latents: int, noise: float = 1.0, seed: int = 0):
        super().__init__()
        self.inputs = inputs = whole_number("inputs", inputs, 1)
        self.latents = latents = whole_number("latents", latents, 1)
        self.noise = number("noise", noise, above=0)
        generator = torch.Generator().manual_seed(seed_number(seed))
        self.encoder = nn.Linear(inputs, latents, bias=False)
        self.decoder = nn.Linear(latents, inputs, bias=False)
        self.log_variance = nn.Parameter(torch.zeros(latents))
        for layer in (self.encoder, self.decoder):
            nn.init.normal_(layer.weight, std=inputs**-0.5, generator=generator)

    def encode(self, inputs: torch.Tensor) -> Posterior:
        """Compute the posterior [B, latents] of ``inputs`` [B, inputs], whose mean over the source is 0."""
        mean = self.encoder(as_input("inputs", inputs, self.encoder, (self.inputs,)))
        return Posterior(mean, self.log_variance.expand_as(mean))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Compute the mean [B, inputs] of p(x|z) for latents ``z`` [B, latents]."""
        return self.decoder(as_input("z", z, self.decoder, (self.latents,)))

    def distortion(self, inputs: torch.Tensor) -> torch.Tensor:
        """Compute E_q[-log p(x|z)] exactly, without sampling.

        The expectation of ``|x - W z|^2`` is ``|x - W mean|^2 + sum_i variance_i |W_i|^2``.

        Args:
            inputs: [B, inputs].

        Returns:
            Nats, the mean over ``inputs``, a scalar.
        """
        inputs = as_input("inputs", inputs, self.encoder, (self.inputs,))
        bias = (inputs - self.decode(self.encoder(inputs))).square().sum(dim=1).mean()
        variance = (self.log_variance.exp() * self.decoder.weight.square().sum(dim=0)).sum()
        constant = 0.5 * self.inputs * math.log(2 * math.pi * self.noise)
        return (bias + variance) / (2 * self.noise) + constant


def gaussian_source(variances: ArrayLike, n: int = 1000, seed: int = 0) -> torch.Tensor:
    """Draw a Gaussian source along axes of its own, whose sample covariance is exact.

    Args:
        variances: eigenvalues of the covariance, [inputs].
        n: samples, more than inputs.
        seed: of samples and axes.

    Returns:
        float64 [n, inputs] of mean 0, whose covariance has exactly the eigenvalues ``variances``.

    Raises:
        ValueError: for no variances, negative ones, or too few samples.
    """
    deviations = torch.as_tensor(numbers("variances", variances, (None,), least=0)).sqrt()
    inputs = whole_number("the number of variances", len(deviations), 1)
    n = whole_number("n", n, inputs + 1)
    generator = torch.Generator().manual_seed(seed_number(seed))
    axes = torch.linalg.qr(torch.randn(inputs, inputs, generator=generator, dtype=torch.float64)).Q
    drawn = torch.randn(n, inputs, generator=generator, dtype=torch.float64)
    white = torch.linalg.qr(drawn - drawn.mean(dim=0)).Q * n**0.5  # its covariance is the identity
    return white * deviations @ axes.T
