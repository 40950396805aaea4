"""How long PyTorch's threads wait for one another: set before torch is loaded, in a process of its own each time."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux" and "CI" not in os.environ, reason="only Linux has libgomp")

SPINCOUNT = "os.environ.get('GOMP_SPINCOUNT')"
WHEN_TORCH_IS_LOADED = f"""
import importlib.abc, os, sys
class Look(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "torch":
            print({SPINCOUNT})
sys.meta_path.insert(0, Look())
import bvae_lib
"""
TRAIN = """
import hashlib
import bvae_lib, torch
torch.set_num_threads(2)
model, images = bvae_lib.BurgessVAE(seed=0), torch.rand(16, 1, 64, 64, generator=torch.Generator().manual_seed(0))
settings = {"seed": 0, "device": "cpu", "precision": "float32", "progress": False}
bvae_lib.fit(model, images, bvae_lib.BetaVAE(1), steps=1, batch_size=16, **settings)
print(hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
"""


def python(code: str, **environment: str) -> tuple[str, str]:
    """What ``code`` prints, and its warnings, where of all variables about threads only ``environment`` is set."""
    outer = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "GOMP_", "PYTHONWARNINGS"))}
    done = subprocess.run([sys.executable, "-c", code], env=outer | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr


def test_the_wait_is_bounded_when_torch_comes_to_be_loaded():
    printed, warned = python(WHEN_TORCH_IS_LOADED)
    assert printed == "3000"
    assert not warned


@pytest.mark.parametrize(
    ("first", "variable", "printed"),
    [("bvae_lib", {"GOMP_SPINCOUNT": "7"}, "7"), ("torch", {"OMP_WAIT_POLICY": "PASSIVE"}, "None")],
)
def test_a_value_of_the_users_own_stays(first, variable, printed):
    assert python(f"import {first}; import bvae_lib, os; print({SPINCOUNT})", **variable) == (printed, "")


def test_where_torch_came_first_one_warning_says_what_to_do():
    _, warned = python("import torch; import bvae_lib; import bvae_lib.training")
    assert warned.count("RuntimeWarning") == 1
    assert "Import bvae_lib first, or set GOMP_SPINCOUNT=3000" in warned


def test_one_thread_waits_for_nobody_so_nothing_is_said():
    assert not python("import torch; import bvae_lib", OMP_NUM_THREADS="1")[1]


def test_the_same_seed_gives_the_same_bits_with_and_without():
    bounded, _ = python(TRAIN)
    unbounded, _ = python(TRAIN, GOMP_SPINCOUNT="300000")  # libgomp's own
    assert len(bounded) == 64
    assert bounded == unbounded
