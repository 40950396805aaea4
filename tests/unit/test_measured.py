"""The table of what all metrics give for the models of the zoo."""

from bvae_lib import DSprites, zoo
from bvae_lib.zoo import measured

import numpy as np
import pytest

METRICS = ("mig", "infom", "dci_trees_disentanglement", "mcc", "sap", "modularity", "factor_vae", "beta_vae")


@pytest.fixture(scope="module")
def table():
    return zoo.measures()


def test_the_table_has_models_of_the_zoo_once_each(table):
    assert table.index.is_unique
    assert set(table.index) <= set(zoo.names())
    assert {f"dsprites-price-{beta}" for beta in (1, 4, 16, 64)} | {"dsprites-early"} <= set(table.index)


def test_its_figures_are_in_range_and_have_a_spread(table):
    for name in METRICS:
        assert table[name].between(0, 1.001).all()
        assert (table[f"{name}_error"] >= 0).all()


def test_the_parts_of_the_rate_add_up_and_agree_with_the_cards(table):
    parts = table[["mutual_information", "total_correlation", "dimension_wise_kl"]].sum(axis=1)
    assert np.allclose(parts, table["R"], atol=1e-4)
    cards = {name: zoo.load(name)[2] for name in table.index}
    for name, row in table.iterrows():
        assert row["D"] == pytest.approx(cards[name].distortion, abs=1e-3)
        assert row["R"] == pytest.approx(cards[name].rate, rel=0.02)
        assert row["mig"] == pytest.approx(cards[name].mig, abs=0.02)


def test_a_model_measured_again_replaces_its_row(tmp_path, monkeypatch, table):
    monkeypatch.setattr(measured, "TABLE", tmp_path / "measures.csv")
    row = {"model": "one", "R": 1.0, "mig": 0.5, "mig_error": 0.1, "n": 10}
    for changed in ({}, {"model": "two"}, {"mig": 0.25}):
        measured.add(row | changed)
    assert dict(zoo.measures()["mig"]) == {"two": 0.5, "one": 0.25}


def test_a_model_of_other_images_is_refused():
    with pytest.raises(ValueError, match="a model of dSprites, not of chairs"):
        measured.measure("chairs-vae", DSprites(device="cpu"))
