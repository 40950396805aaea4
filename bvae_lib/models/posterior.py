"""The Gaussian posterior that every encoder gives."""

import math
from typing import NamedTuple

import torch

from .._runtime.arguments import same_shape

LOG_2_PI = math.log(2 * math.pi)


class Posterior(NamedTuple):
    """q(z|x): for each image a Gaussian with diagonal covariance (Kingma and Welling 2014, appendix C.2)."""

    mean: torch.Tensor  #: [B, latents]
    log_variance: torch.Tensor  #: [B, latents]

    @classmethod
    def from_head(cls, numbers: torch.Tensor) -> "Posterior":
        """Split the numbers of an encoder's last layer into means and log-variances.

        Args:
            numbers: [B, 2 latents], the means first; cast to float32.

        Raises:
            ValueError: for another shape.
        """
        if numbers.ndim != 2 or numbers.shape[1] % 2:
            raise ValueError(f"numbers must have the shape [B, 2 latents], not {list(numbers.shape)}")
        return cls(*numbers.float().chunk(2, dim=1))

    def rsample(self, generator: torch.Generator | None = None) -> torch.Tensor:
        """Draw z = mean + sigma * noise, through which gradients flow: the reparametrisation (Eq. 1.4).

        Args:
            generator: source of the noise, on the device of ``mean``; by default PyTorch's own.

        Returns:
            z [B, latents].
        """
        same_shape(mean=self.mean, log_variance=self.log_variance)
        noise = torch.empty_like(self.mean).normal_(generator=generator)
        return self.mean + (0.5 * self.log_variance).exp() * noise  # Eq. 1.4

    def log_density(self, z: torch.Tensor) -> torch.Tensor:
        """Compute log q(z_j|x) of each latent.

        Args:
            z: [B, latents], one for each image; or [n, 1, latents], each for all images.

        Returns:
            [B, latents], or [n, B, latents], in nats.
        """
        scaled = (z - self.mean) * (-0.5 * self.log_variance).exp()
        return -0.5 * (scaled.square() + self.log_variance + LOG_2_PI)

    def kl(self) -> torch.Tensor:
        """Compute KL(q(z|x) || N(0, 1)) of each latent in closed form (Eq. 1.3).

        Returns:
            [B, latents] in nats.
        """
        same_shape(mean=self.mean, log_variance=self.log_variance)
        # expm1 keeps a KL of 1e-8 from drowning in the rounding of exp(log_variance) - 1.
        return 0.5 * (self.mean.square() + self.log_variance.expm1() - self.log_variance)  # Eq. 1.3

    def kl_to(self, other: "Posterior") -> torch.Tensor:
        """Compute KL(self || other) of each latent.

        Args:
            other: posterior of the same images, [B, latents].

        Returns:
            [B, latents] in nats.

        Raises:
            ValueError: for a posterior of another shape.
        """
        same_shape(mean=self.mean, log_variance=self.log_variance, other=other.mean, of_other=other.log_variance)
        excess = self.log_variance - other.log_variance
        scaled = (self.mean - other.mean).square() / other.log_variance.exp()
        return 0.5 * (scaled + excess.expm1() - excess)

    def select(self, latents: torch.Tensor | slice) -> "Posterior":
        """Keep some latents: ``latents`` is a slice, a mask or indices into the second dimension.

        Raises:
            IndexError: for latents that there are not.
            ValueError: for a single number, which would leave no second dimension.
        """
        chosen = Posterior(self.mean[:, latents], self.log_variance[:, latents])
        if chosen.mean.ndim != self.mean.ndim:
            raise ValueError(f"latents must be a slice, a mask or a list of indices, not {latents!r}")
        return chosen


def concatenate(*posteriors: Posterior) -> Posterior:
    """Put the latents of several posteriors of the same images side by side.

    Args:
        posteriors: each [B, latents of its own].

    Returns:
        [B, latents of all].

    Raises:
        ValueError: for none, or posteriors of different numbers of images.
    """
    sizes = [list(posterior.mean.shape) for posterior in posteriors]
    if len({size[0] for size in sizes}) != 1:
        raise ValueError(f"posteriors must be of the same images, at least one, not of shapes {sizes}")
    return Posterior(*(torch.cat(parts, dim=1) for parts in zip(*posteriors, strict=True)))
