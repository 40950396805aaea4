"""A sweep: what is asked for is checked before anything is trained, and what is stored before it is believed."""

import json
import sys
from functools import partial
from unittest import mock

from bvae_lib import BetaVAE
from bvae_lib.data import Blobs
from bvae_lib.objectives import Objective
from bvae_lib.sweep import load_run, load_table, save_table, sweep

import numpy as np
import pandas as pd
import torch

from tests.unit.mortal import IMAGES

from .rows import Accepted, Refused

BLOBS = partial(Blobs, (2, 2), device="cpu")
FIT = {"steps": 1, "batch_size": 2, "device": "cpu", "precision": "float32"}


def run(folder, objectives=None, images=BLOBS, seeds=(0,), **options):
    """A sweep of one run."""
    options = {"fit": FIT, "latents": 2, "report": {"n": 10}, "progress": False, "jobs": 1} | options
    return sweep([BetaVAE()] if objectives is None else objectives, images, seeds, folder, **options)


def refused(what, error, says, **arguments):
    """A row for ``sweep``, which must have trained nothing."""

    def call(folder):
        with mock.patch("bvae_lib.sweep.one_run.fit", side_effect=AssertionError("a run was begun")):
            run(folder, **arguments)

    return Refused("sweep", what, call, error, says)


class Halved(Objective):
    """Says other settings than it was given."""

    def __init__(self, beta):
        super().__init__()
        self.beta = beta

    def settings(self):
        return super().settings() | {"beta": self.beta / 2}


class Broken(Objective):
    """Fails at the first step."""


def large(images):
    return images


def a_failed_run(folder):
    table = run(folder, [Broken(), BetaVAE()])
    assert table["error"].str.startswith("NotImplementedError: Broken must define forward").tolist() == [True, False]


def numbers_of_numpy(folder):
    own = {"fit": FIT | {"steps": np.int64(1), "lr": np.float64(5e-4)}, "report": {"n": np.int64(10)}}
    table = run(folder, seeds=np.arange(1), latents=np.int64(2), **own)
    with mock.patch("bvae_lib.sweep.one_run.fit", side_effect=AssertionError("the run was done again")):
        assert run(folder)["run"].tolist() == table["run"].tolist()


def a_damaged_row(folder):
    name = run(folder)["run"][0]
    (folder / f"{name}.json").write_text('{"spec": {}}', encoding="utf-8")
    run(folder)


def damaged_weights(folder):
    name = run(folder, files=True)["run"][0]
    (folder / f"{name}.safetensors").write_bytes(b"no weights")
    load_run(folder, name)


def stored(folder, change=lambda table: table):
    """The csv of a sweep's table."""
    save_table(change(run(folder)), folder / "table.csv")
    return folder / "table.csv"


def a_changed_csv(folder):
    path = stored(folder)
    path.write_text(path.read_text(encoding="utf-8").replace("BetaVAE", "Better"), encoding="utf-8")
    load_table(path)


def a_changed_card(folder):
    path = stored(folder)
    card = json.loads((folder / "table.card.json").read_text(encoding="utf-8"))
    del card["fit"]
    (folder / "table.card.json").write_text(json.dumps(card), encoding="utf-8")
    load_table(path)


def without_dask(folder):
    with mock.patch.dict(sys.modules, {"distributed": None}):
        run(folder, **DASK, scheduler="tcp://head:8786")


LAMBDA = lambda: BLOBS()  # noqa: E731  (what a user may well write)
DASK = {"backend": "dask", "jobs": None}

