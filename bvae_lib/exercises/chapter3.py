"""The exercises of chapter 3."""

from .exercise import Exercise

EXERCISES: dict[str, Exercise] = {}
