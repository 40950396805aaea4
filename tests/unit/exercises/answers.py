"""What an exercise's answers are."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answers:
    """Answers to one exercise."""

    right: list[Any]  # two or more, written differently
    wrong: list[Any]  # two or more, as a learner would err
