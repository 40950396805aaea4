"""Guess first, then see: questions whose answer comes from a run on the page, and is shown beside the guess."""

from collections.abc import Sequence
from typing import Any

import anywidget
import traitlets

from .._runtime.arguments import number, numbers
from .source import source


class Guess(anywidget.AnyWidget):
    """What the three kinds of questions share; use one of them.

    The reader's guess counts once "show" is pressed. It is then locked, scored against ``answer``, and kept in the
    page's own storage, where there is one, until ``Score`` forgets it. No answer is on the page before that.

    ``widget.answer`` is set as soon as it is known, which may be cells after the question; until then "show" locks
    the guess and waits. ``widget.guess`` can be observed: it is None until "show" is pressed.
    """

    _esm = source("dom.js", "storage.js", "judge.js", "guess.js")
    _css = source("widgets.css")

    kind = traitlets.Unicode().tag(sync=True)  # order, number or choice
    name = traitlets.Unicode().tag(sync=True)  # by which the page's storage knows it, and Score its chapter
    question = traitlets.Unicode().tag(sync=True)
    answer = traitlets.TraitType(None, allow_none=True).tag(sync=True)
    guess = traitlets.TraitType(None, allow_none=True).tag(sync=True)

    def __init__(self, name: str, question: str, answer: Any, **traits: Any):
        for argument, text in (("name", name), ("question", question)):
            words(argument, [text])
        super().__init__(name=name, question=question, **traits)
        self.answer = answer  # last: what it is checked against is there now

    @traitlets.validate("answer")
    def _check_answer(self, proposal: dict) -> Any:
        return None if proposal["value"] is None else self.check_answer(proposal["value"])


class GuessOrder(Guess):
    """Put items in order, the largest first, by dragging or with the arrow keys.

    Scored by the share of pairs in the right order (Kendall); two items of nearly the same value may stand either
    way. Four pairs in five count as right.

    Args:
        name: chapter and number, "4.1"; unique in the book.
        question: a short title, which Score repeats.
        items: names, in an order that gives nothing away.
        answer: the value of each item, in the order of ``items``; None if it is not known yet.
        unit: of the values.
        tie: largest difference of two values that count as the same, in that unit.

    Raises:
        ValueError: for fewer than two items, or an answer that is not one number for each.
    """

    items = traitlets.List().tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    tie = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        name: str,
        question: str,
        items: Sequence[str],
        answer: Any = None,
        unit: str = "nats",
        tie: float = 0.0,
    ):
        items = words("items", items, least=2)
        tie = number("tie", tie, least=0)
        super().__init__(name, question, answer, kind="order", items=items, unit=unit, tie=tie)

    def check_answer(self, value: Any) -> list[float]:
        """Return the values as plain numbers."""
        return numbers("answer", value, (len(self.items),)).tolist()


class GuessNumber(Guess):
    """Bet a number on a slider; right within a tolerance that the page states.

    Args:
        name: chapter and number, "3.2"; unique in the book.
        question: a short title, which Score repeats.
        low: left end of the slider.
        high: its right end.
        answer: a number; None if it is not known yet. It may lie beyond the ends.
        unit: of the number.
        tolerance: largest error that is right, in that unit; on a logarithmic slider a factor above 1.
        log_scale: whether the slider is logarithmic.

    Raises:
        ValueError: for ends out of order, a tolerance that lets nothing pass, or, on a logarithmic slider, for
            numbers that are not positive.
    """

    low = traitlets.Float().tag(sync=True)
    high = traitlets.Float().tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    tolerance = traitlets.Float().tag(sync=True)
    log_scale = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        name: str,
        question: str,
        low: float,
        high: float,
        answer: Any = None,
        unit: str = "nats",
        tolerance: float = 1.0,
        log_scale: bool = False,
    ):
        low = number("low", low, above=0 if log_scale else None)
        high = number("high", high, above=low)
        tolerance = number("tolerance", tolerance, above=1 if log_scale else 0)
        traits = {"low": low, "high": high, "unit": unit, "tolerance": tolerance, "log_scale": bool(log_scale)}
        super().__init__(name, question, answer, kind="number", **traits)

    def check_answer(self, value: Any) -> float:
        """Return a plain number."""
        return number("answer", value, above=0 if self.log_scale else None)


class GuessChoice(Guess):
    """Choose one of several sentences.

    Args:
        name: chapter and number, "1.1"; unique in the book.
        question: a short title, which Score repeats.
        options: to choose from.
        answer: one of them; None if it is not known yet.

    Raises:
        ValueError: for fewer than two options, or an answer that is none of them.
    """

    options = traitlets.List().tag(sync=True)

    def __init__(self, name: str, question: str, options: Sequence[str], answer: str | None = None):
        super().__init__(name, question, answer, kind="choice", options=words("options", options, least=2))

    def check_answer(self, value: Any) -> str:
        """Return ``value``, one of the options."""
        if value not in self.options:
            raise ValueError(f"answer must be one of {self.options}, not {value!r}")
        return value


def words(name: str, values: Any, least: int = 1) -> list[str]:
    """Return ``values`` as a list of different texts, none of them empty, or raise ValueError."""
    found = [] if isinstance(values, str) else list(values)
    if len(found) < least or len(set(found)) < len(found) or not all(isinstance(x, str) and x.strip() for x in found):
        raise ValueError(f"{name} must be at least {least} different texts, not {values!r}")
    return found
