"""The last degrees: two latents that cost the same are rotated until they are independent.

Where two latents have the same nats, no price prefers x and y to a mixture of the two (chapter 3), and how far from the
axes a run ends is chance. But positions are spread evenly over a square: along its sides they are flatter than along
any other direction, so the fourth moments of two latents are least where each follows one side. That is the contrast of
independent component analysis (Comon 1994), and needs no label.
"""

import math
from typing import cast

import torch
from torch import nn

from .._runtime.arguments import check_tensor, seed_number
from ..data import ImageSet
from ..data.base import as_images
from ..metrics import encode_dataset
from ..models import BurgessVAE
from ..models._inputs import latent_pair

IMAGES = 10_000  # whose codes say how far to rotate


def ica_rotation(codes: torch.Tensor) -> torch.Tensor:
    """Find the rotation of two latents after which their fourth moments are least (Eq. A.4).

    Read as a complex number of argument phi, a code has ``a^4 + b^4 = |z|^4 (3 + cos 4 phi) / 4``. A rotation by t adds
    4 t to the argument of the mean of z^4, and the sum is least where that is pi. There are four such rotations; this
    is the smallest.

    Args:
        codes: [N, 2], of variances that are alike.

    Returns:
        The rotation, [2, 2], on the CPU.

    Raises:
        ValueError: for codes of another shape, or numbers that are not finite.
    """
    check_tensor("codes", codes)
    if codes.ndim != 2 or codes.shape[1] != 2 or not len(codes):
        raise ValueError(f"codes must have shape [N, 2], not {list(codes.shape)}")
    if not codes.isfinite().all():
        raise ValueError("codes hold numbers that are not finite; did the training diverge?")
    a, b = (codes - codes.mean(dim=0)).cpu().double().T  # not every device has float64
    fourth = torch.complex(a, b).pow(4).mean()
    angle = -math.remainder(float(fourth.angle()) - math.pi, 2 * math.pi) / 4  # Eq. A.4
    return torch.tensor([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


@torch.no_grad()
def align_axes(model: BurgessVAE, pair: list[int], images: ImageSet | torch.Tensor, seed: int = 0) -> None:
    """Rotate the means of two latents of ``model`` onto axes, in place; their variances stay as they are.

    The decoder rotates back.

    Args:
        model: changed in place.
        pair: the two latents.
        images: an ImageSet or a tensor, of which those that say how far to rotate are drawn.
        seed: of that draw.

    Raises:
        ValueError: for a pair that the model does not have, and as ``as_images``.
    """
    pair, images, device = latent_pair(pair, model.latents), as_images(images), next(model.parameters()).device
    generator = torch.Generator(device).manual_seed(seed_number(seed))
    indices = torch.randint(len(images), (IMAGES,), generator=generator, device=device)
    rotation = ica_rotation(encode_dataset(model, images.to(device), indices).mean[:, pair]).to(device)
    head, reader = model.head, cast(nn.Linear, model.decoder[0])
    head.weight[pair] = rotation @ head.weight[pair]
    head.bias[pair] = rotation @ head.bias[pair]
    reader.weight[:, pair] = reader.weight[:, pair] @ rotation.T
