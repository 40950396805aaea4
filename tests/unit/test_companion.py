"""A companion shares the model's features while both learn, and leaves a network that needs it no more."""

import pytest
import torch

from bvae_lib.axis_discovery.auxiliary_decoder import SLOWLY, Pair, Together
from bvae_lib.models import BurgessVAE, Posterior
from bvae_lib.objectives import BetaVAE, Capacity, Constrained
from bvae_lib.training import fit

QUIET = {"progress": False, "device": "cpu", "precision": "float32"}


def pair_of(seed=0, latents=3, wide=5):
    """A pair whose heads tell something, and the wide network it was made of."""
    model, companion = BurgessVAE(latents=latents, seed=seed), BurgessVAE(latents=wide, seed=seed + 1)
    generator = torch.Generator().manual_seed(seed)
    for network in (model, companion):
        torch.nn.init.normal_(network.encoder[-1].weight, std=0.1, generator=generator)
    return Pair(model, companion), companion


def weights(layers):
    return torch.cat([parameter.detach().flatten() for parameter in layers.parameters()])


def test_a_pair_is_both_networks_on_the_features_of_the_wide_one():
    pair, wide = pair_of()
    images, z = torch.rand(4, 1, 64, 64), torch.randn(4, 8)
    both, own, other = (network.encode(images) for network in (pair, pair.model, wide))
    for together, ours, theirs in zip(both, own, other, strict=True):
        torch.testing.assert_close(together, torch.cat([ours, theirs], dim=1))
    expected = torch.cat([pair.model.decode(z[:, :3]), wide.decode(z[:, 3:])], dim=1)
    torch.testing.assert_close(pair.decode(z), expected)


@pytest.mark.parametrize("objective", [BetaVAE(4), Capacity(5.0, 1, 9, 10), Constrained(1, 9, 10, multiplier=7.0)])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_losses_add_up_and_the_figures_are_those_of_the_model(objective, channels):
    logits, images = torch.randn(4, 2 * channels, 64, 64), torch.rand(4, channels, 64, 64)
    posterior = Posterior(torch.randn(4, 8), torch.randn(4, 8))
    own = objective(logits[:, :channels], images, Posterior(*(part[:, :3] for part in posterior)), 2)
    wide = BetaVAE(0.25)(logits[:, channels:], images, Posterior(*(part[:, 3:] for part in posterior)), 2)
    loss, reconstruction, kl = Together(objective, latents=3, price=0.25)(logits, images, posterior, 2)
    torch.testing.assert_close(loss, own[0] + wide[0])
    torch.testing.assert_close(reconstruction, own[1])
    torch.testing.assert_close(kl, own[2])


def test_features_learn_for_the_companion_while_the_model_asks_nothing_of_them(sprites):
    """A model whose latents are silent gives its features no gradient."""
    objective, lone = BetaVAE(100), BurgessVAE(latents=3)
    before = weights(lone.encoder[:-1])
    fit(lone, sprites, objective, steps=1, **QUIET)
    assert torch.equal(weights(lone.encoder[:-1]), before)

    pair, _ = pair_of()
    torch.nn.init.zeros_(pair.model.encoder[-1].weight)
    before = weights(pair.model.encoder[:-1])
    history = fit(pair, sprites, Together(objective, latents=3), steps=1, **QUIET)
    assert not torch.equal(weights(pair.model.encoder[:-1]), before)
    assert history.kl_per_latent.shape[1] == 3


def test_features_and_companion_learn_at_an_eighth_of_the_rate(sprites):
    """Adam's first step moves each weight by the learning rate."""
    pair, _ = pair_of()
    parts = {"axes": pair.model.encoder[-1], "features": pair.model.encoder[:-1], "companion": pair.decoder}
    before = {name: weights(part) for name, part in parts.items()}
    fit(pair, sprites, Together(BetaVAE(1), latents=3), steps=1, lr=1e-3, **QUIET)
    moved = {name: (weights(part) - before[name]).abs().max().item() for name, part in parts.items()}
    assert moved["axes"] == pytest.approx(1e-3, rel=0.01)
    assert [moved["features"], moved["companion"]] == pytest.approx([1e-3 * SLOWLY] * 2, rel=0.01)


def test_a_stopped_pair_goes_on_as_if_it_had_not_been(sprites, tmp_path):
    def run(steps, checkpoint=None):
        pair, _ = pair_of()
        objective = Together(Constrained(1, 5, 10, multiplier=9.0), latents=3)
        history = fit(pair, sprites, objective, steps=steps, checkpoint=checkpoint, **QUIET)
        return weights(pair), objective.objective.multiplier, history.settings

    run(2, tmp_path / "pair")
    resumed, multiplier, settings = run(4, tmp_path / "pair")
    whole, expected, _ = run(4)
    assert torch.equal(resumed, whole)
    assert multiplier == expected != 9.0
    assert settings["objective"]["objective"]["name"] == "Constrained"
    assert settings["objective"]["companion"]["beta"] == 0.1


def test_networks_of_other_channels_are_no_pair():
    with pytest.raises(ValueError, match="a pair must see the same channels, not 1 and 3"):
        Pair(BurgessVAE(1), BurgessVAE(3))
