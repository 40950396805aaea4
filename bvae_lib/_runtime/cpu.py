"""Settings that make training on a CPU faster, and a test whether bfloat16 is faster on this one.

The settings hold for the whole process and are made once, when ``training`` is imported. They change no result
visibly. Where they do not exist, as outside Linux, they are left out.
"""

import ctypes
import sys
import time
from functools import cache

import torch

MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1  # of mallopt(3)


def flush_denormals() -> None:
    """Make the CPU treat denormal numbers as zero.

    As latents collapse, weights decay into denormal numbers, which a CPU computes up to seven times more slowly.
    Worker threads inherit the setting when they start, so it comes before the first of them.
    """
    torch.set_flush_denormal(True)


def keep_freed_memory() -> None:
    """Make glibc keep up to 1 GiB of freed memory.

    A step of training frees what the next one asks for again: tensors of 8 MB at batch 64. glibc hands such blocks back
    to the kernel, which fills them with zeros, page by page, on the next use: a third of the time of a step.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(MMAP_THRESHOLD, 32 << 20)  # the largest that glibc takes
            mallopt(TRIM_THRESHOLD, 1 << 30)


@cache
def bfloat16_pays() -> bool:
    """Measure, in 20 ms, whether this CPU multiplies matrices more than twice as fast in bfloat16 as in float32.

    The names of instruction sets are no guide: of two CPUs without AMX whose flags have avx512_bf16, one multiplies
    four times as fast in bfloat16, the other at half the speed. The gap is far wider than the noise of the timing, so
    the answer is the same each time. A step of training gains less: a tenth on two threads, a third on one.
    """
    matrices = [torch.ones(256, 256, dtype=dtype) for dtype in (torch.float32, torch.bfloat16)]
    best, threads = [float("inf")] * 2, torch.get_num_threads()
    torch.set_num_threads(1)  # threads that wait for each other would time what else the machine does
    for _ in range(50):  # alternating, and the best of each
        for kind, matrix in enumerate(matrices):
            start = time.perf_counter()
            matrix @ matrix
            best[kind] = min(best[kind], time.perf_counter() - start)
    torch.set_num_threads(threads)
    return best[0] > 2 * best[1]
