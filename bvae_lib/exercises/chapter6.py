"""The exercises of chapter 6."""

from .exercise import Exercise

EXERCISES: dict[str, Exercise] = {}
