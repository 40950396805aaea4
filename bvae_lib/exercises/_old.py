"""Self-checks for the exercises: they say whether an answer is right, and never stop the notebook."""

from collections.abc import Callable
from typing import Any


def check(answer: Any, expected: float | Callable[..., bool], tolerance: float = 0.01, hint: str = "") -> None:
    """Print whether an answer is right, wrong or still missing; an answer that raises an error is wrong.

    Args:
        answer: of the reader; ``...`` or None is no answer yet.
        expected: a number, or a function that takes the answer and returns whether it is right.
        tolerance: largest error allowed, as a share of the number (of 1 where the number is below 1).
        hint: to be printed after a wrong answer.
    """
    if answer is ... or answer is None:
        print("No answer yet: put yours in place of the three dots and run this cell again.")
        return
    try:
        if callable(expected):
            right = bool(expected(answer))
        else:
            right = abs(float(answer) - expected) <= tolerance * max(1.0, abs(expected))
    except Exception as error:  # whatever a learner's code may raise
        print(f"Not yet: checking it raised {type(error).__name__}: {error}. {hint}".rstrip())
        return
    print("Right." if right else f"Not yet. {hint}".rstrip())
