"""What each metric says of codes that are known, perfect to silent, and what must change nothing."""

from functools import cache

from bvae_lib import metrics, zoo
from bvae_lib.models import Posterior

import numpy as np
import pytest
import torch

from tests.unit import metric_cases

N, SIZES = 2_000, (4, 6, 8)
FACTORS = np.random.default_rng(0).integers(0, SIZES, (N, 3))
UNIT = 2 * FACTORS / (np.array(SIZES) - 1) - 1
NOISE = np.random.default_rng(1).normal(size=(N, 6))
NOISY = np.hstack([UNIT + 0.3 * NOISE[:, :3], UNIT[:, ::-1] + NOISE[:, 3:]])


@cache
def trees(codes, latents):
    return metrics.dci(np.frombuffer(codes).reshape(N, latents), FACTORS)


@cache
def infomec(codes, latents):
    return metrics.infomec(np.frombuffer(codes).reshape(N, latents), FACTORS)


ONE_NUMBER = {
    "mig": lambda z: metrics.mig(z, FACTORS).mean,
    "sap": lambda z: metrics.sap(z, FACTORS).mean,
    "modularity": lambda z: metrics.modularity(z, FACTORS).mean,
    "explicitness": lambda z: metrics.explicitness(z, FACTORS).mean,
    "mcc": lambda z: metrics.mcc(z, FACTORS).mean,
    "spearman": lambda z: metrics.mcc(z, FACTORS, spearman=True).mean,
    "med": lambda z: metrics.med(z, FACTORS).disentanglement,
    "infom": lambda z: infomec(z.tobytes(), z.shape[1]).infom,
    "infoc": lambda z: infomec(z.tobytes(), z.shape[1]).infoc,
    "infoe": lambda z: infomec(z.tobytes(), z.shape[1]).infoe,
    "trees D": lambda z: trees(z.tobytes(), z.shape[1]).disentanglement,
    "trees C": lambda z: trees(z.tobytes(), z.shape[1]).completeness,
    "trees I": lambda z: trees(z.tobytes(), z.shape[1]).informativeness,
    "E": lambda z: metrics.explicitness_size(z, FACTORS).explicitness,
}
ESTIMATED = {
    "infom",
    "infoc",
    "infoe",
    "trees D",
    "trees C",
    "trees I",
    "E",
}  # by chance too
PERFECT = set(ONE_NUMBER) - {"sap", "explicitness", "infoe", "med"}


@cache
def of_noisy(name):
    return ONE_NUMBER[name](NOISY)


@pytest.mark.parametrize("name", ONE_NUMBER)
def test_order_sign_scale_and_shift_of_latents_change_nothing(name):
    order, scale = [4, 2, 0, 5, 1, 3], np.array([-1, 2, -0.5, 1, 1.5, -3])
    # Bins of a flipped latent are closed on their other side, and trees' cuts lie elsewhere by rounding.
    if name in ("infom", "infoc"):  # which prune by range
        scale = np.sign(scale)
    assert ONE_NUMBER[name](NOISY[:, order] * scale + 3) == pytest.approx(
        of_noisy(name), abs=0.03 if name in ESTIMATED else 0.002
    )


@pytest.mark.parametrize("name", ["spearman", "trees D", "trees C", "trees I"])
def test_monotone_maps_change_nothing_where_only_order_counts(name):
    assert ONE_NUMBER[name](np.exp(NOISY)) == pytest.approx(of_noisy(name), abs=0.02 if name in ESTIMATED else 1e-9)


@pytest.mark.parametrize("name", ["sap", "mcc", "mig"])
def test_monotone_maps_change_what_bins_and_straight_lines_see(name):
    assert ONE_NUMBER[name](np.exp(3 * NOISY)) < of_noisy(name) - 0.02


@pytest.mark.parametrize("name", ONE_NUMBER)
def test_a_perfect_code_is_at_the_top(name):
    found = ONE_NUMBER[name](UNIT)
    assert found <= 1 + 1e-9
    assert found > (0.97 if name in PERFECT else 0.9)


