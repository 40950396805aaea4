"""An image file of any kind as 64 x 64 pixels."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFile, ImageOps

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
            if "transparency" in file.info:
                file.info["transparency"] = clear_colour(file)
            image, mode = flatten(ImageOps.exif_transpose(file), file.format), "RGB" if channels == 3 else "L"
            image = image if image.mode == mode else image.convert(mode)  # even to its own mode that copies all
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


def clear_colour(file: ImageFile.ImageFile) -> Any:
    """Return the colour that is transparent, as the pixels hold it: Pillow gives it as a PNG file does."""
    colour: Any = file.info["transparency"]
    packing = file.tile[0][3] if file.tile else None
    if packing in ("L;2", "L;4"):  # grey of 2 or 4 bits, stretched to 8
        return colour * (85 if packing == "L;2" else 17)
    if packing == "RGB;16B":  # colour of 16 bits, cut to 8
        return tuple(level >> 8 for level in colour)
    return colour


def flatten(image: Image.Image, kind: str | None = None) -> Image.Image:
    """Convert to 8 bits a channel, RGB or L, on white where the image is transparent; ``kind`` of file it came from."""
    clear = image.info.get("transparency")
    if image.mode == "F":
        raise ValueError("its pixels are floats, whose white is unknown; save it with 8 or 16 bits")
    if image.mode.startswith("I"):  # 16 or 32 bits of grey; Pillow's own conversion would cut them off at 255
        levels = np.asarray(image)
        low, high = levels.min(), levels.max()
        if low < 0 or high > 65535:
            raise ValueError(f"its pixels are {low} to {high}, outside the 0 to 65535 of 16 bits")
        # Whole numbers of 32 bits, which only TIFF stores, are most often bytes that NumPy widened.
        white = 255 if kind == "TIFF" and image.mode == "I" and high <= 255 else 65535
        grey = np.where(levels == clear, white, levels) if clear is not None else levels
        return Image.fromarray((grey * (255 / white)).round().astype(np.uint8))
    if image.mode in ("LA", "PA", "RGBA", "RGBa") or clear is not None:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image if image.mode in ("L", "RGB") else image.convert("RGB")
