"""The Gaussian posterior that every encoder gives."""

from typing import NamedTuple

import torch


class Posterior(NamedTuple):
    """q(z|x): for each image a Gaussian with diagonal covariance (Kingma and Welling 2014, appendix C.2)."""

    mean: torch.Tensor  #: [B, latents]
    log_variance: torch.Tensor  #: [B, latents]

    @classmethod
    def from_head(cls, numbers: torch.Tensor) -> "Posterior":
        """Split the numbers of an encoder's last layer into means and log-variances.

        Args:
            numbers: [B, 2 latents], the means first; cast to float32.
        """
        return cls(*numbers.float().chunk(2, dim=1))

    def rsample(self, generator: torch.Generator | None = None) -> torch.Tensor:
        """Draw z = mean + sigma * noise, through which gradients flow: the reparametrisation (Eq. 1.4).

        Args:
            generator: source of the noise, on the device of ``mean``; by default PyTorch's own.

        Returns:
            z [B, latents].
        """
        noise = torch.empty_like(self.mean).normal_(generator=generator)
        return self.mean + (0.5 * self.log_variance).exp() * noise  # Eq. 1.4

    def kl(self) -> torch.Tensor:
        """Compute KL(q(z|x) || N(0, 1)) of each latent in closed form (Eq. 1.3).

        Returns:
            [B, latents] in nats.
        """
        # expm1 keeps a KL of 1e-8 from drowning in the rounding of exp(log_variance) - 1.
        return 0.5 * (self.mean.square() + self.log_variance.expm1() - self.log_variance)  # Eq. 1.3

    def kl_to(self, other: "Posterior") -> torch.Tensor:
        """Compute KL(self || other) of each latent.

        Args:
            other: posterior of the same images, [B, latents].

        Returns:
            [B, latents] in nats.
        """
        excess = self.log_variance - other.log_variance
        scaled = (self.mean - other.mean).square() / other.log_variance.exp()
        return 0.5 * (scaled + excess.expm1() - excess)

    def select(self, latents: torch.Tensor | slice) -> "Posterior":
        """Keep some latents: ``latents`` is a slice, a mask or indices into the second dimension."""
        return Posterior(self.mean[:, latents], self.log_variance[:, latents])


def concatenate(*posteriors: Posterior) -> Posterior:
    """Put the latents of several posteriors of the same images side by side.

    Args:
        posteriors: each [B, latents of its own].

    Returns:
        [B, latents of all].
    """
    return Posterior(*(torch.cat(parts, dim=1) for parts in zip(*posteriors, strict=True)))


def check_latents(z: torch.Tensor, latents: int) -> None:
    """Raise ValueError unless ``z`` is [B, ``latents``]."""
    if z.ndim != 2 or z.shape[1] != latents:
        raise ValueError(f"z must have shape [B, {latents}], not {list(z.shape)}")
