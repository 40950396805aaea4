"""Answers to the exercises of chapter 6."""

from .answers import Answers

ANSWERS: dict[str, Answers] = {}
