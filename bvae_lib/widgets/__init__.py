"""Widgets that move in Jupyter and Colab with a kernel, and in the built HTML without one and without a network."""

from .budget import Budget
from .lagrangian import Lagrangian
from .overlap import Overlap
from .price import Price, Run
from .rotation import Rotation
from .training import Training
from .traversal import Traversal
from .water import WaterLevel

__all__ = ["Budget", "Lagrangian", "Overlap", "Price", "Rotation", "Run", "Training", "Traversal", "WaterLevel"]
