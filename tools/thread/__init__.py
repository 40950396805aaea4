"""The thread through the built book: links, hover cards, reading times, and what the next chapter answers.

The notebooks stay plain: all of this is written into the pages under ``html``, and written anew by every build.
"""

from pathlib import Path

from .cards import with_cards
from .links import with_links, without_links
from .opening import questions, with_neighbours, with_times
from .places import places, with_places


def thread(html: Path) -> None:
    """Rewrite the pages of the book under ``html``. Harmless when called again."""
    paths = sorted((html / "book").glob("*.html"))
    pages = {path.stem: with_places(without_links(path.read_text(encoding="utf-8"))) for path in paths}
    targets, asked = places(pages), questions(pages.get("index", ""))
    for path in paths:
        page = with_times(with_links(pages[path.stem], path.stem, targets))
        page = with_neighbours(with_cards(page, path.stem, targets, asked), asked)
        path.write_text(page, encoding="utf-8")
