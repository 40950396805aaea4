"""When a penalty binds: known cases, a quadratic whose worth of a nat is exact, and the predictions as committed."""

import json

from bvae_lib.theory.penalty import binding_rate, meeting

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import predict


@given(weight=st.floats(0.1, 99), scale=st.floats(0.1, 10))
def test_the_binding_rate_is_where_the_worth_of_a_nat_falls_to_the_weight(weight, scale):
    rate = np.linspace(0, 20 * scale, 4001)
    price = 100 * np.exp(-rate / scale)  # D falls as 100 scale exp(-R / scale)
    expected = scale * np.log(100 / weight)
    assert binding_rate(rate, price, weight) == pytest.approx(expected, abs=0.01 * scale)


def test_a_weight_above_every_price_binds_from_the_start():
    assert binding_rate([1, 2, 3], [9, 5, 2], 10) == 0
    assert meeting([1, 2, 3], [9, 5, 2], 10, start=0.5, stop=25, steps=100) == (0, 0.5, 0)


def test_the_last_crossing_counts_where_the_price_wavers():
    assert binding_rate([0, 1, 2, 3], [10, 4, 6, 4], 5) == pytest.approx(2.5)


def test_the_capacity_is_met_where_it_reaches_the_rate():
    met = meeting([0, 10], [10, 0], 5, start=1, stop=9, steps=80)
    assert met == (5, 5, 40)


def test_a_run_follows_its_capacity_only_where_the_penalty_outweighs_a_nat():
    """Minimise D(R) + weight |R - C| on a grid: at the binding rate below it, at the capacity above it."""
    rate = np.linspace(0, 10, 10_001)
    distortion, price = 50 * np.exp(-rate), 50 * np.exp(-rate)
    held = binding_rate(rate, price, weight=5)
    for capacity in (0.5, 1.5, 2.0, 3.0, 6.0):
        best = rate[np.argmin(distortion + 5 * np.abs(rate - capacity))]
        assert best == pytest.approx(max(held, capacity), abs=0.01)


@pytest.mark.parametrize("run", predict.SOURCES)
def test_a_committed_prediction_is_what_the_stored_runs_say(run):
    stored = json.loads(predict.FILE.read_text(encoding="utf-8"))
    assert stored["runs"][run] == predict.predict(run)
    assert stored["criteria"] == predict.CRITERIA
