"""Draw the picture of the README that moves: python tools/picture.py (`make picture` does).

A stored model encodes one ellipse. Each tile then moves one of its latents to and fro, and leaves the others alone.
"""

from pathlib import Path

from bvae_lib import DSprites, metrics, zoo
from bvae_lib._runtime.pixels import to_uint8
from bvae_lib.models import traverse

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

PICTURE = Path(__file__).resolve().parent.parent / ".github" / "traversal.webp"
MODEL = "dsprites-staged-seed0"
NAMES = {"pos_x": "x", "pos_y": "y", "scale": "size", "orientation": "angle", "shape": "shape"}
ELLIPSE = {"shape": 1, "scale": 4, "orientation": 3, "pos_x": 16, "pos_y": 16}  # in the middle
FRAMES, MILLISECONDS = 48, 60
TILE, GAP, LABEL = 144, 8, 28  # pixels
GROUND, INK = "#1c1f24", "#e6e6e6"  # the picture brings its ground along: it looks the same on a light and a dark page


def tiles() -> dict[str, np.ndarray]:
    """What each latent that follows a factor does: by the factor's name, images [FRAMES, 64, 64] of uint8."""
    sprites = DSprites(device="cpu")
    model, _, card = zoo.load(MODEL)
    indices = torch.randint(len(sprites), (4000,), generator=torch.Generator().manual_seed(0))
    means = metrics.encode_dataset(model, sprites[indices]).mean
    follows = metrics.normalized_mutual_information(means, sprites.factors(indices))  # [latents, factors]
    ellipse = sprites[sprites.index(torch.tensor([[ELLIPSE[name] for name in sprites.factor_names]]))]
    start = metrics.encode_dataset(model, ellipse).mean[0]
    swing = torch.sin(2 * torch.pi * torch.arange(FRAMES) / FRAMES)
    moved = {}
    for name, label in NAMES.items():
        latent = int(follows[:, sprites.factor_names.index(name)].argmax())
        assert card.kl_per_latent[latent] > 1, f"no latent encodes {name}"
        middle = float(start[latent].clip(-0.5, 0.5))
        moved[label] = to_uint8(traverse(model, start, [latent], middle + 1.5 * swing)[0])[..., 0]
    return moved


def frames(moved: dict[str, np.ndarray]) -> list[Image.Image]:
    """The tiles side by side, each with its name above it."""
    font = ImageFont.load_default(16)
    size = (len(moved) * (TILE + GAP) + GAP, LABEL + TILE + GAP)
    drawn = [Image.new("RGB", size, GROUND) for _ in range(FRAMES)]
    for column, (label, images) in enumerate(moved.items()):
        left = GAP + column * (TILE + GAP)
        for frame, image in zip(drawn, images, strict=True):
            frame.paste(Image.fromarray(image).resize((TILE, TILE), Image.Resampling.BICUBIC), (left, LABEL))
            ImageDraw.Draw(frame).text((left + TILE / 2, LABEL / 2), label, INK, font, anchor="mm")
    return drawn


if __name__ == "__main__":
    first, *rest = frames(tiles())
    first.save(PICTURE, save_all=True, append_images=rest, duration=MILLISECONDS, loop=0, quality=80, method=6)
    print(f"{PICTURE}: {PICTURE.stat().st_size / 1000:.0f} kB")
