"""Answers to the exercises of chapter 3."""

from .answers import Answers

ANSWERS: dict[str, Answers] = {}
