"""How many guesses were right on all pages of the book."""

import anywidget
import traitlets

from .._runtime.arguments import whole_number
from .source import source


class Score(anywidget.AnyWidget):
    """What the reader has guessed on all pages, as a card to share: text to copy, and a picture drawn in the page.

    Args:
        total: number of guesses in the book.

    Raises:
        ValueError: for what is no such number.
    """

    _esm = source("dom.js", "storage.js", "score.js")
    _css = source("widgets.css")

    total = traitlets.Int().tag(sync=True)

    def __init__(self, total: int):
        super().__init__(total=whole_number("total", total, least=1))
