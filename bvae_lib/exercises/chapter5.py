"""The exercises of chapter 5."""

from .exercise import Exercise

EXERCISES: dict[str, Exercise] = {}
