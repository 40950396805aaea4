"""Models are stored whole or not at all, and `make zoo` goes on after whatever ended it."""

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import warnings
from unittest import mock

from bvae_lib import metrics, zoo
from bvae_lib._runtime import atomic
from bvae_lib.axis_discovery import pipeline
from bvae_lib.data import ImageSet
from bvae_lib.history import History
from bvae_lib.zoo import missing, registry, snapshots
from bvae_lib.zoo.cards import MODELS

import numpy as np
import pytest
import torch

from tests.unit.mortal import IMAGES, Mortal

NAME, LATENTS, EARLIER = "dsprites-price-4", "dsprites-hinge-seed0", "dsprites-auxiliary"
FIGURES = zoo.load(NAME)[2].figures
KILLED = 9


class Few(ImageSet):
    """Twenty images."""

    def __len__(self):
        return len(IMAGES)

    def __getitem__(self, indices):
        return IMAGES[indices]

    def to(self, device):
        return self

    def index(self, factors):
        return torch.tensor([3])

    def entropy(self):
        return 3.0


class MortalFew(Few, Mortal):
    """Few, until Ctrl-C."""

    __getitem__ = Mortal.__getitem__


@pytest.fixture
def models(tmp_path, monkeypatch):
    """An empty folder of models, and few figures to measure."""
    folder = tmp_path / "models"
    folder.mkdir()
    for module in (registry, missing, snapshots):
        monkeypatch.setattr(module, "MODELS", folder)
    monkeypatch.setattr(metrics, "report", lambda model, images: FIGURES)
    monkeypatch.setattr(registry, "commit", lambda: None)
    return folder


@pytest.fixture
def recipes(models, tmp_path, monkeypatch):
    """Leave three short recipes, of which one has snapshots and one an earlier phase, and few images."""
    monkeypatch.chdir(tmp_path)
    quick = {"batch_size": 2, "precision": "float32"}
    three = {}
    for name, recipe in zoo.RECIPES.items():
        if name not in (NAME, LATENTS, EARLIER):
            continue
        short = recipe | {"fit": recipe["fit"] | quick | {"steps": 4, "warmup": 0, "cooldown": 0}}
        if "discovery" in recipe:
            phase = recipe["discovery"]["fit"] | quick | {"steps": 2, "warmup": 0, "cooldown": 0}
            short["discovery"] = recipe["discovery"] | {"latents": 2, "fit": phase}
        three[name] = short
    monkeypatch.setattr(snapshots, "STEPS", (2, 3, 4))
    monkeypatch.setattr(snapshots, "FACTOR_RUNS", {})
    images = Few()
    monkeypatch.setattr(missing, "images_of", lambda data: images)
    monkeypatch.setattr(zoo.runs, "images_of", lambda data: images)
    with mock.patch.dict(zoo.RECIPES, three, clear=True):  # gives the recipes back in their order
        yield


