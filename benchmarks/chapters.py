"""Seconds of each notebook, one after another on one core: python benchmarks/chapters.py [NAME ...].

    python benchmarks/chapters.py                   # all of the table of contents
    python benchmarks/chapters.py 05-capacity       # this one, by the start of its name

wall  from the kernel's start to its end, beside nothing else if the machine is idle
CPU   of the kernel and the processes that it waited for

The figures are those of one run, on the machine of the day. Each notebook should take 90 s at most.
"""

import argparse
import os
import resource
import sys
import time
from multiprocessing.pool import ThreadPool
from pathlib import Path

import nbclient
import nbformat

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT))
from tools.pages import notebooks  # noqa: E402

LIMIT = 90  # seconds
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "CI": "true", "PYTHONPATH": str(ROOT)}  # with CI set no bar is drawn


def cpu_seconds() -> float:
    """Of all processes that have ended so far and that this one waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(path: Path) -> tuple[float, float]:
    """Wall and CPU seconds of one notebook."""
    notebook, cpu, start = nbformat.read(path, as_version=4), cpu_seconds(), time.perf_counter()
    with ThreadPool(1) as pool:  # in the main thread nbclient would catch Ctrl-C, and the next notebook begin
        pool.apply(nbclient.execute, (notebook, str(path.parent)), {"timeout": None})
    return time.perf_counter() - start, cpu_seconds() - cpu


def main() -> None:
    parser = argparse.ArgumentParser(description="Seconds of each notebook, one after another on one core.")
    parser.add_argument("names", nargs="*", help="starts of names, such as 05; all notebooks if there are none")
    names = tuple(parser.parse_args().names)
    chosen = sorted(path for path in notebooks() if not names or path.name.startswith(names))
    if not chosen:
        parser.error(f"no notebook's name starts with {' or '.join(names)}")
    os.environ.update(ENVIRONMENT)
    if hasattr(os, "sched_setaffinity"):  # one core for PyTorch's threads, and for all others
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    failed = []
    print(f"{'notebook':20s} {'wall s':>7s} {'CPU s':>7s}")
    for path in chosen:
        try:
            wall, cpu = measure(path)
            print(f"{path.stem:20s} {wall:7.0f} {cpu:7.0f}{'  over ' + str(LIMIT) if wall > LIMIT else ''}", flush=True)
        except Exception as error:  # whatever a cell raises: the others are measured all the same
            failed.append(path.name)
            print(f"{path.stem:20s} failed: {type(error).__name__}: {error}", flush=True)
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
