"""dSprites' images as bits: 512 bytes an image, unpacked on the device where they are used."""

import copy

import numpy as np
import torch

from .base import ImageSet

# BYTES[b] holds the 8 pixels of byte b, the highest bit first.
BYTES = torch.from_numpy(np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)).float()


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
