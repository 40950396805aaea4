"""An auxiliary decoder shares the model's features while both learn, and leaves a network that needs it no more."""

from bvae_lib.axis_discovery.auxiliary_decoder import LR_FACTOR, JointObjective, copy_features
from bvae_lib.models import BurgessVAE
from bvae_lib.objectives import BetaVAE, Capacity, Constrained
from bvae_lib.training import fit

import pytest
import torch

QUIET = {"batch_size": 16, "progress": False, "device": "cpu", "precision": "float32"}


def networks(seed=0, latents=3, wide=5, channels=1):
    """A model and a wide network of the same features, whose heads both carry something of the image."""
    model, auxiliary = BurgessVAE(channels, latents, seed), BurgessVAE(channels, wide, seed + 1)
    generator = torch.Generator().manual_seed(seed)
    for network in (model, auxiliary):
        torch.nn.init.normal_(network.encoder[-1].weight, std=0.1, generator=generator)
    copy_features(auxiliary, model)
    return model, auxiliary


def weights(layers):
    return torch.cat([parameter.detach().flatten() for parameter in layers.parameters()])


def test_the_model_begins_with_the_features_of_the_auxiliary_network():
    model, auxiliary = networks()
    images = torch.rand(4, 1, 64, 64)
    torch.testing.assert_close(model.features(images), auxiliary.features(images))


@pytest.mark.parametrize("objective", [BetaVAE(4), Capacity(5.0, 1, 9, 10), Constrained(1, 9, 10, multiplier=7.0)])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_losses_add_up_and_the_figures_are_those_of_the_model(objective, channels):
    model, auxiliary = networks(channels=channels)
    images, generator = torch.rand(4, channels, 64, 64), torch.Generator().manual_seed(0)
    own = objective(model, images, 2, generator)
    wide = BetaVAE(0.25)(auxiliary, images, 2, generator)
    joint = JointObjective(objective, auxiliary, price=0.25)
    loss, reconstruction, kl = joint(model, images, 2, torch.Generator().manual_seed(0))
    torch.testing.assert_close(loss, own.loss + wide.loss)
    torch.testing.assert_close(reconstruction, own.reconstruction)
    torch.testing.assert_close(kl, own.kl)
    assert joint.price(kl.sum(), 2, pixels=4096) == objective.price(kl.sum(), 2, pixels=4096)
    torch.testing.assert_close(joint.capacity(2), objective.capacity(2), equal_nan=True)


def test_features_learn_for_the_auxiliary_decoder_while_the_model_asks_nothing_of_them(sprites):
    """A model whose latents are at the prior gives its features no gradient."""
    objective, alone = BetaVAE(100), BurgessVAE(latents=3)
    before = weights(alone.encoder[:-1])
    fit(alone, sprites, objective, steps=1, **QUIET)
    assert torch.equal(weights(alone.encoder[:-1]), before)

    model, auxiliary = networks()
    torch.nn.init.zeros_(model.encoder[-1].weight)
    before = weights(model.encoder[:-1])
    history = fit(model, sprites, JointObjective(objective, auxiliary), steps=1, **QUIET)
    assert not torch.equal(weights(model.encoder[:-1]), before)
    assert history.kl_per_latent.shape[1] == 3


def test_features_and_auxiliary_decoder_learn_at_an_eighth_of_the_rate(sprites):
    """Adam's first step moves each weight by the learning rate."""
    model, auxiliary = networks()
    parts = {"head": model.encoder[-1], "features": model.encoder[:-1], "auxiliary": auxiliary.decoder}
    before = {name: weights(part) for name, part in parts.items()}
    fit(model, sprites, JointObjective(BetaVAE(1), auxiliary), steps=1, lr=1e-3, **QUIET)
    moved = {name: (weights(part) - before[name]).abs().max().item() for name, part in parts.items()}
    assert moved["head"] == pytest.approx(1e-3, rel=0.01)
    assert [moved["features"], moved["auxiliary"]] == pytest.approx([1e-3 * LR_FACTOR] * 2, rel=0.01)


def test_a_stopped_run_goes_on_as_if_it_had_not_been(sprites, tmp_path):
    def run(steps, checkpoint=None):
        model, auxiliary = networks()
        objective = JointObjective(Constrained(1, 5, 10, multiplier=9.0), auxiliary)
        history = fit(model, sprites, objective, steps=steps, checkpoint=checkpoint, **QUIET)
        learned = torch.cat([weights(model), weights(objective)])
        return learned, objective.objective.multiplier, history.settings

    run(2, tmp_path / "run")
    resumed, multiplier, settings = run(4, tmp_path / "run")
    whole, expected, _ = run(4)
    assert torch.equal(resumed, whole)
    assert multiplier == expected != 9.0
    assert settings["objective"]["objective"]["name"] == "Constrained"
    assert settings["objective"]["auxiliary"]["beta"] == 0.1


def test_networks_of_other_channels_share_no_features():
    with pytest.raises(ValueError, match="both networks must have the same channels, not 1 and 3"):
        copy_features(BurgessVAE(1), BurgessVAE(3))
