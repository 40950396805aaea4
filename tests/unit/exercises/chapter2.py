"""Answers to the exercises of chapter 2."""

from .answers import Answers

ANSWERS: dict[str, Answers] = {}
