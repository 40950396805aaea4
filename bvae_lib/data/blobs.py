"""Gaussian blobs: the smallest set of images with two factors (Burgess et al. 2018, figure 2)."""

import copy
import math
from typing import Self

import numpy as np
import torch

from .._runtime.arguments import number, seed_number, whole_number
from .._runtime.device import pick_device
from .base import ImageSet, Indices

SPACING = 1.25  # pixels from one position to the next: 32 of them reach from 12.6 to 51.4


class Blobs(ImageSet):
    """Images of one round Gaussian blob with a white centre, drawn on the fly.

    ``blobs[indices]`` -> float32 [B, 1, 64, 64] in [0, 1]. Both factors move the blob by 1.25 pixels a class, x to the
    right and y down.

    Args:
        positions: number of positions along x and along y, spread around the middle of the image.
        width: standard deviation of the blob in pixels.
        device: where images are drawn; "auto" is the best one of this machine.
        seed: of ``sample``.

    Raises:
        ValueError: for a number of positions that is not 1 to 49 (further out the centre of the blob would leave the
            image), a width not above 0, or a seed that is no whole number.
    """

    factor_names = ("pos_x", "pos_y")

    def __init__(
        self,
        positions: tuple[int, int] = (32, 32),
        width: float = 6.0,
        device: str | torch.device = "auto",
        seed: int = 0,
    ):
        if np.shape(positions) != (2,):
            raise ValueError(f"positions must be two whole numbers from 1 to 49, along x and y, not {positions!r}")
        self.factor_sizes = tuple(whole_number("each of positions", n, 1, 49) for n in positions)
        self.width, self.device = number("width", width, above=0), pick_device(device)
        self.generator = torch.Generator().manual_seed(seed_number(seed))
        # A round Gaussian is the product of one profile along x and one along y: [positions, 64] each.
        self.profiles = tuple(profile(n, self.width).to(self.device) for n in self.factor_sizes)

    def __len__(self) -> int:
        return math.prod(self.factor_sizes)

    def __getitem__(self, indices: Indices) -> torch.Tensor:
        """Images float32 [B, 1, 64, 64] at ``indices``; one image [1, 64, 64] at a single index."""
        pos_x, pos_y = self.factors(indices).to(self.device).unbind(-1)
        along_x, along_y = self.profiles
        return (along_y[pos_y][..., :, None] * along_x[pos_x][..., None, :])[..., None, :, :]

    def to(self, device: torch.device) -> Self:
        """Return a copy of this set that draws on ``device``."""
        moved = copy.copy(self)
        moved.device = pick_device(device)
        moved.profiles = tuple(profile.to(moved.device) for profile in self.profiles)
        return moved


def profile(positions: int, width: float) -> torch.Tensor:
    """Compute a Gaussian of height 1 over 64 pixels, whose centres are at + 0.5, for each position: [positions, 64]."""
    centres = 32 + SPACING * (torch.arange(positions, device="cpu") - (positions - 1) / 2)
    return (-0.5 * ((torch.arange(64, device="cpu") + 0.5 - centres[:, None]) / width).square()).exp()
