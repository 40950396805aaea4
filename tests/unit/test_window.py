"""Two convolutions on images that are blank but for a window are those of the whole image."""

from bvae_lib import BurgessVAE, DSprites, metrics
from bvae_lib.models._window import occupied, two_layers

import pytest
import torch


def layers(channels=1):
    """The encoder's first four, whose biases are not all 0: a blank image is then no blank layer."""
    found = BurgessVAE(channels=channels).encoder[:4]
    for layer in (found[0], found[2]):
        torch.nn.init.normal_(layer.bias, std=0.3, generator=torch.Generator().manual_seed(0))
    return found


@pytest.mark.parametrize("box", [(0, 24, 0, 20), (40, 64, 44, 64), (21, 37, 8, 30), (3, 4, 60, 61), (0, 0, 0, 0)])
@pytest.mark.parametrize("channels", [1, 3])
@torch.no_grad()
def test_a_window_anywhere(box, channels):
    images = torch.zeros(5, channels, 64, 64)
    top, bottom, left, right = box
    noise = torch.rand(5, channels, bottom - top, right - left, generator=torch.Generator().manual_seed(1))
    images[:, :, top:bottom, left:right] = noise
    assert occupied(images) is not None
    torch.testing.assert_close(two_layers(layers(channels), images), layers(channels)(images), atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_full_images_go_through_both_layers_whole():
    images = torch.rand(3, 1, 64, 64, generator=torch.Generator().manual_seed(0))
    assert occupied(images) is None
    torch.testing.assert_close(two_layers(layers(), images), layers()(images), atol=0, rtol=0)


def test_an_encoding_in_the_order_of_positions_is_that_of_each_image(sprites: DSprites):
    model = BurgessVAE(latents=3)
    torch.nn.init.normal_(model.head.weight, std=0.1, generator=torch.Generator().manual_seed(0))
    indices = torch.randint(len(sprites), (700,), generator=torch.Generator().manual_seed(0))
    expected = model.encode(sprites[indices])  # with gradients, so layer by layer
    found = metrics.encode_dataset(model, sprites, indices)
    for part, whole in zip(found, expected, strict=True):
        torch.testing.assert_close(part, whole.detach(), atol=1e-5, rtol=1e-4)
