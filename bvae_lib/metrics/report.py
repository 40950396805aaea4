"""Figures of a model on a data set: rate, distortion, active latents, MIG."""

import math
from typing import Any

import torch

from .._runtime.arguments import check_tensor, number, seed_number, whole_number
from ..data import ImageSet
from ..data.base import Indices, as_images
from ..data.packed import PackedImages
from ..models import VAE, LinearVAE, Posterior
from ..objectives import bernoulli_reconstruction
from .information import ACTIVE, mig, silence
from .measures import all_measures

ENCODED = 200  # images encoded at once: what a layer computes fits into the 32 MiB that are kept (``_runtime.cpu``)
DECODED = 500  # images whose noise is drawn at once


@torch.no_grad()
def encode_dataset(
    model: VAE | LinearVAE, images: ImageSet | torch.Tensor, indices: Indices | None = None
) -> Posterior:
    """Encode many images, a few hundred at a time.

    Sprites are taken by their position, so that those of a batch leave the same pixels blank, which BurgessVAE's first
    two layers leave out: all of dSprites takes less than half the time.

    Args:
        model: has ``encode``; on any device.
        images: an ImageSet, or a tensor or array [N, channels, H, W]; of a LinearVAE a tensor [N, inputs].
        indices: of the images to encode, [n], or a slice; by default all.

    Returns:
        Posterior [n, latents], torch tensors on the CPU.

    Raises:
        TypeError: for what is no model, or gives no images; for a mask, or other than whole numbers, as indices.
        ValueError: for no images or no indices, and for images that the model cannot encode.
        IndexError: for an index outside the images.
    """
    weights = first_weights(model)
    if isinstance(model, LinearVAE):
        check_tensor("images", images)
    else:
        images = as_images(images)
    indices = slice(None) if indices is None else indices
    chosen = ImageSet.check_indices(images, indices)  # type: ignore[arg-type]  # a tensor has a length too
    if chosen.ndim != 1 or not len(chosen):
        raise ValueError(f"indices must be whole numbers [n], one at least, not of shape {list(chosen.shape)}")
    order = alike(images, chosen)
    parts = [model.encode(like(weights, images[chunk])) for chunk in chosen[order].split(ENCODED)]
    back = order.argsort()
    return Posterior(*(torch.cat(part).cpu()[back] for part in zip(*parts, strict=True)))


@torch.no_grad()
def report(
    model: VAE, images: ImageSet | torch.Tensor, n: int = 10_000, seed: int = 0, resamples: int = 0
) -> dict[str, Any]:
    """Measure a model on random images of a set.

    The gaps are those of the codes with silent latents held constant (``silence``); ``mig_raw`` is of the codes as they
    are encoded. A factor of one class among the images drawn has no gap: it is NaN, and ``mig`` is the mean of the
    others. Without known factors ``gaps`` is empty, and ``mig`` NaN.

    That takes seconds, and it is what the cards of the zoo hold. With ``resamples``, 5 for example, all other measures
    that this encoding allows are computed too, each with its spread (``all_measures``): half a minute at 10,000 images.

    Args:
        model: has ``encode`` and ``decode``; on any device.
        images: an ImageSet, best one whose factors are known; or a tensor or array [N, channels, H, W].
        n: images drawn, with replacement.
        seed: of the draw and of the noise.
        resamples: random halves of the images by which all measures get a spread; 0 leaves those measures out.

    Returns:
        As plain numbers: ``distortion``, ``rate`` and ``kl_per_latent`` in nats per image; ``active``, the number of
        latents of at least 0.01 nats; ``mig``, each factor's ``gaps`` and ``mig_raw``; ``n`` and ``seed``. With
        ``resamples`` and known factors also ``measures``, as ``all_measures`` returns them, and ``resamples``.

    Raises:
        TypeError: for what is no model, or gives no images.
        ValueError: for ``n`` below 1, ``resamples`` below 0, and for images that the model cannot encode.
    """
    n, seed, resamples = whole_number("n", n, least=1), seed_number(seed), whole_number("resamples", resamples, least=0)
    weights, images = first_weights(model), as_images(images)
    generator = torch.Generator(weights.device).manual_seed(seed)
    indices = torch.randint(len(images), (n,), generator=torch.Generator().manual_seed(seed))
    posterior, distortion = encode_dataset(model, images, indices), 0.0
    for rows in torch.arange(n).split(DECODED):
        z = Posterior(*(like(weights, part[rows]) for part in posterior)).rsample(generator)
        batch = like(weights, images[indices[rows]])
        distortion += bernoulli_reconstruction(model.decode(z), batch).item() * len(rows) / n
    kl = posterior.kl().mean(dim=0)
    figures = {
        "distortion": distortion,
        "rate": kl.sum().item(),
        "kl_per_latent": kl.tolist(),
        "active": int((kl >= ACTIVE).sum()),
        "mig": math.nan,
        "gaps": {},
        "mig_raw": math.nan,
        "n": n,
        "seed": seed,
    }
    if isinstance(images, ImageSet) and images.factor_names:
        factors = images.factors(indices)
        codes = silence(posterior.mean, kl.clamp(min=0))
        gap, raw = mig(codes, factors), mig(posterior.mean, factors)
        figures |= {"mig": gap.mean, "gaps": dict(zip(images.factor_names, gap.gaps.tolist(), strict=True))}
        figures |= {"mig_raw": raw.mean}
        if resamples:
            figures |= {"measures": all_measures(codes, factors, resamples, seed), "resamples": resamples}
    return figures


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

    Raises:
        ValueError: for what is no finite number, and for an entropy below 0.
    """
    rate, distortion = number("rate", rate), number("distortion", distortion)
    entropy = number("entropy", entropy, least=0)
    return {
        "rate": rate,
        "distortion": distortion,
        "entropy": entropy,
        "information_at_least": max(0.0, entropy - distortion),  # Eq. 3.3
        "information_at_most": min(rate, entropy),  # Eq. 3.3 and Eq. 3.2
        "mismatch_at_least": max(0.0, rate - entropy),  # Eq. 3.1, where I is at most H
    }


def alike(images: ImageSet | torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """Return the order of the ``chosen`` images [n] in which neighbours show a sprite of one size at one place."""
    if not isinstance(images, PackedImages):
        return torch.arange(len(chosen))
    classes = dict(zip(images.factor_names, images.factors(chosen).cpu().unbind(dim=1), strict=True))
    x, y = classes["pos_x"], classes["pos_y"]
    key = torch.zeros_like(x)
    for size, part in ((8, x // 4), (8, y // 4), (6, classes["scale"]), (32, x), (32, y)):  # the first counts most
        key = key * size + part
    return key.argsort(stable=True)


def first_weights(model: Any) -> torch.Tensor:
    """Return a tensor of weights, on the device and of the dtype of the model; TypeError for what is no model."""
    if not isinstance(model, torch.nn.Module) or not hasattr(model, "encode"):
        raise TypeError(
            f"model must be a VAE, with encode and decode, not {type(model).__name__}; "
            "zoo.load returns one, and two things more"
        )
    return next(model.parameters(), torch.empty(0))  # a model in closed form has no weights


def like(weights: torch.Tensor, tensor: torch.Tensor) -> torch.Tensor:
    """Return ``tensor`` on the device of ``weights``, and in their dtype where it is floating."""
    # The dtype first: not every device has float64.
    return (tensor.to(weights.dtype) if tensor.is_floating_point() else tensor).to(weights.device)
