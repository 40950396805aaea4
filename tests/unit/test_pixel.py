"""The decoder's last layer is a transposed convolution, however a CPU computes it."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from bvae_lib.models import BurgessVAE
from bvae_lib.models.pixel import AsProduct, ToPixels


@given(st.integers(1, 4), st.integers(1, 6), st.integers(1, 5), st.integers(1, 5), st.integers(1, 2), st.booleans())
def test_values_and_gradients_are_those_of_torchs_own_layer(batch, inputs, rows, columns, channels, last):
    memory = torch.channels_last if last else torch.contiguous_format
    ours, theirs = ToPixels(inputs, channels), nn.ConvTranspose2d(inputs, channels, 4, 2, 1)
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(batch, inputs, rows, columns).to(memory_format=memory)
    grad = torch.randn(batch, channels, 2 * rows, 2 * columns).to(memory_format=memory)
    found = []
    for layer in (ours, theirs):
        leaf = x.clone().requires_grad_()
        y = layer.to(memory_format=memory)(leaf)
        y.backward(grad)
        found.append((y, leaf.grad, layer.weight.grad, layer.bias.grad))
    for mine, reference in zip(*found, strict=True):
        torch.testing.assert_close(mine, reference, rtol=1e-4, atol=1e-5)


def test_gradients_are_those_of_small_differences():
    torch.manual_seed(0)
    leaves = [
        torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in [(2, 3, 4, 3), (3, 1, 4, 4), (1,)]
    ]
    assert torch.autograd.gradcheck(AsProduct.apply, leaves)


def test_a_frozen_decoder_still_passes_gradients_on():
    vae = BurgessVAE()
    for parameter in vae.decoder.parameters():
        parameter.requires_grad_(False)
    z = torch.randn(2, 10, requires_grad=True)
    vae.decode(z).sum().backward()
    assert z.grad.abs().sum() > 0


@pytest.mark.parametrize("channels", [1, 3])
def test_half_precision_goes_through_torchs_own_layer(channels):
    x = torch.randn(2, 4, 3, 3)
    layer = ToPixels(4, channels)
    with torch.autocast("cpu", torch.bfloat16):
        y = layer(x.bfloat16())
    assert y.dtype == torch.bfloat16
    torch.testing.assert_close(y.float(), layer(x), rtol=0.05, atol=0.05)
