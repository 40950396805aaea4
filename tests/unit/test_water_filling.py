"""Reverse water-filling: against its definition, and as the end of training a linear VAE."""

from bvae_lib.full_batch import fit_full_batch, solve_full_batch
from bvae_lib.models import LinearVAE, gaussian_source
from bvae_lib.objectives import BetaVAE, Capacity, Constrained
from bvae_lib.theory.water_filling import (
    garrote,
    onset_capacities,
    rate_path,
    soft_threshold,
    water_filling,
    water_level,
)

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

variances = st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=8)
EIGENVALUES, NOISE = np.array([6.0, 2.5, 1.0, 0.3]), 0.5


@given(variances, st.floats(1e-4, 1e4))
def test_each_component_is_known_to_the_level_or_not_at_all(variances, level):
    rates, errors = water_filling(variances, level)
    for variance, rate, error in zip(variances, rates, errors, strict=True):
        assert error == min(variance, level)
        assert rate == pytest.approx(0.5 * np.log(variance / error))  # of a Gaussian with that error
        assert (rate > 0) == (variance > level)


@given(variances, st.floats(0, 50, allow_subnormal=False))
def test_the_level_spends_the_rate(variances, rate):
    assert water_filling(variances, water_level(variances, rate))[0].sum() == pytest.approx(rate, abs=1e-9)


@given(variances, st.floats(0.1, 20))
def test_the_slope_of_the_error_is_twice_the_level(variances, rate):
    """The slope of total error by rate is -2 level; half of it in units of the noise is the price."""
    level = water_level(variances, rate)
    errors = [water_filling(variances, water_level(variances, rate + d))[1].sum() for d in (-1e-5, 1e-5)]
    assert (errors[0] - errors[1]) / 2e-5 == pytest.approx(2 * level, rel=1e-3)


SOURCE = gaussian_source(EIGENVALUES.tolist(), n=512)


def expected(level):
    """Rates, distortion and price of the optimum at a water level."""
    rates, errors = water_filling(EIGENVALUES, level)
    distortion = errors.sum() / (2 * NOISE) + 0.5 * len(errors) * np.log(2 * np.pi * NOISE)
    return rates, distortion, level / NOISE


def network(seed=0):
    return LinearVAE(4, 4, NOISE, seed).double()


def sorted_rates(model):
    return model.encode(SOURCE).kl().mean(dim=0).detach().sort(descending=True).values.numpy()


@pytest.mark.parametrize("beta", [0.5, 1.0, 4.0, 20.0])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_optimum_at_a_price_is_water_filling(beta, seed):
    model = network(seed)
    rate, distortion = solve_full_batch(model, SOURCE, beta)
    rates, least, _ = expected(beta * NOISE)
    np.testing.assert_allclose(sorted_rates(model), rates, atol=0.01)
    assert rate == pytest.approx(rates.sum(), abs=0.01)
    assert distortion == pytest.approx(least, abs=0.01)


def test_dual_ascent_finds_the_water_level_of_a_capacity():
    model, objective = network(), Constrained(0.6, 0.6, 1, multiplier=5.0)
    history = fit_full_batch(model, SOURCE, objective, steps=1500, lr=0.02, cooldown=500)
    rates, least, multiplier = expected(water_level(EIGENVALUES, 0.6))
    assert history.step.tolist() == list(range(1, 1501))
    np.testing.assert_allclose(sorted_rates(model), rates, atol=0.02)
    assert history.distortion[-1] == pytest.approx(least, abs=0.02)
    assert history.price[-1] == pytest.approx(multiplier, rel=0.03)
    assert history.slackness[-1] == pytest.approx(0, abs=0.05)  # complementary


def test_a_capacity_of_more_nats_than_pay_is_not_spent():
    """The other side of complementary slackness: the multiplier goes to 0 while the capacity is not used up."""
    history = fit_full_batch(network(), SOURCE, Constrained(60.0, 60.0, 1, multiplier=5.0), steps=1500)
    assert history.rate[-1] < 60
    assert history.price[-1] < 1e-3


