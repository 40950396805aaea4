"""Tensors as bytes: rounded, channels last, and never wrapped around."""

from bvae_lib._runtime.pixels import to_uint8

import pytest
import torch


@pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.float16])
def test_every_byte_comes_back(kind):
    levels = torch.arange(256, dtype=torch.float32).view(1, 16, 16)
    assert (to_uint8((levels / 255).to(kind))[..., 0] == levels[0].numpy()).all()


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (torch.rand(3, 8, 8) + 0.5, r"must lie in \[0, 1\]"),
        (torch.full((1, 8, 8), torch.nan), "nan"),
        (torch.ones(1, 8, 8, dtype=torch.uint8), "divide bytes by 255"),
        (torch.rand(8, 8), r"\[\.\.\., channels, H, W\], not \[8, 8\]"),
    ],
)
def test_what_would_wrap_around_is_refused(images, message):
    with pytest.raises(ValueError, match=message):
        to_uint8(images)
