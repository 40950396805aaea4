"""The zoo: unknown names, damaged files of models, and what a recipe cannot be trained on or by."""

import hashlib
import io
import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from unittest.mock import patch

from bvae_lib import zoo
from bvae_lib.zoo import measured, registry, snapshots
from bvae_lib.zoo.cards import MODELS, Card

import numpy as np
import torch
from safetensors.torch import load, save

from tests.unit.own_images import Own

from .rows import Accepted, Refused

NAME, FACTORS, LATENTS = "dsprites-price-4", "factors-seed0", "dsprites-hinge-seed0"
GREY = torch.rand(4, 1, 64, 64, generator=torch.Generator().manual_seed(0))
TRIAL = {"images": GREY, "steps": 1, "batch_size": 2, "progress": False, "device": "cpu", "precision": "float32"}
REMEDY = r"is damaged: .*\. Restore that folder .* or delete it and run `make zoo`"


def measures_of(text):
    """A call that reads ``text`` in place of the table, or finds no file."""

    def read(folder):
        if text is not None:
            (folder / "measures.csv").write_text(text, encoding="utf-8")
        with patch.object(measured, "TABLE", folder / "measures.csv"):
            zoo.measures()

    return read


@contextmanager
def copied(folder, name):
    """The folder of a copy of a model, which the zoo reads in place of its own."""
    with patch.object(registry, "MODELS", folder), patch.object(snapshots, "MODELS", folder):
        yield shutil.copytree(MODELS / name, folder / name)


def sign(model):
    """Let the card name the weights that are there now."""
    card = json.loads((model / "card.json").read_text(encoding="utf-8"))
    card["sha256"] = hashlib.sha256((model / "weights.safetensors").read_bytes()).hexdigest()
    (model / "card.json").write_text(json.dumps(card), encoding="utf-8")


def load_with_weights(weights, folder):
    """Load a model whose card names the file of ``weights``, bytes or what a function makes of the tensors."""
    with copied(folder, NAME) as model:
        path = model / "weights.safetensors"
        path.write_bytes(weights if isinstance(weights, bytes) else save(weights(load(path.read_bytes()))))
        sign(model)
        zoo.load(NAME)


@dataclass
class Trap:
    """An object that makes a file where it is unpickled."""

    path: str

    def __reduce__(self):
        return open, (self.path, "w")


def load_a_pickle(folder):
    data = io.BytesIO()
    torch.save({"weight": Trap(str(folder / "executed"))}, data)
    try:
        load_with_weights(data.getvalue(), folder)
    finally:
        assert not (folder / "executed").exists()


def load_truncated_weights(folder):
    with copied(folder, NAME) as model:
        path = model / "weights.safetensors"
        path.write_bytes(path.read_bytes()[:-1000])
        zoo.load(NAME)


def load_with_json(part, change, folder, name=NAME, read=zoo.load):
    """Load a model of whose JSON file ``part`` the text is ``change``, or what that makes of its content."""
    with copied(folder, name) as model:
        path = model / part
        old = path.read_text(encoding="utf-8")
        path.write_text(change if isinstance(change, str) else json.dumps(change(json.loads(old))), encoding="utf-8")
        read(name)


card = partial(partial, load_with_json, "card.json")
history = partial(partial, load_with_json, "history.json")


def seen(name, change):
    return partial(load_with_json, "snapshots.json", change, name=name, read=zoo.load_snapshots)


def load_without(part, read, name, folder):
    with copied(folder, name) as model:
        (model / part).unlink()
        read(name)


def names_without_a_card(folder):
    with copied(folder, NAME) as model:
        assert zoo.names() == [NAME]
        (model / "card.json").unlink()
        assert zoo.names() == []


def load_text_as_card(text, folder):
    (folder / "card.json").write_text(text, encoding="utf-8")
    Card.load(folder / "card.json")


def trained(name=NAME, **changed):
    return lambda _: zoo.train(name, **TRIAL | changed)


def train_on_numbers_of_numpy(folder):
    _, history = zoo.train(NAME, np.int64(3), **TRIAL | {"images": GREY.numpy(), "steps": np.int64(2)})
    assert history.step.tolist() == [2]
    assert type(history.settings["seed"]) is int
    history.save(folder / "history.json")


