"""The exercises of appendix A."""

from .exercise import Exercise

EXERCISES: dict[str, Exercise] = {}
