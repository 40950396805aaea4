"""Settings that make training on a CPU faster, and a test whether bfloat16 is faster on this one.

The settings hold for the whole process and are made once, when ``training`` is imported. They change no result
visibly. Where they do not exist, as outside Linux, they are left out.
"""

import ctypes
import json
import math
import platform
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

import torch

from .atomic import write_atomically

# Times as fast in bfloat16 that this CPU must be. The CPUs that were measured are at 0.5, 2.0 and 3.1 to 4.7.
WORTH = 2.5
MMAP_MAX, TRIM_THRESHOLD = -4, -1  # of mallopt(3)


def flush_denormals() -> None:
    """Make the CPU treat denormal numbers as zero.

    As latents collapse, weights decay into denormal numbers, which a CPU computes up to seven times more slowly.
    Worker threads inherit the setting when they start, so it comes before the first of them.
    """
    torch.set_flush_denormal(True)


def keep_freed_memory() -> None:
    """Make glibc keep up to 1 GiB of freed memory.

    A step of training frees what the next one asks for again: tensors of 8 MB at batch 64, of 128 MB at 1,024. glibc
    hands such blocks back to the kernel, which fills them with zeros, page by page, on the next use: up to a third of
    the time of a step.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(MMAP_MAX, 0)  # blocks of their own, those above 32 MB at the latest, would go back at once
            mallopt(TRIM_THRESHOLD, 1 << 30)


@cache
def bfloat16_pays() -> bool:
    """Return whether this CPU multiplies matrices more than ``WORTH`` times as fast in bfloat16 as in float32.

    The names of instruction sets are no guide: of two CPUs without AMX whose flags have avx512_bf16, one multiplies
    four times as fast in bfloat16, the other at half the speed. So it is measured, once for each CPU and version of
    PyTorch: ``~/.cache/bvae_lib/bfloat16.json`` keeps the figure, and the answer is the same in every process. Where
    that file cannot be kept, each process measures; the threshold is far from all CPUs that are known. A step of
    training gains less: a tenth on two threads, a third on one.
    """
    machine, path = f"{cpu_name()}, torch {torch.__version__}", Path("~/.cache/bvae_lib/bfloat16.json")
    known = {}
    with suppress(OSError, RuntimeError, TypeError, ValueError):  # no file, no home, or something else in it
        known = dict(json.loads(path.expanduser().read_text(encoding="utf-8")))
    if not (isinstance(known.get(machine), float) and math.isfinite(known[machine])):
        known[machine] = round(bfloat16_speed(), 2)
        with suppress(OSError, RuntimeError), write_atomically(path.expanduser(), "w") as file:
            json.dump(known, file)
    return known[machine] > WORTH


def bfloat16_speed() -> float:
    """Measure, in 20 ms, how many times as fast this CPU multiplies matrices in bfloat16 as in float32."""
    matrices = [torch.ones(256, 256, dtype=dtype) for dtype in (torch.float32, torch.bfloat16)]
    best, threads = [float("inf")] * 2, torch.get_num_threads()
    torch.set_num_threads(1)  # threads that wait for each other would time what else the machine does
    for _ in range(50):  # alternating, and the best of each
        for kind, matrix in enumerate(matrices):
            start = time.perf_counter()
            matrix @ matrix
            best[kind] = min(best[kind], time.perf_counter() - start)
    torch.set_num_threads(threads)
    return best[0] / best[1]


def cpu_name() -> str:
    """Return what tells this CPU from others, as far as the system says."""
    with suppress(OSError):  # on Linux only
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith(("model name", "CPU part")):
                return f"{line.partition(':')[2].strip()}, {torch.backends.cpu.get_cpu_capability()}"
    return f"{platform.processor() or platform.machine()}, {torch.backends.cpu.get_cpu_capability()}"
