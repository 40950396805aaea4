"""Answers to the exercises of chapter 1."""

from .answers import Answers

ANSWERS: dict[str, Answers] = {}