def test_without_the_absolute_value_the_capacity_does_nothing():
    """The report prints gamma (KL - C): C has no gradient, so it is beta-VAE with beta = gamma, whatever C is."""

    class Printed(Capacity):
        def cost(self, rate, step):
            return self.gamma * (rate - self.capacity(step))

    ends = []
    for objective in (Printed(2.0, 0.0, 0.0), Printed(2.0, 25.0, 25.0), BetaVAE(2.0)):
        ends.append(fit_full_batch(network(), SOURCE, objective, steps=100).kl_per_latent[-1])
    np.testing.assert_array_equal(ends[0], ends[2])
    np.testing.assert_array_equal(ends[1], ends[2])


@given(variances, st.floats(0, 20, allow_subnormal=False), st.floats(1e-3, 5))
def test_a_path_spends_its_capacities_and_never_takes_a_nat_back(variances, capacity, more):
    path = rate_path(variances, [capacity, capacity + more])
    np.testing.assert_allclose(path.sum(axis=1), [capacity, capacity + more], atol=1e-9)
    assert (np.diff(path, axis=0) >= -1e-9).all()


@given(variances, st.integers(1, 8))
def test_those_above_water_share_a_new_nat_equally(variances, k):
    """Between the onsets of the k-th and the next component, each of k gets 1/k of what is added."""
    ordered = np.append(np.sort(variances)[::-1], 1e-6)  # a component more, so that there is a next one
    k = min(k, len(variances))
    starts, ends = onset_capacities(ordered)[[k - 1, k]]
    capacities = starts + (ends - starts) * np.array([0.25, 0.75])
    low, high = rate_path(ordered, capacities)
    np.testing.assert_allclose((high - low)[:k], (capacities[1] - capacities[0]) / k, atol=1e-9)
    np.testing.assert_allclose(high[k:], 0, atol=1e-9)


@given(
    st.lists(st.floats(-10, 10, allow_subnormal=False), min_size=1, max_size=6), st.floats(0, 5, allow_subnormal=False)
)
def test_a_soft_threshold_is_the_best_coefficient_of_a_lasso(values, penalty):
    """It minimises (w - v)^2 / 2 + penalty |w|, each on its own."""

    def cost(w):
        return 0.5 * (w - np.array(values)) ** 2 + penalty * np.abs(w)

    best = soft_threshold(values, penalty)
    for other in np.linspace(-12, 12, 97):
        assert (cost(best) <= cost(other) + 1e-9).all()


def test_the_rates_of_a_price_are_log_variances_soft_thresholded():
    rates, _ = water_filling(EIGENVALUES, 1.7)
    unit = 0.1  # any below all variances: logarithms above 0, as rates have no sign
    coefficients = 0.5 * np.log(EIGENVALUES / unit)
    np.testing.assert_allclose(soft_threshold(coefficients, 0.5 * np.log(1.7 / unit)), rates, atol=1e-12)


@given(st.lists(st.floats(-10, 10, allow_subnormal=False), min_size=1, max_size=6), st.floats(1e-3, 5))
def test_a_garrote_is_the_best_factor_of_a_coefficient(values, penalty):
    """It minimises v^2 (1 - c)^2 / 2 + penalty c over c >= 0, each on its own."""

    def cost(c):
        return 0.5 * np.array(values) ** 2 * (1 - c) ** 2 + penalty * c

    best = garrote(values, penalty)
    assert ((best >= 0) & (best <= 1)).all()
    for other in np.linspace(0, 1.5, 61):
        assert (cost(best) <= cost(other) + 1e-9).all()


def test_the_gains_of_a_price_are_a_garrote_of_the_deviations():
    """A rate of R leaves the share exp(-2R) of a component's variance, which is what the gain lacks to 1."""
    rates, errors = water_filling(EIGENVALUES, 1.7)
    gains = garrote(np.sqrt(EIGENVALUES), 1.7)
    np.testing.assert_allclose(gains, 1 - np.exp(-2 * rates), atol=1e-12)
    np.testing.assert_allclose((1 - gains) * EIGENVALUES, errors, atol=1e-12)