@pytest.mark.parametrize("name", ["mig", "sap", "infoc", "trees C"])
def test_a_factor_in_two_latents_costs_what_asks_for_one(name):
    assert ONE_NUMBER[name](np.hstack([UNIT, -2 * UNIT])) < 0.75


@pytest.mark.parametrize("name", ["modularity", "mcc", "med", "infom", "trees D"])
def test_a_factor_in_two_latents_costs_nothing_where_latents_are_asked(name):
    assert ONE_NUMBER[name](np.hstack([UNIT, -2 * UNIT])) > 0.95


def rotated(z, degrees=30):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.column_stack([z[:, 0], z[:, 1:] @ [[c, s], [-s, c]]])


@pytest.mark.parametrize("name", ["mig", "sap", "modularity", "mcc", "med", "infom", "infoc", "trees D", "trees C"])
def test_a_rotation_costs_what_asks_for_axes(name):
    assert ONE_NUMBER[name](rotated(UNIT)) < ONE_NUMBER[name](UNIT) - 0.03


@pytest.mark.parametrize("name", ["explicitness", "infoe"])
def test_a_rotation_costs_nothing_where_a_factor_is_read_from_all_latents(name):
    assert ONE_NUMBER[name](rotated(UNIT)) == pytest.approx(ONE_NUMBER[name](UNIT), abs=0.01)


@pytest.mark.parametrize("name", ["mig", "sap", "mcc", "explicitness", "infoe", "trees I"])
def test_noise_costs(name):
    assert ONE_NUMBER[name](UNIT + 0.5 * NOISE[:, :3]) < ONE_NUMBER[name](UNIT + 0.1 * NOISE[:, :3])


def test_noise_costs_modularity_by_information_hardly_anything():
    assert metrics.infomec(UNIT + 0.5 * NOISE[:, :3], FACTORS).infom > 0.9


@pytest.mark.parametrize("name", [name for name in ONE_NUMBER if name not in ("modularity", "E", "trees C")])
def test_silent_latents_count_as_if_they_were_not_there(name):
    """Modularity takes a constant latent for one without modularity; the base of C and S grows with the latents."""
    faint = np.hstack([NOISY[:, :3], 1e-4 * UNIT])
    silenced = metrics.silence(faint, [1, 1, 1, 0.001, 0.001, 0.001])
    assert ONE_NUMBER[name](silenced) == pytest.approx(
        ONE_NUMBER[name](NOISY[:, :3]), abs=0.03 if name in ESTIMATED else 1e-9
    )


def test_faint_latents_are_loud_to_bins_until_they_are_silenced():
    faint = np.hstack([UNIT, 1e-4 * UNIT])
    assert metrics.mig(faint, FACTORS).mean == pytest.approx(0, abs=1e-9)
    assert metrics.mig(metrics.silence(faint, [1, 1, 1, 0, 0, 0]), FACTORS).mean > 0.99


def test_matched_latents_are_named():
    found = metrics.mcc(NOISY[:, [3, 1, 0, 2]], FACTORS)
    assert found.latents.tolist() == [2, 1, 3]
    short = metrics.mcc(NOISY[:, 1:2], FACTORS)
    assert short.latents.tolist() == [-1, 0, -1]
    assert short.mean == short.correlations[1]


def test_the_regressor_and_its_rows_are_named():
    for regressor in ("trees", "forest", "l1"):
        found = metrics.dci(NOISY, FACTORS, regressor, rows=500)
        assert (found.regressor, found.rows) == (regressor, 500)
    assert metrics.dci(NOISY, FACTORS, rows=10_000).rows == 1_600


def test_curves_of_losses_fall_with_depth_and_end_where_trees_are_done():
    found = metrics.explicitness_size(NOISY, FACTORS)
    assert (np.diff(found.losses, axis=1) <= 0).all()
    assert found.losses.shape == (3, len(found.depths))
    assert found.size == 2


