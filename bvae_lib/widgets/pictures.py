"""Pictures for the page: what each latent does, as pixels and as PNG."""

import base64
import io
from html import escape

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

VALUES = np.linspace(-3, 3, 7, dtype=np.float32)  # of the latent that moves; dom.js has the same


@torch.no_grad()
def traversals(model, z: torch.Tensor, latents: list[int]) -> np.ndarray:
    """Pixels, uint8 [latents, 7, 64, 64, channels], of ``z`` [model.latents] with one latent at a time at VALUES."""
    device = next(model.parameters()).device
    moved = z.to(device).repeat(len(latents), len(VALUES), 1)
    for row, latent in enumerate(latents):
        moved[row, :, latent] = torch.from_numpy(VALUES).to(device)
    return to_uint8(model.decode(moved.flatten(0, 1)).sigmoid()).reshape(len(latents), len(VALUES), 64, 64, -1)


def to_uint8(images: torch.Tensor) -> np.ndarray:
    """uint8 [N, 64, 64, channels] of ``images`` [N, channels, 64, 64] in [0, 1]."""
    return (255 * images).round().byte().permute(0, 2, 3, 1).cpu().numpy()


def sheet(pictures: np.ndarray) -> Image.Image:
    """``pictures`` [rows, columns, 64, 64, channels] side by side, without gaps."""
    rows, columns, height, width, channels = pictures.shape
    pixels = pictures.transpose(0, 2, 1, 3, 4).reshape(rows * height, columns * width, channels)
    return Image.fromarray(pixels[..., 0] if channels == 1 else pixels)


def labelled(picture: Image.Image, labels: list[str]) -> Image.Image:
    """``picture`` on white, with a label at the left of each of its equally high rows."""
    font = ImageFont.load_default()
    margin = 10 + max(int(font.getlength(label)) for label in labels)
    page = Image.new(picture.mode, (margin + picture.width, picture.height), "white")
    page.paste(picture, (margin, 0))
    draw = ImageDraw.Draw(page)
    for row, label in enumerate(labels):
        draw.text((5, (row + 0.5) * picture.height / len(labels)), label, "black", font, anchor="lm")
    return page


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "png", optimize=True)
    return file.getvalue()


def data_url(data: bytes) -> str:
    """A PNG as an address that holds the picture itself."""
    return "data:image/png;base64," + base64.b64encode(data).decode()


def noscript(data: bytes, alt: str) -> str:
    """HTML that shows a PNG only where no JavaScript runs."""
    return f'<noscript><img alt="{escape(alt)}" src="{data_url(data)}"></noscript>'
