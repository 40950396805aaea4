"""What a nat saves: cases with a known answer, and the Bayes decoder of dSprites against what it must be."""

from bvae_lib.models import factor_codes
from bvae_lib.theory.allocation import (
    BayesDecoder,
    explained_variance,
    greedy_allocation,
    initial_slope,
    onset_rates,
    pixel_correlations,
)

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def decoder(sprites):
    return BayesDecoder(sprites, samples=120)


def entropy(mean):
    mean = mean.double().clamp(1e-12, 1 - 1e-12)
    return -(mean * mean.log() + (1 - mean) * (1 - mean).log()).sum().item()


def test_a_pixel_that_is_the_factor_saves_a_nat_of_distortion_per_nat():
    f = torch.tensor([[1.0], [-1.0]]).repeat(5000, 1)
    noise = torch.rand(10_000, 3, generator=torch.Generator().manual_seed(0)).round()
    pixels = torch.cat([(f + 1) / 2, (1 - f) / 2, noise, torch.ones(10_000, 1)], dim=1)
    assert initial_slope(f, pixels).item() == pytest.approx(2, abs=0.01)  # two are, three are not, one is constant


def test_the_initial_slope_is_that_of_the_information_of_a_binary_channel():
    """A pixel that is white with chance 0.2 + 0.6 [f = 1]: I(pixel; z) by integration, at 0.01 nats."""
    r = 0.01
    s2 = np.exp(-2 * r)
    z = np.linspace(-9, 9, 20_001)
    density = np.array([np.exp(-((z - sign * np.sqrt(1 - s2)) ** 2) / (2 * s2)) for sign in (-1, 1)])
    density /= density.sum(axis=1, keepdims=True)
    white = np.array([0.2, 0.8]) @ density / density.sum(axis=0)
    coin = -(white * np.log(white) + (1 - white) * np.log(1 - white))
    saved = np.log(2) - (coin * density.mean(axis=0)).sum()
    f = torch.tensor([-1.0] * 10 + [1.0] * 10).repeat(500)[:, None]
    pixel = torch.tensor([1.0] * 2 + [0.0] * 8 + [1.0] * 8 + [0.0] * 2).repeat(500)[:, None]
    assert initial_slope(f, pixel).item() == pytest.approx(saved / r, rel=0.02)


def test_chance_alone_saves_nothing():
    generator = torch.Generator().manual_seed(0)
    codes, pixels = torch.randn(500, 4, generator=generator), torch.rand(500, 2000, generator=generator).round()
    assert abs(initial_slope(codes, pixels)).max() < 0.4  # without the correction 4
    factors = torch.randint(5, (500, 2), generator=generator)
    assert explained_variance(factors, pixels).max() < 0.01 * pixels.var(dim=0).sum()


def test_explained_variance_is_that_of_the_class_means():
    factors = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]]).repeat(1000, 1)
    pixels = torch.stack([factors[:, 0].float(), torch.zeros(4000)], dim=1)
    assert explained_variance(factors, pixels).tolist() == pytest.approx([0.25, 0], abs=1e-3)


def test_knowing_nothing_leaves_the_entropy_of_the_mean_image(sprites, decoder):
    mean = sprites.sample(20_000, torch.Generator().manual_seed(0)).mean(dim=0)
    assert decoder(np.zeros(8)) == pytest.approx(entropy(mean), rel=0.02)  # whole pixels


def test_knowing_the_position_leaves_the_entropy_of_the_mean_pose(sprites, decoder):
    poses = torch.cartesian_prod(
        torch.arange(3), torch.arange(6), torch.arange(40), torch.tensor([16]), torch.tensor([16])
    )
    mean = sprites[sprites.index(poses)].mean(dim=0)
    assert decoder([0, 0, 0, 0, 0, 0, 8, 8]) == pytest.approx(entropy(mean), rel=0.02)  # whole pixels


