"""What an exercise is: a judge of answers, and a hint."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

Judge = Callable[[Any], bool]


class Exercise(NamedTuple):
    """How answers to one exercise are judged."""

    judge: Judge  #: takes an answer, and returns whether it is right; what it raises makes the answer wrong
    hint: str  #: printed after a wrong answer


def close_to(expected: ArrayLike, tolerance: float = 0.01) -> Judge:
    """Make a judge of numbers.

    Args:
        expected: the right number or numbers.
        tolerance: largest error allowed, as a share of each number (of 1 where it is below 1).

    Returns:
        A judge of numbers of the same shape.
    """
    right = np.asarray(expected, dtype=float)

    def judge(answer: ArrayLike) -> bool:
        given = np.asarray(answer, dtype=float)
        error = np.abs(given - right) if given.shape == right.shape else np.inf
        return bool(np.all(error <= tolerance * np.maximum(1, np.abs(right))))

    return judge
