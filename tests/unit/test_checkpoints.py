"""A run that is killed and called again ends as if it had not been."""

import os

from bvae_lib import training
from bvae_lib.models import BurgessVAE
from bvae_lib.objectives import BetaVAE, Capacity, Constrained
from bvae_lib.training import fit

import numpy as np
import pytest
import torch

from tests.unit.mortal import IMAGES, Mortal

STEPS = 11


def train(checkpoint=None, objective=None, images=IMAGES, steps=STEPS, latents=3, **options):
    """A tiny run: the model and its History."""
    model = BurgessVAE(latents=latents)
    options = {"batch_size": 2, "device": "cpu", "precision": "float32", "progress": False} | options
    return model, fit(model, images, objective or BetaVAE(), steps, checkpoint=checkpoint, **options)


class Killed(Exception):
    """Stands for whatever ends a run."""


def stop():
    raise Killed


@pytest.fixture(autouse=True)
def often(monkeypatch):
    """A record every 2 steps, a checkpoint every 4."""
    monkeypatch.setattr(training, "RECORD_EVERY", 2)
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", 4)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "runs" / "run.safetensors"


@pytest.fixture
def finished(path):
    train(path)
    return path


def assert_same(first, second):
    (model, history), (other_model, other_history) = first, second
    for a, b in zip(model.parameters(), other_model.parameters(), strict=True):
        assert torch.equal(a, b)
    assert history.step.tolist() == other_history.step.tolist()
    np.testing.assert_array_equal(history.rows(), other_history.rows())
    assert history.settings == other_history.settings


def momentum(groups):
    return torch.optim.SGD(groups, momentum=0.9)


@pytest.mark.parametrize(
    ("objective", "optimizer", "lr"),
    [
        (Constrained, "adam", 1e-3),
        (Capacity, "amsgrad", 1e-4),
        (BetaVAE, momentum, 1e-5),
        (BetaVAE, lambda groups: torch.optim.SGD(groups), 1e-5),
    ],
)
def test_a_run_that_stops_again_and_again_ends_as_one_that_did_not(path, objective, optimizer, lr):
    options = {"optimizer": optimizer, "lr": lr, "warmup": 6, "cooldown": 3}
    for batches in (2, 5, 0, 6):  # until steps 0, 4, 4 and 8 are saved
        with pytest.raises(Killed):
            train(path, objective(), Mortal(batches, stop), **options)
    assert_same(train(path, objective(), **options), train(None, objective(), **options))


def test_a_finished_run_returns_at_once(finished):
    assert_same(train(finished, images=Mortal(0, stop)), train())


def test_a_finished_run_goes_on_when_asked_for_more_steps(finished):
    longer, whole = train(finished, steps=20), train(steps=20)
    assert longer[1].step[-1] == 20
    for a, b in zip(longer[0].parameters(), whole[0].parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize(
    ("name", "value"),
    [("seed", 5), ("lr", 1e-3), ("batch_size", 3), ("optimizer", "amsgrad"), ("objective", BetaVAE(2))],
)
def test_a_checkpoint_of_other_settings_is_refused_and_kept(finished, name, value):
    before = finished.read_bytes()
    with pytest.raises(ValueError, match=f"is of another run: its {name} is .* give another file name, or delete it"):
        train(finished, **{name: value})
    assert finished.read_bytes() == before


def test_a_checkpoint_of_another_model_is_refused(finished):
    with pytest.raises(ValueError, match="is of another run"):
        train(finished, latents=4)


def test_another_precision_may_go_on_with_a_run(path):
    with pytest.raises(Killed):
        train(path, images=Mortal(6, stop))
    _, history = train(path, precision="bfloat16")
    assert history.step[-1] == STEPS
    assert history.settings["precision"] == "bfloat16"


@pytest.mark.parametrize("kept", [0, 5, 200, 0.5, 0.999])
def test_a_checkpoint_cut_short_is_refused(finished, kept):
    whole = finished.read_bytes()
    finished.write_bytes(whole[: int(kept * len(whole)) if kept < 1 else kept])
    with pytest.raises(ValueError, match=r"cannot be read .*delete it to start again"):
        train(finished)


def test_a_file_of_another_kind_is_refused(path):
    path.parent.mkdir()
    path.write_bytes(b"this is a text about disentangling" * 100)
    with pytest.raises(ValueError, match=r"cannot be read .*delete it to start again"):
        train(path)


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_checkpoint_whole(path, monkeypatch, call):
    with pytest.raises(Killed):
        train(path, images=Mortal(6, stop))
    old = path.read_bytes()

    def fail(*arguments):
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(OSError, match="no space left"):
            train(path)
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]
    assert_same(train(path), train())
