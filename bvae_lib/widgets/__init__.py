"""Widgets that move in Jupyter and Colab with a kernel, and in the built HTML without one and without a network."""

from .answer import Answer
from .budget import Budget
from .guess import GuessChoice, GuessNumber, GuessOrder
from .lagrangian import Lagrangian
from .live import Live
from .metrics import Metrics
from .overlap import Overlap
from .price import Price, Run
from .rotation import Rotation
from .score import Score
from .training import Training
from .traversal import Traversal
from .water import WaterLevel

__all__ = [
    "Answer", "Budget", "GuessChoice", "GuessNumber", "GuessOrder", "Lagrangian", "Live", "Metrics", "Overlap",
    "Price", "Rotation", "Run", "Score", "Training", "Traversal", "WaterLevel",
]  # fmt: skip