def kill_at(call, action):
    """In a child process do ``action``, and die at the given call of fsync or replace; return whether that came."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads: there are none at work
        child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED
    calls = 0

    def counted(function):
        def counting(*arguments):
            nonlocal calls
            calls += 1
            if calls == call:
                os._exit(KILLED)
            return function(*arguments)

        return counting

    try:
        os.fsync, os.replace = counted(os.fsync), counted(os.replace)
        action()
    finally:
        os._exit(0 if sys.exc_info()[0] is None else 1)


def store(seed):
    model = pipeline.network(zoo.RECIPES[NAME], seed)
    torch.nn.init.constant_(model.head.bias, seed)
    history = History.load(MODELS / NAME / "history.json")
    return registry.store(NAME, model, history, Few(), seconds=float(seed))


def digests(folder):
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*.*")}


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed in a copy of itself")


@needs_fork
@pytest.mark.parametrize("old", [False, True])
def test_storing_killed_anywhere_leaves_one_model_or_says_what_to_do(old, models):
    call, said = 0, 0
    while True:
        shutil.rmtree(models)
        models.mkdir()
        if old:
            store(1)
        call += 1
        if not kill_at(call, lambda: store(2)):
            break
        if not old:
            assert zoo.names() == []
            continue
        try:
            model, _, card = zoo.load(NAME)
            assert card.seconds == model.head.bias[0].item()
        except ValueError as error:
            assert "delete it and run `make zoo`" in str(error)  # noqa: PT017
            said += 1
        store(2)
        assert zoo.load(NAME)[2].seconds == 2
        assert [path.name for path in models.iterdir()] == [NAME]
    assert call == 10  # three files are written and put aside, and three take their places
    assert said <= 2


@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_full_disk_leaves_the_old_model_and_nothing_else(call, models, monkeypatch):
    store(1)
    before, calls = digests(models), 0

    def full(file):
        nonlocal calls
        calls += 1
        if calls == call:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store(2)
    assert digests(models) == before
    assert [path.name for path in models.iterdir()] == [NAME]


def test_weights_that_are_not_finite_are_not_stored(models):
    with pytest.raises(ValueError, match=r"finite numbers, those of \['encoder\.13\.bias"):
        store(100_000)  # as a weight beyond float16


def test_an_interrupted_run_is_not_stored_and_goes_on(recipes, models, monkeypatch):
    interrupts = 0
    while zoo.names() != [*zoo.RECIPES]:
        images = MortalFew(1)
        monkeypatch.setattr(missing, "images_of", lambda data, images=images: images)
        try:
            missing.train_missing()
        except KeyboardInterrupt:
            interrupts += 1
        assert all(zoo.load(name)[1].step[-1] == 4 for name in zoo.names())
    assert interrupts >= 3


@needs_fork
def test_what_is_missing_is_the_same_after_any_number_of_kills(recipes, models, tmp_path):
    missing.train_missing()
    whole = {path: digest for path, digest in digests(models).items() if "card" not in path}
    shutil.rmtree(models)
    models.mkdir()
    shutil.rmtree("runs")
    generator, kills = np.random.default_rng(0), 0
    for _ in range(20):
        kills += kill_at(int(generator.integers(1, 20)), missing.train_missing)
        for name in zoo.names():
            zoo.load(name)
    missing.train_missing()
    assert kills >= 10
    assert {path: digest for path, digest in digests(models).items() if "card" not in path} == whole
    assert zoo.names() == [*zoo.RECIPES]
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["lock"]


def test_a_checkpoint_past_the_next_snapshot_is_refused(recipes, models):
    run = {"images": zoo.runs.images_of("dsprites"), "checkpoint": missing.RUNS / f"{LATENTS}.safetensors"}
    zoo.train(LATENTS, steps=3, progress=False, **run)
    with pytest.raises(ValueError, match=r"checkpoint is at step 3, but .*no snapshot of step 2; delete both"):
        missing.train_one(LATENTS)


def test_a_second_command_is_told_of_the_first(recipes, models, tmp_path):
    with missing.alone(missing.RUNS), pytest.raises(RuntimeError, match="another `make zoo` trains there"):
        missing.train_missing()
    assert zoo.names() == []
    missing.train_missing()
    assert zoo.names() == [*zoo.RECIPES]


def test_a_folder_that_cannot_be_written_to_is_told_before_anything_is_trained(recipes, models, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: path != models)
    with pytest.raises(PermissionError, match="cannot be written to; train in a checkout"):
        missing.train_missing()
    assert not missing.RUNS.exists()


def git(folder, *arguments):
    who = ["-c", "user.name=n", "-c", "user.email=e@e"]
    return subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("place", ["bvae_lib", "venv/lib/site-packages/bvae_lib"])
@pytest.mark.parametrize("tracked", [True, False])
def test_the_commit_is_that_of_a_checkout_alone(place, tracked, tmp_path, monkeypatch):
    source = tmp_path / place / "zoo" / "registry.py"
    source.parent.mkdir(parents=True)
    (tmp_path / "notes.txt").touch()
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "notes.txt")
    source.write_text("", encoding="utf-8")
    if tracked:
        git(tmp_path, "add", str(source))
    git(tmp_path, "commit", "-qm", "the first")
    monkeypatch.setattr(registry, "SOURCE", source)
    if not tracked or place != "bvae_lib":
        assert registry.commit() is None
        return
    head = git(tmp_path, "rev-parse", "HEAD").strip()
    assert registry.commit() == head
    source.write_text("changed", encoding="utf-8")
    assert registry.commit() == f"{head}-dirty"


def test_outside_of_a_repository_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "SOURCE", tmp_path / "registry.py")
    assert registry.commit() is None
