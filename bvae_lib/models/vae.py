"""What objectives, metrics and plots ask of a model."""

import torch
from torch import nn

from .posterior import Posterior


class VAE(nn.Module):
    """An encoder that gives Gaussian posteriors and a decoder that gives pixel logits; a subclass defines both."""

    channels: int  # of the images
    latents: int  # number of them

    def encode(self, images: torch.Tensor) -> Posterior:
        """Compute the posterior [B, latents] of ``images`` [B, channels, 64, 64] in [0, 1]."""
        raise NotImplementedError(f"{type(self).__name__} must define encode(images)")

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Compute the Bernoulli logits [B, channels, 64, 64] of p(x|z) for latents ``z`` [B, latents]."""
        raise NotImplementedError(f"{type(self).__name__} must define decode(z)")

    @torch.no_grad()
    def reconstruct(self, images: torch.Tensor) -> torch.Tensor:
        """Decode the posterior means of ``images`` [B, channels, 64, 64] into pixel probabilities of that shape."""
        return self.decode(self.encode(images).mean).sigmoid()
