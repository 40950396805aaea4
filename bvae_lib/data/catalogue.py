"""Which picture of dSprites is this? Every picture of the set by a number made of its pixels."""

import torch

from .packed import PackedImages

CHUNK = 8192  # pictures numbered at once


class Catalogue:
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
        keys = torch.cat([self.key(chunk) for chunk in images.packed.split(CHUNK)])
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
            raise ValueError("some images are not in this set; a catalogue knows dSprites' own pictures only")
        return self.order[place]

    def factors(self, images: torch.Tensor) -> torch.Tensor:
        """Factor classes [B, 5] of ``images``."""
        return self.images.factors(self.find(images))
