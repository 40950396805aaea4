"""Threads that wait for one another without taking the core that the other one needs."""

import os
import sys
import warnings

VARIABLES = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")  # either one says how a waiting thread spends its time
SPINS = "3000"


def bound_spinning() -> None:
    """Set ``GOMP_SPINCOUNT`` to 3000, unless the environment says otherwise already.

    A thread of PyTorch's that waits for another one spins: it keeps its core busy. Where another process (a browser, a
    second kernel, a parallel test) needs that core, the thread that is waited for does not run, and a step of training
    on two cores takes 1,160 ms in place of 44. Bounded to 3000 turns it takes 110, and on an idle machine still 44
    (``benchmarks/threads.py``). The order of additions does not change, so results are the same to the last bit.

    libgomp reads the variable when it is loaded, so this must come before the first ``import torch``. Where torch is
    loaded already, a RuntimeWarning says so and what to do. Only Linux has libgomp: elsewhere nothing is done.
    """
    if sys.platform != "linux" or any(name in os.environ for name in VARIABLES):
        return
    if "torch" in sys.modules and os.environ.get("OMP_NUM_THREADS") != "1":
        warnings.warn(
            "torch was imported before bvae_lib, so its threads spin while they wait: beside another busy process, "
            "training can take ten times as long. Import bvae_lib first, or set GOMP_SPINCOUNT=3000 before Python "
            "starts (in Colab or Jupyter: restart the kernel and run the first cell)",
            RuntimeWarning,
            stacklevel=3,
        )
    os.environ["GOMP_SPINCOUNT"] = SPINS  # for torch, if it is still to come, and for child processes
