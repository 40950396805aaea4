"""What an exercise is: a judge of answers, and a hint."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

Judge = Callable[[Any], bool]


class Exercise(NamedTuple):
    """How answers to one exercise are judged."""

    judge: Judge  #: takes an answer, and returns whether it is right; what it raises makes the answer wrong
    hint: str  #: printed after a wrong answer


@dataclass(frozen=True)
class CloseTo:
    """A judge of numbers, which a page can ask as well."""

    right: np.ndarray
    tolerance: float

    def __call__(self, answer: ArrayLike) -> bool:
        """Return whether numbers of the same shape are close enough."""
        given = np.asarray(answer, dtype=float)
        error = np.abs(given - self.right) if given.shape == self.right.shape else np.inf
        return bool(np.all(error <= self.tolerance * np.maximum(1, np.abs(self.right))))


def close_to(expected: ArrayLike, tolerance: float = 0.01) -> CloseTo:
    """Make a judge of numbers.

    Args:
        expected: the right number or numbers.
        tolerance: largest error allowed, as a share of each number (of 1 where it is below 1).

    Returns:
        A judge of numbers of the same shape.
    """
    return CloseTo(np.asarray(expected, dtype=float), tolerance)
