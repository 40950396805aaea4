"""MIG and mutual information: codes whose scores are known, and a reference in disentanglement_lib's manner."""

from bvae_lib import metrics
from bvae_lib.metrics import (
    assign_factors,
    factor_entropies,
    mig,
    mutual_information,
    normalized_mutual_information,
)

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

SIZES = (3, 6, 8)
seeds = st.integers(0, 2**32)


def random_factors(n=2000, seed=0):
    return np.random.default_rng(seed).integers(0, SIZES, (n, 3))


def noisy_codes(factors, seed=0, noise=0.7):
    """Five latents that mix the factors, with noise."""
    rng = np.random.default_rng(seed)
    mixed = factors @ rng.normal(size=(factors.shape[1], 5))
    return mixed + noise * rng.normal(size=mixed.shape)


def entropy(counts):
    p = np.array([count for count in counts if count]) / sum(counts)
    return -sum(p * np.log(p))


def reference_information(codes, factors):
    """Histogram bins and I = H(a) + H(b) - H(a, b), one pair of columns at a time."""
    information = np.zeros((codes.shape[1], factors.shape[1]))
    for i in range(codes.shape[1]):
        binned = np.digitize(codes[:, i], np.histogram(codes[:, i], 20)[1][:-1])
        for j in range(factors.shape[1]):
            pairs = list(zip(binned.tolist(), factors[:, j].tolist(), strict=True))
            separate = [[column.count(x) for x in set(column)] for column in zip(*pairs, strict=True)]
            together = [pairs.count(pair) for pair in set(pairs)]
            information[i, j] = entropy(separate[0]) + entropy(separate[1]) - entropy(together)
    return information


@pytest.mark.parametrize("seed", range(4))
def test_the_reference_agrees(seed):
    factors = random_factors(600, seed)
    codes = noisy_codes(factors, seed)
    information = reference_information(codes, factors)
    np.testing.assert_allclose(mutual_information(codes, factors), information, atol=1e-10)

    ranked = np.sort(information, axis=0)
    entropies = [entropy(np.bincount(factor)) for factor in factors.T]
    np.testing.assert_allclose(factor_entropies(factors), entropies)
    np.testing.assert_allclose(mig(codes, factors).gaps, (ranked[-1] - ranked[-2]) / entropies, atol=1e-10)
    assert mig(codes, factors).mean == pytest.approx(np.mean((ranked[-1] - ranked[-2]) / entropies))


def test_a_latent_for_each_factor_has_the_full_gap():
    factors = np.stack(np.meshgrid(*map(np.arange, SIZES), indexing="ij"), axis=-1).reshape(-1, 3)
    codes = np.column_stack([2.0 * factors - 1, np.zeros(len(factors))])
    assert mig(codes, factors).gaps == pytest.approx([1, 1, 1])
    np.testing.assert_allclose(mutual_information(codes, factors)[:3], np.diag(np.log(SIZES)), atol=1e-12)


def test_an_informative_latent_alone_needs_no_second():
    factors = random_factors()[:, :1]
    assert mig(factors.astype(float), factors).mean == pytest.approx(1)


def test_constant_codes_have_no_information():
    factors = random_factors()
    result = mig(np.full((len(factors), 4), 0.3), factors)
    assert result.mean == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(mutual_information(np.ones((2000, 2)), factors), 0, atol=1e-12)


def test_two_latents_with_the_same_information_have_no_gap():
    factors = random_factors()
    codes = np.column_stack([factors, factors[:, ::-1]]).astype(float)
    np.testing.assert_allclose(mig(codes, factors).gaps, 0, atol=1e-12)


@given(seeds, st.permutations(range(5)))
def test_the_order_of_the_latents_does_not_matter(seed, order):
    factors = random_factors(200, seed)
    codes = noisy_codes(factors, seed)
    assert mig(codes[:, order], factors).mean == pytest.approx(mig(codes, factors).mean)