ROWS = [
    Accepted("sweep", "a run that fails beside one that does not", a_failed_run),
    Accepted("sweep", "NumPy's numbers name the same run", numbers_of_numpy),
    Accepted("sweep", "a lambda for images", lambda folder: run(folder, images=LAMBDA)),
    refused("no objectives", ValueError, r"objectives is empty; .*\[BetaVAE\(4\)\]", objectives=[]),
    refused("an empty group", ValueError, "objectives is empty", objectives={"price": []}),
    refused("a class as objective", TypeError, "not with <class .*BetaVAE.* in it", objectives=[BetaVAE]),
    refused("a number as objectives", TypeError, "list of objectives .*not with 4 in it", objectives=4),
    refused("one objective twice", ValueError, "differ from one another", objectives=[BetaVAE(4), BetaVAE(4.0)]),
    refused("settings that give another", ValueError, r"Halved\(\*\*arguments\) must give", objectives=[Halved(1.0)]),
    refused("an image set itself", TypeError, r"a function that opens them, not Blobs: .*partial", images=BLOBS()),
    refused("a tensor", TypeError, "a function that opens them, not Tensor", images=IMAGES),
    refused("an unknown name", KeyError, "no data set 'sprites'.*dsprites", images="sprites"),
    refused("small images", ValueError, "64 x 64 pixels.*not 32 x 32", images=lambda: torch.zeros(4, 1, 32, 32)),
    refused("images that travel", ValueError, "not sent: .* MB", images=partial(large, torch.zeros(100, 1, 64, 64))),
    refused("a seed", ValueError, r"several whole numbers, such as range\(5\), not 5", seeds=5),
    refused("no seeds", ValueError, r"at least one and each once, not \[\]", seeds=[]),
    refused("one seed twice", ValueError, r"each once, not \[1, 1\]", seeds=[1, 1]),
    refused("a seed that is no number", ValueError, "seed must be a whole number, not 0.5", seeds=[0.5]),
    refused("no steps", TypeError, "fit must be a dict of arguments", fit=5_000),
    refused("a fit without steps", ValueError, 'how many steps a run has, as {"steps"', fit={"lr": 1e-3}),
    refused("a seed among fit's", TypeError, "not seed; the sweep gives the others", fit=FIT | {"seed": 1}),
    refused("lr below 0", ValueError, "lr must be a finite number", fit=FIT | {"lr": -1}),
    refused("an optimizer's class", ValueError, "plain numbers, words", fit=FIT | {"optimizer": torch.optim.SGD}),
    refused("an unknown precision", ValueError, "precision must be", fit=FIT | {"precision": "half"}),
    refused("no latents", ValueError, "latents must be a whole number of at least 1", latents=0),
    refused("a report of nothing", ValueError, "n must be a whole number of at least 1", report={"n": 0}),
    refused("an unknown measure", TypeError, "report must be .* not measures", report={"measures": ["mig"]}),
    refused("no jobs", ValueError, "jobs must be a whole number of at least 1", jobs=0),
    refused("an unknown backend", ValueError, 'backend must be "local" or "dask", not \'slurm\'', backend="slurm"),
    refused("a scheduler at home", ValueError, 'is for backend="dask"', scheduler="tcp://head:8786"),
    refused("a cluster without address", ValueError, "scheduler must be the address", **DASK),
    refused("jobs on a cluster", ValueError, "jobs is for local", backend="dask", jobs=2, scheduler="tcp://head:8786"),
    refused("a word for an address", ValueError, "not 'nowhere:'", **DASK, scheduler="nowhere:"),
    Refused("sweep", "a cluster without Dask", without_dask, ImportError, r'pip install "bvae_lib\[cluster\]"'),
    Refused("sweep", "a number as folder", lambda _: run(5), ValueError, "folder must be a path"),
    Refused("sweep", "a damaged row", a_damaged_row, ValueError, r"\.json is damaged \(.*\); delete it"),
    Refused("load_run", "a path as run", lambda folder: load_run(folder, "../x"), ValueError, "column run, not"),
    Refused("load_run", "an unknown run", lambda folder: load_run(folder, "x"), FileNotFoundError, "files=True"),
    Refused("load_run", "damaged weights", damaged_weights, ValueError, r"safetensors is damaged \(.*call sweep again"),
    Refused("save_table", "another table", lambda f: save_table(pd.DataFrame(), f / "a.csv"), ValueError, "as sweep"),
    Refused("save_table", "no csv", lambda f: save_table(run(f), f / "a.txt"), ValueError, r'must end in "\.csv"'),
    Refused("load_table", "no csv", lambda folder: load_table(folder), IsADirectoryError, "name a file"),
    Refused("load_table", "a missing file", lambda f: load_table(f / "a.csv"), FileNotFoundError, "a.csv"),
    Refused(
        "load_table", "a changed csv", a_changed_csv, ValueError, "does not have the SHA-256.*save the table again"
    ),
    Refused("load_table", "a changed card", a_changed_card, ValueError, "not a table of a sweep as it was saved.*fit"),
]
