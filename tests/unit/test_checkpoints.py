"""A run that is killed and called again ends as if it had not been."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from bvae_lib import checkpoints, training
from bvae_lib.history import Recorder
from bvae_lib.models import BurgessVAE
from bvae_lib.objectives import BetaVAE, Capacity, Constrained
from bvae_lib.training import fit

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from tests.unit.mortal import IMAGES, Mortal

STEPS = 11
ROOT = Path(__file__).resolve().parents[2]


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
        (BetaVAE, lambda groups: torch.optim.Adafactor(groups), 1e-3),
        (BetaVAE, lambda groups: torch.optim.SGD(groups), 1e-5),
    ],
)
def test_a_run_that_stops_again_and_again_ends_as_one_that_did_not(path, objective, optimizer, lr):
    options = {"optimizer": optimizer, "lr": lr, "warmup": 6, "cooldown": 3}
    for batches in (2, 5, 0, 6):  # until steps 0, 4, 4 and 8 are saved
        with pytest.raises(Killed):
            train(path, objective(), Mortal(batches, stop), **options)
    assert_same(train(path, objective(), **options), train(None, objective(), **options))


@pytest.mark.parametrize("batches", [(0,), (1,), (3, 0, 4), (2, 2, 2)])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_run_that_ctrl_c_stops_goes_on_at_the_same_call(path, batches, precision, capsys):
    model, done = BurgessVAE(latents=3), 0  # as in a notebook: the same half-trained model comes again
    options = {"batch_size": 2, "device": "cpu", "precision": precision, "progress": False, "checkpoint": path}
    for left in batches:
        done += left + 1
        history = fit(model, Mortal(left), Constrained(), STEPS, **options)
        assert history.step[-1] == done  # the last record is of fewer steps
        assert f"stopped after {done} of {STEPS} steps" in capsys.readouterr().out
    history = fit(model, IMAGES, Constrained(), STEPS, **options)
    assert_same((model, history), train(None, Constrained(), precision=precision))


def test_a_run_that_stops_by_an_error_begins_again_from_the_first_weights(path):
    model = BurgessVAE(latents=3)
    options = {"batch_size": 2, "device": "cpu", "precision": "float32", "progress": False, "checkpoint": path}
    with pytest.raises(Killed):
        fit(model, Mortal(3, stop), BetaVAE(), STEPS, **options)
    history = fit(model, IMAGES, BetaVAE(), STEPS, **options)
    assert_same((model, history), train())


KILLED = """
import os, random, signal, sys, time
import bvae_lib.training as training
from tests.unit.test_checkpoints import BurgessVAE, train
import torch

def stamp():
    return os.stat(sys.argv[1]).st_mtime_ns if os.path.exists(sys.argv[1]) else None

torch.set_num_threads(1)
training.RECORD_EVERY, training.CHECKPOINT_EVERY = 2, 4
torch.optim.Adam(BurgessVAE().parameters())  # which imports much: once, in place of in each child
draw, killed = random.Random(0), 0
for _ in range(20):
    before, ended, saves, child = stamp(), 0, draw.choice([1, 2, 3]), os.fork()
    if not child:
        train(sys.argv[1], steps=int(sys.argv[2]))
        os._exit(0)
    while not ended and saves:  # the first of them comes before the first step
        time.sleep(0.002)
        now, (ended, _) = stamp(), os.waitpid(child, os.WNOHANG)
        before, saves = now, saves - (now != before)
    if not ended:
        time.sleep(draw.uniform(0, 0.05))
        os.kill(child, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
print(killed)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on Windows")
def test_a_run_that_is_killed_at_twenty_random_moments_ends_as_one_that_was_not(path):
    steps = 100
    arguments = [sys.executable, "-c", KILLED, str(path), str(steps)]
    run = subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(run.stdout) > 5  # the others had come to the end
    assert_same(train(path, steps=steps), train(steps=steps))


def test_a_finished_run_returns_at_once(finished):
    assert_same(train(finished, images=Mortal(0, stop)), train())


def test_a_finished_run_goes_on_when_asked_for_more_steps(finished):
    longer, whole = train(finished, steps=20), train(steps=20)
    assert longer[1].step[-1] == 20
    for a, b in zip(longer[0].parameters(), whole[0].parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", 5),
        ("lr", 1e-3),
        ("batch_size", 3),
        ("optimizer", "amsgrad"),
        ("beta of objective", BetaVAE(2)),
        ("name of objective", Constrained()),
        ("digest of images", IMAGES.flip(0)),
        ("number of images", IMAGES[:10]),
        ("channels of images", IMAGES.repeat(1, 3, 1, 1)),
    ],
)
def test_a_checkpoint_of_other_settings_is_refused_and_kept(finished, name, value):
    before = finished.read_bytes()
    with pytest.raises(ValueError, match=f"is of another run: its {name} is .* give another file name, or delete it"):
        train(finished, **{name.split()[-1]: value})
    assert finished.read_bytes() == before


