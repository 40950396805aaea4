"""An image file of any kind as 64 x 64 pixels."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

SIDE = 64


def decode(path: Path, channels: int, crop: int | None) -> np.ndarray | str:
    """Read an image file.

    The central square is scaled to 64 x 64 pixels. The image stands upright as its camera noted, and is white where it
    is transparent.

    Args:
        path: of the file.
        channels: 3 for colour or 1 for grey.
        crop: side of the central square in pixels; None takes the largest there is.

    Returns:
        uint8 [channels, 64, 64], or in words why the file cannot be read.
    """
    try:
        with Image.open(path) as file:
            image = flatten(ImageOps.exif_transpose(file)).convert("RGB" if channels == 3 else "L")
    except MemoryError:
        raise
    except Exception as error:  # Pillow's decoders raise nearly anything on bytes that are not what they seem
        return f"{type(error).__name__}: {error}"
    width, height = image.size
    side = crop or min(width, height)
    if side > min(width, height):
        return f"{width} x {height} pixels are too few for the central {side} x {side}"
    left, top = (width - side) // 2, (height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    # Where Pillow makes an image smaller, its bilinear filter widens until it covers all pixels: no aliasing.
    small = square.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(small).reshape(SIDE, SIDE, channels).transpose(2, 0, 1)


def flatten(image: Image.Image) -> Image.Image:
    """Convert to 8 bits a channel, RGB or L, on white where the image is transparent."""
    if image.mode == "F":
        raise ValueError("its pixels are floats, whose white is unknown; save it with 8 or 16 bits")
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow's own conversion would cut them off at 255
        levels = np.asarray(image)
        if levels.min() < 0 or levels.max() > 65535:
            raise ValueError(f"its pixels are {levels.min()} to {levels.max()}, outside the 0 to 65535 of 16 bits")
        return Image.fromarray((levels / 257).round().astype(np.uint8))
    if image.mode in ("LA", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image if image.mode in ("L", "RGB") else image.convert("RGB")
