"""Sets of rendered images: some of all combinations of their factors held as bytes, any other drawn on the fly."""

import copy
import hashlib
import inspect
import math
import os
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from ..._runtime.atomic import write_atomically
from ..._runtime.device import pick_device
from ..base import LabelledImages, combination, combination_number
from . import raycaster

CHUNK = 16  # scenes drawn at once on a CPU: their rays stay in its cache
GPU_CHUNK = 128


class RenderedImages(LabelledImages):
    """``images`` different combinations of the factors, chosen at random by ``seed``; 12 KB each on ``device``.

    ``images[indices]`` -> float32 [B, 3, 64, 64] in [0, 1]. A subclass names its factors and renders them. Drawn once:
    with ``cache``, a file name, the images are kept there with digests of themselves and of the code that drew them,
    and what is damaged or outdated is drawn anew. "auto" is a file in ~/.cache/bvae_lib, None keeps nothing.

    Raises ValueError where there are not that many combinations.
    """

    channels = 3

    def __init__(
        self,
        images: int = 50_000,
        device: str | torch.device = "auto",
        seed: int = 0,
        cache: str | Path | None = "auto",
    ):
        combinations = math.prod(self.factor_sizes)
        if not isinstance(images, int) or not 1 <= images <= combinations:
            raise ValueError(f"images must be a whole number from 1 to {combinations:,}, not {images!r}")
        self.device = pick_device(device)
        self.generator = torch.Generator().manual_seed(seed)
        chosen = torch.from_numpy(np.random.default_rng(seed).choice(combinations, images, replace=False))
        self.label(combination(chosen, self.factor_sizes))
        if cache == "auto":
            cache = Path.home() / ".cache" / "bvae_lib" / f"{type(self).__name__}-{images}-{seed}.bytes"
        self.bytes = (self.draw_all() if cache is None else self.draw_or_read(Path(cache))).to(self.device)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, indices) -> torch.Tensor:
        """Images float32 [B, 3, 64, 64] at ``indices``; one image [3, 64, 64] at a single index."""
        if isinstance(indices, slice):
            indices = torch.arange(*indices.indices(len(self)))
        return self.bytes[self.check_indices(indices).to(self.device)].float() / 255

    def absence(self, wanted: dict[str, int]) -> str:
        return f"this set of {len(self):,} images has none with {wanted}; {type(self).__name__}.draw(factors) draws any"

    def entropy(self) -> float:
        """H(X) in nats of an image drawn evenly: ln N less what is lost where several combinations look alike."""
        rows = self.bytes.cpu().flatten(1).numpy()
        counts = np.array(list(Counter(hashlib.sha256(row).digest() for row in rows).values()))
        return float(np.log(len(self)) - (counts * np.log(counts)).sum() / len(self))

    def to(self, device: torch.device) -> "RenderedImages":
        moved = copy.copy(self)
        moved.bytes, moved.device = self.bytes.to(device), torch.device(device)
        return moved

    @classmethod
    def render(cls, factors: torch.Tensor, device: torch.device) -> torch.Tensor:
        """Float images [B, 3, 64, 64] of factor classes [B, F], which are on the CPU."""
        raise NotImplementedError

    @classmethod
    def draw(cls, factors, device: str | torch.device = "auto") -> torch.Tensor:
        """Images float32 [..., 3, 64, 64] of any factor classes [..., F], drawn on ``device``."""
        codes = combination_number(factors, cls.factor_names, cls.factor_sizes)
        drawn = cls.draw_bytes(combination(codes.reshape(-1).cpu(), cls.factor_sizes), pick_device(device))
        return (drawn.float() / 255).reshape(*codes.shape, 3, 64, 64)

    @classmethod
    def draw_bytes(cls, factors: torch.Tensor, device: torch.device) -> torch.Tensor:
        """Images uint8 [N, 3, 64, 64] of factor classes [N, F]."""
        chunks = factors.split(CHUNK if device.type == "cpu" else GPU_CHUNK)
        return torch.cat([(255 * cls.render(chunk, device)).round().byte() for chunk in chunks])

    def draw_all(self) -> torch.Tensor:
        """The set's images, drawn in the order of their factors: neighbours fill the same part of the picture."""
        images = torch.empty(len(self), 3, 64, 64, dtype=torch.uint8)
        with tqdm(total=len(self), desc=type(self).__name__, unit="image", disable=bool(os.environ.get("CI"))) as bar:
            for chunk in self.order.split(CHUNK if self.device.type == "cpu" else GPU_CHUNK):
                images[chunk] = self.draw_bytes(self.factors(chunk), self.device).cpu()
                bar.update(len(chunk))
        return images

    def draw_or_read(self, path: Path) -> torch.Tensor:
        """The set's images from the cache at ``path``; drawn, and the cache written anew, where it is no good."""
        recipe = self.recipe()
        stored = np.fromfile(path, np.uint8) if path.exists() else np.empty(0, np.uint8)
        recipe_then, digest, images = stored[:32].tobytes(), stored[32:64].tobytes(), stored[64:]
        size = len(self) * 3 * 64 * 64
        if recipe_then == recipe and len(images) == size and hashlib.sha256(images).digest() == digest:
            return torch.from_numpy(images).view(-1, 3, 64, 64)
        drawn = self.draw_all()
        with write_atomically(path) as file:
            file.write(recipe)
            file.write(hashlib.sha256(drawn.numpy()).digest())
            file.write(drawn.numpy())
        return drawn

    def recipe(self) -> bytes:
        """Digest of all that the images depend on: the combinations and the code that draws them."""
        sources = [Path(inspect.getfile(module)).read_bytes() for module in (raycaster, type(self))]
        return hashlib.sha256(b"".join([*sources, self.codes.numpy().tobytes()])).digest()
