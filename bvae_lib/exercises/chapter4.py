"""The exercises of chapter 4."""

from .exercise import Exercise

EXERCISES: dict[str, Exercise] = {}
