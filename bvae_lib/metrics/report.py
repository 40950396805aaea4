"""Figures of a model on a data set: rate, distortion, active latents, MIG."""

from typing import Any

import torch

from ..data import ImageSet
from ..models import VAE, Posterior
from ..objectives import bernoulli_reconstruction
from .information import ACTIVE, mig

ENCODED = 200  # images encoded at once: what a layer computes fits into the 32 MiB that are kept (``_runtime.cpu``)
DECODED = 500  # images whose noise is drawn at once


@torch.no_grad()
def encode_dataset(model: VAE, images: ImageSet | torch.Tensor, indices: torch.Tensor | None = None) -> Posterior:
    """Encode many images, a few hundred at a time.

    Args:
        model: has ``encode``; on any device.
        images: an ImageSet or a tensor [N, channels, H, W].
        indices: of the images to encode, [n]; by default all.

    Returns:
        Posterior [n, latents], torch tensors on the CPU.
    """
    device = next(model.parameters()).device
    indices = torch.arange(len(images)) if indices is None else indices
    parts = [model.encode(images[chunk].to(device)) for chunk in indices.split(ENCODED)]
    return Posterior(*(torch.cat(part).cpu() for part in zip(*parts, strict=True)))


@torch.no_grad()
def report(model: VAE, images: ImageSet, n: int = 10_000, seed: int = 0) -> dict[str, Any]:
    """Measure a model on random images of a set with known factors.

    Args:
        model: has ``encode`` and ``decode``; on any device.
        images: whose factors are known.
        n: images drawn, with replacement.
        seed: of the draw and of the noise.

    Returns:
        As plain numbers: ``distortion``, ``rate`` and ``kl_per_latent`` in nats per image; ``active``, the number of
        latents of at least 0.01 nats; ``mig`` and each factor's ``gaps``; ``n`` and ``seed``.
    """
    device = next(model.parameters()).device
    generator = torch.Generator(device).manual_seed(seed)
    indices = torch.randint(len(images), (n,), generator=torch.Generator().manual_seed(seed))
    posterior, distortion = encode_dataset(model, images, indices), 0.0
    for rows in torch.arange(n).split(DECODED):
        z = Posterior(posterior.mean[rows].to(device), posterior.log_variance[rows].to(device)).rsample(generator)
        batch = images[indices[rows]].to(device)
        distortion += bernoulli_reconstruction(model.decode(z), batch).item() * len(rows) / n
    kl = posterior.kl().mean(dim=0)
    gap = mig(posterior.mean, images.factors(indices))
    return {
        "distortion": distortion,
        "rate": kl.sum().item(),
        "kl_per_latent": kl.tolist(),
        "active": int((kl >= ACTIVE).sum()),
        "mig": gap.mean,
        "gaps": dict(zip(images.factor_names, gap.gaps.tolist(), strict=True)),
        "n": n,
        "seed": seed,
    }


def rate_distortion_bounds(rate: float, distortion: float, entropy: float) -> dict[str, float]:
    """Bound the information I(X; Z) that latents carry by rate and distortion alone.

    H - D <= I <= R (Eq. 3.3; Alemi et al. 2018, equation 2) and I <= H (Eq. 3.2), where H is the entropy of the images.
    The rate less the information is KL(q(z) || p(z)), nats that carry nothing (Eq. 3.1).

    Args:
        rate: R in nats per image.
        distortion: D in nats per image.
        entropy: H(X) in nats.

    Returns:
        The three arguments, ``information_at_least``, ``information_at_most`` and ``mismatch_at_least``, in nats.
    """
    return {
        "rate": rate,
        "distortion": distortion,
        "entropy": entropy,
        "information_at_least": max(0.0, entropy - distortion),  # Eq. 3.3
        "information_at_most": min(rate, entropy),  # Eq. 3.3 and Eq. 3.2
        "mismatch_at_least": max(0.0, rate - entropy),  # Eq. 3.1, where I is at most H
    }
