"""The companion of benchmarks/companion.py: it shapes the features, and leaves a network that needs it no more."""

import importlib.util
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file


@pytest.fixture
def companion(monkeypatch):
    """The script as a module, with two steps of head start and two together."""
    script = Path(__file__).parents[2] / "benchmarks" / "companion.py"
    spec = importlib.util.spec_from_file_location("companion", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, value in {"HEAD_START": 2, "STEPS": 2, "WARMUP": 1, "COOLDOWN": 1, "EVERY": 1}.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(module, "measure", lambda pair, sprites: "")
    return module


def weights(layers):
    return torch.cat([parameter.detach().flatten() for parameter in layers.parameters()])


def test_the_model_waits_while_the_companion_starts_and_then_both_learn(companion, sprites, monkeypatch, tmp_path):
    pair, path = companion.Pair(seed=0), tmp_path / "pair.safetensors"
    before = [weights(part).clone() for part in (pair.model.decoder, pair.decoder, pair.features)]
    monkeypatch.setattr(companion, "STEPS", 0)
    companion.train(pair, sprites, 0, path)
    after = [weights(part).clone() for part in (pair.model.decoder, pair.decoder, pair.features)]
    assert [torch.equal(a, b) for a, b in zip(before, after, strict=True)] == [True, False, False]

    monkeypatch.setattr(companion, "STEPS", 2)
    resumed = companion.Pair(seed=0)
    resumed.load_state_dict(load_file(path))
    companion.train(resumed, sprites, 0, path)
    assert resumed.done == 4
    assert not torch.equal(weights(resumed.model.decoder), after[0])
    assert resumed.multiplier != companion.EARLY["multiplier"]
    assert load_file(path)["multiplier"] == resumed.multiplier


def test_the_model_reads_the_features_that_it_shares(companion):
    pair, images = companion.Pair(seed=1), torch.rand(3, 1, 64, 64)
    torch.nn.init.normal_(pair.model.encoder[-1].weight)
    (_, _), (_, posterior) = pair(images, True, torch.Generator().manual_seed(0))
    alone = pair.model.encode(images)
    for shared, own in zip(posterior, alone, strict=True):
        torch.testing.assert_close(shared, own)
