"""What a row of the table of bad inputs is."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Refused:
    """A call with bad input, and the error that must tell the user what to do."""

    function: str  # what is called, by its public name: "fit", "metrics.mig", "data.CelebA"
    what: str  # what is wrong, in a few words
    call: Callable[[Path], Any]  # gets an empty folder; makes its files, then the call
    error: type[Exception]
    says: str  # regular expression, found in the message


@dataclass(frozen=True)
class Accepted:
    """A call with input that is unusual but right, or that must recover; ``call`` asserts what comes of it."""

    function: str
    what: str
    call: Callable[[Path], Any]
