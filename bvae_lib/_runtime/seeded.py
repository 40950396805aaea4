"""PyTorch's own generator, begun at a seed for a while."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from .arguments import seed_number

ONE_AT_A_TIME = threading.RLock()  # the generator is shared by all threads of the process


@contextmanager
def seeded(seed: Any) -> Iterator[None]:
    """Let PyTorch's generator on the CPU begin at ``seed``; afterwards it goes on as if nothing had been drawn.

    Args:
        seed: a whole number that PyTorch takes as a seed.

    Raises:
        ValueError: for anything else.
    """
    seed = seed_number(seed)
    with ONE_AT_A_TIME, torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield
