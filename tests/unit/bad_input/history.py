"""Histories, and the checkpoints of runs."""

import errno
import os
from unittest import mock

from bvae_lib import BetaVAE, BurgessVAE, History
from bvae_lib.checkpoints import identify, load_checkpoint, save_checkpoint, stored_settings
from bvae_lib.history import Recorder

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from tests.unit.mortal import IMAGES

from .rows import Accepted, Refused

RUN = History.from_rows(np.array([50, 100]), np.ones((2, 5), np.float32), {"lr": 1e-3})
OTHER = History.from_rows(np.array([50]), np.ones((1, 6), np.float32), {})
EMPTY = History.from_rows(np.array([]), np.array([]), {})


def with_setting(value):
    return History.from_rows(RUN.step, RUN.rows(), {"note": value})


def load(content):
    """Return the call that loads a History from a file with this content."""

    def call(folder):
        (folder / "run.json").write_bytes(content)
        return History.load(folder / "run.json")

    return call


def save_keeps_the_old_file(folder):
    RUN.save(folder / "run.json")
    for spoil in (
        mock.patch.object(os, "fsync", side_effect=OSError(errno.ENOSPC, "no space left")),
        mock.patch.object(os, "replace", side_effect=PermissionError(errno.EACCES, "denied")),
    ):
        with spoil:
            try:
                OTHER.save(folder / "run.json")
            except OSError:
                assert History.load(folder / "run.json").step.tolist() == [50, 100]


def a_name_in_another_script(folder):
    with_setting("\u03b2-VAE").save(folder / "\u03b2.json")
    assert History.load(folder / "\u03b2.json").settings["note"] == "\u03b2-VAE"


def parts(latents=3):
    """Model, objective, optimizer and generator of a run."""
    model = BurgessVAE(latents=latents)
    return model, BetaVAE(), torch.optim.Adam(model.parameters()), torch.Generator()


def recorder(loss=1.0):
    """The figures of one step."""
    made = Recorder({"lr": 1e-3, "device": "cpu", "seed": 0})
    made.add(0, torch.tensor(loss), torch.tensor(1.0), 1.0, 1.0, torch.ones(3))
    return made


def load_other(folder):
    save_checkpoint(folder / "run", *parts(), recorder())
    load_checkpoint(folder / "run", *parts(latents=4), recorder().settings)


def altered(change):
    """Return the call that loads a checkpoint after ``change`` of its tensors and of its header."""

    def call(folder):
        model, objective, optimizer, generator = parts()
        for parameter in model.parameters():
            parameter.grad = torch.ones_like(parameter)
        optimizer.step()
        save_checkpoint(folder / "run", model, objective, optimizer, generator, recorder())
        with safe_open(folder / "run", "pt") as file:
            tensors, header = {name: file.get_tensor(name) for name in file.keys()}, file.metadata()  # noqa: SIM118
        change(tensors, header)
        save_file(tensors, folder / "run", header)
        model, *others = parts()
        before = model.head.weight.clone()
        try:
            load_checkpoint(folder / "run", model, *others, recorder().settings)
        finally:
            assert torch.equal(before, model.head.weight)

    return call


def save_nan(folder):
    model, *others = parts()
    torch.nn.init.constant_(model.head.weight, np.nan)
    save_checkpoint(folder / "run", model, *others, recorder())


def state(**other):
    """What a Recorder goes on from, other in some parts."""
    return {"step": torch.tensor([50]), "rows": torch.ones(1, 5), "total": torch.ones(5), "count": 2} | other


def load_state(**other):
    return lambda _: Recorder({}).load_state(state(**other), torch.device("cpu"))


def lists_in_the_optimizer(folder):
    model, objective, optimizer, generator = parts()
    optimizer.state[model.head.weight]["past"] = [torch.zeros(2)]
    save_checkpoint(folder / "run", model, objective, optimizer, generator, recorder())


def not_finite():
    made = recorder(loss=np.inf)
    made.make_record()


