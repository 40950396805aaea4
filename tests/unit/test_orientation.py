"""Latents matched with factors: known codes, symmetric shapes, and a matching that no search beats."""

from itertools import permutations

from bvae_lib.axis_discovery.orientation import (
    PERIODS,
    match_latents,
    orientation_probe_r2,
    symmetry_aware_nmi,
    visible_angle_nmi,
)

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

RANDOM = np.random.default_rng(0)
FACTORS = np.stack([RANDOM.integers(size, size=20_000) for size in (3, 6, 40, 32, 32)], axis=1)
ANGLE = FACTORS[:, 2] * 2 * np.pi / 39
VISIBLE = ANGLE % np.array(PERIODS)[FACTORS[:, 0]]  # what can be seen of the angle
VISIBLE[np.isclose(VISIBLE, np.array(PERIODS)[FACTORS[:, 0]])] = 0  # 2 pi is 0


def test_a_latent_for_each_factor_makes_five_pairs():
    codes = FACTORS[:, [3, 0, 4, 1, 2]].astype(float)
    codes[:, 4] = VISIBLE
    nmi = symmetry_aware_nmi(codes, FACTORS)
    assert match_latents(nmi, 0.85) == [(0, 3), (1, 0), (2, 4), (3, 1), (4, 2)]


def test_orientation_is_measured_by_what_can_be_seen_of_it():
    nmi = visible_angle_nmi(VISIBLE[:, None], FACTORS)
    assert (nmi > 0.85).all()
    # A bin of the full circle holds two of the 39 angles, and folded these two are still two.
    square, ellipse, heart = visible_angle_nmi(ANGLE[:, None], FACTORS)[0]
    assert heart > 0.95
    assert [square, ellipse] == pytest.approx([1 - np.log(2) / np.log(20)] * 2, abs=0.02)


def test_noise_makes_no_pair():
    nmi = symmetry_aware_nmi(RANDOM.normal(size=(20_000, 3)), FACTORS)
    assert nmi.max() < 0.05
    assert match_latents(nmi) == []


def test_one_latent_counts_once_however_many_factors_it_follows():
    assert match_latents(np.array([[0.9, 0.9, 0.9], [0.1, 0.1, 0.1]])) == [(0, 0)]
    assert match_latents(np.array([[0.9, 0.0], [0.9, 0.0]])) == [(0, 0)]


@given(hnp.arrays(bool, st.tuples(st.integers(1, 4), st.integers(1, 4))))
def test_no_other_choice_has_more_pairs(nmi):
    latents, factors = nmi.shape
    padded = np.zeros((max(nmi.shape),) * 2, bool)
    padded[:latents, :factors] = nmi
    best = max(sum(padded[i, j] for i, j in enumerate(order)) for order in permutations(range(len(padded))))
    pairs = match_latents(nmi.astype(float))
    assert len(pairs) == best
    assert all(nmi[pair] for pair in pairs)
    assert all(len(set(side)) == len(pairs) for side in zip(*pairs, strict=True))


def test_images_and_codes_must_pair_up():
    with pytest.raises(ValueError, match="codes must be"):
        visible_angle_nmi(np.zeros((3, 2)), FACTORS)


def test_a_linear_map_reads_an_angle_that_features_hold_and_no_other():
    fold = 2 * np.pi / np.array(PERIODS)[FACTORS[:, 0]]
    circle = np.stack([np.cos(fold * ANGLE), np.sin(fold * ANGLE)], axis=1)
    mixed = circle @ RANDOM.normal(size=(2, 8)) + 0.1 * RANDOM.normal(size=(len(circle), 8)) + 5
    assert (orientation_probe_r2(mixed, FACTORS) > 0.97).all()
    half = orientation_probe_r2(circle + RANDOM.normal(size=circle.shape) * np.sqrt(0.5), FACTORS)
    np.testing.assert_allclose(half, 0.5, atol=0.03)  # as much noise as there is angle
    assert orientation_probe_r2(RANDOM.normal(size=(20_000, 50)), FACTORS) == pytest.approx(0, abs=0.05)
    ellipse_only = np.stack([np.cos(2 * ANGLE), np.sin(2 * ANGLE)], axis=1)
    square, ellipse, heart = orientation_probe_r2(ellipse_only, FACTORS)
    assert ellipse > 0.99
    assert max(square, heart) < 0.05
