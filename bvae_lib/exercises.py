"""Self-checks for the exercises: they say whether an answer is right, and never stop the notebook."""

from collections.abc import Callable


def check(answer, expected: float | Callable[..., bool], tolerance: float = 0.01, hint: str = "") -> None:
    """Print whether ``answer`` is right; a blank one, ``...``, is told apart from a wrong one.

    ``expected`` is a number, met within ``tolerance`` as a share of it (or of 1, where it is smaller), or a
    function that is given the answer and returns whether it is right. An answer that raises is wrong, and the error
    is named.
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
