"""The networks: an encoder that gives a Gaussian posterior over latents, and a decoder of latents."""

from .burgess import BurgessVAE, keep_variance
from .factors import FactorChannel, factor_codes, per_factor
from .linear import LinearVAE
from .posterior import Posterior

__all__ = ["BurgessVAE", "FactorChannel", "LinearVAE", "Posterior", "factor_codes", "keep_variance", "per_factor"]