def test_rotated_codes_score_lower():
    factors = np.random.default_rng(0).integers(0, 8, (4000, 2))
    rotation = np.array([[1, 1], [-1, 1]]) / np.sqrt(2)
    assert mig(factors.astype(float), factors).mean > 0.95
    assert mig(factors @ rotation, factors).mean < 0.1


@given(seeds, st.sampled_from([0.0, 0.1, 3.0]), st.integers(2, 300))
def test_information_lies_between_nothing_and_the_smaller_entropy(seed, noise, n):
    factors = random_factors(n, seed)
    information = mutual_information(noisy_codes(factors, seed, noise), factors)
    assert (information >= -1e-9).all()
    assert (information <= np.minimum(factor_entropies(factors), np.log(20)) + 1e-9).all()


@given(seeds, st.permutations(range(8)), st.floats(0.01, 100), st.integers(-5, 5))
def test_names_of_classes_and_the_scale_of_codes_do_not_matter(seed, names, scale, shift):
    factors = random_factors(200, seed)
    codes = np.round(noisy_codes(factors, seed), 3)
    information = mutual_information(codes, factors)
    np.testing.assert_allclose(mutual_information(codes, np.array(names)[factors] * 10 - 3), information, atol=1e-9)
    steps = np.random.default_rng(seed).integers(0, 20, (200, 2))  # in the middle of bins, whatever the rounding
    steps[:2] = [[0, 0], [19, 19]]
    expected = mutual_information(steps.astype(float), factors)
    np.testing.assert_allclose(mutual_information(scale * (steps + shift), factors), expected, atol=1e-9)


@pytest.mark.parametrize("centre", [0.3, 1e-6, -40.0])
def test_a_collapsed_latent_that_wavers_in_its_last_bit_counts_too(centre):
    factors = random_factors()
    codes = noisy_codes(factors).astype(np.float32)
    codes[:, 2] = np.where(factors[:, 0] > 0, np.float32(centre), np.nextafter(np.float32(centre), np.float32(1)))
    information = mutual_information(codes, factors)
    assert information[2, 0] == pytest.approx(entropy(np.bincount(factors[:, 0] > 0)))


def test_tensors_are_taken_too():
    factors = random_factors()
    codes = noisy_codes(factors)
    tensors = torch.tensor(codes, requires_grad=True), torch.tensor(factors)
    assert mig(*tensors).mean == mig(codes, factors).mean
    rounded = torch.tensor(codes).bfloat16()
    assert mig(rounded, tensors[1]).mean == mig(rounded.double(), factors).mean
    np.testing.assert_array_equal(mutual_information(*tensors), mutual_information(codes, factors))


@pytest.mark.parametrize(
    ("codes", "factors", "message"),
    [
        (np.zeros((5, 2)), np.zeros((6, 3)), r"for the same N, not \(5, 2\) and \(6, 3\)"),
        (np.zeros(5), np.zeros((5, 3)), r"codes \[N, latents\] must have the shape .* not \[5\]"),
        (np.zeros((5, 2)), np.zeros(5), r"factors \[N, factors\] must have the shape .* not \[5\]"),
        (np.zeros((0, 2)), np.zeros((0, 3)), r"is empty, \[0, 3\]"),
    ],
)
def test_codes_and_factors_that_do_not_pair_up_are_refused(codes, factors, message):
    with pytest.raises(ValueError, match=message):
        mig(codes, factors)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(value):
    factors, codes = random_factors().astype(float), noisy_codes(random_factors())
    codes[7, 1] = value
    with pytest.raises(ValueError, match=r"codes .* must be finite numbers, not (nan|inf)"):
        mig(codes, factors)
    factors[3, 1] = value
    with pytest.raises(ValueError, match=r"factors .* must be finite numbers, not (nan|inf)"):
        mutual_information(noisy_codes(random_factors()), factors)


