"""What figures are given, looked at before anything is drawn: matplotlib's own errors name neither argument nor run."""

import reprlib
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np

from .._runtime.arguments import numbers
from ..history import History

drawn = partial(numbers, gaps=True)  # NaN, where nothing is known, leaves a gap in a line


def named(name: str, values: Any) -> Mapping[str, Any]:
    """Return ``values``, the argument ``name``; ValueError unless it is a dict of at least one entry."""
    if not isinstance(values, Mapping) or not values:
        kind = "an empty one" if isinstance(values, Mapping) else type(values).__name__
        raise ValueError(f"{name} must be a dict by name, of at least one entry, not {kind}")
    return values


def arrays(name: str, values: Any, shape: tuple[int | None, ...] | None = None) -> dict[str, Any]:
    """Return the dict ``values``, the argument ``name``, with arrays of this shape; ValueError for anything else."""
    return {key: drawn(f"{name}[{key!r}]", value, shape) for key, value in named(name, values).items()}


def tables(name: str, values: Any, columns: int) -> dict[str, Any]:
    """Return the dict ``values`` with arrays [runs, columns], where [columns] is one run; ValueError otherwise."""
    runs = {key: np.atleast_2d(value) for key, value in arrays(name, values).items()}
    return arrays(name, runs, (None, columns))


def pair_up(name: str, values: Any, wanted: Iterable[str]) -> None:
    """Raise ValueError unless the dict ``values``, the argument ``name``, has an entry for each name ``wanted``."""
    missing = [key for key in wanted if key not in named(name, values)]
    if missing:
        raise ValueError(f"{name} has no entry for {missing}, only for {list(values)}")


def listed(name: str, values: Any) -> list:
    """Return ``values``, the argument ``name``, as a list; ValueError for what has no entries, and for a word."""
    try:
        if isinstance(values, str):
            raise TypeError
        return list(values)
    except TypeError as error:
        raise ValueError(f"{name} must be a list, not {reprlib.repr(values)}") from error


def labelled(name: str, values: Any, count: int) -> list:
    """Return ``values``, the argument ``name``, as a list; ValueError unless there is one for each of ``count``."""
    found = listed(name, values)
    if len(found) != count:
        raise ValueError(f"{name} must be a list of {count}, one for each, not {values!r}")
    return found


def curve(name: str, run: Any, *columns: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the x [K] and y [K, *columns] of ``run``, the argument ``name``; ValueError for anything else."""
    if not isinstance(run, tuple | list) or len(run) != 2:
        raise ValueError(f"{name} must be a pair of arrays, x and y, not {reprlib.repr(run)}")
    x = drawn(f"x of {name}", run[0], (None,))
    return x, drawn(f"y of {name}", run[1], (len(x), *columns))


def curves_by_name(name: str, values: Any, *columns: int | None) -> dict[str, list[tuple[np.ndarray, np.ndarray]]]:
    """Return the dict ``values`` of lists of runs, each as of ``curve``; ValueError for anything else."""
    found = {}
    for key, runs in named(name, values).items():
        found[key] = [
            curve(f"{name}[{key!r}][{i}]", run, *columns) for i, run in enumerate(listed(f"{name}[{key!r}]", runs))
        ]
        if not found[key]:
            raise ValueError(f"{name}[{key!r}] must have at least one run")
    return found


def with_capacity(name: str, values: Any) -> dict[str, list[History]]:
    """Return the dict ``values`` of lists of runs; ValueError for anything else, or a run without a capacity."""
    found = {key: listed(f"{name}[{key!r}]", runs) for key, runs in named(name, values).items()}
    for key, runs in found.items():
        if any(np.isnan(recorded(key, history).capacity).any() for history in runs):
            raise ValueError(f"run {key!r} has no capacity: its objective must have one, as Capacity has")
    return found


def recorded(name: str, history: Any, least: int = 1) -> History:
    """Return the History of the run ``name``; ValueError for anything else, or fewer records than ``least``."""
    if not isinstance(history, History):
        raise ValueError(f"run {name!r} must be a History, as fit returns it, not {type(history).__name__}")
    if len(history.step) < least:
        raise ValueError(f"run {name!r} has {len(history.step)} records; this figure needs {least}: train for longer")
    return history
