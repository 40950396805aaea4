"""Images as bytes: tensors to 8 bits, many tiled into one, and PNG files."""

import base64
import io

import numpy as np
import torch
from PIL import Image

from .arguments import check_pixels


def to_uint8(images: torch.Tensor) -> np.ndarray:
    """Round images to 8 bits, and put channels last.

    Args:
        images: [..., channels, H, W] in [0, 1].

    Returns:
        uint8 [..., H, W, channels].

    Raises:
        ValueError: for images of another shape or kind.
    """
    check_pixels(images)
    if images.ndim < 3:
        raise ValueError(f"images must be [..., channels, H, W], not {list(images.shape)}")
    return (255 * images).round().byte().movedim(-3, -1).cpu().numpy()


def tile(images: np.ndarray) -> np.ndarray:
    """Lay images side by side, without gaps.

    Args:
        images: [rows, columns, H, W, channels] of any dtype.

    Returns:
        One image, [rows * H, columns * W, channels].
    """
    rows, columns, height, width, channels = images.shape
    return images.transpose(0, 2, 1, 3, 4).reshape(rows * height, columns * width, channels)


def to_image(pixels: np.ndarray) -> Image.Image:
    """Make a PIL image of uint8 pixels [H, W, 1 or 3]."""
    return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)


def png(image: Image.Image) -> bytes:
    """Encode an image as the bytes of a PNG file."""
    file = io.BytesIO()
    image.save(file, "png", optimize=True)
    return file.getvalue()


def base64_png(images: np.ndarray) -> str:
    """Encode uint8 images [rows, columns, H, W, channels], tiled, as one PNG in base64."""
    return base64.b64encode(png(to_image(tile(images)))).decode()
