"""Image sets: dSprites drawn by its rule, the official file, folders of real images, rendered stand-ins, and blobs."""

from .base import ImageSet
from .blobs import Blobs
from .catalogue import Catalogue
from .celeba import CelebA
from .chairs import RenderedChairs
from .chairs3d import Chairs3D
from .dsprites import DSprites
from .faces import RenderedFaces
from .files import DSpritesFile, download_dsprites
from .folders import ImageFolder

__all__ = [
    "Blobs",
    "Catalogue",
    "CelebA",
    "Chairs3D",
    "DSprites",
    "DSpritesFile",
    "ImageFolder",
    "ImageSet",
    "RenderedChairs",
    "RenderedFaces",
    "download_dsprites",
]
