"""dSprites' images as bits, 512 bytes an image: unpacked where they are used, and found by their pixels."""

import copy

import numpy as np
import torch

from .base import ImageSet

# BYTES[b] holds the 8 pixels of byte b, the highest bit first.
BYTES = torch.from_numpy(np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)).float()
LOOKUP_CHUNK = 8192  # images numbered at once


class PackedImages(ImageSet):
    """All combinations of dSprites' factors, one bit a pixel: ``packed`` is uint8 [737280, 512]."""

    factor_names = ("shape", "scale", "orientation", "pos_x", "pos_y")
    factor_sizes = (3, 6, 40, 32, 32)

    def __init__(self, packed: torch.Tensor, device: torch.device, seed: int = 0):
        self.packed = packed.to(device)
        self.bytes = BYTES.to(device)
        self.device = device
        self.generator = torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        return len(self.packed)

    def __getitem__(self, indices) -> torch.Tensor:
        """Images float32 [B, 1, 64, 64] in {0, 1} at ``indices``; one image [1, 64, 64] at a single index."""
        if isinstance(indices, slice):
            indices = torch.arange(*indices.indices(len(self)))
        indices = self.check_indices(indices)
        packed = self.packed[indices.to(self.device)].int()
        return torch.nn.functional.embedding(packed, self.bytes).view(*indices.shape, 1, 64, 64)

    def entropy(self) -> float:
        """H(X) in nats of an image drawn evenly: ln N less what is lost where several combinations look alike."""
        rows = self.packed.cpu().numpy().view(np.dtype((np.void, self.packed.shape[1])))
        _, counts = np.unique(rows, return_counts=True)
        return float(np.log(len(self)) - (counts * np.log(counts)).sum() / len(self))

    def to(self, device: torch.device) -> "PackedImages":
        moved = copy.copy(self)
        moved.packed, moved.bytes, moved.device = self.packed.to(device), self.bytes.to(device), device
        return moved


class FactorLookup:
    """Finds pictures of ``images`` again: the inverse of ``images[indices]``.

    Each picture gets a 64-bit key, the sum of its 512 bytes times fixed random whole numbers; two that differ share
    one with a chance of at most 2^-57. Pictures that are equal, such as orientation 39 and 0, are found at one of
    their places.
    """

    def __init__(self, images: PackedImages):
        self.images = images
        generator = torch.Generator().manual_seed(0)
        self.factor = torch.randint(-(2**62), 2**62, (512,), generator=generator).to(images.device)
        self.weight = torch.tensor([128.0, 64, 32, 16, 8, 4, 2, 1], device=images.device)
        keys = torch.cat([self.key(chunk) for chunk in images.packed.split(LOOKUP_CHUNK)])
        self.keys, self.order = keys.sort()

    def key(self, packed: torch.Tensor) -> torch.Tensor:
        """Keys int64 [B] of packed pictures, uint8 [B, 512]."""
        return (packed.long() * self.factor).sum(dim=1)  # wraps around at 2^64, as it should

    def find(self, images: torch.Tensor) -> torch.Tensor:
        """Indices [B] of ``images``, float [B, 1, 64, 64] in {0, 1}; ValueError where one is not in the set."""
        if images.ndim != 4 or images.shape[1:] != (1, 64, 64):
            raise ValueError(f"images must be [B, 1, 64, 64], not {list(images.shape)}")
        images = images.to(self.keys.device)
        keys = self.key(images.reshape(len(images), 512, 8) @ self.weight)
        place = torch.searchsorted(self.keys, keys).clamp(max=len(self.keys) - 1)
        if (self.keys[place] != keys).any():
            raise ValueError("some images are not in this set; FactorLookup knows dSprites' own images only")
        return self.order[place]

    def factors(self, images: torch.Tensor) -> torch.Tensor:
        """Factor classes [B, 5] of ``images``."""
        return self.images.factors(self.find(images))
