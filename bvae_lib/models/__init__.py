"""The networks: an encoder that gives a Gaussian posterior over latents, and a decoder of latents."""

from .burgess import BurgessVAE, he_init_, traverse
from .factor_channel import FactorChannel, factor_codes, per_factor
from .linear import LinearVAE, gaussian_source
from .posterior import Posterior, concatenate
from .vae import VAE

__all__ = [
    "VAE",
    "BurgessVAE",
    "FactorChannel",
    "LinearVAE",
    "Posterior",
    "concatenate",
    "factor_codes",
    "gaussian_source",
    "he_init_",
    "per_factor",
    "traverse",
]
