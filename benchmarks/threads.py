"""What waiting threads cost: milliseconds a step of `fit` on dSprites, batch 64: python benchmarks/threads.py.

Each figure is of a process of its own, whose variables are set before torch is loaded; idle, and beside one process
that keeps a core busy. The third line is what bvae_lib sets by itself (bvae_lib/_runtime/threads.py). The table is an
observation in one run, on a machine where nothing else runs. Unbounded threads depend on who gets which core: beside a
busy process one and the same line took 180 ms in one run, and 520 in another.
"""

import importlib
import os
import subprocess
import sys
import time

BATCH, STEPS, LIMIT = 64, 40, 60  # LIMIT: seconds after which a process is given up
LINES = [
    (2, {}),
    (2, {"GOMP_SPINCOUNT": "30000"}),
    (2, {"GOMP_SPINCOUNT": "3000"}),
    (2, {"GOMP_SPINCOUNT": "300"}),
    (2, {"OMP_WAIT_POLICY": "PASSIVE"}),
    (1, {}),
]


def step() -> float:
    """Milliseconds a step, in this process."""
    importlib.import_module("torch")  # before bvae_lib, which would set a variable that the line leaves out
    from bvae_lib import BetaVAE, BurgessVAE, DSprites, fit

    model, sprites = BurgessVAE(), DSprites(device="cpu")
    settings = {"batch_size": BATCH, "device": "cpu", "precision": "float32", "progress": False}
    fit(model, sprites, BetaVAE(1), steps=3, **settings)
    start = time.perf_counter()
    fit(model, sprites, BetaVAE(1), steps=STEPS, **settings)
    return 1000 * (time.perf_counter() - start) / STEPS


def measure(threads: int, variables: dict[str, str]) -> str:
    """What :func:`step` says in a process with these variables."""
    outer = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_"))}
    environment = outer | {"OMP_NUM_THREADS": str(threads), "PYTHONWARNINGS": "ignore"} | variables
    command = [sys.executable, __file__, "step"]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return f"not done in {LIMIT} s"
    if done.returncode:
        raise SystemExit(done.stderr)
    return f"{float(done.stdout):.0f}"


def main() -> None:
    print(f"{'threads':8s} {'variable':26s} {'idle':>16s} {'beside one busy':>16s}   milliseconds a step")
    for threads, variables in LINES:
        name = " ".join(f"{key}={value}" for key, value in variables.items()) or "none"
        idle = measure(threads, variables)
        busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        try:
            beside = measure(threads, variables)
        finally:
            busy.kill()
            busy.wait()
        print(f"{threads:<8d} {name:26s} {idle:>16s} {beside:>16s}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["step"]:
        print(step())
    else:
        main()
