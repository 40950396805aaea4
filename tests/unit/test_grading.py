"""Predictions written down before their runs, graded on made-up runs whose figures are known."""

import json
import re
from dataclasses import replace

from bvae_lib import zoo
from bvae_lib.history import History
from bvae_lib.theory.penalty import meeting
from bvae_lib.zoo.grading import PREDICTIONS, predictions

import numpy as np
import pytest

CRITERIA = ("rate_held", "capacity_met", "latents_at_first", "latents_when_met", "same_until_met")
PREDICTION = zoo.Prediction("x", "x.json", "", dict.fromkeys(CRITERIA, ""), {
    "rate_held": 6.0, "capacity_met": 6.0, "latents_at_first": 10, "latents_when_met": 4,
})  # fmt: skip


def run(held=6.0, first=10, later=4, steps=6_000):
    """Rise to a rate with some latents, hold it with others, and follow the capacity once that has come so far."""
    step = 50 * np.arange(1, steps // 50 + 1)
    capacity = 0.5 + step / 600
    rate = np.maximum(np.minimum(held, held * step / 200), capacity)
    kl = np.zeros((len(step), 10))
    awake = np.where(step <= 200, first, later)
    for record, count in enumerate(awake):
        kl[record, :count] = rate[record] / count
    zeros = np.zeros(len(step))
    return History(step, zeros, kl, zeros, capacity)


def grades(absolute=(), hinge=(), prediction=PREDICTION):
    runs = {"absolute": dict(enumerate(absolute)), "hinge": dict(enumerate(hinge))}
    return {(g.criterion, g.penalty): g for g in zoo.grade(prediction, runs)}


def test_runs_that_do_as_predicted_bear_it_out():
    found = grades([run(), run(6.2)], [run(), run(6.3)])
    assert {grade.verdict for grade in found.values()} == {"borne out"}
    assert found["rate_held", "absolute"].measured == pytest.approx((6.0, 6.2))
    assert found["capacity_met", "hinge"].measured == pytest.approx((6 / 1.05, 6.3 / 1.05), abs=0.1)
    assert found["latents_at_first", "hinge"].measured == (10, 10)
    assert found["latents_when_met", "hinge"].measured == (4, 4)
    assert found["same_until_met", "both"].measured == pytest.approx((0, 0.1 / 6.2), abs=1e-3)


@pytest.mark.parametrize(
    ("other", "failed"),
    [
        ({"held": 7.5}, {"rate_held", "capacity_met", "same_until_met"}),
        ({"first": 7}, {"latents_at_first"}),
        ({"later": 6}, {"latents_when_met"}),
    ],
)
def test_runs_that_do_otherwise_do_not(other, failed):
    found = grades([run()], [run(**other)])
    assert {name for (name, penalty), g in found.items() if g.verdict == "not borne out"} == failed
    assert all(found[name, "absolute"].verdict == "borne out" for name in CRITERIA[:-1])


def test_the_median_over_seeds_decides():
    found = grades([run(first=2), run(), run()])
    assert found["latents_at_first", "absolute"].verdict == "borne out"
    assert found["latents_at_first", "absolute"].measured == (2, 10, 10)


def test_without_runs_a_criterion_is_untested():
    assert {grade.verdict for grade in grades().values()} == {"untested"}
    found = grades([run()])
    assert found["rate_held", "absolute"].verdict == "borne out"
    assert found["rate_held", "hinge"].verdict == found["same_until_met", "both"].verdict == "untested"


def test_only_pairs_of_one_seed_are_compared():
    runs = {"absolute": {0: run()}, "hinge": {1: run()}}
    assert zoo.grade(PREDICTION, runs)[-1].verdict == "untested"


def test_a_capacity_that_is_never_met_is_not_borne_out():
    found = grades([run(held=20.0)])
    assert np.isnan(found["capacity_met", "absolute"].measured).all()
    assert found["capacity_met", "absolute"].verdict == found["latents_when_met", "absolute"].verdict == "not borne out"
    assert found["rate_held", "absolute"].measured == pytest.approx([20.0])


def test_a_network_that_knows_nothing_yet_has_not_met_its_capacity():
    history = run()
    history.kl_per_latent[1] /= 100  # R is below C at step 100
    assert grades([history])["capacity_met", "absolute"].verdict == "borne out"


def test_a_run_that_is_below_its_capacity_from_the_start_held_nothing():
    found = grades([run(held=0.0)])
    assert found["capacity_met", "absolute"].measured == pytest.approx([0.5 + 2000 / 600])
    assert np.isnan(found["rate_held", "absolute"].measured).all()


def test_a_penalty_that_binds_keeps_the_rate_at_the_capacity():
    prediction = replace(PREDICTION, criteria={"bound": ""}, figures={"bound": 1.0})
    held, broken = run(held=1.0), run(held=9.0)
    assert grades([held], [broken], prediction)["bound", "absolute"].verdict == "borne out"
    assert grades([held], [broken], prediction)["bound", "hinge"].verdict == "not borne out"


@pytest.mark.parametrize(("gap", "verdict"), [(0.4, "not borne out"), (0.6, "borne out"), (2.1, "not borne out")])
def test_a_hinge_stays_below_its_capacity_by_about_what_noise_asks(gap, verdict):
    prediction = replace(PREDICTION, criteria={"hinge_below_at_end": ""}, figures={"hinge_below_at_end": 1.0})
    history = run()
    history.kl_per_latent[-1] *= 1 - gap / history.rate[-1]
    (found,) = grades([run()], [history], prediction).values()
    assert (found.penalty, found.verdict) == ("hinge", verdict)
    assert found.measured == pytest.approx((gap,))


@pytest.mark.parametrize("path", sorted(PREDICTIONS.glob("*.json")), ids=lambda path: path.name)
def test_stored_predictions_can_be_graded(path):
    for name in json.loads(path.read_text(encoding="utf-8"))["runs"]:
        prediction = zoo.load_prediction(name)
        assert prediction.file == path.name
        found = zoo.grade(prediction, zoo.penalised_runs(name))
        assert {grade.criterion for grade in found} == set(prediction.criteria)
        assert any(re.fullmatch(rf"{name}-(absolute|hinge)-seed\d", recipe) for recipe in zoo.RECIPES)


def test_a_prediction_follows_from_the_run_that_it_names():
    prediction = zoo.load_prediction("dsprites-report64").figures
    paid = zoo.load(prediction["price_from"])[1]
    met = meeting(paid.rate, paid.price, prediction["weight"], start=0.5, stop=25, steps=28_000)
    assert (met.rate, met.capacity) == pytest.approx((prediction["rate_held"], prediction["capacity_met"]), abs=0.005)
    assert met.step == prediction["step_met"]


def test_every_run_is_predicted_once():
    stored = [json.loads(path.read_text(encoding="utf-8"))["runs"] for path in PREDICTIONS.glob("*.json")]
    assert len(predictions()) == sum(map(len, stored))
