"""The exercises of chapter 2."""

from .exercise import Exercise

EXERCISES: dict[str, Exercise] = {}
