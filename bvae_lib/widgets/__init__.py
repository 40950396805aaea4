"""Widgets that move in Jupyter and Colab with a kernel, and in the built HTML without one and without a network."""

from .price import Price, Run
from .traversal import Traversal

__all__ = ["Price", "Run", "Traversal"]
