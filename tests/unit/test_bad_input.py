"""The table of bad inputs: every public function says what is wrong and what to do, and leaves nothing half-written."""

import importlib
import inspect
import pkgutil
import re
from collections import Counter

import pytest

from tests.unit import bad_input
from tests.unit.bad_input.rows import Accepted

ROWS = [
    row
    for module in pkgutil.iter_modules(bad_input.__path__)
    if module.name != "rows"
    for row in importlib.import_module(f"{bad_input.__name__}.{module.name}").ROWS
]
NAMED = {part for row in ROWS for part in row.function.split(".")}

# Packages whose public names are those of ``__all__``, and modules whose public names are what they define.
PACKAGES = ("data", "models", "objectives", "metrics", "plots", "sweep", "widgets", "zoo")
MODULES = ("aggregate", "likelihoods", "training", "full_batch", "history", "checkpoints", "exercises")
MODULES += ("theory.channel", "theory.water_filling", "theory.allocation", "theory.penalty")


def public(room):
    """The functions and classes that a user of ``bvae_lib.room`` calls; what only holds fields is not called."""
    module = importlib.import_module(f"bvae_lib.{room}")
    names = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
    for name in names:
        found = getattr(module, name)
        here = room in PACKAGES or getattr(found, "__module__", None) == module.__name__
        holds_fields = isinstance(found, type) and (hasattr(found, "_fields") or hasattr(found, "__dataclass_fields__"))
        if here and (inspect.isroutine(found) or isinstance(found, type)) and not holds_fields:
            yield f"{room}.{name}"


# Base classes, which are not called: their subclasses have rows.
BASES = {
    "data.ImageSet",
    "full_batch.ExactModel",
    "models.VAE",
    "objectives.Objective",
    "objectives.PricedRate",
    "objectives.ScheduledCapacity",
}
PUBLIC = sorted({name for room in (*PACKAGES, *MODULES) for name in public(room)} - BASES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.function}: {row.what}")
def test_bad_input(row, tmp_path):
    if isinstance(row, Accepted):
        row.call(tmp_path)
    else:
        with pytest.raises(row.error) as caught:
            row.call(tmp_path)
        assert re.search(row.says, str(caught.value)), str(caught.value)
    temporary = [path for path in tmp_path.rglob(".*") if re.search(r"\.\d+$", path.name)]
    assert not temporary, "a temporary file was left behind"


def test_rows_are_told_apart_by_their_names():
    assert not [name for name, n in Counter((row.function, row.what) for row in ROWS).items() if n > 1]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_function_has_a_row(name):
    assert name.split(".")[-1] in NAMED
