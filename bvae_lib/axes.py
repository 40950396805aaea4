"""The last degrees: two latents that cost the same are turned until they are independent.

Where two latents have the same nats, no price tells x and y from a mixture of the two (chapter 3), and how far from the
axes a run ends is chance. But places are spread evenly over a square: along its sides they are flatter than along any
other direction, so the fourth moments of two latents are least where each follows one side. That is the contrast of
independent component analysis (Comon 1994), and needs no label.
"""

import math

import torch

from .models import BurgessVAE, codes

PICTURES = 10_000  # whose codes say how far to turn


def turn_to_axes(codes: torch.Tensor) -> torch.Tensor:
    """The rotation [2, 2] of ``codes`` [N, 2], of variances that are alike, after which fourth moments are least.

    Read as a complex number of argument phi, a code has a^4 + b^4 = |z|^4 (3 + cos 4 phi) / 4. A turn by t adds 4 t to
    the argument of the mean of z^4, and the sum is least where that is pi. Of the four turns it is the smallest.
    Raises ValueError for codes of another shape.
    """
    if codes.ndim != 2 or codes.shape[1] != 2:
        raise ValueError(f"codes must have shape [N, 2], not {list(codes.shape)}")
    a, b = (codes - codes.mean(dim=0)).double().T
    fourth = torch.complex(a, b).pow(4).mean()
    angle = -math.remainder(float(fourth.angle()) - math.pi, 2 * math.pi) / 4
    return torch.tensor([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


@torch.no_grad()
def straighten(model: BurgessVAE, pair: list[int], images, seed: int = 0) -> None:
    """Turn the means of two latents of ``model`` onto axes, in place; how precise they are stays as it is.

    The decoder turns back. ``images`` is an ImageSet, of which those that say how far are drawn by ``seed``.
    """
    device = next(model.parameters()).device
    said = codes(model.encode, images, PICTURES, torch.Generator(device).manual_seed(seed))
    turn = turn_to_axes(said.mean[:, pair]).to(device)
    head, reader = model.encoder[-1], model.decoder[0]
    head.weight[pair] = turn @ head.weight[pair]
    head.bias[pair] = turn @ head.bias[pair]
    reader.weight[:, pair] = reader.weight[:, pair] @ turn.T
