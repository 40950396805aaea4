"""The trained models that travel with the library."""

import json
import shutil
from functools import cache

import numpy as np
import pytest
import torch

from bvae_lib import metrics, recode, zoo
from bvae_lib.axis_discovery.distillation import Lesson, Taught
from bvae_lib.zoo import before
from bvae_lib.zoo.recipes import ANEW, PRICES


@pytest.fixture(params=zoo.names())
def name(request):
    return request.param


def test_every_recipe_has_been_trained():
    assert zoo.names() == list(zoo.RECIPES)


def test_card_holds_the_figures_of_the_weights(name):
    model, history, card = zoo.load(name)
    assert card["recipe"] == zoo.RECIPES[name]
    figures, stored = metrics.report(model, zoo.images_of(card["recipe"]["data"])), card.figures
    np.testing.assert_allclose(figures["kl_per_latent"], stored["kl_per_latent"], rtol=0.01, atol=1e-3)
    assert figures["distortion"] == pytest.approx(stored["distortion"], rel=0.01)
    assert figures["mig"] == pytest.approx(stored["mig"], abs=0.01)
    assert figures["active"] == stored["active"]
    recipe = card["recipe"]
    fits = [recipe["fit"], *(recipe[part]["fit"] for part in ("teacher", "anew") if part in recipe)]
    assert history.step[-1] == sum(fit["steps"] for fit in fits)


@cache
def entropy(data):
    return zoo.images_of(data).entropy()


def test_every_ledger_is_that_of_its_figures_and_breaks_no_law(name):
    card = zoo.load(name)[2]
    rate, distortion = sum(card.figures["kl_per_latent"]), card.distortion
    told = card["ledger"]
    assert told == metrics.rate_distortion_bounds(rate, distortion, told["entropy"])
    assert told["entropy"] == pytest.approx(entropy(card["recipe"]["data"]))
    assert rate + distortion >= told["entropy"]
    assert told["information_at_least"] <= told["information_at_most"] <= told["entropy"]
    assert told["information_at_most"] + told["mismatch_at_least"] == pytest.approx(rate)


def test_a_dearer_nat_buys_less_rate_and_leaves_more_distortion():
    figures = [zoo.load(f"dsprites-price-{beta}")[2]["figures"] for beta in PRICES]
    rates = [sum(f["kl_per_latent"]) for f in figures]
    distortions = [f["distortion"] for f in figures]
    assert rates == sorted(rates, reverse=True)
    assert distortions == sorted(distortions)


def test_unknown_names_are_refused():
    with pytest.raises(KeyError, match=r"no trained model 'dsprites-nothing'.*dsprites-early"):
        zoo.load("dsprites-nothing")
    with pytest.raises(KeyError, match="no recipe"):
        zoo.train("dsprites-nothing")


def test_damaged_weights_are_refused(tmp_path, monkeypatch):
    for file in zoo.HERE.glob("dsprites-early*"):
        shutil.copy(file, tmp_path)
    weights = tmp_path / "dsprites-early.safetensors"
    data = bytearray(weights.read_bytes())
    data[-100] ^= 1
    weights.write_bytes(data)
    monkeypatch.setattr(zoo, "HERE", tmp_path)
    with pytest.raises(ValueError, match="SHA-256"):
        zoo.load("dsprites-early")


def test_train_follows_the_recipe_and_takes_another_seed(sprites):
    options = {"images": sprites, "steps": 2, "progress": False, "device": "cpu"}
    (one, history), (same, _), (other, _) = (zoo.train("dsprites-price-4", seed, **options) for seed in (None, 0, 3))
    assert history.settings["objective"]["beta"] == 4
    assert history.settings["lr"] == zoo.RECIPES["dsprites-price-4"]["fit"]["lr"]
    weights = [[p.detach().numpy() for p in model.parameters()] for model in (one, same, other)]
    assert all(np.array_equal(a, b) for a, b in zip(weights[0], weights[1], strict=True))
    assert not np.array_equal(weights[0][0], weights[2][0])


def test_latents_that_end_below_a_hundredth_of_a_nat_are_silent_where_the_recipe_says_so(sprites):
    options = {"images": sprites, "steps": 2, "warmup": 0, "cooldown": 0, "progress": False, "device": "cpu"}
    model, history = zoo.train("dsprites-early", **options)
    faint = history.kl_per_latent[-1] < metrics.ACTIVE
    kl = model.encode(sprites[:50]).kl().mean(dim=0).detach().numpy()
    assert faint.any()
    assert (kl[faint] == 0).all()
    assert (zoo.train("dsprites-vae", **options)[0].encode(sprites[:50]).kl().mean(dim=0) > 0).all()


