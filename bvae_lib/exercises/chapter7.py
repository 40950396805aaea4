"""The exercises of chapter 7."""

from .exercise import Exercise

EXERCISES: dict[str, Exercise] = {}
