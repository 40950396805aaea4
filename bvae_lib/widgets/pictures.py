"""Pictures for the page: what each latent does, as pixels and as addresses that hold a PNG."""

import base64
from html import escape

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import nn

from .._runtime.pixels import base64_png, png, to_image, to_uint8
from ..models import traverse

VALUES = torch.linspace(-3, 3, 7)  # of the latent that moves; dom.js has the same


@torch.no_grad()
def traversals(model: nn.Module, z: torch.Tensor, latents: list[int]) -> np.ndarray:
    """Draw ``z`` [model.latents] with one latent at a time at ``VALUES``: uint8 [latents, 7, 64, 64, channels]."""
    drawn = traverse(model, z, latents, VALUES)
    return to_uint8(drawn.flatten(0, 1)).reshape(len(latents), len(VALUES), 64, 64, -1)


def labelled(pixels: np.ndarray, labels: list[str]) -> Image.Image:
    """Put a label at the left of each of the equally high rows of a picture [H, W, channels], on white."""
    picture = to_image(pixels)
    font = ImageFont.load_default()
    margin = 10 + max(int(font.getlength(label)) for label in labels)
    page = Image.new(picture.mode, (margin + picture.width, picture.height), "white")
    page.paste(picture, (margin, 0))
    draw = ImageDraw.Draw(page)
    for row, label in enumerate(labels):
        draw.text((5, (row + 0.5) * picture.height / len(labels)), label, "black", font, anchor="lm")
    return page


def data_url(pictures: np.ndarray) -> str:
    """Return an address that holds uint8 pictures [rows, columns, 64, 64, channels], tiled, as a PNG."""
    return f"data:image/png;base64,{base64_png(pictures)}"


def noscript(data: bytes, alt: str) -> str:
    """Return HTML that shows the PNG ``data`` only where no JavaScript runs."""
    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    return f'<noscript><img alt="{escape(alt)}" src="{url}"></noscript>'


__all__ = ["VALUES", "data_url", "labelled", "noscript", "png", "to_uint8", "traversals"]
