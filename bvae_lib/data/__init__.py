"""Image sets: dSprites drawn by its rule, the official file, folders of real images, rendered stand-ins, and blobs."""

from .archive import DSpritesFile, download_dsprites
from .base import ImageSet
from .blobs import Blobs
from .celeba import CelebA
from .chairs3d import Chairs3D
from .dsprites import DSprites
from .image_files import ImageFolder
from .packed import FactorLookup
from .rendered import RenderedChairs, RenderedFaces

__all__ = [
    "Blobs",
    "CelebA",
    "Chairs3D",
    "DSprites",
    "DSpritesFile",
    "FactorLookup",
    "ImageFolder",
    "ImageSet",
    "RenderedChairs",
    "RenderedFaces",
    "download_dsprites",
]