def test_a_companion_teaches_the_features_first_and_is_thrown_away(sprites, tmp_path):
    companion = {"latents": 4, "price": 0.1, "fit": {"steps": 2, "lr": 1e-3}}
    name, options = "dsprites-auxiliary", {"images": sprites, "steps": 3, "warmup": 0, "cooldown": 0}
    options |= {"progress": False, "device": "cpu"}
    recipe = zoo.RECIPES[name] | {"companion": companion}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(zoo.RECIPES, name, recipe)
        model, history = zoo.train(name, checkpoint=tmp_path / "run.safetensors", **options)
        again, _ = zoo.train(name, **options)
        patch.setitem(zoo.RECIPES, name, {key: value for key, value in recipe.items() if key != "companion"})
        alone, _ = zoo.train(name, **options)
    assert {key: value.shape for key, value in model.state_dict().items()} == {
        key: value.shape for key, value in alone.state_dict().items()
    }
    assert history.kl_per_latent.shape == (1, 10)
    weights = [network.encoder[0].weight.detach().numpy() for network in (model, again, alone)]
    np.testing.assert_array_equal(weights[0], weights[1])
    assert not np.allclose(weights[0], weights[2], atol=1e-3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.companion", "run.safetensors"]


def test_a_teacher_is_trained_first_and_its_pupil_ends_as_any_other_network(sprites, tmp_path, monkeypatch):
    name, options = "dsprites-distilled-seed0", {"images": sprites, "progress": False, "device": "cpu"}
    options |= {"warmup": 0, "cooldown": 0}
    recipe, early = zoo.RECIPES[name], zoo.RECIPES["dsprites-early"]
    quick = {"lr": 2e-2, "steps": 20}  # enough for a teacher that says something
    monkeypatch.setitem(zoo.RECIPES, "dsprites-early", early | {"fit": early["fit"] | quick})
    monkeypatch.setattr(zoo.metrics, "ACTIVE", 1e-7)
    lesson = recipe["teacher"] | {"listens": 2, "speaks": 1, "fit": recipe["teacher"]["fit"] | {"steps": 3}}
    short = recipe | {"teacher": lesson, "fit": recipe["fit"] | {"steps": 4}}
    told = torch.tensor([True] * 3 + [False] * 7)
    monkeypatch.setattr(before, "Taught", lambda model, elder, _, price: Taught(model, elder, told, price))
    monkeypatch.setattr(before, "Lesson", lambda objective, _, *speaks: Lesson(objective, told, *speaks))
    monkeypatch.setitem(zoo.RECIPES, name, short)
    model, history = zoo.train(name, checkpoint=tmp_path / "run.safetensors", **options)
    again, _ = zoo.train(name, **options)
    assert history.step.tolist() == [3, 7]
    assert history.kl_per_latent.shape == (2, 10)
    assert model.state_dict().keys() == zoo.load("dsprites-early")[0].state_dict().keys()
    for one, other in zip(model.parameters(), again.parameters(), strict=True):
        np.testing.assert_array_equal(one.detach(), other.detach())
    assert all(parameter.requires_grad for parameter in model.parameters())
    files = sorted(path.suffix for path in tmp_path.iterdir())
    assert files == [".dsprites-early", ".lesson", ".listens", ".safetensors"]


def test_an_earlier_model_that_two_others_ask_for_is_trained_once(sprites, tmp_path, monkeypatch):
    monkeypatch.setattr(recode, "PICTURES", 100)
    seen, fit = [], zoo.fit

    def watched(*arguments, checkpoint, **how):
        seen.append((checkpoint.suffix, checkpoint.exists()))
        return fit(*arguments, checkpoint=checkpoint, **how)

    monkeypatch.setattr(zoo, "fit", watched)
    options = {"steps": 2, "warmup": 0, "cooldown": 0, "progress": False, "device": "cpu"}
    zoo.train("dsprites-staged-seed0", images=sprites, checkpoint=tmp_path / "run.safetensors", **options)
    assert [done for suffix, done in seen if suffix == ".dsprites-early"] == [False, True]


def test_earlier_models_have_the_steps_of_their_own_recipes(sprites, monkeypatch):
    at_once = {"warmup": 0, "cooldown": 0}
    monkeypatch.setattr(recode, "PICTURES", 100)
    for name, steps in {"early": 5, "told-seed0": 2, "anew-seed0": 3, "full-seed0": 4}.items():
        recipe = zoo.RECIPES[f"dsprites-{name}"].copy()
        recipe["fit"] = recipe["fit"] | {"steps": steps} | at_once
        for part in recipe.keys() & {"teacher", "anew", "recoded"}:
            recipe[part] = recipe[part] | {"listens": 1, "fit": ANEW["fit"] | {"steps": 1} | at_once}
            if "stages" in recipe[part]:
                recipe[part]["stages"] = [stage | {"steps": 2} for stage in recipe[part]["stages"]]
        monkeypatch.setitem(zoo.RECIPES, f"dsprites-{name}", recipe)
    asked, fit = [], zoo.fit
    monkeypatch.setattr(zoo, "fit", lambda *rest, steps, **how: asked.append(steps) or fit(*rest, steps=steps, **how))
    zoo.train("dsprites-staged-seed0", images=sprites, progress=False, device="cpu")
    assert asked == [5, 2, 3, 5, 4]  # early, told, anew; early once more; full


def test_a_teacher_that_the_zoo_has_is_not_trained_again(tmp_path):
    options = {"images": zoo.images_of("dsprites"), "steps": 2, "warmup": 0, "cooldown": 0, "progress": False}
    _, history = zoo.train("dsprites-distilled-seed0", checkpoint=tmp_path / "run.safetensors", device="cpu", **options)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".lesson", ".listens", ".safetensors"]
    heard = np.array(zoo.load("dsprites-early")[2]["figures"]["kl_per_latent"])
    told = heard > metrics.ACTIVE
    assert (history.kl_per_latent[0][told] > 0.8 * heard[told]).all()  # the lesson: told from the first step on
    assert (history.kl_per_latent[0][~told] < 0.1).all()


