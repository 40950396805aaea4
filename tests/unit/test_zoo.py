"""The trained models that travel with the library."""

import hashlib
import json
import math
import shutil
from functools import partial

from bvae_lib import metrics, zoo
from bvae_lib.axis_discovery import ica, pipeline, second_stage
from bvae_lib.zoo import registry, runs
from bvae_lib.zoo.cards import MODELS, Card
from bvae_lib.zoo.recipes import OBJECTIVES, PRICES, QUEUED

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.mortal import IMAGES, Mortal

AT_ONCE = {"warmup": 0, "cooldown": 0}
QUIET = {"progress": False, "device": "cpu"}
RENAMED = {"distilled": "told", "refit": "anew", "staged": "full", "fixed-budget": "cold", "auxiliary": "companion"}


@pytest.fixture(params=zoo.names())
def name(request):
    return request.param


@pytest.fixture
def all_active(monkeypatch):
    """After a few steps hardly any latent of a teacher has nats."""
    monkeypatch.setattr(metrics, "ACTIVE", 0.0)


@pytest.fixture
def few_codes(monkeypatch):
    monkeypatch.setattr(second_stage, "IMAGES", 100)
    monkeypatch.setattr(ica, "IMAGES", 100)


def weights_of(model):
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def shorten(recipe, steps, **discovery):
    """A recipe with few steps everywhere, and ``discovery`` changed."""
    short = recipe | {"fit": recipe["fit"] | AT_ONCE | {"steps": steps}}
    if "discovery" in recipe:
        changed = recipe["discovery"] | discovery
        if "fit" in changed:
            changed["fit"] = changed["fit"] | AT_ONCE | {"steps": 3}
        if "stages" in changed:
            changed["stages"] = [stage | {"steps": 2} for stage in changed["stages"]]
        short["discovery"] = changed
    return short


def test_every_recipe_has_been_trained_but_those_in_the_queue():
    assert {*zoo.RECIPES} - {*zoo.names()} <= {*QUEUED}


def test_what_chapters_read_is_not_in_the_queue():
    assert not {"dsprites-early", "dsprites-beta4", "dsprites-hinge-seed4", "faces-hinge"} & {*QUEUED}
    assert {"dsprites-report-colour", "faces-report64-hinge-seed4"} <= {*QUEUED}


def test_seeds_of_one_recipe_differ_in_nothing_else():
    """And rivals are paired: same seeds, steps, rate of learning and batches."""
    for part in ("tcvae", "factorvae", "beta4"):
        seeds = [f"dsprites-{part}-seed{seed}" for seed in range(5)]
        for seed, name in enumerate(seeds):
            recipe = zoo.RECIPES["dsprites-beta4" if name == "dsprites-beta4-seed0" else name]
            arguments = recipe["objective"]["arguments"]
            assert recipe["seed"] == arguments.get("seed", seed) == seed
            assert recipe["fit"] == zoo.RECIPES["dsprites-beta4"]["fit"]
            first = zoo.RECIPES["dsprites-beta4" if part == "beta4" else seeds[0]]["objective"]["arguments"]
            assert arguments | {"seed": 0} == first | {"seed": 0}


def test_a_card_belongs_to_its_recipe_weights_and_history(name):
    _, history, card = zoo.load(name)
    assert card.name == name
    assert card.recipe == zoo.RECIPES[name]
    assert card.sha256 == hashlib.sha256((MODELS / name / "weights.safetensors").read_bytes()).hexdigest()
    recipe = card.recipe
    recorded = [recipe["fit"]]
    if recipe.get("discovery", {}).get("method") in ("distillation", "refit"):  # whose records come first
        recorded.append(recipe["discovery"]["fit"])
    assert history.step[-1] == sum(fit["steps"] for fit in recorded)
    assert card.rate == pytest.approx(sum(card.kl_per_latent))
    assert card.active == (card.kl_per_latent >= metrics.ACTIVE).sum()
    assert card.mig == pytest.approx(np.mean(list(card.gaps.values())))