ROWS = [
    Refused("History", "a rate never reached", lambda _: RUN.first_record(9), ValueError, "at most 2.00 nats, not 9"),
    Refused("History", "NaN as rate", lambda _: RUN.first_record(np.nan), ValueError, "rate must be .*not nan"),
    Refused("History", "no records", lambda _: EMPTY.first_record(1), ValueError, "at most 0.00 nats, not 1"),
    Refused("History", "a negative hold", lambda _: RUN.onset_capacities(hold=-1), ValueError, "hold must be .*not -1"),
    Refused("History", "other latents", lambda _: RUN.followed_by(OTHER), ValueError, "same latents .*not 2 and 3"),
    Refused("History", "an array as a setting", lambda _: with_setting(np.ones(2)).save("run"), ValueError, "tolist"),
    Refused("History", "NumPy in settings", lambda _: with_setting(np.int64(1)).save("run"), ValueError, r"int\(\)"),
    Refused("History", "a folder to save to", lambda folder: RUN.save(folder), OSError, "is a folder; name a file"),
    Refused("History", "no name to save to", lambda _: RUN.save(""), ValueError, "path must be a path"),
    Refused("History", "a number to save to", lambda _: RUN.save(3), ValueError, "path must be a path.* 3"),
    Refused("History", "bytes to save to", lambda _: RUN.save(b"run"), ValueError, "path must be a path.* not b'run'"),
    Refused("History", "no name to load", lambda _: History.load(""), ValueError, "path must be a path"),
    Refused("History", "a folder to load", lambda folder: History.load(folder), OSError, "is a folder; name a file"),
    Accepted("History", "a disk that is full, and a folder that is read-only", save_keeps_the_old_file),
    Accepted("History", "names and settings in another script", a_name_in_another_script),
    Refused("History", "a missing file", lambda folder: History.load(folder / "a"), FileNotFoundError, "a'"),
    Refused("History", "a file cut short", load(b'{"settings": {}, "st'), ValueError, "json is not a saved History"),
    Refused("History", "UTF-16", load("{}".encode("utf-16")), ValueError, "json is not a saved History"),
    Refused("History", "other JSON", load(b'{"rows": []}'), ValueError, "json is not a saved History"),
    Refused(
        "History",
        "rows that are not as many as steps",
        load(b'{"settings": {}, "step": [1, 2], "rows": [[1, 2, 3, 4]]}'),
        ValueError,
        r"a row of 3 \+ latents for each step",
    ),
    Refused("History", "deep JSON", load(b"[" * 100_000), ValueError, "json is not a saved History"),
    Refused(
        "History",
        "steps that are not whole",
        load(b'{"settings": {}, "step": [1.7], "rows": [[1, 2, 3]]}'),
        ValueError,
        "step must be a whole number, not 1.7",
    ),
    Refused(
        "History",
        "steps that fall",
        load(b'{"settings": {}, "step": [3, 1], "rows": [[1, 2, 3], [1, 2, 3]]}'),
        ValueError,
        r"steps must be whole numbers that rise, not \[3, 1\]",
    ),
    Refused("Recorder", "steps below 0", load_state(step=torch.tensor([-3])), ValueError, r"that rise, not \[-3\]"),
    Refused("Recorder", "steps not whole", load_state(step=torch.tensor([1.5])), ValueError, r"that rise, not \[1.5\]"),
    Refused("Recorder", "a word as count", load_state(count="3"), ValueError, "count must be a whole number.* not '3'"),
    Refused("Recorder", "other sums", load_state(total=torch.ones(6)), ValueError, r"total must .*\[5\], not \[6\]"),
    Refused("Recorder", "other latents", load_state(rows=torch.ones(1, 4)), ValueError, r"total must .*\[4\], not"),
    Refused("Recorder", "sums of no steps", load_state(count=0), ValueError, r"total must have the shape \[\], not"),
    Refused(
        "Recorder", "a loss that overflows", lambda _: not_finite(), FloatingPointError, "not finite at step 0;.*lr"
    ),
    Refused(
        "save_checkpoint",
        "a folder",
        lambda folder: save_checkpoint(folder, *parts(), recorder()),
        OSError,
        "is a folder.*name a file in a folder where you may write",
    ),
    Refused(
        "save_checkpoint",
        "a loss that is not finite",
        lambda folder: save_checkpoint(folder / "run", *parts(), recorder(np.nan)),
        FloatingPointError,
        "not finite at step 0",
    ),
    Refused(
        "save_checkpoint", "weights that are NaN", save_nan, FloatingPointError, "encoder.13.weight is not finite.*lr"
    ),
    Refused(
        "save_checkpoint", "a number as name", lambda _: save_checkpoint(3, *parts(), recorder()), ValueError, "not 3"
    ),
    Refused("save_checkpoint", "lists of tensors", lists_in_the_optimizer, ValueError, "state in a checkpoint must be"),
    Refused("load_checkpoint", "another model", load_other, ValueError, "model's encoder.13.weight is .*delete it"),
    *(
        Refused("load_checkpoint", what, altered(change), ValueError, "changed after it was written.*delete it")
        for what, change in {
            "weights with a bit flipped": lambda tensors, _: tensors["model.encoder.13.weight"].view(-1)[0].mul_(-1),
            "moments that are missing": lambda tensors, _: tensors.pop("optimizer.0.exp_avg"),
            "moments of another shape": lambda tensors, _: tensors.update({"optimizer.0.exp_avg": torch.zeros(1)}),
            "moments of another parameter": lambda tensors, _: tensors.update({"optimizer.x.y": torch.zeros(1)}),
            "no state of the optimizer": lambda tensors, _: [
                tensors.pop(name) for name in list(tensors) if name.startswith("optimizer")
            ],
            "sums of another shape": lambda tensors, _: tensors.update(total=torch.zeros(5)),
            "an optimizer that is a list": lambda _, header: header.update(optimizer="[1]"),
        }.items()
    ),
    *(
        Refused("load_checkpoint", f"an older file, {what}", altered(change), ValueError, f"read .*{says}.*delete it")
        for what, says, change in (
            (
                "NaN",
                "encoder.13.weight is not finite",
                lambda t, h: (h.pop("digest"), t["model.encoder.13.weight"].fill_(np.nan)),
            ),
            ("an optimizer of no kind", "TypeError", lambda _, h: (h.pop("digest"), h.update(optimizer="[1]"))),
            ("a name", "ValueError", lambda t, h: (h.pop("digest"), t.update({"optimizer.foo": torch.zeros(1)}))),
        )
    ),
    Refused(
        "load_checkpoint",
        "no file",
        lambda folder: load_checkpoint(folder / "run", *parts(), {}),
        FileNotFoundError,
        "run",
    ),
    Refused("identify", "a set of 0..255", lambda _: identify(255 * IMAGES), ValueError, "divide bytes by 255"),
    Refused("stored_settings", "no name", lambda _: stored_settings(""), ValueError, "checkpoint must be a path"),
    Refused(
        "stored_settings",
        "a text",
        lambda folder: (folder / "run").write_bytes(b"weights") and stored_settings(folder / "run"),
        ValueError,
        "cannot be read .*delete it",
    ),
]