@pytest.mark.parametrize(("name", "way"), [("dsprites-refit-seed0", "anew"), ("dsprites-staged-seed0", "recoded")])
def test_a_code_in_new_axes_comes_from_an_earlier_model(name, way, sprites, tmp_path, monkeypatch):
    options = {"images": sprites, "progress": False, "device": "cpu", "warmup": 0, "cooldown": 0}
    monkeypatch.setattr(recode, "PICTURES", 100)
    recipe = zoo.RECIPES[name]
    stages = [stage | {"steps": 2} for stage in recipe[way]["stages"]]
    short = recipe[way] | {"recipe": "dsprites-price-4", "stages": stages}
    if way == "anew":
        short |= {"fit": recipe[way]["fit"] | {"steps": 3}}
    elders = {"elder": "dsprites-price-16"} if "elder" in short else {}
    monkeypatch.setitem(zoo.RECIPES, name, recipe | {way: short | elders, "fit": recipe["fit"] | {"steps": 4}})
    for before_that in ("dsprites-price-4", *elders.values()):
        changed = zoo.RECIPES[before_that] | {"fit": zoo.RECIPES[before_that]["fit"] | {"steps": 5}}
        monkeypatch.setitem(zoo.RECIPES, before_that, changed)
    model, history = zoo.train(name, checkpoint=tmp_path / "run.safetensors", **options)
    again, _ = zoo.train(name, **options)
    assert history.step.tolist() == ([3, 7] if way == "anew" else [4])
    assert history.settings["objective"]["name"] == "Constrained"  # in the end it learns alone
    parts = ["dsprites-price-4", *elders.values(), *(["anew"] if way == "anew" else []), "safetensors"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"run.{part}" for part in parts)
    assert all(parameter.requires_grad for parameter in model.parameters())
    for one, other in zip(model.parameters(), again.parameters(), strict=True):
        np.testing.assert_array_equal(one.detach(), other.detach())
    assert model.state_dict().keys() == zoo.network(recipe).state_dict().keys()


def test_a_code_in_new_axes_begins_with_the_weights_of_the_earlier_model(monkeypatch):
    name, still = "dsprites-refit-seed0", {"lr": 1e-12, "steps": 1, "warmup": 0, "cooldown": 0}
    monkeypatch.setattr(recode, "PICTURES", 100)
    recipe = zoo.RECIPES[name]
    stages = [{"dear": 50.0, "steps": 2, "fall": 1}]
    anew = recipe["anew"] | {"stages": stages, "fit": recipe["anew"]["fit"] | still}
    monkeypatch.setitem(zoo.RECIPES, name, recipe | {"anew": anew, "fit": recipe["fit"] | still, "silence": False})
    model, _ = zoo.train(name, images=zoo.images_of("dsprites"), progress=False, device="cpu")
    for one, other in zip(model.parameters(), zoo.load("dsprites-distilled-seed0")[0].parameters(), strict=True):
        torch.testing.assert_close(one.detach(), other.detach())


@pytest.mark.parametrize("name", ["dsprites-price-16", "dsprites-staged-seed0"])
def test_storing_and_loading_gives_the_model_back(name, tmp_path, monkeypatch, sprites):
    monkeypatch.setattr(zoo, "HERE", tmp_path)
    monkeypatch.setattr(recode, "PICTURES", 100)
    options = {"steps": 2, "warmup": 0, "cooldown": 0, "progress": False, "device": "cpu"}
    model, history = zoo.train(name, images=sprites, **options)
    card = zoo.store(name, model, history, sprites, seconds=1.0)
    loaded, again, stored = zoo.load(name)
    assert stored == json.loads(json.dumps(card))
    images = sprites[:4]
    np.testing.assert_allclose(loaded.reconstruct(images), model.reconstruct(images), atol=1e-5)
    np.testing.assert_array_equal(again.kl_per_latent, history.kl_per_latent)
