"""Histories, and the checkpoints of runs."""

import errno
import os
from unittest import mock

from bvae_lib import BetaVAE, BurgessVAE, History
from bvae_lib.checkpoints import identify, load_checkpoint, save_checkpoint, stored_settings
from bvae_lib.history import Recorder

import numpy as np
import torch

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
    Refused("History", "no name to save to", lambda _: RUN.save(""), OSError, "is a folder; name a file"),
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
    Refused("save_checkpoint", "lists of tensors", lists_in_the_optimizer, ValueError, "state in a checkpoint must be"),
    Refused("load_checkpoint", "another model", load_other, ValueError, "model's encoder.13.weight is .*delete it"),
    Refused(
        "load_checkpoint",
        "no file",
        lambda folder: load_checkpoint(folder / "run", *parts(), {}),
        FileNotFoundError,
        "run",
    ),
    Refused("identify", "a set of 0..255", lambda _: identify(255 * IMAGES), ValueError, "divide bytes by 255"),
    Refused(
        "stored_settings",
        "a text",
        lambda folder: (folder / "run").write_text("weights") and stored_settings(folder / "run"),
        ValueError,
        "cannot be read .*delete it",
    ),
]
