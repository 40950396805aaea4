"""No encoder at all: dSprites' true factors, each sent through a Gaussian channel of learned noise.

Burgess et al. (2018, section 4.3, figure 3) ask in which order a bottleneck of growing capacity uses the factors when
it is given the factors themselves.
"""

import math

import numpy as np
import torch
from torch import nn

from ..data import FactorLookup
from ._inputs import as_input
from .burgess import BurgessVAE
from .posterior import Posterior
from .vae import VAE

SYMMETRY = torch.tensor([4, 2, 1])  # rotations in a full turn that leave square, ellipse and heart unchanged
FACTORS = ("shape", "scale", "orientation", "pos_x", "pos_y")
SIZES = torch.tensor([3, 6, 40, 32, 32])  # classes of each
CHANNELS = ("square", "ellipse", "heart", "scale", "cos", "sin", "pos_x", "pos_y")
FACTOR_OF = torch.tensor([0, 0, 0, 1, 2, 2, 3, 4])  # of each channel
ROOT_SCALE = 10.0  # how much faster a channel opens than a weight of the decoder moves, at the same learning rate


def raw_codes(factors: torch.Tensor) -> torch.Tensor:
    """Encode dSprites' ``factors`` [..., 5] as numbers [..., 8]: one-hot shape, scale, angle, position."""
    shape, scale, orientation, x, y = factors.unbind(-1)
    angle = SYMMETRY.to(factors.device)[shape] * 2 * math.pi / 39 * orientation
    one_hot = nn.functional.one_hot(shape, 3)
    rest = torch.stack([scale, angle.cos(), angle.sin(), x, y], dim=-1)
    return torch.cat([one_hot, rest], dim=-1)


GRID = torch.cartesian_prod(torch.arange(3), torch.arange(6), torch.arange(40), torch.arange(32))
ALL_CODES = raw_codes(torch.cat([GRID, GRID[:, -1:]], dim=1))  # y is distributed as x is
MEAN, DEVIATION = ALL_CODES.mean(dim=0), ALL_CODES.std(dim=0, correction=0)
del GRID, ALL_CODES


def factor_codes(factors: torch.Tensor) -> torch.Tensor:
    """Encode dSprites' factors as eight numbers of mean 0 and variance 1.

    Shape is one-hot. Of the angle, times 4 for a square, 2 for an ellipse and 1 for a heart, come cosine and sine, so
    that angles at which a shape looks the same have the same code.

    Args:
        factors: classes [..., 5], whole numbers.

    Returns:
        [..., 8] in the order of ``CHANNELS``.

    Raises:
        IndexError: for a class that its factor does not have.
        ValueError: for other shapes or numbers that are not whole.
    """
    factors = torch.as_tensor(factors)
    if factors.is_floating_point() or factors.ndim == 0 or factors.shape[-1] != 5:
        raise ValueError(
            f"factors must be whole numbers [..., 5], {FACTORS}, not {factors.dtype} of shape {list(factors.shape)}"
        )
    factors = factors.long()
    outside = ((factors < 0) | (factors >= SIZES.to(factors.device))).any(dim=-1)
    if outside.any():
        found = factors[outside][0].tolist()
        raise IndexError(f"factors must have classes from 0 to {(SIZES - 1).tolist()}, not {found}")
    return (raw_codes(factors) - MEAN.to(factors.device)) / DEVIATION.to(factors.device)


def per_factor(channels: torch.Tensor | np.ndarray) -> torch.Tensor:
    """Add up the nats of the channels of each factor.

    Args:
        channels: nats [..., 8] in the order of ``CHANNELS``, a tensor or an array.

    Returns:
        Nats [..., 5] in the order of ``FACTORS``.

    Raises:
        ValueError: for other than eight channels.
    """
    channels = torch.as_tensor(channels)
    if channels.ndim == 0 or channels.shape[-1] != len(CHANNELS):
        raise ValueError(f"channels must be [..., {len(CHANNELS)}], not {list(channels.shape)}")
    total = channels.new_zeros(*channels.shape[:-1], len(FACTORS))
    return total.index_add(-1, FACTOR_OF.to(channels.device), channels)


class FactorChannel(VAE):
    """dSprites' factors, through a Gaussian channel each, to the decoder of Burgess et al. (2018).

    Channel i sends z_i = sqrt(1 - s_i^2) f_i + s_i noise (Eq. 4.1), where f_i is one of ``factor_codes`` and s_i the
    deviation of the noise: the larger it is, the less gets through. As f has variance 1, the average KL to the prior is
    exactly -ln s_i (Eq. 4.2), which can be 0. The decoder and the eight s learn; there is no encoder, as the factors
    are known.

    Args:
        lookup: finds the factors of images, so that ``encode`` takes images and ``fit`` can train this model like a
            VAE. ``send`` needs none: it takes the factors themselves.
        seed: of the decoder's first weights, those of ``BurgessVAE(latents=8, seed=seed)``.

    Raises:
        TypeError: for a ``lookup`` that is none, such as the set of images itself.
    """

    def __init__(self, lookup: FactorLookup | None = None, seed: int = 0):
        super().__init__()
        if not isinstance(lookup, FactorLookup | None):
            raise TypeError(f"lookup must be FactorLookup(DSprites()) or None, not {type(lookup).__name__}")
        self.channels, self.latents = 1, len(CHANNELS)
        self.decoder = BurgessVAE(self.channels, self.latents, seed).decoder
        self.lookup = lookup
        # nats = (ROOT_SCALE root)^2 can shrink to 0 and open again at once: a softplus or a sigmoid would drift off to
        # minus infinity while a channel costs too much, and need as long to come back.
        self.root = nn.Parameter(torch.full((self.latents,), 0.05 / ROOT_SCALE))

    @property
    def nats(self) -> torch.Tensor:
        """-ln s of each channel, which is its average KL in nats, [8]."""
        return (ROOT_SCALE * self.root).square()  # Eq. 4.2

    def send(self, factors: torch.Tensor) -> Posterior:
        """Send factors through the channels (Eq. 4.1).

        Args:
            factors: classes [B, 5].

        Returns:
            Mean sqrt(1 - s^2) f and log-variance ln s^2, [B, 8] each.
        """
        f = factor_codes(factors).to(self.root.device)
        kept = (-(-2 * self.nats).expm1() + 1e-12).sqrt()  # 1 - s^2; 1e-12 lets its root be differentiated at 0
        return Posterior(kept * f, (-2 * self.nats).expand_as(f))  # Eq. 4.1

    def encode(self, images: torch.Tensor) -> Posterior:
        """Look up the factors of ``images`` [B, 1, 64, 64], and send them.

        Raises:
            ValueError: where the model was made without ``lookup``, or an image is not one of dSprites'.
        """
        if self.lookup is None:
            raise ValueError("this FactorChannel cannot look images up: make it with FactorLookup(DSprites())")
        return self.send(self.lookup.factors(images))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Compute the Bernoulli logits [B, 1, 64, 64] of p(x|z) for ``z`` [B, 8]."""
        return self.decoder(as_input("z", z, self.decoder, (self.latents,))).float()