class Scaled(BetaVAE):
    """Owns a parameter, of a shape that is asked for."""

    def __init__(self, *shape):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(shape))


def backwards(groups):
    return torch.optim.Adam([group | {"params": group["params"][::-1]} for group in groups])


class Frozen(BurgessVAE):
    """The second layer does not learn."""

    def __init__(self, latents):
        super().__init__(latents=latents)
        self.encoder[2].requires_grad_(False)


@pytest.mark.parametrize(
    ("model", "objective", "optimizer", "fault"),
    [
        (BurgessVAE(latents=4), Scaled(3), "adam", r"model's encoder.13.weight is .* \[6, 256\], here .*\[8"),
        (BurgessVAE(latents=3).double(), Scaled(3), "adam", "model's .* is torch.float32 .*, here it is torch.float64"),
        (BurgessVAE(latents=3), Scaled(3), partial(backwards), r"optimizer's parameter 0 is .*, here it is"),
        (Frozen(latents=3), Scaled(3), "adam", "optimizer's parameters is .*, here it is"),
        (BurgessVAE(latents=3), Scaled(4), "adam", r"objective's scale is torch.float32 \[3\], here"),
        (BurgessVAE(latents=3), Scaled(3), partial(torch.optim.Adam, betas=(0.5, 0.9)), "optimizer's betas is"),
        (BurgessVAE(latents=3), Scaled(3), partial(torch.optim.SGD), "optimizer's class is Adam, here it is SGD"),
    ],
)
def test_what_is_of_another_kind_is_refused_before_anything_changes(path, model, objective, optimizer, fault):
    options = {"batch_size": 2, "device": "cpu", "precision": "float32", "progress": False, "checkpoint": path}
    adam = optimizer if optimizer == "adam" else partial(torch.optim.Adam)
    fit(BurgessVAE(latents=3), IMAGES, Scaled(3), STEPS, optimizer=adam, **options)
    before = [value.clone() for owner in (model, objective) for value in owner.state_dict().values()]
    with pytest.raises(ValueError, match=f"is of another run: its {fault}"):
        fit(model, IMAGES, objective, STEPS, optimizer=optimizer, **options)
    after = [value for owner in (model, objective) for value in owner.state_dict().values()]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def altered(path, change):
    """Rewrite a checkpoint after ``change`` of its tensors and of its header."""
    with safe_open(path, "pt") as file:
        tensors, header = {name: file.get_tensor(name) for name in file.keys()}, file.metadata()  # noqa: SIM118
    header.pop("digest")
    change(tensors, header)
    save_file(tensors, path, header)


@pytest.mark.parametrize("state", [torch.zeros(16, dtype=torch.uint8), torch.zeros(5056, dtype=torch.uint8), None])
def test_a_random_state_that_is_none_leaves_everything_as_it_was(finished, state):
    altered(finished, lambda tensors, _: tensors.pop("generator") if state is None else tensors.update(generator=state))
    model, objective = BurgessVAE(latents=3, seed=9), BetaVAE()
    optimizer = training._make_optimizer("adam", training.parameter_groups(objective, model, 5e-4))
    generator = torch.Generator().manual_seed(3)
    weights, drawn = [value.clone() for value in model.state_dict().values()], generator.get_state()
    with pytest.raises(ValueError, match=r"cannot be read .*delete it to start again"):
        checkpoints.load_checkpoint(
            finished, model, objective, optimizer, generator, checkpoints.stored_settings(finished)
        )
    assert all(torch.equal(a, b) for a, b in zip(weights, model.state_dict().values(), strict=True))
    assert torch.equal(drawn, generator.get_state())
    assert not optimizer.state


def as_of_cuda(tensors, header):
    """What a file of a run on a GPU differs in."""
    tensors["generator"] = torch.zeros(16, dtype=torch.uint8)
    header["settings"] = header["settings"].replace('"device": "cpu"', '"device": "cuda:0"')


