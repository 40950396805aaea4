"""The figures of chapter 3 show the numbers that they are given."""

import numpy as np
import pytest

from bvae_lib import plots
from bvae_lib.theory.channel import InformationBounds


def test_the_ledger_is_as_long_as_the_rate_and_holds_no_more_than_there_is():
    bounds = {"a": InformationBounds(8.5, 20.0, 21.0, 5000), "b": InformationBounds(2.0, 2.5, 3.0, 5000)}
    (axis,) = plots.information_bounds(bounds, entropy=13.5).axes
    bars = np.array([[bar.get_width() for bar in part] for part in axis.containers])  # [parts, models]
    np.testing.assert_allclose(bars.sum(axis=0), [21.0, 3.0])
    np.testing.assert_allclose(bars[:, 0], [8.5, 5.0, 7.5])
    np.testing.assert_allclose(bars[:, 1], [2.0, 0.5, 0.5])


def test_nets_have_a_panel_a_run_and_a_line_each_fourth_position():
    codes = np.random.default_rng(0).normal(size=(12 * 8, 2))
    axes = plots.code_planes({"one": codes, "two": codes}, (12, 8)).axes
    assert [axis.get_title() for axis in axes] == ["one", "two"]
    lines = axes[0].get_lines()
    assert [len(line.get_xdata()) for line in lines] == [8] * 3 + [12] * 2
    np.testing.assert_allclose(lines[1].get_xydata(), codes.reshape(12, 8, 2)[4])


def test_spending_is_stacked_to_the_kl():
    _, right = plots.kl_decomposition({"z0": (0.5, 2.0), "z1": (0.4, 1.0)}).axes
    tops = [bar.get_y() + bar.get_height() for bar in right.containers[1]]
    assert tops == pytest.approx([2.5, 1.4])


def test_likeness_rises_where_distance_and_pixels_rise_together():
    distance = np.linspace(0.1, 10, 4000)
    (axis,) = plots.pixel_differences(distance, 3 * distance).axes
    x, y = axis.get_lines()[0].get_data()
    np.testing.assert_allclose(y, 3 * np.asarray(x), rtol=1e-6)


def test_curves_carry_their_names_and_numbers():
    (axis,) = plots.bayes_errors([1, 2, 4], {"price 1": [0.3, 0.1, 0.0]}).axes
    np.testing.assert_allclose(axis.get_lines()[0].get_ydata(), [0.3, 0.1, 0.0])
    (axis,) = plots.rotation_costs([0, 45, 90], {"x and y": ([0, 0.5, 0], [0.0, 0.48, 0.01])}).axes
    predicted, measured = axis.get_lines()
    np.testing.assert_allclose(predicted.get_ydata(), [0, 0.5, 0])
    np.testing.assert_allclose(measured.get_ydata(), [0.0, 0.48, 0.01])
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["x and y: Eq. 3.10", "x and y: measured"]
