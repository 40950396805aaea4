"""dSprites (Matthey et al. 2017), drawn by its rule: all 737,280 images in seconds, with no download.

A sprite is a polygon, rotated, scaled and moved; its vertices are rounded to 1/256 pixel, and a pixel is 1
exactly when its centre is inside. Here a row of 64 pixels is one 64-bit word. An edge that crosses the row's
centre line at x flips every pixel to the right of x, so a row is the XOR of one mask for each edge that crosses it.
"""

import colorsys
import hashlib
import math
from pathlib import Path
from typing import Self

import numpy as np
import torch

from .._runtime.arguments import seed_number
from .._runtime.device import pick_device
from .._runtime.paths import file_to_write
from ._drawn_cache import draw_once
from .base import Indices
from .packed import PackedImages

SUBPIXEL = 256  # vertices lie on a grid of 1/256 pixel
SIDE = 19.2  # of the square at scale 1, in pixels
HUES = 12  # from red by yellow, green, cyan, blue and magenta back towards red, in RGB
COLOURS = torch.tensor([colorsys.hsv_to_rgb(hue / HUES, 1, 1) for hue in range(HUES)], device="cpu")

RECIPE = hashlib.sha256(b"the 737,280 images of dSprites, 8 pixels a byte").digest()  # they never change

# MASKS[k] has the pixels k .. 63 of a row set, the leftmost pixel in the highest bit of the first byte.
MASKS = np.packbits(np.arange(64) >= np.arange(65)[:, None], axis=1).view(np.uint64)[:, 0]


def outlines() -> tuple[np.ndarray, ...]:
    """Return square, ellipse and heart at scale 1 around the origin: float64 [vertices, 2], x right and y down."""
    half = SIDE / 2
    square = np.array([[-half, -half], [half, -half], [half, half], [-half, half]])
    t = 2 * np.pi * np.arange(100) / 100
    ellipse = np.stack([half * 1.33 * np.cos(t), half / 1.33 * np.sin(t)], axis=1)
    t = 2 * np.pi * np.arange(150) / 150
    height = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    heart = np.stack([half * np.sin(t) ** 3, -SIDE * height / 29 - 1.44], axis=1)
    return square, ellipse, heart


def draw_positions(polygon: np.ndarray) -> np.ndarray:
    """Draw one polygon at all positions.

    All arithmetic is on whole numbers of 1/256 pixel held in float64, so it is exact.

    Args:
        polygon: vertices around the origin in pixels, float64 [vertices, 2].

    Returns:
        Rows of 64 pixels as words, uint64 [32 pos_x, 32 pos_y, 64 rows].
    """
    centres = 16 + 32 * np.arange(32) / 31
    grid = np.floor((polygon[:, None] + centres[:, None]) * SUBPIXEL + 0.5)  # [vertices, 32, 2]
    x, y = grid[..., 0], grid[..., 1]
    x_next, y_next = np.roll(x, -1, axis=0), np.roll(y, -1, axis=0)

    # An edge crosses the rows whose centre line lies in (top, bottom]: a centre on a top edge is out.
    half = SUBPIXEL // 2
    first = np.floor((np.minimum(y, y_next) - half) / SUBPIXEL).astype(int) + 1
    last = np.floor((np.maximum(y, y_next) - half) / SUBPIXEL).astype(int)
    count = last - first + 1  # [vertices, pos_y]; 0 where the edge meets no centre line
    edge, pos_y = (np.repeat(i.ravel(), count.ravel()) for i in np.indices(count.shape))
    nth = np.arange(len(edge)) - np.repeat(np.cumsum(count.ravel()) - count.ravel(), count.ravel())
    row = first[edge, pos_y] + nth

    # x where the edge meets the centre line, for all 32 pos_x at once, then the first pixel centre at or right of it.
    rise = (y_next - y)[edge, pos_y]
    share = (SUBPIXEL * row + half - y[edge, pos_y])[:, None]
    numerator = (x[edge] - half) * rise[:, None] + share * (x_next - x)[edge]
    pixel = np.ceil(numerator / (SUBPIXEL * rise[:, None])).astype(int)  # [crossings, pos_x]

    order = np.argsort(pos_y * 64 + row, kind="stable")
    line = (pos_y * 64 + row)[order]
    starts = np.flatnonzero(np.diff(line, prepend=-1))
    words = np.zeros((32, 32 * 64), np.uint64)
    words[:, line[starts]] = np.bitwise_xor.reduceat(MASKS[pixel[order]], starts, axis=0).T
    return words.reshape(32, 32, 64)


