"""What the figures of trades show: slopes, budgets and densities, read off the axes."""

import numpy as np
import pytest

from bvae_lib import plots
from bvae_lib.history import History


def lines(axis):
    return [line.get_xydata() for line in axis.get_lines()]


@pytest.mark.parametrize("price", [0, 0.5, 20])
def test_a_tangent_has_slope_minus_its_price_and_stays_within_the_curve(price):
    xs = np.linspace(0, 10, 50)
    panel = plots.Panel("", {"D": (xs, 100 - xs)}, [(0.5, 99.5)], [(price, 0.5, 99.5)])
    _, (start, end), (point,) = lines(plots.tradeoffs(panel, x="R", y="D").axes[0])
    assert end[1] - start[1] == pytest.approx(-price * (end[0] - start[0]))
    assert start[0] == 0
    assert end[0] > 0.5
    assert np.interp(0.5, [start[0], end[0]], [start[1], end[1]]) == pytest.approx(point[1])


def test_each_panel_names_its_curves_and_shades_what_is_allowed():
    xs = np.linspace(0, 1, 5)
    one = plots.Panel("one", {"D": (xs, xs)})
    two = plots.Panel("two", {"D": (xs, xs), "F": (xs, 2 * xs)}, allowed=(0.2, 0.6), ylim=(0, 3))
    left, right = plots.tradeoffs(one, two, x="m", y="nats").axes
    assert left.get_legend() is None
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["D", "F"]
    assert [
        patch.get_extents().transformed(right.transData.inverted()).intervalx.tolist() for patch in right.patches
    ] == [pytest.approx([0.2, 0.6])]
    assert right.get_ylim() == (0, 3)


def test_dual_ascent_shows_price_rate_budget_and_slackness():
    rows = np.array([[9.0, 4.0, 2.0, 1.0, 2.0], [8.0, 2.0, 2.0, 1.0, 1.0]])  # distortion, price, budget, KL of two
    history = History.from_rows(np.array([1, 2]), rows, {})
    left, middle, right = plots.dual_ascent({"run": history}, {"run": 1.5}).axes
    price, expected = lines(left)
    assert price[:, 1].tolist() == [4, 2]
    assert expected[:, 1].tolist() == [1.5, 1.5]
    rate, budget = lines(middle)
    assert rate[:, 1].tolist() == [3, 2]
    assert budget[:, 1].tolist() == [2, 2]
    assert lines(right)[0][:, 1].tolist() == [4, 0]


def test_a_histogram_is_a_density_and_each_of_few_classes_has_its_bar():
    generator = np.random.default_rng(0)
    classes = np.repeat([5.0, 6.0, 7.0], [10, 20, 10])
    few, many = plots.compare_to_normal({"classes": classes, "normal": generator.normal(3, 2, 20_000)}).axes
    assert [bar.get_height() / few.patches[0].get_height() for bar in few.patches] == pytest.approx([1, 2, 1])
    for axis in (few, many):
        assert sum(bar.get_height() * bar.get_width() for bar in axis.patches) == pytest.approx(1)
    middles = np.array([bar.get_x() + bar.get_width() / 2 for bar in many.patches])
    heights = np.array([bar.get_height() for bar in many.patches])
    assert np.abs(heights - np.exp(-(middles**2) / 2) / np.sqrt(2 * np.pi)).max() < 0.03
