"""No encoder at all: dSprites' true factors, each sent through a Gaussian channel of learned noise.

Burgess et al. (2018, section 4.3, figure 3) ask in which order a bottleneck that grows takes the factors up, when it
is handed the factors themselves.
"""

import math

import torch
from torch import nn

from .burgess import BurgessVAE
from .posterior import Posterior

SYMMETRY = torch.tensor([4, 2, 1])  # turns in which square, ellipse and heart look the same
FACTORS = ("shape", "scale", "orientation", "pos_x", "pos_y")
CHANNELS = ("square", "ellipse", "heart", "scale", "cos", "sin", "pos_x", "pos_y")
FACTOR_OF = torch.tensor([0, 0, 0, 1, 2, 2, 3, 4])  # of each channel
QUICK = 10.0  # how much faster than a weight of the decoder a channel opens, at the same learning rate


def raw_codes(classes: torch.Tensor) -> torch.Tensor:
    """Numbers [..., 8] that say what dSprites' ``classes`` [..., 5] say: one-hot shape, scale, angle, place."""
    shape, scale, orientation, x, y = classes.unbind(-1)
    angle = SYMMETRY.to(classes.device)[shape] * 2 * math.pi / 39 * orientation
    one_hot = nn.functional.one_hot(shape, 3)
    rest = torch.stack([scale, angle.cos(), angle.sin(), x, y], dim=-1)
    return torch.cat([one_hot, rest], dim=-1)


GRID = torch.cartesian_prod(torch.arange(3), torch.arange(6), torch.arange(40), torch.arange(32))
EVERY = raw_codes(torch.cat([GRID, GRID[:, -1:]], dim=1))  # y is spread as x is
MEAN, DEVIATION = EVERY.mean(dim=0), EVERY.std(dim=0, correction=0)
del GRID, EVERY


def factor_codes(classes: torch.Tensor) -> torch.Tensor:
    """The eight numbers [..., 8] that are sent for factor ``classes`` [..., 5], in the order of ``CHANNELS``.

    Each has mean 0 and variance 1 over dSprites. Shape is one-hot. An angle is sent as the cosine and sine of its
    multiple by which the shape looks the same again: 4 for a square, 2 for an ellipse, 1 for a heart.
    """
    classes = torch.as_tensor(classes)
    if classes.is_floating_point() or classes.ndim == 0 or classes.shape[-1] != 5:
        raise ValueError(
            f"classes must be whole numbers [..., 5], {FACTORS}, not {classes.dtype} of shape {list(classes.shape)}"
        )
    return (raw_codes(classes.long()) - MEAN.to(classes.device)) / DEVIATION.to(classes.device)


def per_factor(channels) -> torch.Tensor:
    """Nats of each factor [..., 5], in the order of ``FACTORS``: the sum over its channels [..., 8]."""
    channels = torch.as_tensor(channels)
    if channels.shape[-1] != len(CHANNELS):
        raise ValueError(f"channels must be [..., {len(CHANNELS)}], not {list(channels.shape)}")
    total = channels.new_zeros(*channels.shape[:-1], len(FACTORS))
    return total.index_add(-1, FACTOR_OF.to(channels.device), channels)


class FactorChannel(BurgessVAE):
    """dSprites' factors, through a Gaussian channel each, to the decoder of Burgess et al. (2018).

    Channel i sends z_i = sqrt(1 - s_i^2) f_i + s_i noise, where f_i is one of ``factor_codes``: the larger the noise
    s_i, the less is told. As f has variance 1, the average KL to the prior is exactly -ln s_i (chapter 4,
    equation 2), which can be 0. Learned are the decoder and the eight s.

    ``catalogue`` tells which picture is which (``bvae_lib.data.Catalogue``); ``encode`` reads the factors from there,
    so that ``fit`` can train this model like a VAE. ``send`` needs none: it takes the factors themselves.
    """

    def __init__(self, catalogue=None, seed: int = 0):
        super().__init__(channels=1, latents=len(CHANNELS), seed=seed)
        del self.encoder  # the factors are known
        self.catalogue = catalogue
        # nats = (QUICK root)^2 can shrink to 0 and open again at once: a softplus or a sigmoid would drift off to
        # minus infinity while a channel is too dear, and need as long to come back.
        self.root = nn.Parameter(torch.full((self.latents,), 0.05 / QUICK))

    @property
    def nats(self) -> torch.Tensor:
        """-ln s of each channel: its average KL in nats, [8]."""
        return (QUICK * self.root).square()

    def send(self, classes: torch.Tensor) -> Posterior:
        """Mean sqrt(1 - s^2) f and variance s^2, [B, 8], for factor ``classes`` [B, 5] (chapter 4, equation 1)."""
        f = factor_codes(classes).to(self.root.device)
        kept = (-(-2 * self.nats).expm1() + 1e-12).sqrt()  # 1 - s^2; 1e-12 lets its root be differentiated at 0
        return Posterior(kept * f, (-2 * self.nats).expand_as(f))

    def encode(self, images: torch.Tensor) -> Posterior:
        """``send`` for the factors of ``images`` [B, 1, 64, 64], looked up in the catalogue."""
        if self.catalogue is None:
            raise ValueError("this FactorChannel has no catalogue to look pictures up in: pass Catalogue(DSprites())")
        return self.send(self.catalogue.factors(images))
