"""Answers to the exercises of chapter 4."""

from .answers import Answers

ANSWERS: dict[str, Answers] = {}
