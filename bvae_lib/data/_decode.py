"""One image file of any kind into 64 x 64 pixels, as bytes."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

SIDE = 64


def decode(path: Path, channels: int, crop: int | None) -> np.ndarray | str:
    """The picture in ``path`` as uint8 [channels, 64, 64], or in words why it cannot be read.

    Its central square of ``crop`` pixels, or the largest there is, is scaled to 64 x 64. It stands upright as its
    camera noted, is in colour for 3 channels and grey for 1, and white where it is transparent.
    """
    try:
        with Image.open(path) as file:
            picture = flatten(ImageOps.exif_transpose(file)).convert("RGB" if channels == 3 else "L")
    except MemoryError:
        raise
    except Exception as error:  # Pillow's decoders raise nearly anything on bytes that are not what they seem
        return f"{type(error).__name__}: {error}"
    width, height = picture.size
    side = crop or min(width, height)
    if side > min(width, height):
        return f"{width} x {height} pixels are too few for the central {side} x {side}"
    left, top = (width - side) // 2, (height - side) // 2
    square = picture.crop((left, top, left + side, top + side))
    # Where Pillow makes a picture smaller, its bilinear filter widens until it covers all pixels: no aliasing.
    small = square.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(small).reshape(SIDE, SIDE, channels).transpose(2, 0, 1)


def flatten(picture: Image.Image) -> Image.Image:
    """The picture with 8 bits a channel, in RGB or L, on white where it is transparent."""
    if picture.mode == "F":
        raise ValueError("its pixels are floats, whose white is unknown; save it with 8 or 16 bits")
    if picture.mode.startswith("I"):  # 16 bits of grey; Pillow's own conversion would cut them off at 255
        levels = np.asarray(picture)
        if levels.min() < 0 or levels.max() > 65535:
            raise ValueError(f"its pixels are {levels.min()} to {levels.max()}, outside the 0 to 65535 of 16 bits")
        return Image.fromarray((levels / 257).round().astype(np.uint8))
    if picture.mode in ("LA", "PA", "RGBA", "RGBa") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
