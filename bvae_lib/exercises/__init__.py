"""Self-checks for the exercises: they say whether an answer is right, and never stop the notebook."""

from typing import Any

from IPython.display import display

from ..widgets import Answer
from . import appendix_a, chapter1, chapter2, chapter3, chapter4, chapter5, chapter6, chapter7, chapter8
from .exercise import CloseTo, Exercise

PAGES = (chapter1, chapter2, chapter3, chapter4, chapter5, chapter6, chapter7, chapter8, appendix_a)
EXERCISES: dict[str, Exercise] = {name: exercise for page in PAGES for name, exercise in page.EXERCISES.items()}


def check(name: str, answer: Any) -> None:
    """Print whether an answer is right, wrong or still missing; an answer that raises an error is wrong.

    Where it is missing and is a single number, a field takes it, also on a page without a kernel.

    Args:
        name: of the exercise, "2.3" for the third of chapter 2, "A.1" for the first of appendix A.
        answer: of the reader; ``...`` or None is no answer yet.

    Raises:
        KeyError: for a name without an exercise.
    """
    if name not in EXERCISES:
        raise KeyError(f"no exercise {name!r}; there are {[*EXERCISES]}")
    judge, hint = EXERCISES[name]
    if answer is ... or answer is None:
        print("No answer yet: put yours in place of the three dots and run this cell again.")
        if isinstance(judge, CloseTo) and judge.right.ndim == 0:
            display(Answer(name, judge.right, judge.tolerance, hint))
        return
    try:
        right = bool(judge(answer))
    except Exception as error:  # whatever a learner's code may raise
        print(f"Not yet: checking it raised {type(error).__name__}: {error}. {hint}")
        return
    print("Right." if right else f"Not yet. {hint}")