def train_below_a_file(folder):
    (folder / "file").touch()
    zoo.train("dsprites-refit-seed0", **TRIAL, checkpoint=folder / "file" / "run.safetensors")


def train_with_a_warm_up_of_more_than_the_phase(folder):
    options = {"cooldown": 2, "warmup": 2, "steps": 2}
    short = zoo.RECIPES["dsprites-auxiliary"]["discovery"]
    short = short | {"fit": short["fit"] | {"steps": 1}, "latents": 2}
    with patch.dict(zoo.RECIPES, {"trial": zoo.RECIPES["dsprites-auxiliary"] | {"discovery": short}}):
        zoo.train("trial", **TRIAL | options)


def without(key):
    return lambda stored: {name: value for name, value in stored.items() if name != key}


def changed(**values):
    return lambda stored: stored | values


ROWS = [
    Refused("images_of", "an unknown name", lambda _: zoo.images_of("dsprite"), KeyError, "perhaps 'dsprites'"),
    Refused("load", "a name misspelt", lambda _: zoo.load("dsprites-price4"), KeyError, "perhaps 'dsprites-price-4'"),
    Refused("load", "no name", lambda _: zoo.load(None), KeyError, "no trained model None.*'dsprites-early'.*make zoo"),
    Refused("load", "a path", lambda _: zoo.load("../zoo/dsprites-early"), KeyError, "perhaps 'dsprites-early'"),
    Refused("load", "truncated weights", load_truncated_weights, ValueError, f"{NAME} {REMEDY}"),
    Refused("load", "a renamed pickle", load_a_pickle, ValueError, r"weights\.safetensors holds no weights"),
    Refused("load", "no weights at all", partial(load_with_weights, b""), ValueError, r"weights\.safetensors holds no"),
    Refused(
        "load", "weights whose header is larger than the file",
        partial(load_with_weights, (2**62).to_bytes(8, "little") + b"{}"), ValueError, REMEDY,
    ),
    Refused(
        "load", "weights whose header is garbage",
        partial(load_with_weights, (8).to_bytes(8, "little") + b"\xff" * 80), ValueError, r"holds no weights.*Restore",
    ),
    Refused(
        "load", "weights with NaN",
        partial(load_with_weights, lambda t: t | {"encoder.0.bias": t["encoder.0.bias"] * torch.nan}),
        ValueError, r"finite numbers, those of \['encoder\.0\.bias'\]",
    ),
    Refused(
        "load", "weights of another shape",
        partial(load_with_weights, lambda t: t | {"encoder.0.bias": torch.zeros(3)}),
        ValueError, r"size mismatch for encoder\.0\.bias(.|\n)*Restore",
    ),
    Refused(
        "load", "weights of other names", partial(load_with_weights, without("encoder.0.bias")),
        ValueError, r"Missing key(.|\n)*encoder\.0\.bias(.|\n)*Restore",
    ),
    Refused("load", "a file of weights that is missing", partial(load_without, "weights.safetensors", zoo.load, NAME),
            KeyError, "no trained model 'dsprites-price-4'.*make zoo"),
    Refused("load", "a truncated card", card('{"name": "dspri'), ValueError, r"card\.json is not a card.*Restore"),
    Refused("load", "a card with other keys", card(changed(colour=1)), ValueError, "is not a card.*'colour'.*Restore"),
    Refused("load", "a card that lacks a key", card(without("sha256")), ValueError, "is not a card.*'sha256'.*Restore"),
    Refused("load", "a card with a wrong type", card(changed(seconds="9")), ValueError, "not a card.*seconds is '9'"),
    Refused("load", "a card without figures", card(changed(figures={})), ValueError, "figures lacks .*'mig'.*Restore"),
    Refused("load", "a card of no recipe", card(changed(recipe={})), ValueError, "recipe lacks .*'network'.*Restore"),
    Refused("load", "a truncated history", history('{"settings"'), ValueError, r"history\.json is not a.*Restore"),
    Refused("load", "a history with other keys", history(without("rows")), ValueError, r"history\.json.*Restore"),
    Refused("load_snapshots", "an unknown name", lambda _: zoo.load_snapshots("factors-seed"), KeyError,
            "no snapshots of 'factors-seed', perhaps 'factors-seed"),
    Refused("load_snapshots", "a truncated file", seen(FACTORS, '{"step": [15'), ValueError,
            r"snapshots\.json holds no FactorSnapshots.*Restore"),
    Refused("load_snapshots", "other keys", seen(LATENTS, without("capacity")), ValueError, "no LatentSnapshots"),
    Refused("load_snapshots", "fewer figures than steps", seen(FACTORS, changed(price=[1.0])), ValueError,
            r"price must have the shape.*not \[1\]"),
    Refused("load_snapshots", "words for figures", seen(LATENTS, changed(capacity=["a", "b", "c", "d"])), ValueError,
            "capacity must be numbers"),
    Refused("load_snapshots", "an image of something else", seen(LATENTS, changed(drawn="AAAA")), ValueError,
            "cannot identify image"),
    Refused("load_snapshots", "no history beside them", partial(load_without, "history.json", zoo.load_snapshots,
            FACTORS), ValueError, r"history\.json.*Restore"),
    Accepted("names", "a model that lacks its card is not here", names_without_a_card),
    Refused("Card.load", "a list", partial(load_text_as_card, "[]"), ValueError, r"card\.json is not a card"),
    Refused("train", "a name misspelt", trained("dsprites-erly"), KeyError, "no recipe.*perhaps 'dsprites-early'"),
    Refused("train", "an option that fit lacks", trained(learning_rate=1), TypeError, r"'lr'.*not \['learning_rate'\]"),
    Refused("train", "an objective", trained(objective=None), TypeError, r"not \['objective'\]"),
    Refused("train", "a seed that is text", trained(seed="3"), ValueError, "seed must be a whole number.*'3'"),
    Refused("train", "no steps", trained(steps=0), ValueError, "steps must be a whole number of at least 1, not 0"),
    Refused("train", "True as steps", trained(steps=True), ValueError, "steps must be .* not True"),
    Refused("train", "no images at all", trained(images=GREY[:0]), ValueError, "images is empty"),
    Refused("train", "a set of no images", trained(images=Own(GREY[:0])), ValueError, "images is empty"),
    Refused("train", "a list of images", trained(images=list(GREY)), TypeError, "torch.stack"),
    Refused("train", "bytes", trained(images=(GREY * 255).byte()), ValueError, "divide bytes by 255"),
    Refused("train", "images of colour", trained(images=Own(GREY.repeat(1, 3, 1, 1))), ValueError,
            rf"images of {NAME} must be \[1, 64, 64\], not \[3, 64, 64\]; .*'faces-capacity'"),
    Refused("train", "images of another size", trained("faces-capacity", images=torch.rand(2, 3, 32, 32)), ValueError,
            r"must be \[3, 64, 64\], not \[3, 32, 32\]; no recipe takes these"),
    Refused("train", "a warm-up that does not fit", trained(warmup=5), ValueError, "warmup must be .* not 5"),
    Refused("train", "a rate below 0", trained("dsprites-refit-seed0", lr=-1.0), ValueError, "lr must be .* not -1"),
    Refused("train", "an unknown optimizer", trained("dsprites-staged-seed0", optimizer="sgd"), ValueError,
            "optimizer must be .*'sgd'"),
    Refused("train", "no device", trained("dsprites-staged-seed0", device="gpu"), ValueError, "device 'gpu'"),
    Refused("train", "a checkpoint without a name", trained("dsprites-refit-seed0", checkpoint=""), ValueError,
            "checkpoint must be a path, .*not ''"),
    Refused("train", "a folder as checkpoint", lambda folder: trained(checkpoint=folder)(folder), IsADirectoryError,
            "name a file in it"),
    Refused("train", "a checkpoint below a file", train_below_a_file, OSError, "file"),
    Accepted("train", "numbers and images of NumPy", train_on_numbers_of_numpy),
    Accepted("train", "a warm-up of more steps than an earlier phase", train_with_a_warm_up_of_more_than_the_phase),
    Refused("zoo.measures", "a table that is missing", measures_of(None), ValueError,
            r"is no table of measures .*git checkout.*tools/measure.py"),
    Refused("zoo.paired", "a kind that no recipe has", lambda _: zoo.paired("tcvea", "beta4"), KeyError,
            "no kind of dSprites model 'tcvea', perhaps 'tcvae'"),
    Refused("zoo.measures", "another table", measures_of("model,mig\na,b\n"), ValueError, "is no table of measures"),
]  # fmt: skip
