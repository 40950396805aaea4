"""Answers to the exercises of chapter 5."""

from .answers import Answers

ANSWERS: dict[str, Answers] = {}
