"""The Gaussian posterior that every encoder gives."""

from collections.abc import Callable
from typing import NamedTuple

import torch


class Posterior(NamedTuple):
    """q(z|x), a Gaussian with diagonal covariance for each image (Kingma and Welling 2014, appendix C.2)."""

    mean: torch.Tensor  # [B, latents]
    log_variance: torch.Tensor  # [B, latents]

    def rsample(self, generator: torch.Generator | None = None) -> torch.Tensor:
        """z = mean + sigma * noise, [B, latents], through which gradients flow (chapter 1, equation 7)."""
        noise = torch.empty_like(self.mean).normal_(generator=generator)
        return self.mean + (0.5 * self.log_variance).exp() * noise

    def kl(self) -> torch.Tensor:
        """KL(q(z|x) || N(0, 1)) of each latent in nats, [B, latents] (chapter 1, equation 6)."""
        # expm1 keeps a KL of 1e-8 from drowning in the rounding of exp(log_variance) - 1.
        return 0.5 * (self.mean.square() + self.log_variance.expm1() - self.log_variance)


@torch.no_grad()
def codes(encode: Callable[[torch.Tensor], Posterior], images, n: int, generator: torch.Generator) -> Posterior:
    """Posterior [n, latents] that ``encode`` gives of ``n`` images of an ImageSet, drawn with replacement."""
    images = images.to(generator.device)
    drawn = torch.randint(len(images), (n,), generator=generator, device=generator.device)
    parts = [encode(images[some]) for some in drawn.split(500)]
    return Posterior(*(torch.cat(part) for part in zip(*parts, strict=True)))


def check_latents(z: torch.Tensor, latents: int) -> None:
    """ValueError unless ``z`` can be decoded by a network with ``latents``."""
    if z.ndim != 2 or z.shape[1] != latents:
        raise ValueError(f"z must have shape [B, {latents}], not {list(z.shape)}")
