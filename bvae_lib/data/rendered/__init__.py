"""Stand-ins for real data sets: rendered by a small ray caster, so that their factors are known."""

from .chairs import RenderedChairs
from .faces import RenderedFaces
from .images import RenderedImages

__all__ = ["RenderedChairs", "RenderedFaces", "RenderedImages"]
