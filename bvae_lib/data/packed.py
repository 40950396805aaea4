"""dSprites' images as bits, 512 bytes an image: unpacked where they are used, and found by their pixels."""

import copy
from typing import Self

import numpy as np
import torch

from .._runtime.arguments import check_pixels, seed_number
from .._runtime.device import pick_device
from .base import ImageSet, Indices, entropy_of_rows

# BYTES[b] holds the 8 pixels of byte b, the highest bit first.
BYTES = torch.from_numpy(np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)).float()
LOOKUP_CHUNK = 8192  # images whose keys are computed at once


class PackedImages(ImageSet):
    """Binary images 64 x 64 of dSprites' factors, held as one bit a pixel.

    Args:
        packed: uint8 [N, 512], 8 pixels a byte as by numpy.packbits; all 737,280 combinations, or some.
        device: where the images are kept.
        seed: of ``sample``.
    """

    factor_names: tuple[str, ...] = ("shape", "scale", "orientation", "pos_x", "pos_y")
    factor_sizes: tuple[int, ...] = (3, 6, 40, 32, 32)

    def __init__(self, packed: torch.Tensor, device: torch.device, seed: int = 0):
        self.packed = packed.to(device)
        self.bytes = BYTES.to(device)
        self.device = device
        self.generator = torch.Generator().manual_seed(seed_number(seed))

    def __len__(self) -> int:
        return len(self.packed)

    def __getitem__(self, indices: Indices) -> torch.Tensor:
        """Images float32 [B, 1, 64, 64] in {0, 1} at ``indices``; one image [1, 64, 64] at a single index."""
        indices = self.check_indices(indices)
        packed = self.packed[indices.to(self.device)].int()
        return torch.nn.functional.embedding(packed, self.bytes).view(*indices.shape, 1, 64, 64)

    def entropy(self) -> float:
        """Compute the entropy H(X) of an image drawn uniformly, in nats; equal images count as one."""
        return entropy_of_rows(self.packed.cpu().numpy())

    def to(self, device: torch.device) -> Self:
        """Return a copy of this set with its images on ``device``."""
        moved = copy.copy(self)
        moved.device = pick_device(device)
        moved.packed, moved.bytes = self.packed.to(moved.device), self.bytes.to(moved.device)
        return moved


class FactorLookup:
    """Finds images in a set by their pixels: the inverse of ``dataset[indices]``.

    Each image gets a 64-bit key, the sum of its 512 bytes times fixed random whole numbers; two different images share
    a key with a probability of at most 2^-57. Of images that are equal, such as orientations 39 and 0, one is found.

    Args:
        dataset: the set to search, DSprites without colour or DSpritesFile; the lookup stays on its device.

    Raises:
        TypeError: for another set.
    """

    def __init__(self, dataset: PackedImages):
        if not isinstance(dataset, PackedImages) or dataset.channels != 1:
            raise TypeError(f"dataset must be DSprites, not in colour, or DSpritesFile, not {type(dataset).__name__}")
        self.dataset = dataset
        generator = torch.Generator().manual_seed(0)
        self.multipliers = torch.randint(-(2**62), 2**62, (512,), generator=generator, device="cpu").to(dataset.device)
        self.bit_values = torch.tensor([128.0, 64, 32, 16, 8, 4, 2, 1], device=dataset.device)
        keys = torch.cat([self.key(chunk) for chunk in dataset.packed.split(LOOKUP_CHUNK)])
        self.sorted_keys, self.order = keys.sort()

    def key(self, packed: torch.Tensor) -> torch.Tensor:
        """Compute the keys int64 [B] of packed images [B, 512], whole numbers from 0 to 255."""
        return (packed.long() * self.multipliers).sum(dim=1)  # wraps around at 2^64, as it should

    def find(self, images: torch.Tensor) -> torch.Tensor:
        """Find the indices of images in the set.

        Args:
            images: [B, 1, 64, 64] in {0, 1}.

        Returns:
            Indices [B], int64.

        Raises:
            ValueError: for images of another shape or kind, or that are not in the set.
        """
        check_pixels(images)
        if images.ndim != 4 or images.shape[1:] != (1, 64, 64):
            raise ValueError(f"images must be [B, 1, 64, 64], not {list(images.shape)}")
        images = images.to(self.bit_values)
        keys = self.key(images.reshape(len(images), 512, 8) @ self.bit_values)
        position = torch.searchsorted(self.sorted_keys, keys).clamp(max=len(self.sorted_keys) - 1)
        if (self.sorted_keys[position] != keys).any():
            raise ValueError("some images are not in this set; FactorLookup knows dSprites' own images only")
        return self.order[position]

    def factors(self, images: torch.Tensor) -> torch.Tensor:
        """Look up the factors of images in the set.

        Args:
            images: [B, 1, 64, 64] in {0, 1}.

        Returns:
            Factor classes [B, 5], int64.

        Raises:
            ValueError: for images of another shape, or that are not in the set.
        """
        return self.dataset.factors(self.find(images))
