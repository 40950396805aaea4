"""The decoder's weights on their way to the page: float16, once per network however many widgets show it."""

from collections.abc import Iterable
from itertools import pairwise
from weakref import WeakValueDictionary

import ipywidgets
import numpy as np
import traitlets
from torch import nn

HIDDEN, MAPS = 256, 32  # units of a full layer, channels of a feature map

_shared: WeakValueDictionary[bytes, "Weights"] = WeakValueDictionary()  # by what an open Weights carries


class Weights(ipywidgets.Widget):
    """A widget without a view: ``data`` is what ``pack`` returns. Others refer to it, so that a page has it once."""

    data = traitlets.Bytes().tag(sync=True)


def shared(model: nn.Module) -> Weights:
    """Return the Weights of ``model``: the same object while the numbers are the same, a new one after training."""
    data = pack(model)
    weights = _shared.get(data)
    if weights is None or weights.comm is None:  # a closed widget has no counterpart in the page
        weights = _shared[data] = Weights(data=data)
    return weights


def pack(model: nn.Module) -> bytes:
    """Write the decoder of ``model`` as float16, layer by layer the bias and then the weights, as decoder.js reads it.

    Two full layers with nothing between them, where a second-stage decoder meets the model's own, become one. Full
    layers are [out, in], the last one's outputs as [4, 4, 32] with channels last. Transposed convolutions are
    [row parity, column parity, out, row, column, in], because the output pixels of one parity all see their 2 x 2
    inputs through the same weights. The first 6 bits of all numbers (sign and exponent) stand before the other 10 of
    all: a page carries them in base64, 6 bits a letter, so its compression finds the exponents that are common.

    Raises:
        ValueError: for another decoder, or weights that are not finite.
    """
    layers = check_decoder(model)
    blocks, inner = [], None
    for layer, after in pairwise([*layers, None]):
        if not isinstance(layer, nn.Linear | nn.ConvTranspose2d):
            continue
        weight, bias = (x.detach().float().cpu().numpy() for x in layer.parameters())
        if inner:
            weight, bias, inner = weight @ inner[0], weight @ inner[1] + bias, None
        if isinstance(after, nn.Linear):
            inner = weight, bias
            continue
        if isinstance(layer, nn.ConvTranspose2d):  # [in, out, 4, 4]
            inputs, outputs = weight.shape[:2]
            # An output row of parity p sees the dy-th of its two input rows through kernel row 3 - p - 2 dy.
            flipped = weight[:, :, ::-1, ::-1].reshape(inputs, outputs, 2, 2, 2, 2)  # [in, out, dy, py, dx, px]
            weight = flipped.transpose(3, 5, 1, 2, 4, 0)
        elif len(weight) == MAPS * 16:
            weight, bias = (x.reshape(MAPS, 16, -1).swapaxes(0, 1) for x in (weight, bias))
        blocks += [bias.ravel(), weight.ravel()]
    with np.errstate(over="ignore"):
        numbers = np.concatenate(blocks).astype(">f2")
    if not np.isfinite(numbers).all():
        raise ValueError("the decoder's weights are not all finite in float16: did the training diverge?")
    bits = np.unpackbits(numbers.view(np.uint8)).reshape(-1, 16)
    return b"".join(np.packbits(part).tobytes() for part in (bits[:, :6], bits[:, 6:]))


def check_decoder(model: nn.Module) -> list[nn.Module]:
    """Return the layers of ``model.decoder``; ValueError unless they are BurgessVAE's, or a second stage's first."""
    latents, channels = getattr(model, "latents", None), getattr(model, "channels", None)
    decoder = getattr(model, "decoder", ())
    layers = list(decoder) if isinstance(decoder, Iterable) else [decoder]
    found = [describe(layer) for layer in layers]
    second_stage = [(HIDDEN, latents), "SiLU", (HIDDEN, HIDDEN), "SiLU", (latents, HIDDEN)]
    burgess = [(HIDDEN, latents), "ReLU", (HIDDEN, HIDDEN), "ReLU", (MAPS * 16, HIDDEN), "ReLU", "Unflatten"]
    burgess += [(MAPS, MAPS, 4, 4), "ReLU"] * 3 + [(MAPS, channels, 4, 4)]
    if found not in (burgess, second_stage + burgess) or channels not in (1, 3):
        described = ", ".join(map(str, found)) or "no decoder"
        raise ValueError(
            "model must be a BurgessVAE with 1 or 3 channels, or a TwoStageVAE whose last stage has a reference (the "
            f"page runs no other decoder), not a {type(model).__name__} with channels={channels} and {described}"
        )
    return layers


def describe(layer: nn.Module) -> tuple[int, ...] | str:
    """Return the shape of a layer's weights, or the kind of a layer without."""
    weight = getattr(layer, "weight", None)
    return type(layer).__name__ if weight is None else tuple(weight.shape)
