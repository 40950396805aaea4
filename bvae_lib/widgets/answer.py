"""A field for the answer to an exercise, judged in the page."""

import base64
import json
from typing import Any

import anywidget
import traitlets

from .._runtime.arguments import number
from .guess import words
from .source import source


class Answer(anywidget.AnyWidget):
    """A field that takes one number, and says whether it is right; it needs no kernel.

    Args:
        exercise: its name, "2.3".
        right: the right number.
        tolerance: largest error allowed, as a share of that number (of 1 where it is below 1).
        hint: shown after a wrong answer.

    Raises:
        ValueError: for what is no such number or text.
    """

    _esm = source("dom.js", "answer.js")
    _css = source("widgets.css")

    exercise = traitlets.Unicode().tag(sync=True)
    sealed = traitlets.Unicode().tag(sync=True)  # [right, tolerance], so that nobody reads it by accident
    hint = traitlets.Unicode().tag(sync=True)

    def __init__(self, exercise: str, right: Any, tolerance: float, hint: str):
        for argument, text in (("exercise", exercise), ("hint", hint)):
            words(argument, [text])
        both = [number("right", right), number("tolerance", tolerance, above=0)]
        sealed = base64.b64encode(json.dumps(both).encode()).decode()
        super().__init__(exercise=exercise, sealed=sealed, hint=hint)
