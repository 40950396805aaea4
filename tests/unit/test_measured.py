"""The table of what all metrics give for the models of the zoo."""

import math
from types import SimpleNamespace

from bvae_lib import DSprites, Posterior, zoo
from bvae_lib.data import Blobs
from bvae_lib.zoo import measured

import numpy as np
import pytest
import torch

METRICS = ("mig", "infom", "dci_trees_disentanglement", "mcc", "sap", "modularity", "factor_vae", "beta_vae")


@pytest.fixture(scope="module")
def table():
    return zoo.measures()


def test_the_table_has_models_of_the_zoo_once_each(table):
    assert table.index.is_unique
    assert set(table.index) <= set(zoo.names())
    assert {f"dsprites-price-{beta}" for beta in (1, 4, 16, 64)} | {"dsprites-early"} <= set(table.index)


def test_its_figures_are_in_range_and_have_a_spread(table):
    table = table.drop("dsprites-price-256", errors="ignore")  # no active latent: not every metric is defined
    for name in METRICS:
        assert table[name].between(0, 1.001).all()
        assert (table[f"{name}_error"] >= 0).all()


def test_the_parts_of_the_rate_add_up_and_agree_with_the_cards(table):
    parts = table[["mutual_information", "total_correlation", "dimension_wise_kl"]].sum(axis=1)
    assert np.allclose(parts, table["R"], atol=1e-4)
    cards = {name: zoo.load(name)[2] for name in table.index}
    for name, row in table.iterrows():
        assert row["D"] == pytest.approx(cards[name].distortion, abs=1e-3)
        assert row["R"] == pytest.approx(cards[name].rate, rel=0.02, abs=1e-3)
        assert row["mig"] == pytest.approx(cards[name].mig, abs=0.02)


def test_a_model_measured_again_replaces_its_row(tmp_path, monkeypatch, table):
    monkeypatch.setattr(measured, "TABLE", tmp_path / "measures.csv")
    row = {"model": "one", "R": 1.0, "mig": 0.5, "mig_error": 0.1, "n": 10}
    for changed in ({}, {"model": "two"}, {"mig": 0.25}):
        measured.add(row | changed)
    assert dict(zoo.measures()["mig"]) == {"two": 0.5, "one": 0.25}


def test_kinds_are_compared_by_their_seeds(tmp_path, monkeypatch):
    monkeypatch.setattr(measured, "TABLE", tmp_path / "measures.csv")
    names = ("tcvae-seed2", "tcvae-seed0", "tcvae-seed1", "beta4", "beta4-seed1", "beta4-seed3", "price-4")
    for i, name in enumerate(names):
        measured.add(
            {"model": f"dsprites-{name}", "R": float(i), "mig": i / 8, "mig_error": 0.0, "n": 10, "commit": "a"}
        )
    found = zoo.paired("tcvae", "beta4")
    assert dict(found["mig"]) == {0: (1 - 3) / 8, 1: (2 - 4) / 8}
    assert {*found} == {"R", "mig", "mig_error"}
    assert zoo.paired("factorvae", "beta4").empty


class Centres(torch.nn.Module):
    """A perfect code of blobs: x and y in a latent each, and a third latent at the prior, whose mean is faint."""

    def encode(self, images):
        share = images[:, 0] / images.sum(dim=(1, 2, 3))[:, None, None]
        along = (torch.arange(64) - 31.5) / 16
        x, y = (share.sum(dim=axis) @ along for axis in (1, 2))
        mean = torch.stack([x, y, 1e-4 * x], dim=1)
        return Posterior(mean, torch.tensor([-12.0, -12.0, 0.0]).expand_as(mean))


@pytest.fixture(scope="module")
def of_a_perfect_code():
    card = SimpleNamespace(distortion=7.0, recipe={"data": "dsprites"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measured, "load", lambda name: (Centres(), None, card))
        patch.setattr(measured, "SAMPLE", 1_280)
        patch.setattr(measured, "HALVES", 2)
        return measured.measure("dsprites-blobs", Blobs((4, 4), device="cpu"))


def test_a_perfect_code_has_full_scores(of_a_perfect_code):
    full = ("mig", "posterior_mig", "sap", "modularity", "mcc", "beta_vae", "factor_vae")
    for name in (*full, "dci_trees_disentanglement", "dci_trees_completeness", "dci_trees_informativeness"):
        assert of_a_perfect_code[name] == pytest.approx(1, abs=0.02), name
        if name != "posterior_mig":  # of all images: nothing is drawn
            assert of_a_perfect_code[f"{name}_error"] < 0.02, name


def test_silent_latents_are_constant_but_in_the_raw_figure(of_a_perfect_code):
    assert of_a_perfect_code["mig_raw"] == pytest.approx(0.5, abs=0.02)  # the faint latent has all that x has


def test_the_rate_of_a_perfect_code_is_its_information_and_what_its_marginals_cost(of_a_perfect_code):
    row = of_a_perfect_code
    assert row["mutual_information"] == pytest.approx(math.log(16), abs=0.02)
    assert row["total_correlation"] == pytest.approx(0, abs=0.02)  # x and y are independent
    mean = Centres().encode(Blobs((4, 4), device="cpu")[torch.arange(16)]).mean
    rate = 0.5 * (mean.square().sum(dim=1).mean().item() + 2 * (math.exp(-12) + 12 - 1))
    assert row["R"] == pytest.approx(rate, rel=1e-4)
    assert row["dimension_wise_kl"] == pytest.approx(rate - math.log(16), abs=0.02)
    assert (row["D"], row["n"], row["model"]) == (7.0, 1_280, "dsprites-blobs")


def test_a_model_of_other_images_is_refused():
    with pytest.raises(ValueError, match="a model of dSprites, not of chairs"):
        measured.measure("chairs-vae", DSprites(device="cpu"))