def test_knowing_all_leaves_nothing(decoder):
    assert decoder(np.full(8, 9.0)) < 1


def test_probabilities_are_probabilities(decoder):
    white = decoder.probabilities([0.3] * 8)
    assert white.shape == (120, 64, 64)
    assert white.min() >= 0
    assert white.max() <= 1 + 1e-5


def test_the_slope_at_nothing_is_the_initial_slope(sprites, decoder):
    indices = torch.randint(len(sprites), (4000,), generator=torch.Generator().manual_seed(1))
    slopes = initial_slope(factor_codes(sprites.factors(indices)), sprites[indices])
    for channel in (3, 6, 7):
        slope = (decoder(np.zeros(8)) - decoder(0.02 * np.eye(8)[channel])) / 0.02
        assert slope == pytest.approx(slopes[channel], rel=0.15)


@given(st.lists(st.floats(0.1, 20), min_size=2, max_size=5))
def test_greedy_steps_are_reverse_water_filling(variances):
    """Independent Gaussian sources: all that are started keep the same distortion, the others have less."""
    variances = np.array(variances)
    step = 0.02
    path = greedy_allocation(
        lambda nats: float(variances @ np.exp(-2 * nats)), 3, [[i] for i in range(len(variances))], step
    )
    left = variances * np.exp(-2 * path.nats[-1])
    started = path.nats[-1] > 0
    level = left[started].max()
    assert left[started].min() >= level * np.exp(-2 * step) * 0.999
    assert (left[~started] <= level * np.exp(2 * step)).all()
    assert path.rate[-1] == pytest.approx(3)


def test_the_channels_of_a_group_get_equal_parts():
    seen = []
    path = greedy_allocation(lambda nats: seen.append(nats) or -nats[0] - nats[1] + nats[2], 1.0, [[0, 1], [2]], 0.5)
    assert path.nats.tolist() == [[0, 0], [0.5, 0], [1, 0]]
    assert path.slopes.tolist() == [[1, -1], [1, -1]]
    assert any(np.allclose(nats, [0.5, 0.5, 0]) for nats in seen)


def test_the_onset_of_a_factor_is_where_it_holds_the_threshold_for_good():
    rate = [0, 1, 2, 3, 4]
    nats = [[0.3, 0, 0, 0], [0.5, 0.5, 0, 0], [0.5, 0.1, 0, 0], [1, 0.4, 0.2, 0], [1, 1, 0.4, 0.1]]
    found = onset_rates(rate, nats, threshold=0.25)
    np.testing.assert_allclose(found, [0, 2.5, 3.25, np.nan])


def test_correlations_keep_the_shape_of_images_and_know_no_constant_pixel():
    generator = torch.Generator().manual_seed(0)
    codes, pixels = torch.randn(200, 2, generator=generator), torch.rand(200, 1, 3, 4, generator=generator)
    pixels[:, 0, 1, 2] = 5 - 2 * codes[:, 1]
    pixels[:, 0, 0, 0] = 1
    found = pixel_correlations(codes, pixels)
    assert found.shape == (2, 1, 3, 4)
    assert np.isnan(found[:, 0, 0, 0]).all()
    assert found[1, 0, 1, 2] == pytest.approx(-1)
    assert found[0, 0, 2, 3] == pytest.approx(np.corrcoef(codes[:, 0], pixels[:, 0, 2, 3])[0, 1], abs=1e-5)


def test_the_decoder_takes_another_code_of_the_factors(sprites, decoder):
    """With a code that says nothing of shape, scale and angle, only the position can be known."""

    def position_alone(factors):
        codes = factor_codes(factors)
        codes[:, :6] = 0
        return codes

    blind = BayesDecoder(sprites, samples=120, codes=position_alone)
    assert blind([5.0] * 6 + [8.0] * 2) == pytest.approx(decoder([0.0] * 6 + [8.0] * 2), rel=1e-3)
