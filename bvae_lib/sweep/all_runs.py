"""The sweep: all runs that are missing, and the table of all."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblib import cpu_count
from tqdm.auto import tqdm

from .._runtime.arguments import whole_number
from .._runtime.paths import user_path
from ..data import ImageSet
from ..objectives import Objective
from . import backends, kept
from .grid import grid
from .table import to_table

if TYPE_CHECKING:
    import pandas


def sweep(
    objectives: Iterable[Objective] | Mapping[str, Objective | Iterable[Objective]],
    images: str | Callable[[], ImageSet],
    seeds: Iterable[int],
    folder: str | os.PathLike,
    fit: dict[str, Any],
    latents: int = 10,
    report: dict[str, Any] | None = None,
    jobs: int | None = None,
    backend: str = "local",
    scheduler: str | None = None,
    files: bool = False,
    progress: bool = True,
) -> "pandas.DataFrame":
    """Train a ``BurgessVAE`` by each objective with each seed, measure it, and return a table of one row a run.

    Each run is stored in ``folder`` when it ends. The same call again does only what is missing: other runs, and those
    that failed. A run that was cut off goes on from its last checkpoint, at most 500 steps back, and ends with the
    figures of one that was not. Ctrl-C keeps all that is finished. The folder knows a run by its objective, seed,
    images, latents and all arguments; a change to the library's code it does not know, so take another folder then.

    Args:
        objectives: a list, such as ``[BetaVAE(beta) for beta in (1, 4)]``; or a dict of them by the names that the
            table should have.
        images: "dsprites", "coloured", "chairs" or "faces"; or a function without arguments that opens the images, such
            as ``DSprites`` or ``partial(Blobs, (8, 8))``. Each worker opens them itself.
        seeds: of weights, batches and noise.
        folder: for what the runs leave, made where it is missing.
        fit: arguments of ``training.fit``, ``{"steps": 5_000}`` at least. With ``"precision": "float32"`` machines of
            different kinds compute alike.
        latents: of each model.
        report: arguments of ``metrics.report``; with ``{"resamples": 5}`` the table has all measures.
        jobs: runs at once on this machine, each a process of one thread; by default as many as there are cores.
        backend: "local" or "dask".
        scheduler: address of a Dask cluster's scheduler, "tcp://host:8786".
        files: whether the folder keeps the History and weights of each run, for ``load_run``.
        progress: whether to draw a bar.

    Returns:
        A DataFrame in the order of objectives and seeds: ``objective``, its name; ``arguments``, as JSON, those at a
        word's default left out; ``seed``; ``D`` and ``R`` in nats per image; ``active`` latents; ``MIG``; ``seconds``
        of the process that ended the run; ``error``, '' where there was none; measures; and ``run``, with which the
        names of its files begin. ``table["arguments"].map(json.loads).str["beta"]`` is a column of one argument.

    Raises:
        ImportError: for backend "dask" where Dask is not installed.
        KeyError: for a name of no data set.
        KeyboardInterrupt: on Ctrl-C.
        OSError: where the folder cannot be written, or no scheduler answers.
        TypeError: for other kinds of objectives, images or arguments.
        ValueError: for arguments out of range, and for a folder with a damaged row.
    """
    check_place(jobs, backend, scheduler)
    place = Path(os.path.realpath(user_path("folder", folder)))
    rows = grid(objectives, images, seeds, latents, fit, report)
    place.mkdir(parents=True, exist_ok=True)
    runs = {run.name: run for _, run in rows}
    found = {name: kept.read_outcome(place, run, files) for name, run in runs.items()}
    outcomes = {name: outcome for name, outcome in found.items() if outcome is not None}
    missing = [run for name, run in runs.items() if name not in outcomes]
    if not missing:
        return to_table(rows, outcomes)
    if scheduler is None:
        ended = backends.local(missing, place, files, cpu_count() if jobs is None else jobs)
    else:
        ended = backends.dask(missing, place, files, scheduler)
    quiet = not progress or bool(os.environ.get("CI"))
    with tqdm(total=len(runs), initial=len(outcomes), unit="run", disable=quiet) as bar:
        try:
            for run, outcome in ended:
                outcomes[run.name] = outcome
                if (
                    "error" not in outcome and not kept.outcome_of(place, run).is_file()
                ):  # the worker wrote it to a disk of its own
                    kept.write_outcome(place, run, outcome)
                bar.set_postfix_str(f"{sum('error' in each for each in outcomes.values())} failed", refresh=False)
                bar.update()
        except KeyboardInterrupt:
            bar.write(f"stopped after {len(outcomes)} of {len(runs)} runs, which {place} keeps; the same call goes on")
            raise
        finally:
            ended.close()
    return to_table(rows, outcomes)


def check_place(jobs: Any, backend: Any, scheduler: Any) -> None:
    """Raise ValueError unless these name one place to run at."""
    if backend not in ("local", "dask"):
        raise ValueError(f'backend must be "local" or "dask", not {backend!r}')
    if backend == "local":
        if scheduler is not None:
            raise ValueError(f'scheduler is for backend="dask", not "local"; leave it out, not {scheduler!r}')
        if jobs is not None:
            whole_number("jobs", jobs, least=1)
    else:
        if not isinstance(scheduler, str) or not re.fullmatch(r"(\w+://)?[^/\s]+:\d+", scheduler):
            raise ValueError(f'scheduler must be the address of one, such as "tcp://host:8786", not {scheduler!r}')
        if jobs is not None:
            raise ValueError(f"jobs is for local processes; a cluster runs one for each thread it has, not {jobs!r}")
