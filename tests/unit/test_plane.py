"""How a code lies over the plane, on codes that were laid there on purpose."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvae_lib.metrics import axis_alignment

factors = np.stack(np.meshgrid(np.arange(16), np.arange(16), indexing="ij"), -1).reshape(-1, 2)


@given(st.floats(0, 360, allow_subnormal=False), st.floats(0.1, 10), st.floats(-5, 5, allow_subnormal=False))
def test_a_turned_plane_is_straight_and_turned(degrees, scale, shift):
    a = math.radians(degrees)
    turned = scale * factors @ np.array([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]]).T + shift
    laid = lie(turned, factors)
    np.testing.assert_allclose(laid.straight, 1, atol=1e-9)
    np.testing.assert_allclose(laid.turn, min(degrees % 90, 90 - degrees % 90), atol=1e-6)


def test_a_bent_code_is_less_straight_than_its_plane():
    x = factors[:, :1] - 7.5
    bent = lie(np.hstack([x, np.abs(x), x + 6 * np.sin(x)]), factors)
    assert bent.straight[0] == pytest.approx(1)
    assert bent.straight[1] == pytest.approx(0, abs=1e-9)
    assert 0.2 < bent.straight[2] < 0.95


def test_three_factors_are_no_plane():
    with pytest.raises(ValueError, match=r"\[N, 2\]"):
        lie(np.zeros((4, 2)), np.zeros((4, 3)))