def test_metrics_of_held_factors_need_each_factor_to_leave_its_own_trace():
    sizes = (4, 6, 8)
    table = np.random.default_rng(0).normal(size=(4 * 6 * 8, 3))
    for metric in (metrics.beta_vae, metrics.factor_vae):
        perfect = metric(lambda f: f / np.array(sizes), sizes, votes=1_000, evaluated=500)
        chance = metric(lambda f: table[np.ravel_multi_index(f.T, sizes)], sizes, votes=1_000, evaluated=500)
        assert perfect.mean == perfect.train == 1
        assert chance.mean == pytest.approx(1 / 3, abs=0.12)
        assert metric(lambda f: f / np.array(sizes), sizes, votes=100, evaluated=50, seed=1).mean == 1
        again = metric(lambda f: table[np.ravel_multi_index(f.T, sizes)], sizes, votes=1_000, evaluated=500)
        assert again.mean == chance.mean


def test_all_latents_pruned_score_nothing():
    found = metrics.factor_vae(lambda f: 0.01 * f / 8, (4, 6, 8), votes=50, evaluated=50)
    assert found.mean == 0
    assert not found.active.any()


def test_tensors_and_lookups_serve_as_representations():
    codes = torch.from_numpy(metric_cases.unit(metric_cases.grid())).float()
    found = metrics.factor_vae(lambda f: codes[metric_cases.index(f)], metric_cases.SIZES, votes=200, evaluated=100)
    assert found.mean == 1


@pytest.mark.parametrize("std", [0.05, 0.3, 1.0])
def test_mig_of_the_posterior_is_the_information_of_draws(std):
    """Two classes at -1 and 1: the information of a binary channel with Gaussian noise, by quadrature."""
    factor = np.arange(400) % 2
    mean = torch.tensor(2.0 * factor - 1)[:, None]
    z = np.linspace(-9, 9, 200_001)
    density = [np.exp(-0.5 * ((z - m) / std) ** 2) / (std * np.sqrt(2 * np.pi)) for m in (-1, 1)]
    mixture = np.mean(density, axis=0)
    nats = -(mixture * np.log(np.maximum(mixture, 1e-300))).sum() * (z[1] - z[0]) - 0.5 * np.log(
        2 * np.pi * np.e * std**2
    )
    found = metrics.posterior_mig(Posterior(mean, torch.full_like(mean, 2 * np.log(std))), factor[:, None])
    assert found.mean == pytest.approx(nats / np.log(2), abs=1e-4)


def test_mig_of_the_posterior_takes_each_latents_own_noise():
    """Widths of 1 and 0.001 around one mean: the classes are told apart by their noise alone."""
    factor, stds = np.arange(400) % 2, np.array([1e-3, 1.0])
    posterior = Posterior(torch.zeros(400, 1, dtype=torch.float64), torch.from_numpy(2 * np.log(stds[factor]))[:, None])
    z = np.geomspace(1e-9, 9, 100_001)
    density = np.exp(-0.5 * (z / stds[:, None]) ** 2) / stds[:, None] / np.sqrt(2 * np.pi)
    mixture = density.mean(axis=0)
    integrand = density * np.log(np.maximum(density, 1e-300) / np.maximum(mixture, 1e-300))
    nats = ((integrand[:, 1:] + integrand[:, :-1]) / 2 * np.diff(z)).sum()  # twice the half line, times a half each
    found = metrics.posterior_mig(posterior, factor[:, None])
    assert found.mean == pytest.approx(nats / np.log(2), abs=1e-4)


def test_a_report_has_all_measures_with_their_spread_on_demand(sprites):
    model = zoo.load("dsprites-early")[0]
    found = metrics.report(model, sprites, n=1_000, resamples=2)
    assert found["measures"]["mig"]["value"] == found["mig"]
    assert 0.001 < found["measures"]["mig"]["error"] < 0.05
    assert all(0 <= part["error"] < 0.2 for part in found["measures"].values())
    assert "measures" not in metrics.report(model, sprites, n=100)