@pytest.mark.parametrize("n", [1, 10, 49, 1000, 2000])
def test_a_factor_of_one_class_has_no_gap_and_the_mean_is_over_the_others(n):
    factors = np.stack(np.meshgrid([0, 1], np.arange(n), [4], indexing="ij"), axis=-1).reshape(-1, 3)
    factors[:, 1] %= 2
    factors[:, 1] += np.arange(len(factors)) % 2 if n == 1 else 0
    found, varied = mig(factors.astype(float), factors), mig(factors.astype(float), factors[:, :2])
    np.testing.assert_array_equal(found.gaps, [*varied.gaps, np.nan])
    assert found.mean == varied.mean
    alone = mig(factors.astype(float), factors[:, 2:])
    assert np.isnan([alone.mean, *alone.gaps]).all()


NAMES = ("shape", "scale", "angle")


def followers(noise=0.0, seed=0):
    """Factors, and five latents: one for each factor, the lowest bit of the angle's classes, and noise alone."""
    factors, rng = random_factors(4000), np.random.default_rng(seed)
    codes = np.column_stack([factors[:, [2, 0, 1]], factors[:, 2] % 2, rng.normal(size=4000)]).astype(float)
    return codes + noise * rng.normal(size=codes.shape), factors


def test_a_latent_is_labelled_by_the_factor_that_it_follows():
    codes, factors = followers()
    found = assign_factors(codes, factors, NAMES, np.ones(5))
    assert [label.factor for label in found] == ["angle", "shape", "scale", "angle", "none"]
    assert [label.nmi for label in found[:4]] == pytest.approx([1, 1, 1, np.log(2) / np.log(8)], abs=0.01)
    assert [str(label) for label in found] == ["angle 100%", "shape 100%", "scale 100%", "angle 33%", "none"]


def test_an_inactive_latent_follows_none_whatever_its_mean():
    codes, factors = followers()
    kl = [1.0, 0.009, 0.01, 0.0, 3.0]
    assert [label.factor for label in assign_factors(codes, factors, NAMES, kl)] == [
        "angle",
        "none",
        "scale",
        "none",
        "none",
    ]


def test_the_bound_decides_what_counts_as_following():
    codes, factors = followers()
    third = [assign_factors(codes, factors, NAMES, np.ones(5), bound)[3].factor for bound in (0.3, 0.36)]
    assert third == ["angle", "none"]


@given(seeds, st.floats(0.0, 3.0, allow_subnormal=False), st.permutations(range(3)))
def test_labels_do_not_depend_on_the_order_of_factors(seed, noise, order):
    codes, factors = followers(noise, seed)
    names = [NAMES[i] for i in order]
    assert assign_factors(codes, factors[:, order], names, np.ones(5)) == assign_factors(
        codes, factors, NAMES, np.ones(5)
    )


def test_normalized_information_is_over_entropy_and_zero_for_a_factor_of_one_class():
    factors = np.column_stack([random_factors(), np.full(2000, 4)])
    codes = noisy_codes(factors[:, :3])
    expected = mutual_information(codes, factors[:, :3]) / factor_entropies(factors[:, :3])
    np.testing.assert_allclose(
        normalized_mutual_information(codes, factors), np.column_stack([expected, np.zeros(5)]), atol=1e-3
    )


@pytest.mark.parametrize(("names", "kl"), [(NAMES[:2], np.ones(5)), (NAMES, np.ones(4))])
def test_labels_need_a_name_for_each_factor_and_nats_for_each_latent(names, kl):
    with pytest.raises(ValueError, match=r"names must name all 3 factors|kl must have the shape \[5\], not \[4\]"):
        assign_factors(*followers(), names, kl)


@given(scale=st.integers(-6, 6).map(lambda power: 10.0**power), carried=st.sampled_from([0, 0.002, 0.0099, 0.01, 0.02]))
def test_a_silent_latent_counts_for_nothing_however_its_means_are_scaled(scale, carried):
    """Its means still follow the factor; from 0.01 nats on it counts as much as the other latent does."""
    factor = np.arange(400) % 4
    codes = np.column_stack([factor, scale * factor]).astype(float)
    gap = metrics.mig(metrics.silence(codes, [1.0, carried]), factor[:, None]).mean
    assert gap == pytest.approx(0 if carried >= 0.01 else 1)
    assert metrics.mig(codes, factor[:, None]).mean == pytest.approx(0)
