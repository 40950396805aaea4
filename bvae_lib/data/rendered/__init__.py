"""Stand-ins for real data sets: rendered by a small ray caster, so that their factors are known."""

import torch

with torch.device("cpu"):  # tables of colours are made there, whatever PyTorch's default device
    from .chairs import RenderedChairs
    from .faces import RenderedFaces
    from .images import RenderedImages

__all__ = ["RenderedChairs", "RenderedFaces", "RenderedImages"]
