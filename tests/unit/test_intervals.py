"""Intervals of means over seeds."""

from bvae_lib.metrics import t_interval

import numpy as np
import pytest


def test_an_interval_of_three_is_that_of_the_tables():
    mean, low, high = t_interval([1, 2, 6])
    half = 4.302653 * np.sqrt(7 / 3)  # t of two degrees of freedom at 97.5 %; the variance of the three is 7
    assert (mean, low, high) == pytest.approx((3, 3 - half, 3 + half), rel=1e-6)


def test_it_covers_the_mean_as_often_as_it_says():
    samples = np.random.default_rng(0).normal(2.0, 3.0, size=(1000, 5))
    covered = [low < 2.0 < high for _, low, high in map(t_interval, samples)]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.02)


def test_a_lower_level_is_narrower():
    _, low, high = t_interval([1, 2, 6], level=0.8)
    _, lowest, highest = t_interval([1, 2, 6])
    assert lowest < low < 3 < high < highest


def test_equal_values_have_an_interval_without_width():
    assert t_interval([-4, -4, -4]) == (-4, -4, -4)
