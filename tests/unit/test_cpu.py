"""What training tells the process: freed memory is kept, and denormal numbers are flushed."""

import os
import subprocess
import sys

import pytest

# Page faults of a step of the network at batch 64, after the first few; without the setting some thousands.
FAULTS = """
import resource
import torch
import bvae_lib.training
from bvae_lib.models import BurgessVAE
model, images = BurgessVAE().to(memory_format=torch.channels_last), torch.rand(64, 1, 64, 64)
def faults(steps):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(steps):
        model.zero_grad()
        model.decode(model.encode(images).rsample()).sum().backward()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / steps
faults(5)
print(faults(5))
"""


def output(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.skipif(sys.platform != "linux" and "CI" not in os.environ, reason="only Linux is told to keep memory")
def test_memory_that_a_step_frees_is_not_handed_back():
    assert float(output(FAULTS)) < 500


def test_weights_too_small_to_matter_count_as_zero_while_training():
    code = "import torch, bvae_lib.training; print((torch.tensor([1e-39]) * 1.0).item())"
    assert output(code) == "0.0"


def test_asking_for_the_faster_precision_gives_the_same_answer_and_leaves_the_threads_alone():
    code = (
        "import torch\nfrom bvae_lib._runtime.cpu import bfloat16_pays\ntorch.set_num_threads(2)\n"
        "print(len({bfloat16_pays.__wrapped__() for _ in range(5)}), torch.get_num_threads())"
    )
    assert output(code) == "1 2"
