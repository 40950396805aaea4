"""The first two convolutions of an encoder on images that are blank but for one window, at the cost of the window."""

from typing import cast

import torch
from torch import nn
from torch.nn import functional

STRIDE = 4  # pixels to a position of the second layer


def occupied(images: torch.Tensor) -> tuple[slice, slice] | None:
    """Return the rows and columns of the second layer [16, 16] that any pixel above 0 reaches, None for most of them.

    Args:
        images: [B, channels, H, W], not below 0.
    """
    pixels, bounds = images.amax(dim=(0, 1)) > 0, []
    for hit in (pixels.any(dim=1), pixels.any(dim=0)):  # rows, then columns
        some, last = hit.nonzero(), len(hit) // STRIDE
        first, end = (int(some[0]) // STRIDE, int(some[-1]) // STRIDE + 1) if len(some) else (0, 1)
        bounds.append(slice(max(first - 1, 0), min(end + 1, last)))
    height, width = (bound.stop - bound.start for bound in bounds)
    return (bounds[0], bounds[1]) if 2 * height * width < pixels.numel() // STRIDE**2 else None


def two_layers(layers: nn.Sequential, images: torch.Tensor) -> torch.Tensor:
    """Compute convolution, ReLU, convolution, ReLU, both of kernel 4, stride 2 and padding 1.

    Where all images of the batch are blank, the first layer is a constant, and the second layer is that of a blank
    image. So the first is computed on the window, and its difference from the constant goes through the second,
    which is linear. The result is that of ``layers(images)`` but for rounding.

    Args:
        layers: the four of them.
        images: [B, channels, H, W], not below 0.
    """
    window = occupied(images)
    if window is None:
        return layers(images)
    first, second = cast(nn.Conv2d, layers[0]), cast(nn.Conv2d, layers[2])
    blank = layers[:3](torch.zeros_like(images[:1]))
    constant = cast(torch.Tensor, first.bias).relu()[:, None, None]
    rows, columns = (slice(STRIDE * part.start, STRIDE * part.stop) for part in window)
    excess = first(images[:, :, rows, columns]).relu_().sub_(constant)
    weight = second.weight.contiguous(memory_format=torch.channels_last)  # as the pixels: a quarter less time
    reached = functional.conv2d(excess, weight, None, stride=2, padding=1)
    whole = blank.relu().expand(len(images), -1, -1, -1).clone(memory_format=torch.channels_last)
    whole[:, :, window[0], window[1]] = reached.add_(blank[:, :, window[0], window[1]]).relu_()
    return whole