def test_the_history_of_a_model_holds_the_objective_of_its_recipe(name):
    _, history, card = zoo.load(name)
    settings = history.settings["objective"]
    if settings["name"] == "JointObjective":
        assert settings["auxiliary"]["beta"] == card.recipe["discovery"]["price"]
        settings = settings["objective"]
    kind, arguments = settings["name"], {key: value for key, value in settings.items() if key != "name"}
    expected = OBJECTIVES[card.recipe["objective"]["name"]](**card.recipe["objective"]["arguments"])
    assert OBJECTIVES[kind](**arguments).settings() == expected.settings()


def test_a_card_of_a_renamed_model_says_as_what_and_at_which_commit_it_was_trained(name):
    card = zoo.load(name)[2]
    assert len(card.commit.removesuffix("-dirty")) == 40
    part = name.removeprefix("dsprites-").rpartition("-seed")[0] or name.removeprefix("dsprites-")
    if part not in RENAMED:
        assert card.trained_as is None
        return
    assert card.trained_as["name"] == name.replace(part, RENAMED[part])
    # Tensors of the staged models have new names in the file; the other files are the same.
    assert (card.trained_as["sha256"] == card.sha256) == (part != "staged")


@pytest.mark.parametrize("name", ["dsprites-early", "dsprites-staged-seed1"])
def test_a_card_holds_the_figures_of_the_weights(name):
    model, _, card = zoo.load(name)
    figures = metrics.report(model, zoo.images_of(card.recipe["data"]))
    np.testing.assert_allclose(figures["kl_per_latent"], card.kl_per_latent, rtol=0.01, atol=1e-3)
    assert figures["rate"] == pytest.approx(card.rate, rel=0.01)
    assert figures["distortion"] == pytest.approx(card.distortion, rel=0.01)
    assert figures["mig"] == pytest.approx(card.mig, abs=0.01)
    assert figures["mig_raw"] == pytest.approx(card.mig_raw, abs=0.01)
    assert figures["gaps"] == pytest.approx(card.gaps, abs=0.01)
    assert figures["active"] == card.active


@pytest.fixture(scope="module")
def entropy(sprites):
    return sprites.entropy()


def test_bounds_are_those_of_the_figures_and_break_no_law(name, entropy):
    card = zoo.load(name)[2]
    bounds = card.bounds
    assert bounds == metrics.rate_distortion_bounds(card.rate, card.distortion, bounds["entropy"])
    rendered = math.log(runs.RENDERED)  # of images that all differ
    assert bounds["entropy"] == pytest.approx(entropy if card.recipe["data"] == "dsprites" else rendered)
    assert card.rate + card.distortion >= bounds["entropy"]
    assert bounds["information_at_least"] <= bounds["information_at_most"] <= bounds["entropy"]
    assert bounds["information_at_most"] + bounds["mismatch_at_least"] == pytest.approx(card.rate)


def test_a_higher_price_leaves_less_rate_and_more_distortion():
    cards = [zoo.load(f"dsprites-price-{beta}")[2] for beta in PRICES]
    assert [card.rate for card in cards] == sorted((card.rate for card in cards), reverse=True)
    assert [card.distortion for card in cards] == sorted(card.distortion for card in cards)


