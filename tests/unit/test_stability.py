"""UDR, and codes that are known functions of factors."""

from bvae_lib import metrics

import numpy as np
import pytest

SIZES = (3, 6, 40, 32, 32)
FACTORS = np.random.default_rng(0).integers(0, SIZES, (4_000, 5))


def sources(n=4_000, latents=3, seed=0):
    return np.random.default_rng(seed).standard_normal((n, latents))


def rotation(degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s], [s, c]])


def test_models_of_the_same_latents_agree_whatever_their_order_sign_and_scale():
    z = sources()
    others = [z, -2 * z[:, [2, 0, 1]], np.exp(z[:, [1, 2, 0]])]
    found = metrics.udr(others, [np.ones(3)] * 3)
    assert found.scores == pytest.approx(np.ones(3), abs=0.07)
    assert np.isnan(found.pairs.diagonal()).all()
    assert (found.pairs[np.triu_indices(3, 1)] == found.pairs.T[np.triu_indices(3, 1)]).all()


def test_a_rotation_of_one_model_lowers_its_score_most():
    z = sources(latents=2)
    found = metrics.udr([z, z @ rotation(3).T, z, z @ rotation(45).T], [np.ones(2)] * 4)
    assert found.scores.argmin() == 3
    assert found.scores[3] == pytest.approx(0.5 / np.sqrt(2), abs=0.03)  # r = cos 45, twice in each sum


def test_latents_at_the_prior_are_left_out():
    z, noise = sources(), sources(seed=1)
    with_noise = np.hstack([z, noise])
    kl = np.array([1, 1, 1, 0.001, 0.009, 0])
    assert metrics.udr([with_noise, z], [kl, np.ones(3)]).scores[0] == metrics.udr([z, z], [np.ones(3)] * 2).scores[0]
    assert (metrics.udr([z, z], [np.ones(3), np.zeros(3)]).scores == 0).all()


def test_agreement_is_the_mean_of_what_both_sides_say():
    """By hand, as disentanglement_lib: max^2 / sum over either axis of the matrix of correlations."""
    first, second = sources(latents=2), sources(latents=3, seed=3)
    second[:, 0] += 2 * first[:, 1]
    r = np.abs([[np.corrcoef(a.argsort().argsort(), b.argsort().argsort())[0, 1] for b in second.T] for a in first.T])
    by_hand = ((r.max(0) ** 2 / r.sum(0)).mean() + (r.max(1) ** 2 / r.sum(1)).mean()) / 2
    assert metrics.udr([first, second], [np.ones(2), np.ones(3)]).scores[0] == pytest.approx(by_hand)


def test_toy_codes_are_what_they_are_called():
    codes = {name: code(FACTORS) for name, code in metrics.toy_codes(SIZES).items()}
    assert {name: z.shape[1] for name, z in codes.items()} == {
        "perfect": 5, "rotated": 5, "duplicated": 10, "noisy": 5, "silent": 10, "stacked": 4, "random": 5,
    }  # fmt: skip
    assert np.allclose(np.ptp(codes["perfect"], axis=0), 2)
    assert metrics.mig(codes["duplicated"], FACTORS).mean == pytest.approx(0)
    assert metrics.mcc(codes["random"], FACTORS).mean < 0.05
    assert len(np.unique(codes["stacked"][:, 3])) > 900  # all 1,024 positions can be told
    noise = codes["noisy"] - codes["noisy"].mean(axis=0)
    assert noise.var(axis=0) == pytest.approx(np.full(5, 1.25), rel=0.05)
    turned = codes["rotated"][:, 3:] @ rotation(-20).T
    assert np.allclose(turned, codes["perfect"][:, 3:])
    assert np.allclose(codes["rotated"][:, 0], codes["perfect"][:, 0])


def test_the_noise_of_toy_codes_has_a_seed():
    first, same, other = (metrics.toy_codes(SIZES, seed)["noisy"](FACTORS[:50]) for seed in (0, 0, 1))
    assert (first == same).all()
    assert (first != other).all()
