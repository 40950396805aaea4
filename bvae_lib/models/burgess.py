"""The network of Burgess et al. (2018): an encoder to a Gaussian posterior, a decoder to pixel logits."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

from collections.abc import Sequence
from typing import cast

import torch
from numpy.typing import ArrayLike
from torch import nn

from .._runtime.arguments import check_pixels, numbers, whole_number
from .._runtime.seeded import seeded
from ._deconv import Upsampling
from ._inputs import as_input, latent_mask, latent_numbers
from ._window import two_layers
from .posterior import Posterior
from .vae import VAE


def he_init_(layer: nn.Module) -> None:
    """Draw the weights of one layer so that signals keep their variance through ReLU layers (He et al. 2015).

    PyTorch's default shrinks them at every layer. Fourteen layers on, hardly anything of the image is left, and
    a VAE stays at the prior until its weights have grown: the lower the learning rate, the longer.

    Args:
        layer: a linear or convolutional layer, changed in place; other layers are left alone.

    Raises:
        TypeError: for what is no layer.
    """
    if not isinstance(layer, nn.Module):
        raise TypeError(f"layer must be a layer such as nn.Linear, not {type(layer).__name__}")
    if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
        weight = layer.weight
        fan_in: float = weight[0].numel()  # weights that add up to one output
        if isinstance(layer, nn.ConvTranspose2d):  # [in, out, k, k], of which a stride s leaves one in s * s
            fan_in = weight[:, 0].numel() / (layer.stride[0] * layer.stride[1])
        nn.init.normal_(weight, std=(2 / fan_in) ** 0.5)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


class BurgessVAE(VAE):
    """The 64 x 64 network of Burgess et al. (2018, section A.1).

    Encoder: four convolutions (32 channels, kernel 4, stride 2), two fully connected layers of 256, then mean and
    log-variance. The decoder is its mirror image. ReLU between layers; the output is Bernoulli logits.
    The paper does not say how weights begin; here as in He et al. (2015), see ``he_init_``, with every posterior
    equal to the prior.

    Args:
        channels: of the images, 1 or 3 as a rule.
        latents: number of latents.
        seed: of the first weights.

    Raises:
        ValueError: for fewer than one channel or latent, or a seed that is no whole number.
    """

    def __init__(self, channels: int = 1, latents: int = 10, seed: int = 0):
        super().__init__()
        self.channels = channels = whole_number("channels", channels, 1)
        self.latents = latents = whole_number("latents", latents, 1)
        with seeded(seed):
            self.encoder = nn.Sequential(  # 64 x 64 pixels -> 2 latents numbers
                nn.Conv2d(channels, 32, 4, 2, 1), nn.ReLU(True),  # 32 x 32
                nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(True),  # 16 x 16
                nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(True),  # 8 x 8
                nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(True),  # 4 x 4
                nn.Flatten(),
                nn.Linear(512, 256), nn.ReLU(True),
                nn.Linear(256, 256), nn.ReLU(True),
                nn.Linear(256, 2 * latents),
            )  # fmt: skip
            self.decoder = nn.Sequential(
                nn.Linear(latents, 256), nn.ReLU(True),
                nn.Linear(256, 256), nn.ReLU(True),
                nn.Linear(256, 512), nn.ReLU(True),
                nn.Unflatten(1, (32, 4, 4)),
                Upsampling(32, 32), nn.ReLU(True),
                Upsampling(32, 32), nn.ReLU(True),
                Upsampling(32, 32), nn.ReLU(True),
                Upsampling(32, channels),
            )  # fmt: skip
            self.apply(he_init_)
            # Every posterior begins at the prior, rate 0: otherwise all latents carry nats before any is worth it.
            nn.init.zeros_(self.head.weight)

    @property
    def head(self) -> nn.Linear:
        """The encoder's last layer, from 256 features to means and log-variances."""
        return cast(nn.Linear, self.encoder[-1])

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Compute what the encoder's last layer, its head, reads; mean and log-variance are linear in it.

        Args:
            images: [B, channels, 64, 64] in [0, 1], in any dtype of floating point.

        Returns:
            [B, 256].

        Raises:
            ValueError: for images of another shape, dtype or range.
        """
        check_pixels(images)
        images = as_input("images", images, self.encoder, (self.channels, 64, 64))
        images = images.contiguous(memory_format=torch.channels_last)
        if torch.is_grad_enabled() or images.device.type != "cpu":  # a GPU would wait for the window
            return self.encoder[:-1](images)
        return self.encoder[4:-1](two_layers(self.encoder[:4], images))

    def encode(self, images: torch.Tensor) -> Posterior:
        """Compute the posterior of each image.

        Args:
            images: [B, channels, 64, 64] in [0, 1], in any dtype of floating point.

        Returns:
            Mean and log-variance, [B, latents] each.

        Raises:
            ValueError: for images of another shape, dtype or range.
        """
        return Posterior.from_head(self.head(self.features(images)))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Compute the Bernoulli logits of p(x|z).

        Args:
            z: latents [B, latents].

        Returns:
            [B, channels, 64, 64].

        Raises:
            ValueError: for ``z`` of another shape.
        """
        return self.decoder(as_input("z", z, self.decoder, (self.latents,))).float()

    @torch.no_grad()
    def prune_latents(self, mask: torch.Tensor) -> None:
        """Set the posterior of some latents to the prior whatever the image: from then on they carry 0 nats.

        Args:
            mask: [latents], True for those to prune.

        Raises:
            ValueError: for anything but True and False, one for each latent.
        """
        mask = latent_mask("mask", mask, self.latents).to(self.head.weight.device)
        for rows in (x.unflatten(0, (2, -1)) for x in (self.head.weight, self.head.bias)):  # means, log-variances
            rows[:, mask] = 0


@torch.no_grad()
def traverse(model: VAE, z: ArrayLike, latents: Sequence[int], values: ArrayLike) -> torch.Tensor:
    """Decode ``z`` with one latent at a time set to each of ``values``.

    Args:
        model: with ``decode``, on any device.
        z: latents of one image, [latents].
        latents: those to move, K of them.
        values: [V], in units of the prior's standard deviation.

    Returns:
        Pixel probabilities [K, V, channels, H, W], on the model's device.

    Raises:
        ValueError: for latents that the model does not have, or numbers of another shape.
    """
    weight = next(model.parameters(), torch.empty(0))  # a model in closed form has no weights
    z, values = (
        torch.as_tensor(numbers(name, given, (length,)), dtype=weight.dtype).to(weight.device)
        for name, given, length in (("z", z, model.latents), ("values", values, None))
    )
    latents = latent_numbers("latents", latents, model.latents)
    if not latents or not len(values):
        raise ValueError(f"latents and values must not be empty, not {latents} and {values.tolist()}")
    moved = z.repeat(len(latents), len(values), 1)
    for row, latent in enumerate(latents):
        moved[row, :, latent] = values
    return model.decode(moved.flatten(0, 1)).sigmoid().unflatten(0, moved.shape[:2])
