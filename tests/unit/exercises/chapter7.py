"""Answers to the exercises of chapter 7."""

from .answers import Answers

ANSWERS: dict[str, Answers] = {}
