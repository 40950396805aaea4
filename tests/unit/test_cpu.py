"""Settings that training makes for the process: freed memory is kept, and denormal numbers are zero."""

import json
import os
import subprocess
import sys

import pytest

MEASUREMENTS = """
import json, sys
import torch
import bvae_lib.training
from bvae_lib._runtime.cpu import bfloat16_pays
from bvae_lib.models import BurgessVAE

found = {"denormal": (torch.tensor([1e-39]) * 1.0).item()}
if sys.platform == "linux":  # page faults of a step of the network at batch 64, after the first few
    import resource
    model, images = BurgessVAE().to(memory_format=torch.channels_last), torch.rand(64, 1, 64, 64)
    def faults(steps):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(steps):
            model.zero_grad()
            model.decode(model.encode(images).rsample()).sum().backward()
        return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / steps
    faults(5)
    found["faults"] = faults(5)
torch.set_num_threads(2)
found["answers"] = len({bfloat16_pays.__wrapped__() for _ in range(5)})
found["threads"] = torch.get_num_threads()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found() -> dict[str, float]:
    """What a process of its own measures once training is imported."""
    run = subprocess.run([sys.executable, "-c", MEASUREMENTS], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


@pytest.mark.skipif(sys.platform != "linux" and "CI" not in os.environ, reason="memory is kept on Linux only")
def test_memory_that_a_step_frees_is_not_handed_back(found):
    assert found["faults"] < 500  # without the setting some thousands


def test_weights_too_small_to_matter_count_as_zero_while_training(found):
    assert found["denormal"] == 0


def test_asking_for_the_faster_precision_gives_the_same_answer_and_leaves_the_threads_alone(found):
    assert (found["answers"], found["threads"]) == (1, 2)
