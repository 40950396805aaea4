"""What the figures of training runs show, read off the axes."""

from bvae_lib import plots
from bvae_lib.history import History

import numpy as np
import pytest


def history(distortion, price, capacity, *kl):
    rows = np.column_stack([distortion, price, capacity, *kl])
    return History.from_rows(500 * np.arange(1, 1 + len(rows)), rows, {})


def lines(axis):
    return [np.asarray(line.get_ydata()).tolist() for line in axis.get_lines()]


def test_learning_curves_are_distortion_and_rate():
    left, right = plots.learning_curves({"run": history([9, 8], [1, 1], [0, 0], [1, 2], [3, 3])}).axes
    assert lines(left) == [[9, 8]]
    assert lines(right) == [[4, 5]]
    assert left.get_ylabel() == "distortion D (nats per image)"
    assert right.get_ylabel() == "rate R (nats per image)"


def test_learning_curves_begin_with_the_loss_where_it_is_given():
    run = history([9, 8], [1, 1], [0, 0], [1, 2], [3, 3])
    loss, left, right = plots.learning_curves({"run": run}, {"run": [5, 0.5]}).axes
    assert [lines(axis) for axis in (loss, left, right)] == [[[5, 0.5]], [[9, 8]], [[4, 5]]]
    assert loss.get_yscale() == "log"


def test_dual_ascent_shows_price_rate_budget_and_slackness():
    run = history([9, 8], [4, 2], [2, 2], [1, 1], [2, 1])
    left, middle, right = plots.dual_ascent({"run": [run]}, {"run": 1.5}).axes
    assert lines(left) == [[4, 2], [1.5, 1.5]]
    assert lines(middle) == [[3, 2], [2, 2]]
    assert lines(right) == [[4, 0]]
    assert left.get_ylabel() == "multiplier β (nats of D per nat of R)"


def test_seeds_share_their_colour_and_each_chart_has_its_own_legend():
    run = history([9, 8], [4, 2], [2, 2], [1, 1], [2, 1])
    figure = plots.dual_ascent({"one": [run, run], "two": [run]})
    for axis in figure.axes:
        assert [text.get_text() for text in axis.get_legend().get_texts()] == ["one", "two"]
        colours = [line.get_color() for line in axis.get_lines() if line.get_linestyle() == "-"]
        assert colours[0] == colours[1] != colours[2]


def test_legends_lie_below_their_charts():
    run = history([9, 8], [4, 2], [2, 2], [1, 1], [2, 1])
    for figure in (plots.dual_ascent({"one": [run], "two": [run]}), plots.learning_curves({"one": run, "two": run})):
        figure.draw_without_rendering()
        for axis in figure.axes:
            legend = axis.get_legend().get_window_extent()
            assert legend.y1 < axis.xaxis.label.get_window_extent().y0
            assert legend.y0 >= 0


def test_a_price_that_jumps_is_drawn_as_its_mean():
    run = history(np.ones(10), [0, 10] * 5, np.ones(10), np.ones(10))
    (axis,) = plots.price_curves({"run": run}).axes
    assert np.concatenate(lines(axis)[:1]) == pytest.approx([4, 6] * 3)
    assert axis.get_ylabel() == "effective price (nats of D per nat of R)"


def test_a_score_stands_at_the_last_price_with_a_line_from_the_first():
    (axis,) = plots.scores_by_price({"fixed": [[4, 4, 0.1]], "falling": [[100, 4, 0.4], [100, 1, 0.2]]}, "MIG").axes
    assert [line.get_xdata().tolist() for line in axis.get_lines()] == [[4], [4, 1]]
    assert lines(axis) == [[0.1], [0.4, 0.2]]
    assert axis.collections[1].get_segments()[0].tolist() == [[100, 0.4], [4, 0.4]]
    assert axis.get_ylabel() == "MIG"


@pytest.mark.parametrize("scale", [1, 100])
def test_objectives_are_compared_at_whatever_distortion_they_reach(scale):
    first = history([2000 * scale, 5 * scale, 3 * scale], [1, 1, 1], [1, 2, 3], [0, 1, 1], [0, 0, 1])
    second = history([2000 * scale, 6 * scale, 2 * scale], [1, 1, 1], [1, 2, 3], [1, 1, 1], [0, 0, 0])
    scores = {"MIG": {"one": [0.2], "two": [0.4]}}
    curves, onsets, mig = plots.compare_objectives({"one": [first], "two": [second]}, scores).axes
    assert lines(curves) == [[5 * scale, 3 * scale], [6 * scale, 2 * scale]]  # all but the first record
    low, high = curves.get_ylim()
    assert low <= 2 * scale < 6 * scale <= high < 10 * scale
    active = [line.get_xdata()[~np.isnan(line.get_xdata())].tolist() for line in onsets.get_lines()]
    assert active == [[2], [1]]
    assert lines(mig) == [[0.2], [0.4]]
    assert [text.get_text() for text in mig.get_xticklabels()] == ["one", "two"]


def test_an_interval_stands_under_the_dots_of_its_seeds():
    (axis,) = plots.seed_intervals({"one": np.array([1.0, 3.0])}, {"one": (1.5, 2.5)}, "spread (nats)").axes
    dots, mean = (line.get_xdata().tolist() for line in axis.get_lines())
    assert dots == [1, 3]
    assert mean == [2]
    assert axis.collections[0].get_segments()[0][:, 0].tolist() == [1.5, 2.5]
    assert axis.get_xlabel() == "spread (nats)"
