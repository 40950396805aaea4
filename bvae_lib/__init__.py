"""Train, measure and look at beta-VAEs: the library of the course on understanding disentangling.

Import it before torch: it bounds how long PyTorch's threads wait for one another (``_runtime.threads``).
"""

from ._runtime import threads  # isort: skip  (first, as everything below loads torch)

threads.bound_spinning()

from . import metrics
from .data import DSprites
from .history import History
from .models import BurgessVAE, Posterior
from .objectives import BetaVAE, Capacity, Constrained
from .training import fit

__all__ = [
    "BetaVAE",
    "BurgessVAE",
    "Capacity",
    "Constrained",
    "DSprites",
    "History",
    "Posterior",
    "fit",
    "metrics",
]
