"""Snapshots of runs: stored and read back, the beginning of the whole run, and the widget that shows them."""

from bvae_lib import zoo
from bvae_lib.data import FactorLookup
from bvae_lib.zoo import FactorSnapshots, LatentSnapshots, snapshots

import numpy as np
import pytest
import torch


def factor_snapshots(count=3, columns=2, seed=0):
    rng = np.random.default_rng(seed)
    return FactorSnapshots(
        step=snapshots.EVERY * np.arange(1, 1 + count),
        nats=np.sort(rng.random((count, 8)).round(4), axis=0),
        distortion=np.linspace(400, 50, count).round(4),
        price=np.linspace(100, 1, count).round(4),
        drawn=rng.integers(0, 256, (1 + count, columns, 64, 64), dtype=np.uint8),
    )


def latent_snapshots(seed=0):
    rng = np.random.default_rng(seed)
    return LatentSnapshots(
        step=np.array([50, 100]),
        capacity=np.array([1.5, 3.0]),
        kl_per_latent=rng.random((2, 3)).round(4),
        drawn=rng.integers(0, 256, (2, 3, 7, 64, 64), dtype=np.uint8),
    )


@pytest.mark.parametrize("saved", [factor_snapshots(), latent_snapshots()])
def test_snapshots_come_back_as_they_were(saved, tmp_path):
    saved.save(tmp_path / "snapshots.json")
    loaded = type(saved).load(tmp_path / "snapshots.json")
    for name, values in vars(saved).items():
        np.testing.assert_array_equal(getattr(loaded, name), values)


@pytest.mark.parametrize("kind", [FactorSnapshots, LatentSnapshots])
@pytest.mark.parametrize("text", ["", "{}", "[]", '{"step": [1], "drawn": "AAAA"}'])
def test_another_file_is_refused(kind, text, tmp_path):
    (tmp_path / "snapshots.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"holds no \w+Snapshots"):
        kind.load(tmp_path / "snapshots.json")


@pytest.mark.parametrize(("kind", "other"), [(FactorSnapshots, latent_snapshots), (LatentSnapshots, factor_snapshots)])
def test_snapshots_of_the_other_kind_are_refused(kind, other, tmp_path):
    other().save(tmp_path / "snapshots.json")
    with pytest.raises(ValueError, match=r"holds no \w+Snapshots"):
        kind.load(tmp_path / "snapshots.json")


def test_a_run_of_factors_cut_off_and_continued_is_the_run_in_one_go(tmp_path, monkeypatch, sprites):
    monkeypatch.setattr(snapshots, "EVERY", 50)
    monkeypatch.setattr(snapshots, "RATES", (0.1, 0.5))
    monkeypatch.setattr(snapshots, "CAPACITY", snapshots.CAPACITY | {"steps": 100})
    monkeypatch.setattr(snapshots, "FIT", snapshots.FIT | {"batch_size": 2})
    options = {"progress": False, "device": "cpu", "precision": "float32"}
    lookup = FactorLookup(sprites)  # made once, as that takes seconds
    monkeypatch.setattr(snapshots, "FactorLookup", lambda images: lookup)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    whole, history = snapshots.record_factors("factors-capacity-seed0", sprites, tmp_path / "one", **options)

    fit = snapshots.fit

    def cut_off(model, images, objective, steps, **arguments):
        if steps > 50:
            raise KeyboardInterrupt
        return fit(model, images, objective, steps, **arguments)

    monkeypatch.setattr(snapshots, "fit", cut_off)
    with pytest.raises(KeyboardInterrupt):
        snapshots.record_factors("factors-capacity-seed0", sprites, tmp_path / "two", **options)
    monkeypatch.setattr(snapshots, "fit", fit)
    resumed, continued = snapshots.record_factors("factors-capacity-seed0", sprites, tmp_path / "two", **options)
    first, second = np.setdiff1d(whole.step, [50, 100])
    np.testing.assert_allclose(whole.rate[np.isin(whole.step, [first, second])], snapshots.RATES, atol=0.1)
    assert (np.diff(whole.step) > 0).all()
    assert history.step[-1] == continued.step[-1] == 100
    for name, values in vars(whole).items():
        np.testing.assert_allclose(getattr(resumed, name), values, atol=1e-4)


def test_a_run_of_latents_with_snapshots_is_the_run_itself(sprites, tmp_path, monkeypatch):
    monkeypatch.setattr(snapshots, "STEPS", (50, 100))
    name, options = snapshots.LATENT_RUNS[0], {"images": sprites, "batch_size": 2, "progress": False, "device": "cpu"}

    def train(steps):
        return zoo.train(name, steps=steps, checkpoint=tmp_path / "run.safetensors", **options)

    image = sprites[sprites.index(torch.tensor([snapshots.IMAGE]))]
    model, history, seen = snapshots.record_latents(train, image, tmp_path / "snapshots.json")
    whole, straight = zoo.train(name, steps=100, **options)
    for ours, theirs in zip(model.parameters(), whole.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    np.testing.assert_array_equal(history.rows(), straight.rows())
    np.testing.assert_allclose(seen.capacity, straight.capacity, atol=1e-4)
    np.testing.assert_allclose(seen.kl_per_latent, straight.kl_per_latent, atol=1e-4)
    assert seen.drawn.shape == (2, model.latents, 7, 64, 64)
    z = model.encode(image).mean.clone()
    z[0, 3] = 1.0  # the fifth of seven values from -3 to 3
    expected = model.decode(z).sigmoid()[0, 0] * 255
    np.testing.assert_allclose(seen.drawn[-1, 3, 4], expected.detach(), atol=0.51)


@pytest.mark.parametrize("name", snapshots.FACTOR_RUNS)
def test_snapshots_of_factors_agree_with_their_histories(name):
    seen, history = zoo.load_snapshots(name)
    assert seen.step[-1] == history.step[-1] == snapshots.CAPACITY["steps"]
    rate = np.interp(seen.step, history.step, history.rate)
    # A record is a mean over the 50 steps before; while position becomes active, the rate grows by a nat in that time.
    np.testing.assert_allclose(seen.rate[4:], rate[4:], atol=0.7)
    objective, seed = snapshots.FACTOR_RUNS[name]
    assert history.settings["seed"] == seed
    assert history.settings["objective"]["name"] == objective.__name__
    for wanted in snapshots.RATES:
        assert seen.rate[seen.nearest(wanted)] == pytest.approx(wanted, abs=0.1)
    assert seen.drawn.shape[1] == len(snapshots.SHOWN)


@pytest.mark.parametrize("name", snapshots.LATENT_RUNS)
def test_snapshots_of_latents_agree_with_their_histories(name):
    seen, history = zoo.load_snapshots(name)
    at = np.searchsorted(history.step, seen.step)
    np.testing.assert_allclose(seen.capacity, history.capacity[at], atol=1e-4)
    np.testing.assert_allclose(seen.kl_per_latent, history.kl_per_latent[at], atol=1e-4)
    assert seen.step[-1] == history.step[-1]


@pytest.mark.parametrize("name", ["factors-seed99", "dsprites-vae"])
def test_snapshots_that_are_not_here_are_named(name):
    with pytest.raises(KeyError, match=rf"no snapshots of '{name}'.*factors-seed0.*dsprites-capacity-seed0"):
        zoo.load_snapshots(name)