def draw() -> np.ndarray:
    """Draw all of dSprites in the official order: uint8 [737280, 512], 8 pixels a byte as by numpy.packbits."""
    words = np.empty((3, 6, 40, 32, 32, 64), np.uint64)
    for shape, outline in enumerate(outlines()):
        for scale in range(6):
            for orientation in range(39):
                theta = 2 * np.pi * orientation / 39
                rotation = np.array([[np.cos(theta), np.sin(theta)], [-np.sin(theta), np.cos(theta)]])
                words[shape, scale, orientation] = draw_positions((0.5 + 0.1 * scale) * outline @ rotation.T)
            words[shape, scale, 39] = words[shape, scale, 0]  # 39 steps make the full turn
    return words.reshape(-1, 64).view(np.uint8)


class DSprites(PackedImages):
    """The 737,280 binary images of dSprites (Matthey et al. 2017), 64 x 64 pixels, bit-packed (377 MB).

    ``sprites[indices]`` -> float32 [B, 1, 64, 64] in {0, 1}. Orientation 39 is the full turn: its images equal those
    of orientation 0.

    Args:
        device: where the images are kept; "auto" is the best one of this machine.
        seed: of ``sample``.
        cache: a file that keeps the drawn images, 377 MB; where it is missing or damaged, they are drawn.
        colour: whether a first factor, one of 12 hues, paints the sprite. Then there are 8,847,360 images
            [3, 64, 64] in [0, 1], whose index modulo 737,280 is that of the white sprite (coloured dSprites: Burgess
            et al. 2018, figure 4).

    Raises:
        FileExistsError: where ``cache`` is another kind of file.
        ValueError: for a device that is not here, or a seed that is no whole number.
    """

    def __init__(
        self,
        device: str | torch.device = "auto",
        seed: int = 0,
        cache: str | Path | None = None,
        colour: bool = False,
    ):
        device, seed = pick_device(device), seed_number(seed)  # before the work
        packed = draw() if cache is None else draw_once(file_to_write("cache", cache), RECIPE, (737_280, 512), draw)
        super().__init__(torch.from_numpy(packed), device, seed)
        self.colours: torch.Tensor | None = None  # RGB of each hue, [12, 3]
        if colour:
            self.channels = 3
            self.factor_names = ("hue", *self.factor_names)
            self.factor_sizes = (HUES, *self.factor_sizes)
            self.colours = COLOURS.to(self.device)

    def __len__(self) -> int:
        return len(self.packed) * (1 if self.colours is None else HUES)

    def __getitem__(self, indices: Indices) -> torch.Tensor:
        """Images float32 [B, channels, 64, 64] at ``indices``; one image [channels, 64, 64] at a single index."""
        if self.colours is None:
            return super().__getitem__(indices)
        indices = self.check_indices(indices)
        hue = (indices // len(self.packed)).to(self.device)
        return self.colours[hue][..., None, None] * super().__getitem__(indices % len(self.packed))

    def entropy(self) -> float:
        """Compute the entropy H(X) of an image drawn uniformly, in nats; equal images count as one."""
        return super().entropy() + (0 if self.colours is None else math.log(HUES))

    def to(self, device: torch.device) -> Self:
        """Return a copy of this set with its images on ``device``."""
        moved = super().to(device)
        if self.colours is not None:
            moved.colours = self.colours.to(moved.device)
        return moved
