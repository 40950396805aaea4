"""Where runs are carried out: processes of this machine, or the workers of a Dask cluster.

Joblib has a backend for Dask, too. It returns nothing before all runs have ended, and waits for ever for a run whose
worker died too often; so Dask's own client is called, which tells how each run ended, as it ends.
"""

from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky.process_executor import TerminatedWorkerError

from .grid import Run
from .kept import Outcome
from .one_run import carry_out, failed

DEATHS = 4  # of workers, after which a run is given up; Dask counts up to as many


def local(runs: list[Run], folder: Path, files: bool, jobs: int) -> Generator[tuple[Run, Outcome]]:
    """Yield each run as it ends, of ``jobs`` at once in processes of one thread; one job runs in this process.

    A process that dies takes all others with it, as joblib keeps them. They start again, and go on from checkpoints.
    """
    waiting, deaths = {run.name: run for run in runs}, 0
    while waiting:
        try:
            with parallel_config("loky", inner_max_num_threads=1):
                parallel = Parallel(jobs, return_as="generator_unordered", batch_size=1)
                for name, outcome in parallel(delayed(named)(run, folder, files) for run in [*waiting.values()]):
                    yield waiting.pop(name), outcome
        except TerminatedWorkerError as error:
            deaths += 1
            if deaths == DEATHS:
                yield from ((run, failed(run, error)) for run in waiting.values())
                return


def named(run: Run, folder: Path, files: bool) -> tuple[str, Outcome]:
    """Return the name of a run and what it comes to."""
    return run.name, carry_out(run, folder, files)


def dask(runs: list[Run], folder: Path, files: bool, scheduler: str) -> Generator[tuple[Run, Outcome]]:
    """Yield each run as it ends on a worker of the cluster; it is stored here, too, where the worker's disk is another.

    Raises:
        ImportError: where Dask is not installed.
        OSError: where no scheduler answers.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise ImportError('backend "dask" needs Dask: pip install "bvae_lib[cluster]"') from error
    with Client(scheduler, set_as_default=False) as client:
        futures = {client.submit(carry_out, run, folder, files, pure=False): run for run in runs}
        try:
            for future in as_completed([*futures], loop=client.loop):
                try:
                    outcome = future.result()
                except Exception as error:  # its workers died, or the scheduler
                    outcome = failed(futures[future], error)
                yield futures[future], outcome
        finally:
            with suppress(Exception):
                client.cancel([*futures])
