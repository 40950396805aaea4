"""The exercises of chapter 1."""

from .exercise import Exercise

EXERCISES: dict[str, Exercise] = {}
