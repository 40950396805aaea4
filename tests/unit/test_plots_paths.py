"""The figures of chapter 6 show the numbers that they are given."""

import numpy as np
import pytest

from bvae_lib import plots


def test_paths_have_a_line_a_component_and_run_and_dots_where_something_was_measured():
    x = np.linspace(0, 1, 5)
    runs = [(x, np.stack([x, k * x], axis=1)) for k in (2, 3)]
    one = plots.Paths("one", "price", "nats", runs, names=("a", "b"), reverse=True)
    two = plots.Paths("two", "budget", "nats", runs[:1], points=(x[:2], runs[0][1][:2]), marks=(0.4,))
    left, right = plots.solution_paths(one, two).axes
    assert [line.get_ydata()[-1] for line in left.get_lines()] == [1, 1, 2, 3]
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["a", "b"]
    assert left.xaxis_inverted()
    assert right.get_legend() is None
    assert [line.get_marker() for line in right.get_lines()] == ["None", "o", "None", "o", "None"]
    assert right.get_lines()[-1].get_xdata() == [0.4, 0.4]


def test_shares_are_dots_beside_the_equal_share():
    shares = {"two awake": np.array([[0.5, 0.4], [0.6, 0.3]]), "three": np.array([[0.2, 0.1]])}
    (axis,) = plots.rate_shares(shares, ("x", "y"), {"two awake": 0.5, "three": 1 / 3}).axes
    dots = [line.get_ydata().tolist() for line in axis.get_lines()]
    assert dots == [[0.5, 0.6], [0.4, 0.3], [0.2], [0.1]]
    bars = [bar.get_segments()[0][0, 1] for bar in axis.collections]
    assert bars == pytest.approx([0.5, 1 / 3])
    assert [text.get_text() for text in axis.get_xticklabels()] == ["two awake", "three"]
