"""Every exercise takes answers that are right, however written, and refuses those that learners get wrong."""

import importlib
import math
import pkgutil

from bvae_lib.exercises import EXERCISES, check

import pytest
import torch

from tests.unit import exercises

ANSWERS = {
    name: answers
    for module in pkgutil.iter_modules(exercises.__path__)
    if module.name != "answers"
    for name, answers in importlib.import_module(f"{exercises.__name__}.{module.name}").ANSWERS.items()
}
TRIED = [
    pytest.param(name, answer, verdict, id=f"{name} {verdict} {i}")
    for name, answers in ANSWERS.items()
    for verdict, given in (("Right.", answers.right), ("Not yet.", answers.wrong))
    for i, answer in enumerate(given)
]


@pytest.mark.parametrize(("name", "answer", "verdict"), TRIED)
def test_an_answer_is_judged(name, answer, verdict, capsys):
    check(name, answer)
    printed = capsys.readouterr().out
    assert printed.startswith(verdict), printed
    assert verdict == "Right." or "raised" not in printed or callable(answer), printed


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_is_tried_with_two_right_and_two_wrong_answers(name):
    assert len(ANSWERS[name].right) >= 2
    assert len(ANSWERS[name].wrong) >= 2
    assert EXERCISES[name].hint


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("answer", [math.nan, lambda *a: math.nan, lambda *a: torch.tensor(math.nan)])
def test_nan_is_never_right(name, answer, capsys):
    check(name, answer)
    assert capsys.readouterr().out.startswith("Not yet")


def test_no_answer_yet_is_no_wrong_answer(capsys):
    check(next(iter(EXERCISES)), ...)
    assert capsys.readouterr().out.startswith("No answer yet")


def test_an_unknown_exercise_is_named():
    with pytest.raises(KeyError, match="0\\.1"):
        check("0.1", 1)
