"""When a penalty binds: known cases, curves whose worth of a nat is exact, a dent, the predictions as committed."""

import json

from bvae_lib.theory.penalty import (
    binding_rate,
    dented_curve,
    exact_weight,
    meeting,
    noise_gap,
    supporting_prices,
)

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


R = np.linspace(0, 8, 4001)
DENT = dented_curve(R)


@given(capacity=st.floats(0.1, 7.5), height=st.floats(1, 50), scale=st.floats(0.3, 2))
def test_on_a_convex_curve_the_slope_is_the_exact_weight_and_the_only_price(capacity, height, scale):
    curve = height * np.exp(-R / scale)
    slope = height / scale * np.exp(-capacity / scale)
    assert exact_weight(R, curve, capacity) == pytest.approx(slope, rel=0.02, abs=1e-9)
    assert supporting_prices(R, curve, capacity) == pytest.approx((slope, slope), rel=0.02, abs=1e-9)


def test_in_the_dent_the_slope_is_not_enough():
    """Of the curve at 2 nats: its slope, the exact weight, and a weight of twice the slope that fails."""
    slope = 12 * np.exp(-2) + 32 * np.exp(-8) / (1 + np.exp(-8)) ** 2
    assert slope == pytest.approx(1.635, abs=0.001)
    assert exact_weight(R, DENT, 2) == pytest.approx(3.414, abs=0.001)
    assert R[np.argmin(DENT + 2 * slope * np.abs(R - 2))] == pytest.approx(4.52, abs=0.01)


@given(i=st.integers(1, 3999), share=st.floats(0.5, 2), penalty=st.sampled_from(["absolute", "hinge"]))
def test_a_penalty_leads_to_its_capacity_exactly_where_its_weight_is_above_that(i, share, penalty):
    """On the grid of the curve, whatever the capacity; weights within a thousandth are left out."""
    capacity, weight = R[i], share * exact_weight(R, DENT, R[i])
    excess = R - capacity
    best = np.argmin(DENT + weight * (np.abs(excess) if penalty == "absolute" else np.maximum(excess, 0)))
    if abs(share - 1) > 1e-3:
        assert (best == i) == (share > 1)


@pytest.mark.parametrize(("capacity", "reached"), [(1.0, True), (2.0, False), (3.5, False), (6.0, True)])
def test_a_price_leads_to_a_capacity_where_least_and_most_leave_room(capacity, reached):
    prices = np.geomspace(1e-3, 20, 20_000)
    found = any(abs(R[np.argmin(DENT + price * R)] - capacity) < 0.003 for price in prices)
    least, most = supporting_prices(R, DENT, capacity)
    assert found == (least <= most) == reached


def test_at_the_ends_of_a_curve():
    assert exact_weight(R, DENT, 8) == 0
    assert supporting_prices(R, DENT, 0).most == np.inf


@given(weight=st.floats(2, 1e4), share=st.floats(0.001, 0.999))
def test_at_the_noise_gap_the_mean_price_of_a_hinge_is_what_a_nat_is_worth(weight, share):
    gap = noise_gap(0.3, share * weight, weight)
    batches = -gap + 0.3 * np.random.default_rng(0).standard_normal(100_000)
    assert (batches > 0).mean() == pytest.approx(share, abs=0.006)


@pytest.mark.parametrize("name", predict.FILES)
def test_a_committed_prediction_is_what_the_stored_runs_say(name):
    stored = json.loads((predict.PREDICTIONS / name).read_text(encoding="utf-8"))
    assert stored["criteria"] == predict.CRITERIA_OF[name]
    for run, found in stored["runs"].items():
        criteria = stored["criteria"].keys() - {"hinge_below_at_end"}  # for which 20,000 faces would have to be drawn
        again = predict.predict(run, criteria)
        assert again == {name: figure for name, figure in found.items() if name != "hinge_below_at_end"}
