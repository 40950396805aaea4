"""Figures of chapter 8."""

from bvae_lib import plots

import numpy as np
import pytest


def test_matrices_stand_side_by_side_with_their_numbers():
    values = np.array([[1.0, 0.25], [0.0, 0.5]])
    figure = plots.matrices({"one": values, "two": values.T}, ["x", "y"])
    one, two = figure.axes
    assert [text.get_text() for text in one.texts] == ["1.00", "0.25", "0.00", "0.50"]
    assert [text.get_text() for text in two.texts] == ["1.00", "0.00", "0.25", "0.50"]
    assert [label.get_text() for label in one.get_xticklabels()] == ["x", "y"]


def test_parts_of_a_rate_are_stacked():
    (axis,) = plots.rate_parts({"a": (3.0, 2.0, 1.0), "b": (1.0, 0.5, 0.0)}).axes
    bars = [[(bar.get_x(), bar.get_width()) for bar in part] for part in axis.containers]
    assert bars == [[(0, 3), (0, 1)], [(3, 2), (1, 0.5)], [(5, 1), (1.5, 0)]]


@pytest.mark.parametrize(("values", "starts_at_zero"), [([1.0, 2.0], True), ([-1.0, 2.0], False)])
def test_a_sweep_has_a_chart_for_each_figure(values, starts_at_zero):
    groups = {"one": ([1.0, 4.0], values), "two": ([1.0, 1.0], [3.0, 4.0])}
    axes = plots.sweep_panels({"MIG": groups, "TC (nats)": groups}, "price").axes
    assert [axis.get_ylabel() for axis in axes] == ["MIG", "TC (nats)"]
    first, second = axes[0].lines
    assert {first.get_linestyle(), second.get_linestyle()} == {"None"}  # runs are no path
    assert (axes[0].get_ylim()[0] >= 0) == starts_at_zero
