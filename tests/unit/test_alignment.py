"""Axis alignment, on codes whose direction and bend are known."""

import math

from bvae_lib.metrics import axis_alignment

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

factors = np.stack(np.meshgrid(np.arange(16), np.arange(16), indexing="ij"), -1).reshape(-1, 2)


@given(st.floats(0, 360, allow_subnormal=False), st.floats(0.1, 10), st.floats(-5, 5, allow_subnormal=False))
def test_a_rotated_plane_is_linear_and_rotated(degrees, scale, shift):
    a = math.radians(degrees)
    rotated = scale * factors @ np.array([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]]).T + shift
    found = axis_alignment(rotated, factors)
    np.testing.assert_allclose(found.r2, 1, atol=1e-9)
    np.testing.assert_allclose(found.degrees, min(degrees % 90, 90 - degrees % 90), atol=1e-6)


def test_a_bent_code_is_less_linear_than_a_plane():
    x = factors[:, :1] - 7.5
    found = axis_alignment(np.hstack([x, np.abs(x), x + 6 * np.sin(x)]), factors)
    assert found.r2[0] == pytest.approx(1)
    assert found.r2[1] == pytest.approx(0, abs=1e-9)
    assert 0.2 < found.r2[2] < 0.95


def test_three_factors_are_no_plane():
    with pytest.raises(ValueError, match=r"\[N, 2\]"):
        axis_alignment(np.zeros((4, 2)), np.zeros((4, 3)))


@pytest.mark.parametrize("plane", [factors[:1], factors * [1, 0], factors[:, [0, 0]]])
def test_positions_on_a_line_are_no_plane(plane):
    with pytest.raises(ValueError, match="span a plane"):
        axis_alignment(plane.astype(float), plane)
