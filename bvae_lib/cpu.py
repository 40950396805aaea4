"""What a CPU is told once, when training is imported; none of it changes a result that anybody could see.

Both are settings of the whole process. Where they are unknown, as outside Linux, they are left out.
"""

import ctypes
import sys

import torch

MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1  # of mallopt(3)


def flush_denormals() -> None:
    """As latents collapse, weights decay into denormal numbers, which a CPU computes up to seven times more slowly.

    Worker threads inherit this when they start, so it comes before the first of them.
    """
    torch.set_flush_denormal(True)


def keep_freed_memory() -> None:
    """A step frees what the next one asks for again: tensors of 8 MB at batch 64.

    glibc hands such blocks back to the kernel, which fills them with zeros, page by page, on the next use: a third of
    the time of a step. Here up to 1 GiB of freed memory is kept.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(MMAP_THRESHOLD, 32 << 20)  # the largest that glibc takes
            mallopt(TRIM_THRESHOLD, 1 << 30)
