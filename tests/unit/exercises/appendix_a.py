"""Answers to the exercises of appendix A."""

from .answers import Answers

ANSWERS: dict[str, Answers] = {}
