"""Settings that training makes for the process: freed memory is kept, and denormal numbers are zero."""

import json
import os
import subprocess
import sys

from bvae_lib._runtime import cpu

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
    faults(15)  # in which the heap may still grow
    found["faults"] = faults(5)
    def faults_of_large_block():  # 64 MB, as a layer has at batch 512
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        torch.ones(16 << 20)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    # The first of them make the heap grow.
    found["faults of large blocks"] = min(faults_of_large_block() for _ in range(5))
torch.set_num_threads(2)
found["answers"] = len({bfloat16_pays() for _ in range(5)})
found["threads"] = torch.get_num_threads()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, float]:
    """What a process of its own measures once training is imported."""
    home = str(tmp_path_factory.mktemp("home"))
    environment = os.environ | {"HOME": home, "USERPROFILE": home}
    run = subprocess.run(
        [sys.executable, "-c", MEASUREMENTS], capture_output=True, text=True, check=True, env=environment
    )
    return json.loads(run.stdout)


@pytest.mark.skipif(sys.platform != "linux" and "CI" not in os.environ, reason="memory is kept on Linux only")
def test_memory_that_a_step_frees_is_not_handed_back(found):
    assert found["faults"] < 500  # without the setting some thousands
    assert found["faults of large blocks"] < 500  # without it 16,384


def test_weights_too_small_to_matter_count_as_zero_while_training(found):
    assert found["denormal"] == 0


def test_asking_for_the_faster_precision_gives_the_same_answer_and_leaves_the_threads_alone(found):
    assert (found["answers"], found["threads"]) == (1, 2)


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """Called with speeds that one process after another would measure: what each of them answers."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    def ask(*speeds):
        found = []
        for speed in speeds:
            monkeypatch.setattr(cpu, "bfloat16_speed", lambda speed=speed: speed)
            found.append(cpu.bfloat16_pays.__wrapped__())
        return found

    return ask


def test_the_first_measurement_decides_for_all_later_processes(answers):
    assert answers(4.0, 0.5, 2.0) == [True, True, True]


def test_another_processor_in_the_same_home_is_measured_on_its_own(answers, monkeypatch):
    assert answers(4.0) == [True]
    monkeypatch.setattr(cpu, "cpu_name", lambda: "another")
    assert answers(1.97, 4.0) == [False, False]
    monkeypatch.undo()


@pytest.mark.parametrize("content", [b"", b"7", b"[]", b'{"a": 1', b"\xff\xfe", b'{"MACHINE": "fast"}'])
def test_a_file_with_something_else_in_it_is_measured_again(answers, tmp_path, content):
    machine = f"{cpu.cpu_name()}, torch {cpu.torch.__version__}"
    path = tmp_path / ".cache" / "bvae_lib" / "bfloat16.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(content.replace(b"MACHINE", machine.encode()))
    assert answers(0.5, 4.0) == [False, False]
    assert json.loads(path.read_text(encoding="utf-8")) == {machine: 0.5}


def test_without_a_folder_to_write_to_each_process_measures(answers, tmp_path):
    (tmp_path / ".cache").write_bytes(b"no folder")
    assert answers(4.0, 0.5) == [True, False]


def test_the_threshold_is_far_from_every_cpu_that_was_measured(answers, tmp_path):
    (tmp_path / ".cache").write_bytes(b"no folder")
    assert answers(0.5, 1.87, 2.03, 3.1, 4.7) == [False, False, False, True, True]
