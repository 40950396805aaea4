"""Stages of a run: the beginning of the whole one, and what its latents draw."""

import numpy as np
import pytest
import torch

from bvae_lib import zoo
from bvae_lib.zoo import stages


def some_stages(seed=0):
    rng = np.random.default_rng(seed)
    return stages.Stages(
        step=np.array([50, 100]),
        budget=np.array([1.5, 3.0]),
        kl=rng.random((2, 3)).round(4),
        drawn=rng.integers(0, 256, (2, 3, 7, 64, 64), dtype=np.uint8),
    )


def test_stages_come_back_as_they_were(tmp_path):
    saved = some_stages()
    saved.save(tmp_path / "a.stages.json")
    for name, values in vars(stages.Stages.load(tmp_path / "a.stages.json")).items():
        np.testing.assert_array_equal(values, getattr(saved, name))


def test_another_file_is_refused(tmp_path):
    (tmp_path / "a.stages.json").write_text("[]")
    with pytest.raises(ValueError, match="not a saved Stages"):
        stages.Stages.load(tmp_path / "a.stages.json")


def test_a_run_seen_in_stages_is_the_run_itself(sprites, tmp_path):
    options = {"images": sprites, "batch_size": 2, "progress": False, "device": "cpu"}

    def train(steps):
        return zoo.train(stages.NAMES[0], steps=steps, checkpoint=tmp_path / "run.safetensors", **options)

    image = sprites[sprites.index(torch.tensor([stages.IMAGE]))].cpu()
    model, history, seen = stages.shoot(train, image, steps=(50, 100))
    whole, straight = zoo.train(stages.NAMES[0], steps=100, **options)
    for ours, theirs in zip(model.parameters(), whole.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    np.testing.assert_array_equal(history.rows(), straight.rows())
    np.testing.assert_array_equal(seen.budget, straight.capacity)
    np.testing.assert_array_equal(seen.kl, straight.kl_per_latent)
    assert seen.drawn.shape == (2, model.latents, 7, 64, 64)


@pytest.mark.parametrize("name", stages.NAMES)
def test_stages_of_the_zoo_agree_with_their_histories(name):
    seen, history = zoo.load_snapshots(name), zoo.load(name)[1]
    at = np.searchsorted(history.step, seen.step)
    np.testing.assert_allclose(seen.budget, history.capacity[at], atol=1e-4)
    np.testing.assert_allclose(seen.kl, history.kl_per_latent[at], atol=1e-4)
    assert seen.step[-1] == history.step[-1]


def test_stages_that_are_not_here_are_named():
    with pytest.raises(KeyError, match=r"no stages of 'dsprites-vae'.*dsprites-capacity-seed0"):
        zoo.load_snapshots("dsprites-vae")
