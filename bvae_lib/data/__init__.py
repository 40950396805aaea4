"""Image sets: dSprites drawn by its rule, and the official file."""

from .base import ImageSet
from .dsprites import DSprites
from .files import DSpritesFile, download_dsprites

__all__ = ["DSprites", "DSpritesFile", "ImageSet", "download_dsprites"]