def test_a_run_goes_on_with_another_device_and_with_draws_of_its_own(path):
    with pytest.raises(Killed):
        train(path, images=Mortal(6, stop))
    altered(path, as_of_cuda)
    saved = path.read_bytes()
    first = train(path)
    path.write_bytes(saved)
    assert_same(first, train(path))
    model, history = first
    assert (history.step[-1], history.settings["device"]) == (STEPS, "cpu")
    assert not torch.equal(model.head.weight, train()[0].head.weight)


def test_a_file_from_before_checkpoints_knew_their_images_and_optimizers_goes_on(path):
    with pytest.raises(Killed):
        train(path, images=Mortal(6, stop))

    def older(tensors, header):
        tensors.pop("total")
        header.pop("optimizer")
        header.pop("state")
        settings = json.loads(header["settings"])
        settings.pop("images")
        header["settings"] = json.dumps(settings)

    altered(path, older)
    assert_same(train(path), train())


def test_a_precision_of_auto_is_that_of_the_run_that_goes_on(path, monkeypatch):
    for begun, fast in (("bfloat16", False), ("float32", True)):
        path.unlink(missing_ok=True)
        with pytest.raises(Killed):
            train(path, images=Mortal(6, stop), precision=begun)
        monkeypatch.setattr(training, "bfloat16_pays", lambda fast=fast: fast)
        assert_same(train(path, precision="auto"), train(precision=begun))
    altered(path, as_of_cuda)  # on another device it is chosen anew
    assert train(path, precision="auto", steps=20)[1].settings["precision"] == "bfloat16"


class Momentum(torch.optim.Optimizer):
    """Keeps, as many do, a number of steps that is no tensor; and None until the second."""

    def __init__(self, groups):
        super().__init__(groups, {})

    @torch.no_grad()
    def step(self):
        for parameter in (p for group in self.param_groups for p in group["params"]):
            state = self.state[parameter]
            state["steps"] = state.get("steps", 0) + 1
            state["before"] = None if state["steps"] < 2 else parameter.grad.clone()
            parameter -= 1e-6 / state["steps"] * parameter.grad


class Tied(BurgessVAE):
    """Two names for the same weights."""

    def __init__(self, latents):
        super().__init__(latents=latents)
        self.encoder[4].weight = self.encoder[2].weight


@pytest.mark.parametrize("batches", [0, 1, 2])
def test_states_that_are_no_tensors_and_weights_that_are_shared_are_kept(path, batches):
    ends = []
    for checkpoint in (path, None):
        model = Tied(latents=3)
        options = {"batch_size": 2, "device": "cpu", "precision": "float32", "progress": False}
        options |= {"checkpoint": checkpoint, "optimizer": Momentum}
        if checkpoint:
            fit(model, Mortal(batches), BetaVAE(), STEPS, **options)
        ends.append((model, fit(model, IMAGES, BetaVAE(), STEPS, **options)))
    assert_same(*ends)


class Anew(Mortal):
    """Images that are noisier at each reading."""

    def __getitem__(self, indices):
        return (0.9 * super().__getitem__(indices) + 0.1 * torch.rand(1)).clamp(0, 1)


def test_images_that_change_at_each_reading_are_told_by_their_number_alone(path):
    train(path, images=Anew(1000))
    _, history = train(path, images=Anew(1000), steps=20)
    assert history.step[-1] == 20
    assert history.settings["images"] == {"number": 20, "channels": 1, "digest": None}


def test_a_loss_that_is_not_finite_is_not_saved(tmp_path):
    recorder, model = Recorder({"lr": 1}), BurgessVAE(latents=3)
    recorder.add(0, torch.tensor(torch.inf), torch.tensor(1.0), 1.0, 1.0, torch.ones(3))
    optimizer, generator = torch.optim.Adam(model.parameters()), torch.Generator()
    with pytest.raises(FloatingPointError, match="not finite at step 0"):
        checkpoints.save_checkpoint(tmp_path / "run", model, BetaVAE(), optimizer, generator, recorder)
    assert not list(tmp_path.iterdir())


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


def test_weights_of_another_kind_are_not_called_a_damaged_checkpoint(path):
    path.parent.mkdir()
    save_file({"weight": torch.zeros(2)}, path, {"format": "pt"})
    with pytest.raises(ValueError, match=r"is no checkpoint of fit; give another file name$"):
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
            train(path, images=Mortal(0, stop))  # it is tried before the first step
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]
    assert_same(train(path), train())
