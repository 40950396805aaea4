"""Figures of latents show the numbers that they are given."""

from bvae_lib import plots

import numpy as np
import pytest


def legend(axis):
    found = axis.get_legend() or axis.figure.legends[0]
    return [text.get_text() for text in found.get_texts()]


def test_kl_bars_are_sorted_and_name_the_rate():
    (axis,) = plots.kl_bars({"one": [0.5, 2, 0], "two": [1, 1, 1]}).axes
    assert [[bar.get_height() for bar in bars] for bars in axis.containers] == [[2, 0.5, 0], [1, 1, 1]]
    assert legend(axis) == ["one: 2.50 nats in all", "two: 3.00 nats in all"]
    assert axis.get_ylabel() == "KL (nats)"


def test_posteriors_are_dots_of_mean_and_deviation():
    mean, log_variance = np.array([[0.0, 1.0], [2.0, 3.0]]), np.log([[1.0, 0.25], [0.01, 1.0]])
    (axis,) = plots.posteriors({"one": (mean, log_variance)}).axes
    dots = axis.collections[0].get_offsets()
    np.testing.assert_allclose(dots, [[0, 1], [1, 0.5], [2, 0.1], [3, 1]])


def test_code_planes_have_a_chart_for_each_run_and_a_line_through_each_fourth_position():
    codes = np.random.default_rng(0).normal(size=(12 * 8, 2))
    axes = plots.code_planes({"one": codes, "two": codes}, (12, 8)).axes
    assert [axis.get_title() for axis in axes] == ["one", "two"]
    lines = [line.get_xydata() for line in axes[0].get_lines()]
    grid = codes.reshape(12, 8, 2)
    drawn = [*grid[::4], *grid.swapaxes(0, 1)[::4]]
    assert len(lines) == len(drawn)
    for line, expected in zip(lines, drawn, strict=True):
        np.testing.assert_allclose(line, expected)
    assert all(legend(axis) == ["x fixed", "y fixed"] for axis in axes)  # each can be read alone


def test_the_two_parts_are_stacked_to_the_kl():
    _, right = plots.kl_decomposition({"z0": (0.5, 2.0), "z1": (0.4, 1.0)}).axes
    tops = [bar.get_y() + bar.get_height() for bar in right.containers[1]]
    assert tops == pytest.approx([2.5, 1.4])
    assert legend(right) == ["moving the mean", "shrinking the deviation"]


def test_pixel_differences_rise_where_distance_and_pixels_rise_together():
    distance = np.linspace(0.1, 10, 4000)
    (axis,) = plots.pixel_differences(distance, 3 * distance).axes
    x, y = axis.get_lines()[0].get_data()
    np.testing.assert_allclose(y, 3 * np.asarray(x), rtol=1e-6)


def test_bayes_errors_are_a_curve_for_each_name():
    (axis,) = plots.bayes_errors([1, 2, 4], {"price 1": [0.3, 0.1, 0.0], "price 4": [0.4, 0.3, 0.2]}).axes
    assert [list(line.get_ydata()) for line in axis.get_lines()[:2]] == [[0.3, 0.1, 0.0], [0.4, 0.3, 0.2]]
    assert legend(axis) == ["price 1", "price 4"]
    assert axis.get_ylabel() == "share of wrong guesses"


def test_rotation_costs_stand_beside_what_the_equation_predicts():
    (axis,) = plots.rotation_costs([0, 45, 90], {"x and y": ([0, 0.5, 0], [0.0, 0.48, 0.01])}).axes
    lines = {line.get_label(): list(line.get_ydata()) for line in axis.get_lines()}
    assert lines == {"x and y, predicted by (3.10)": [0, 0.5, 0], "x and y, measured": [0.0, 0.48, 0.01]}
    assert axis.get_xlabel() == "rotation (degrees)"
    assert axis.get_ylabel() == "extra rate (nats per image)"


def test_a_histogram_is_a_density_and_each_of_few_values_has_its_bar():
    generator = np.random.default_rng(0)
    classes = np.repeat([5.0, 6.0, 7.0], [10, 20, 10])
    few, many = plots.compare_to_normal({"classes": classes, "normal": generator.normal(3, 2, 20_000)}).axes
    assert [bar.get_height() / few.patches[0].get_height() for bar in few.patches] == pytest.approx([1, 2, 1])
    for axis in (few, many):
        assert sum(bar.get_height() * bar.get_width() for bar in axis.patches) == pytest.approx(1)
    middles = np.array([bar.get_x() + bar.get_width() / 2 for bar in many.patches])
    heights = np.array([bar.get_height() for bar in many.patches])
    assert np.abs(heights - np.exp(-(middles**2) / 2) / np.sqrt(2 * np.pi)).max() < 0.03


def test_a_heatmap_says_every_number():
    (axis,) = plots.heatmap(np.array([[0.1, 0.9], [0.5, 0]]), ["z0", "z1"], ["shape", "scale"], "{:.0%}").axes
    assert [text.get_text() for text in axis.texts] == ["10%", "90%", "50%", "0%"]
    assert [text.get_text() for text in axis.get_yticklabels()] == ["z0", "z1"]
