"""The density of a latent on a grid, against the sum of its Gaussians."""

import math

from bvae_lib.metrics.mixture import LatentMixture

import numpy as np
import pytest
from scipy.stats import norm


def codes(images, spread, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=images), 0.1 * np.exp(spread * rng.random(images))


@pytest.mark.parametrize("spread", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("images", [1, 7, 300])
def test_the_density_is_that_of_all_gaussians(images, spread):
    mean, std = codes(images, spread)
    mixture = LatentMixture(mean, std, cells=32)
    expected = norm.pdf(mixture.grid[:, None], mean, std).mean(axis=1)
    np.testing.assert_allclose(mixture.density(), expected, atol=1e-4 * expected.max())
    assert mixture.entropy() == pytest.approx(-np.sum(expected * np.log(expected + 1e-300)) * mixture.cell, abs=3e-5)


def test_some_images_have_the_density_of_their_own():
    mean, std = codes(50, 1.0)
    mixture, rows = LatentMixture(mean, std, cells=32), np.arange(0, 50, 3)
    expected = norm.pdf(mixture.grid[:, None], mean[rows], std[rows]).mean(axis=1)
    np.testing.assert_allclose(mixture.density(rows), expected, atol=1e-4 * expected.max())


@pytest.mark.parametrize("cells", [4, 32])
def test_the_entropy_of_one_gaussian_is_its_closed_form_wherever_it_lies_between_points(cells):
    for place in np.linspace(0, 1, 7):
        mixture = LatentMixture(np.array([place, 40 + 3 * place]), np.full(2, 0.1), cells)
        expected = math.log(2) + 0.5 * math.log(2 * math.pi * math.e * 0.01)
        assert mixture.entropy() == pytest.approx(expected, abs=1e-4)
