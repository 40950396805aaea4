"""The networks: an encoder that gives a Gaussian posterior over latents, and a decoder of latents."""

from .burgess import BurgessVAE, hidden_apart, keep_variance
from .factors import FactorChannel, factor_codes, per_factor
from .linear import LinearVAE
from .posterior import Posterior, check_latents, codes
from .recoded import Recoded, Recoder, beside, first

__all__ = [
    "BurgessVAE",
    "FactorChannel",
    "LinearVAE",
    "Posterior",
    "Recoded",
    "Recoder",
    "beside",
    "check_latents",
    "codes",
    "factor_codes",
    "first",
    "hidden_apart",
    "keep_variance",
    "per_factor",
]
