"""The decoder's layers are transposed convolutions, however a CPU computes them."""

from bvae_lib.models import BurgessVAE
from bvae_lib.models._deconv import AsProduct, Transposed, Upsampling

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn


@given(st.integers(1, 4), st.integers(1, 6), st.integers(1, 5), st.integers(1, 5), st.integers(1, 2), st.booleans())
def test_values_and_gradients_are_those_of_torchs_own_layer(batch, inputs, rows, columns, channels, last):
    memory = torch.channels_last if last else torch.contiguous_format
    ours, theirs = Upsampling(inputs, channels), nn.ConvTranspose2d(inputs, channels, 4, 2, 1)
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


@pytest.mark.parametrize(("layer", "outputs"), [(AsProduct, 1), (Transposed, 2)])
def test_gradients_are_those_of_small_differences(layer, outputs):
    torch.manual_seed(0)
    shapes = [(2, 3, 4, 3), (3, outputs, 4, 4), (outputs,)]
    leaves = [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]
    assert torch.autograd.gradcheck(layer.apply, leaves)


def test_a_frozen_decoder_still_passes_gradients_on():
    vae = BurgessVAE()
    for parameter in vae.decoder.parameters():
        parameter.requires_grad_(False)
    z = torch.randn(2, 10, requires_grad=True)
    vae.decode(z).sum().backward()
    assert z.grad.abs().sum() > 0


@pytest.mark.parametrize("channels", [1, 3])
def test_half_precision_stays_near_full(channels):
    x, layer = torch.randn(2, 4, 3, 3), Upsampling(4, channels)
    found = []
    for leaf in (x.bfloat16().requires_grad_(), x.clone().requires_grad_()):
        layer.zero_grad()
        y = layer(leaf)
        y.sum().backward()
        found.append([y, leaf.grad, layer.weight.grad, layer.bias.grad])
    assert found[0][0].dtype == torch.bfloat16
    for half, full in zip(*found, strict=True):
        torch.testing.assert_close(half.float(), full, rtol=0.05, atol=0.1)
