"""Names that are looked up, and what is said of one that is not there."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


def check_known(what: str, name: Any, known: Iterable[str], remedy: str = "") -> None:
    """Raise KeyError unless ``name`` is one of those that are ``known``; the message names those that are like it.

    Args:
        what: that is looked up, in words.
        name: as the user wrote it.
        known: all that there are.
        remedy: ends the message.
    """
    known = [*known]
    if name not in known:
        close = get_close_matches(str(name), known)
        meant = f", perhaps {' or '.join(map(repr, close))}" if close else ""
        raise KeyError(f"no {what} {name!r}{meant}; there are {known}{remedy}")