def test_unknown_names_are_refused():
    with pytest.raises(KeyError, match=r"no trained model 'dsprites-nothing'.*dsprites-early"):
        zoo.load("dsprites-nothing")
    with pytest.raises(KeyError, match="no recipe"):
        zoo.train("dsprites-nothing")


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The folder of a copy of one model, which the zoo reads in place of its own."""
    monkeypatch.setattr(registry, "MODELS", tmp_path)
    return shutil.copytree(MODELS / "dsprites-early", tmp_path / "dsprites-early")


def test_damaged_weights_are_refused(copied):
    zoo.load("dsprites-early")
    data = bytearray((copied / "weights.safetensors").read_bytes())
    data[-100] ^= 1
    (copied / "weights.safetensors").write_bytes(data)
    with pytest.raises(ValueError, match="SHA-256"):
        zoo.load("dsprites-early")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"name": "dsprites-early"}'])
def test_what_is_no_card_is_refused(copied, text):
    (copied / "card.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"card\.json is not a card"):
        zoo.load("dsprites-early")


def test_train_follows_the_recipe_and_takes_another_seed(sprites):
    options = {"images": sprites, "steps": 2, "batch_size": 8} | QUIET
    (one, history), (same, _), (other, _) = (zoo.train("dsprites-price-4", seed, **options) for seed in (None, 0, 3))
    assert history.settings["objective"]["beta"] == 4
    assert history.settings["lr"] == zoo.RECIPES["dsprites-price-4"]["fit"]["lr"]
    assert torch.equal(weights_of(one), weights_of(same))
    assert not torch.equal(weights_of(one), weights_of(other))


def test_latents_that_end_below_a_hundredth_of_a_nat_are_pruned_where_the_recipe_says_so(sprites):
    options = {"images": sprites, "steps": 2} | AT_ONCE | QUIET
    model, history = zoo.train("dsprites-early", **options)
    faint = history.kl_per_latent[-1] < metrics.ACTIVE
    kl = model.encode(sprites[:50]).kl().mean(dim=0).detach().numpy()
    assert faint.any()
    assert (kl[faint] == 0).all()
    assert (zoo.train("dsprites-vae", **options)[0].encode(sprites[:50]).kl().mean(dim=0) > 0).all()


@pytest.mark.parametrize("name", ["dsprites-auxiliary", "chairs-constrained"])
def test_an_auxiliary_code_makes_features_first_and_is_thrown_away(name, tmp_path, monkeypatch):
    recipe = zoo.RECIPES[name]
    images = torch.rand(20, recipe["network"]["channels"], 64, 64, generator=torch.Generator().manual_seed(0))
    options = {"images": images, "batch_size": 8} | QUIET
    monkeypatch.setitem(zoo.RECIPES, name, shorten(recipe, 3, latents=4))
    model, history = zoo.train(name, checkpoint=tmp_path / "run.safetensors", **options)
    same, _ = zoo.train(name, **options)
    without = {key: value for key, value in zoo.RECIPES[name].items() if key != "discovery"}
    monkeypatch.setitem(zoo.RECIPES, name, without)
    alone, _ = zoo.train(name, **options)
    assert model.state_dict().keys() == alone.state_dict().keys()
    assert history.kl_per_latent.shape == (1, 10)
    assert history.settings["objective"]["name"] == "JointObjective"
    assert torch.equal(weights_of(model), weights_of(same))
    assert not torch.allclose(model.encoder[0].weight, alone.encoder[0].weight, atol=1e-3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.auxiliary", "run.safetensors"]


def test_a_teacher_is_trained_first_and_its_student_ends_as_any_other_network(
    sprites, tmp_path, monkeypatch, all_active
):
    name, options = "dsprites-distilled-seed0", {"images": sprites, "batch_size": 8} | QUIET
    monkeypatch.setitem(zoo.RECIPES, "dsprites-early", shorten(zoo.RECIPES["dsprites-early"], 2))
    short = shorten(zoo.RECIPES[name], 4, decoder_only_steps=2, kl_from_step=1)
    monkeypatch.setitem(zoo.RECIPES, name, short)
    model, history = zoo.train(name, checkpoint=tmp_path / "run.safetensors", **options)
    same, _ = zoo.train(name, **options)
    assert history.step.tolist() == [3, 7]
    assert history.kl_per_latent.shape == (2, 10)
    assert history.settings["objective"]["name"] == "Constrained"  # in the end it learns alone
    assert history.settings["optimizer"] == "muon"
    assert model.state_dict().keys() == zoo.load("dsprites-early")[0].state_dict().keys()
    assert torch.equal(weights_of(model), weights_of(same))
    assert all(parameter.requires_grad for parameter in model.parameters())
    files = sorted(path.suffix for path in tmp_path.iterdir())
    assert files == [".decoder-only", ".distillation", ".dsprites-early", ".safetensors"]


def test_a_teacher_that_the_zoo_has_is_loaded(tmp_path):
    options = {"images": zoo.images_of("dsprites"), "steps": 2} | AT_ONCE | QUIET
    _, history = zoo.train("dsprites-distilled-seed0", checkpoint=tmp_path / "run.safetensors", **options)
    files = sorted(path.suffix for path in tmp_path.iterdir())
    assert files == [".decoder-only", ".distillation", ".safetensors"]
    teacher = zoo.load("dsprites-early")[2].kl_per_latent
    given = teacher > metrics.ACTIVE  # by the teacher, from the first step on
    assert (history.kl_per_latent[0][given] > 0.8 * teacher[given]).all()
    assert (history.kl_per_latent[0][~given] < 0.1).all()


def test_an_earlier_model_that_two_others_need_is_trained_once(sprites, tmp_path, monkeypatch, few_codes, all_active):
    seen, fit = [], runs.fit

    def watched(*arguments, checkpoint, **options):
        seen.append((checkpoint.suffix, checkpoint.exists()))
        return fit(*arguments, checkpoint=checkpoint, **options)

    monkeypatch.setattr(runs, "fit", watched)
    options = {"steps": 2, "batch_size": 8, "checkpoint": tmp_path / "run.safetensors"} | AT_ONCE | QUIET
    zoo.train("dsprites-staged-seed0", images=sprites, **options)
    assert [done for suffix, done in seen if suffix == ".dsprites-early"] == [False, True]


def test_earlier_models_have_the_steps_of_their_own_recipes(sprites, monkeypatch, few_codes, all_active):
    for name, steps in {"early": 5, "distilled-seed0": 2, "refit-seed0": 3, "staged-seed0": 4}.items():
        recipe = zoo.RECIPES[f"dsprites-{name}"]
        short = shorten(recipe, steps, **({"decoder_only_steps": 1} if name.startswith("distilled") else {}))
        monkeypatch.setitem(zoo.RECIPES, f"dsprites-{name}", short)
    asked, fit = [], runs.fit

    def watched(*arguments, steps, **options):
        asked.append(steps)
        return fit(*arguments, steps=steps, **options)

    monkeypatch.setattr(runs, "fit", watched)
    zoo.train("dsprites-staged-seed0", images=sprites, batch_size=8, **QUIET)
    assert asked == [5, 2, 3, 5, 4]  # early, distilled, refit; early once more; staged


@pytest.mark.parametrize("method", ["refit", "staged"])
def test_a_code_in_new_axes_comes_from_an_earlier_model(method, sprites, tmp_path, monkeypatch, few_codes):
    name, options = f"dsprites-{method}-seed0", {"images": sprites, "batch_size": 8} | QUIET
    earlier = {"model": "dsprites-price-4"} | ({"reference": "dsprites-price-16"} if method == "staged" else {})
    recipe = zoo.RECIPES[name]
    monkeypatch.setitem(zoo.RECIPES, name, shorten(recipe, 4, **earlier))
    for other in earlier.values():
        monkeypatch.setitem(zoo.RECIPES, other, shorten(zoo.RECIPES[other], 5))
    model, history = zoo.train(name, checkpoint=tmp_path / "run.safetensors", **options)
    same, _ = zoo.train(name, **options)
    assert history.step.tolist() == ([3, 7] if method == "refit" else [4])
    assert history.settings["objective"]["name"] == "Constrained"  # in the end it learns alone
    parts = [*earlier.values(), *(["refit"] if method == "refit" else []), "safetensors"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"run.{part}" for part in parts)
    assert torch.equal(weights_of(model), weights_of(same))
    assert model.state_dict().keys() == pipeline.network(recipe).state_dict().keys()
    frozen = {name.partition(".")[0] for name, weight in model.named_parameters() if not weight.requires_grad}
    assert frozen == (set() if method == "refit" else {"model", "reference", "stages"})


def test_a_code_in_new_axes_begins_with_the_weights_of_the_earlier_model(monkeypatch, few_codes):
    name, still = "dsprites-refit-seed0", {"lr": 1e-12, "steps": 1} | AT_ONCE
    recipe = zoo.RECIPES[name]
    stages = [{"beta_start": 50.0, "steps": 2, "anneal_steps": 1}]
    discovery = recipe["discovery"] | {"stages": stages, "fit": recipe["discovery"]["fit"] | still}
    monkeypatch.setitem(
        zoo.RECIPES, name, recipe | {"discovery": discovery, "fit": recipe["fit"] | still, "prune": False}
    )
    model, _ = zoo.train(name, images=zoo.images_of("dsprites"), batch_size=8, **QUIET)
    torch.testing.assert_close(weights_of(model), weights_of(zoo.load("dsprites-distilled-seed0")[0]))


@pytest.mark.parametrize("name", ["dsprites-price-16", "dsprites-staged-seed0"])
def test_storing_and_loading_gives_the_model_back(name, tmp_path, monkeypatch, sprites, few_codes):
    monkeypatch.setattr(registry, "MODELS", tmp_path)
    monkeypatch.setattr(metrics, "report", partial(metrics.report, n=500))
    options = {"steps": 2, "batch_size": 8} | AT_ONCE | QUIET
    model, history = zoo.train(name, images=sprites, **options)
    card = registry.store(name, model, history, sprites, seconds=1.0)
    loaded, stored_history, stored = zoo.load(name)
    assert stored == Card(**json.loads(json.dumps(vars(card))))
    assert stored.recipe == zoo.RECIPES[name]
    images = sprites[:4]
    np.testing.assert_allclose(loaded.reconstruct(images), model.reconstruct(images), atol=1e-5)
    np.testing.assert_array_equal(stored_history.kl_per_latent, history.kl_per_latent)


TRIALS = ["early", "auxiliary", *(f"{name}-seed0" for name in ("distilled", "refit", "staged", "hinge"))]
TRIALS += ["tcvae-seed0", "factorvae-seed0"]
TRIALS = [f"dsprites-{name}" for name in TRIALS] + ["chairs-constrained", "faces-constrained"]


@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("name", TRIALS)
def test_a_trial_of_a_few_steps_of_any_recipe_runs_to_its_end(name, steps, monkeypatch, few_codes):
    monkeypatch.setattr(runs, "names", list)  # earlier models are trained too
    channels = zoo.RECIPES[name]["network"]["channels"]
    images = torch.rand(20, channels, 64, 64, generator=torch.Generator().manual_seed(0))
    model, history = zoo.train(name, images=images, steps=steps, batch_size=2, **QUIET)
    assert history.step[-1] in (steps, 2 * steps)
    assert all(weight.isfinite().all() for weight in model.parameters())


@given(name=st.sampled_from([*zoo.RECIPES]), steps=st.integers(1, 40_000))
def test_periods_fit_into_a_training_of_any_length_and_stay_the_recipes_own_in_the_whole(name, steps):
    recipe = zoo.RECIPES[name]
    discovery = recipe.get("discovery", {})
    for whole in [recipe["fit"], *([discovery["fit"]] if "fit" in discovery else []), *discovery.get("stages", [])]:
        short = pipeline.shortened(whole, steps)
        assert short["steps"] == min(steps, whole["steps"])
        assert short.get("warmup", 0) <= short["steps"] >= short.get("cooldown", 0)
        assert short.get("anneal_steps", 0) + short.get("stagger_steps", 0) <= short["steps"]
        assert pipeline.shortened(whole, whole["steps"] + steps) == whole


@pytest.mark.parametrize(
    "wrong", [{"cooldown": 9}, {"lr": 0.0}, {"batch_size": 0}, {"optimizer": "sgd"}, {"precision": "float8"}], ids=str
)
def test_options_are_checked_before_anything_is_trained(wrong, sprites, monkeypatch):
    monkeypatch.setattr(pipeline, "prepare", lambda *arguments: pytest.fail("a phase began"))
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be"):
        zoo.train("dsprites-staged-seed0", images=sprites, steps=4, **QUIET | wrong)


@pytest.mark.parametrize("name", ["dsprites-auxiliary", "dsprites-distilled-seed0"])
def test_ctrl_c_in_a_phase_ends_the_call_and_the_same_call_goes_on(name, tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "names", list)
    options = {"steps": 4, "batch_size": 2, "seed": 1} | QUIET
    whole, _ = zoo.train(name, images=IMAGES, **options)
    options |= {"checkpoint": tmp_path / "run.safetensors"}
    with pytest.raises(KeyboardInterrupt):
        zoo.train(name, images=Mortal(2), **options)
    model, _ = zoo.train(name, images=IMAGES, **options)
    assert torch.equal(weights_of(model), weights_of(whole))


def test_ctrl_c_in_the_last_training_gives_what_was_learned_so_far():
    model, history = zoo.train("dsprites-early", images=Mortal(1), steps=4, batch_size=2, **QUIET)
    assert history.step.tolist() == [2]  # the step at hand is finished
    assert not model.training
