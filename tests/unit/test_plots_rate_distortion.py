"""What the figures of rate and distortion show: slopes, budgets and bounds, read off the axes."""

from bvae_lib import plots
from bvae_lib.models.factor_channel import FACTORS
from bvae_lib.theory.allocation import AllocationPath
from bvae_lib.theory.channel import InformationBounds

import numpy as np
import pytest


def lines(axis):
    return [line.get_xydata() for line in axis.get_lines()]


@pytest.mark.parametrize("price", [0, 0.5, 20])
def test_a_tangent_has_slope_minus_its_price_and_stays_within_the_curve(price):
    xs = np.linspace(0, 10, 50)
    panel = plots.Panel("", {"D": (xs, 100 - xs)}, tangents=[(price, 0.5, 99.5)])
    _, (start, end) = lines(plots.tradeoffs(panel, x="R", y="D").axes[0])
    assert end[1] - start[1] == pytest.approx(-price * (end[0] - start[0]))
    assert start[0] == 0
    assert end[0] > 0.5
    assert np.interp(0.5, [start[0], end[0]], [start[1], end[1]]) == pytest.approx(99.5)


def test_each_panel_names_its_curves_and_shades_what_is_allowed():
    xs = np.linspace(0, 1, 5)
    one = plots.Panel("one", {"D": (xs, xs)}, points=[(0.5, 0.5)])
    two = plots.Panel("two", {"D": (xs, xs), "F": (xs, 2 * xs)}, allowed=(0.2, 0.6), ylim=(0, 3))
    left, right = plots.tradeoffs(one, two, x="m", y="nats").axes
    assert [left.get_title(), left.get_xlabel(), left.get_ylabel()] == ["one", "m", "nats"]
    assert [0.5, 0.5] in [line[0].tolist() for line in lines(left)]
    assert left.get_legend() is None
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["D", "F"]
    assert [
        patch.get_extents().transformed(right.transData.inverted()).intervalx.tolist() for patch in right.patches
    ] == [pytest.approx([0.2, 0.6])]
    assert right.get_ylim() == (0, 3)


def test_runs_of_one_name_share_its_colour_and_its_place_in_the_legend():
    rate = np.linspace(0, 5, 4)
    curves = {"one": [(rate, 10 - rate), (rate, 9 - rate)], "two": [(rate, 8 - rate)]}
    (axis,) = plots.rate_distortion(curves).axes
    first, second, third = axis.get_lines()
    assert first.get_color() == second.get_color() != third.get_color()
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["one", "two"]
    assert axis.get_xlabel() == "rate R (nats per image)"
    assert axis.get_ylabel() == "distortion D (nats per image)"


def test_a_bar_is_as_long_as_the_rate_and_holds_no_more_information_than_the_entropy():
    bounds = {"a": InformationBounds(8.5, 20.0, 21.0, 5000), "b": InformationBounds(2.0, 2.5, 3.0, 5000)}
    (axis,) = plots.information_bounds(bounds, entropy=13.5).axes
    parts = {part.get_label(): [bar.get_width() for bar in part] for part in axis.containers}
    assert parts == {
        "information, at least": pytest.approx([8.5, 2.0]),
        "information or mismatch": pytest.approx([5.0, 0.5]),
        "mismatch, at least": pytest.approx([7.5, 0.5]),
    }


def test_slopes_of_the_best_channel_are_drawn_at_the_rate_before_each_step():
    by_channel = np.array([[3.0, 1, 2, 4, 5, 6, 7, 8], [1, 2, 9, 3, 8, 4, 5, 6]])
    slopes = np.array([[3.0, 4, 6, 7, 8], [9, 3, 8, 5, 6]])
    path = AllocationPath(np.tri(3, 8, -1), np.array([9.0, 5.0, 4.0]), by_channel)
    (axis,) = plots.allocation_slopes(path).axes
    drawn = {line.get_label(): line.get_xydata().tolist() for line in axis.get_lines()}
    assert drawn == {name: [[0, slopes[0, i]], [1, slopes[1, i]]] for i, name in enumerate(FACTORS)}
    assert axis.get_ylabel() == "D saved by the next nat (nats)"


def test_each_shape_has_a_bar_for_each_name():
    figure = plots.distortion_by_shape({"one": [3, 2], "two": [1, 4]}, ["square", "heart"], "D (nats)")
    (axis,) = figure.axes
    assert [[bar.get_height() for bar in bars] for bars in axis.containers] == [[3, 2], [1, 4]]
    assert [text.get_text() for text in axis.get_xticklabels()] == ["square", "heart"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["one", "two"]
