"""Image sets: dSprites drawn by its rule, the official file, and blobs of two factors."""

from .base import ImageSet
from .blobs import Blobs
from .catalogue import Catalogue
from .dsprites import DSprites
from .files import DSpritesFile, download_dsprites

__all__ = ["Blobs", "Catalogue", "DSprites", "DSpritesFile", "ImageSet", "download_dsprites"]
