"""What widgets put on a page as PNG or WebP: traversals, and still images for a page without JavaScript."""

import base64
import io
from html import escape

import numpy as np
import torch
from IPython.display import HTML
from PIL import Image, ImageDraw, ImageFont

from .._runtime.pixels import base64_png, tile, to_image, to_uint8
from ..models import VAE, traverse

VALUES = torch.linspace(-3, 3, 7)  # of the latent that moves; dom.js has the same


def traversals(model: VAE, z: torch.Tensor, latents: list[int]) -> np.ndarray:
    """Decode ``z`` [model.latents] with one latent at a time at ``VALUES``: uint8 [latents, 7, 64, 64, channels]."""
    return to_uint8(traverse(model, z, latents, VALUES))


def labelled(pixels: np.ndarray, labels: list[str]) -> Image.Image:
    """Put a label at the left of each of the equally high rows of an image [H, W, channels], on white."""
    image = to_image(pixels)
    font = ImageFont.load_default()
    margin = 10 + max(int(font.getlength(label)) for label in labels)
    page = Image.new(image.mode, (margin + image.width, image.height), "white")
    page.paste(image, (margin, 0))
    draw = ImageDraw.Draw(page)
    for row, label in enumerate(labels):
        draw.text((5, (row + 0.5) * image.height / len(labels)), label, "black", font, anchor="lm")
    return page


def data_url(images: np.ndarray) -> str:
    """Return an address that holds uint8 images [rows, columns, 64, 64, channels], tiled, as a PNG."""
    return f"data:image/png;base64,{base64_png(images)}"


def webp(image: Image.Image) -> bytes:
    """Encode an image as the bytes of a WebP file, which of many blurred images is an eighth of a PNG."""
    file = io.BytesIO()
    image.save(file, "webp", quality=75, method=6)
    return file.getvalue()


def webp_url(images: np.ndarray) -> str:
    """Return an address that holds uint8 images [rows, columns, 64, 64, channels], tiled, as a WebP."""
    return f"data:image/webp;base64,{base64.b64encode(webp(to_image(tile(images)))).decode()}"


def noscript(data: bytes, alt: str, kind: str = "png") -> HTML:
    """Make HTML that shows an image, the bytes of a ``kind`` of file, only where no JavaScript runs."""
    url = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    return HTML(f'<noscript><img alt="{escape(alt)}" src="{url}"></noscript>')
