"""Figures of solution paths show the numbers that they are given."""

from bvae_lib import History, plots
from bvae_lib.models.factor_channel import FACTORS

import numpy as np
import pytest


def test_paths_have_a_line_for_each_component_and_run_and_dots_where_something_was_measured():
    x = np.linspace(0, 1, 5)
    runs = [(x, np.stack([x, k * x], axis=1)) for k in (2, 3)]
    one = plots.Paths("one", "price", "nats", runs, names=("a", "b"), reverse=True)
    two = plots.Paths("two", "capacity", "nats", runs[:1], points=(x[:2], runs[0][1][:2]), marks=(0.4,))
    left, right = plots.solution_paths(one, two).axes
    assert sorted(line.get_ydata()[-1] for line in left.get_lines()) == [1, 1, 2, 3]
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["a", "b"]
    assert left.xaxis_inverted()
    assert right.get_legend() is None
    dots = [line.get_ydata().tolist() for line in right.get_lines() if line.get_marker() == "o"]
    assert dots == [[0, 0.25], [0, 0.5]]
    assert [0.4, 0.4] in [list(line.get_xdata()) for line in right.get_lines()]


def test_shares_are_dots_beside_the_equal_share():
    shares = {"two active": np.array([[0.5, 0.4], [0.6, 0.3]]), "three": np.array([[0.2, 0.1]])}
    (axis,) = plots.rate_shares(shares, ("x", "y"), {"two active": 0.5, "three": 1 / 3}).axes
    dots = [line.get_ydata().tolist() for line in axis.get_lines()]
    assert dots == [[0.5, 0.6], [0.4, 0.3], [0.2], [0.1]]
    bars = [bar.get_segments()[0][0, 1] for bar in axis.collections]
    assert bars == pytest.approx([0.5, 1 / 3])
    assert [text.get_text() for text in axis.get_xticklabels()] == ["two active", "three"]
    assert [text.get_text() for text in axis.figure.legends[0].get_texts()] == ["x", "y"]


def test_factor_paths_have_a_line_for_each_factor_and_run():
    step, nats = np.arange(3), np.arange(15.0).reshape(3, 5)
    left, right = plots.factor_paths({"step": [(step, nats), (step, 2 * nats)], "R (nats)": [(nats.sum(1), nats)]}).axes
    assert len(left.get_lines()) == 2 * len(FACTORS)
    assert [line.get_ydata().tolist() for line in right.get_lines()] == nats.T.tolist()
    assert [left.get_xlabel(), right.get_xlabel()] == ["step", "R (nats)"]
    for panel in (left, right):  # each can be read alone, and both have one scale
        assert panel.get_ylabel() == "KL of the factor (nats)"
        assert [text.get_text() for text in panel.get_legend().get_texts()] == list(FACTORS)
        assert panel.get_ylim() == left.get_ylim()


@pytest.mark.parametrize("names", [("a", "b"), tuple("abcde")])
def test_legends_stand_above_their_chart_and_below_its_title(names):
    x = np.linspace(0, 1, 5)
    y = np.stack([x] * len(names), axis=1)
    figure = plots.solution_paths(*[plots.Paths(title, "x", "y", [(x, y)], names=names) for title in ("one", "two")])
    figure.draw_without_rendering()
    for axis in figure.axes:
        legend, title = axis.get_legend().get_window_extent(), axis.title.get_window_extent()
        assert axis.get_window_extent().y1 <= legend.y0 < legend.y1 <= title.y0
    left, right = [axis.get_legend().get_window_extent() for axis in figure.axes]
    assert left.x1 < right.x0


def test_onsets_are_a_row_for_each_factor():
    predicted, runs = np.arange(5.0), np.array([np.arange(5.0) + 1, np.arange(5.0) + 2])
    figure = plots.factor_onsets({"predicted": predicted}, {"three seeds": runs, "this run": runs[0]})
    (axis,) = figure.axes
    drawn = [line.get_xdata().tolist() for line in axis.get_lines()]
    assert drawn == [row.tolist() for row in (predicted, *runs, runs[0])]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["predicted", "three seeds", "this run"]
    assert [text.get_text() for text in axis.get_yticklabels()] == list(FACTORS)


def test_kl_paths_lie_over_the_capacity_and_ranks_share_a_colour():
    def run(*ends):
        kl = np.linspace(0, 1, 4)[:, None] * np.array(ends)
        return History.from_rows(np.arange(1, 5), np.column_stack([np.ones((4, 2)), [0, 1, 2, 3], kl]), {})

    left, right = plots.kl_paths({"hinge": [run(1, 5), run(6, 2)], "absolute": [run(3, 4)]}).axes
    assert [line.get_ydata()[-1] for line in left.get_lines()] == [5, 6, 1, 2]
    first, second, third, fourth = (line.get_color() for line in left.get_lines())
    assert first == second != third == fourth
    assert all(line.get_xdata().tolist() == [0, 1, 2, 3] for line in [*left.get_lines(), *right.get_lines()])
    assert [axis.get_title() for axis in (left, right)] == ["hinge", "absolute"]
