"""Sets of rendered images: some combinations of their factors are held as bytes, any other is drawn on the fly."""

import copy
import hashlib
import inspect
import math
import os
from pathlib import Path
from typing import Self

import numpy as np
import torch
from tqdm import tqdm

from ..._runtime.arguments import whole_number
from ..._runtime.device import pick_device
from ..._runtime.paths import file_to_write
from .._drawn_cache import draw_once
from ..base import (
    Indices,
    Integers,
    LabelledImages,
    combination_factors,
    combination_number,
    entropy_of_rows,
)
from . import raycaster

CHUNK = 16  # scenes drawn at once on a CPU: their rays stay in its cache
GPU_CHUNK = 128


class RenderedImages(LabelledImages):
    """Different combinations of known factors, chosen at random and rendered; a subclass names and renders them.

    ``images[indices]`` -> float32 [B, 3, 64, 64] in [0, 1].

    Args:
        n: number of images, 12 KB each.
        device: where the images are drawn and kept; "auto" is the best one of this machine.
        seed: of the combinations, and of ``sample``.
        cache: a file that keeps the images with digests of themselves and of the code that drew them; where it is
            missing, damaged or outdated, they are drawn. "auto" is a file in ~/.cache/bvae_lib, None keeps nothing.

    Raises:
        FileExistsError: where ``cache`` is another kind of file.
        ValueError: where there are not that many combinations, or for a seed that is not a whole number of at least 0.
    """

    channels = 3

    def __init__(
        self,
        n: int = 50_000,
        device: str | torch.device = "auto",
        seed: int = 0,
        cache: str | Path | None = "auto",
    ):
        combinations = math.prod(self.factor_sizes)
        n = whole_number("n", n, 1, combinations)
        seed = whole_number("seed", seed, 0)
        self.device = pick_device(device)
        self.generator = torch.Generator().manual_seed(seed)
        chosen = torch.from_numpy(np.random.default_rng(seed).choice(combinations, n, replace=False))
        self.label(combination_factors(chosen, self.factor_sizes))
        if cache == "auto":
            cache = Path.home() / ".cache" / "bvae_lib" / f"{type(self).__name__}-{n}-{seed}.images"
        if cache is None:
            drawn = self.draw_all()
        else:
            drawn = draw_once(file_to_write("cache", cache), self.recipe(), (n, 3, 64, 64), self.draw_all)
        self.bytes = torch.from_numpy(drawn).to(self.device)

    def __len__(self) -> int:
        return len(self.combinations)

    def __getitem__(self, indices: Indices) -> torch.Tensor:
        """Images float32 [B, 3, 64, 64] at ``indices``; one image [3, 64, 64] at a single index."""
        return self.bytes[self.check_indices(indices).to(self.device)].float() / 255

    def absence(self, wanted: dict[str, int]) -> str:
        """Say, for the error of ``index``, that no image has the ``wanted`` classes."""
        return f"this set of {len(self):,} images has none with {wanted}; {type(self).__name__}.draw(factors) draws any"

    def entropy(self) -> float:
        """Compute the entropy H(X) of an image drawn uniformly, in nats; equal images count as one."""
        return entropy_of_rows(self.bytes.cpu().numpy())

    def to(self, device: torch.device) -> Self:
        """Return a copy of this set with its images on ``device``."""
        moved = copy.copy(self)
        moved.device = pick_device(device)
        moved.bytes = self.bytes.to(moved.device)
        return moved

    @classmethod
    def render(cls, factors: torch.Tensor, device: torch.device) -> torch.Tensor:
        """Render images, float [B, 3, 64, 64] in [0, 1], of factor classes [B, F], which are on the CPU."""
        raise NotImplementedError(f"{cls.__name__} must define render(factors, device)")

    @classmethod
    def draw(cls, factors: Integers, device: str | torch.device = "auto") -> torch.Tensor:
        """Draw images of any factors, whether a set holds them or not.

        Args:
            factors: classes [..., F].
            device: where to draw; "auto" is the best one of this machine.

        Returns:
            Images float32 [..., 3, 64, 64] in [0, 1].

        Raises:
            IndexError: for a class that its factor does not have.
            ValueError: for other than F whole numbers in the last dimension.
        """
        numbers = combination_number(factors, cls.factor_names, cls.factor_sizes)
        drawn = cls.draw_bytes(combination_factors(numbers.reshape(-1).cpu(), cls.factor_sizes), pick_device(device))
        return (drawn.float() / 255).reshape(*numbers.shape, 3, 64, 64)

    @classmethod
    def draw_bytes(cls, factors: torch.Tensor, device: torch.device) -> torch.Tensor:
        """Draw images uint8 [N, 3, 64, 64] of factor classes [N, F]."""
        chunks = factors.split(CHUNK if device.type == "cpu" else GPU_CHUNK)
        with torch.device("cpu"):  # scenes are made there, whatever PyTorch's default device
            return torch.cat([(255 * cls.render(chunk, device)).round().byte() for chunk in chunks])

    def draw_all(self) -> np.ndarray:
        """Draw the set's images uint8 [N, 3, 64, 64], in the order of their factors: neighbours share their region."""
        images = torch.empty(len(self), 3, 64, 64, dtype=torch.uint8, device="cpu")
        with tqdm(total=len(self), desc=type(self).__name__, unit="image", disable=bool(os.environ.get("CI"))) as bar:
            for chunk in self.order.split(CHUNK if self.device.type == "cpu" else GPU_CHUNK):
                images[chunk] = self.draw_bytes(self.factors(chunk), self.device).cpu()
                bar.update(len(chunk))
        return images.numpy()

    def recipe(self) -> bytes:
        """Compute a digest of all that the images depend on: the combinations and the code that draws them."""
        sources = [Path(inspect.getfile(module)).read_bytes() for module in (raycaster, type(self))]
        return hashlib.sha256(b"".join([*sources, self.combinations.numpy().tobytes()])).digest()
