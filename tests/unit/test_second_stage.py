"""A code in new axes: it carries the same in fewer nats, and what two latents shared is in one."""

import math

from bvae_lib.axis_discovery import second_stage
from bvae_lib.axis_discovery.latent_vae import LatentVAE, TwoStageVAE
from bvae_lib.axis_discovery.muon import muon, split_hidden_weights
from bvae_lib.axis_discovery.second_stage import fit_second_stage, latent_distortion
from bvae_lib.models import BurgessVAE, Posterior
from bvae_lib.objectives import BetaVAE
from bvae_lib.training import fit, parameter_groups
from bvae_lib.widgets.weights import check_decoder, pack

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

WHOLE = {"beta_start": 50.0, "steps": 500, "anneal_steps": 350}
SHORT = {"beta_start": 50.0, "steps": 50, "anneal_steps": 40}
DEVIATION = 0.1  # of every posterior of the toy


def pixels(images):
    """The two pixels of each image, [N, 2], with mean 0 and variance 1."""
    return 10 * (images.flatten(1) - 0.5)


class Toy(nn.Module):
    """Three latents for images of two pixels: one carries the first pixel, two the second."""

    channels, latents = 1, 3

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(()))  # on whose device the toy is
        self.encoder, self.decoder = nn.Identity(), ToyDecoder()

    def encode(self, images):
        first, second = pixels(images).T * self.weight
        mean = torch.stack([first, second, second], dim=1)
        return Posterior(mean, torch.full_like(mean, DEVIATION).log() * 2)


class ToyDecoder(nn.Sequential):
    """The toy's decoder, as a chain of one layer."""

    def __init__(self):
        super().__init__(nn.Linear(3, 2, bias=False), nn.Unflatten(1, (1, 1, 2)))
        with torch.no_grad():
            self[0].weight.copy_(torch.tensor([[1, 0, 0], [0, 0.5, 0.5]]))


class Coarse(Toy):
    """A reference that carries the first pixel only, in its last latent, with ten times the deviation."""

    def encode(self, images):
        mean = nn.functional.pad(pixels(images)[:, :1] * self.weight, (2, 0))
        return Posterior(mean, torch.full_like(mean, 10 * DEVIATION).log() * 2)


@pytest.fixture(scope="module")
def images():
    return 0.5 + 0.1 * torch.randn(2_000, 1, 1, 2, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def fitted(images):
    return fit_second_stage(Toy(), images, frozen=[0], price=1.0, stages=[WHOLE])


def test_what_two_latents_shared_one_carries_in_fewer_nats(fitted, images):
    old, new = Toy().encode(images).kl().mean(dim=0), fitted.encode(images).kl().mean(dim=0)
    assert new[0] == old[0]
    largest, smallest = new[1:].max().item(), new[1:].min().item()
    assert smallest < 0.05
    assert largest < 0.8 * old[1:].sum()
    # An error of the new latent is one in both old ones, so half the variance pays: half of ln 2 nats more.
    assert largest == pytest.approx(old[1].item() + 0.5 * math.log(2), abs=0.1)


def test_the_new_code_carries_what_the_old_one_carried(fitted, images):
    drawn = fitted.decode(fitted.encode(images).mean)
    assert (drawn.flatten(1) - pixels(images)).square().mean().sqrt() < DEVIATION


def test_frozen_latents_stay_as_they_are(fitted, images):
    old, new = Toy().encode(images), fitted.encode(images)
    for before, after in zip(old, new, strict=True):
        torch.testing.assert_close(before[:, 0], after[:, 0])
    z = torch.randn(5, 3)
    torch.testing.assert_close(fitted.stages[0].decode(z)[:, 0], z[:, 0])


def test_same_seed_same_axes(images):
    one, same, other = (
        fit_second_stage(Toy(), images, [0], 1.0, [SHORT], seed=seed).encode(images) for seed in (0, 0, 1)
    )
    assert torch.equal(one.mean, same.mean)
    assert not torch.allclose(one.mean, other.mean)


def test_of_several_restarts_the_one_of_least_cost_goes_on(images, monkeypatch):
    monkeypatch.setattr(second_stage, "JUDGED", 5)
    costs = {}
    whole = second_stage.train_latent_vae

    def watched(stage, *rest, **arguments):
        for loss in whole(stage, *rest, **arguments):
            costs.setdefault(stage, []).append(loss)
            yield loss

    monkeypatch.setattr(second_stage, "train_latent_vae", watched)
    stage = SHORT | {"steps": 40, "anneal_steps": 20, "num_new": 2, "stagger_steps": 5, "num_restarts": 3}
    best = fit_second_stage(Toy(), images, [0], price=1.0, stages=[stage]).stages[0]
    assert sorted(len(losses) for losses in costs.values()) == [25, 25, 40]
    judged = {candidate: sum(losses[20:25]) for candidate, losses in costs.items()}
    assert best is min(judged, key=judged.get)


@given(*[st.floats(-3, 3, allow_subnormal=False)] * 2, st.floats(0.01, 2))
def test_an_error_is_what_it_adds_to_the_divergence(mean, guess, deviation):
    """An error of the mean alone: KL of two normals of one variance."""
    code = Posterior(torch.tensor([[mean]]), torch.tensor([[deviation]]).log() * 2)
    here, there = (torch.distributions.Normal(torch.tensor(at), torch.tensor(deviation)) for at in (mean, guess))
    torch.testing.assert_close(
        latent_distortion(code, torch.tensor([[guess]]))[0, 0], torch.distributions.kl_divergence(here, there)
    )


def test_the_variance_of_a_latent_is_proportional_to_its_price(fitted, images):
    """Ten times the price, half of ln 10 nats less."""
    expensive = fit_second_stage(Toy(), images, frozen=[0], price=1.0, stages=[WHOLE | {"beta_end": 10.0}])
    narrow, wide = (model.encode(images).kl().mean(dim=0)[1:].max().item() for model in (fitted, expensive))
    assert wide == pytest.approx(narrow - 0.5 * math.log(10), abs=0.1)


@pytest.fixture(scope="module")
def with_reference(images):
    return fit_second_stage(Toy(), images, [2], price=1.0, stages=[WHOLE | {"num_new": 1}], reference=Coarse())


def test_latents_of_a_reference_keep_their_means_and_become_as_narrow_as_pays(with_reference, images):
    reference, new = Coarse().encode(images), with_reference.encode(images)
    torch.testing.assert_close(new.mean[:, 2], reference.mean[:, 2])
    deviation = (new.log_variance[:, 2] / 2).exp().mean().item()
    assert deviation == pytest.approx(DEVIATION, rel=0.2)
    drawn = with_reference.decode(new.mean)
    assert (drawn.flatten(1) - pixels(images)).square().mean().sqrt() < 2 * DEVIATION


def test_latents_that_do_not_become_active_stay_at_the_prior(with_reference, images):
    rate = with_reference.encode(images).kl().mean(dim=0)
    assert rate[0] > 1
    assert rate[1] == 0


def test_what_one_stage_has_found_the_next_one_freezes(with_reference, images):
    stages = [WHOLE | {"num_new": 1}, SHORT]
    after = fit_second_stage(Toy(), images, [2], price=1.0, stages=stages, reference=Coarse())
    first, then = with_reference.encode(images), after.encode(images)
    assert after.stages[1].frozen.tolist() == [True, False, True]
    assert after.stages[1].active.tolist() == [False, True, False]
    torch.testing.assert_close(then.mean[:, [0, 2]], first.mean[:, [0, 2]])
    assert not torch.equal(then.log_variance[:, [0, 2]], first.log_variance[:, [0, 2]])  # these may change


def test_one_latent_is_found_a_second_time_and_the_others_stay(images):
    """Of three, found in the order 2 (the reference's), 0, 1, the second one."""
    stages = [SHORT | {"num_new": 2, "stagger_steps": 10}, SHORT | {"relearn": 1, "num_new": 1}]
    before, after = (
        fit_second_stage(Toy(), images, [2], 1.0, stages[:n], reference=Coarse()).encode(images) for n in (1, 2)
    )
    torch.testing.assert_close(after.mean[:, 1:], before.mean[:, 1:])
    assert not torch.allclose(after.mean[:, 0], before.mean[:, 0], atol=1e-3)


def test_a_latent_found_a_second_time_keeps_its_position_in_the_order(images):
    """Found with another one at the prior, a latent may take that one's column; the next stage knows it there."""
    stages = [SHORT | {"num_new": 1}, SHORT | {"relearn": 0, "num_new": 1}, SHORT | {"relearn": 0, "num_new": 1}]
    network = fit_second_stage(Toy(), images, [2], 1.0, stages, reference=Coarse())
    frozen = [stage.frozen.tolist() for stage in network.stages]
    # 0 is found; then the reference's 2 is, and the first column at the prior is 1; then that one, and 0 stays frozen.
    assert frozen == [[False, False, True], [True, False, False], [True, False, False]]


def test_a_reference_must_have_as_many_latents():
    with pytest.raises(ValueError, match=r"model and reference must have .* not \(1, 3\), \(1, 4\)"):
        TwoStageVAE(BurgessVAE(latents=3), BurgessVAE(latents=4))


def test_some_latents_must_not_be_frozen():
    with pytest.raises(ValueError, match="frozen must be a mask of some of the 3 latents"):
        LatentVAE(torch.ones(3, dtype=torch.bool))


FROZEN = torch.tensor([True, False, False])


def two_stage(*stages, reference=True):
    """A model of three latents, with a reference or none and weights as drawn; a seed for each stage."""
    networks = [BurgessVAE(latents=3, seed=seed) for seed in (0, 1)]
    for network in networks:
        nn.init.normal_(network.encoder[-1].weight, std=0.1)
    whole = TwoStageVAE(networks[0], networks[1] if reference else None)
    for number, seed in enumerate(stages):
        whole.append(LatentVAE(FROZEN, seed, with_reference=reference or number > 0))
    return whole


def test_trained_on_images_it_learns_to_draw_and_keeps_what_it_found(sprites):
    network = two_stage(0, 1)
    before = {name: weight.clone() for name, weight in network.named_parameters()}
    old = network.encode(sprites[:50])
    optimizer = muon(*network.learning_chains())
    fit(network, sprites, BetaVAE(1), steps=2, lr=1e-2, optimizer=optimizer, progress=False, device="cpu")
    learned = {name for name, weight in network.named_parameters() if not torch.equal(weight, before[name])}
    parts = {name.rsplit(".", 2)[0] for name in learned}
    assert parts == {"model.decoder", "stages.1.encoder", "stages.1.decoder"}
    new = network.encode(sprites[:50])
    torch.testing.assert_close(new.mean[:, FROZEN], old.mean[:, FROZEN])
    assert not torch.allclose(new.mean[:, ~FROZEN], old.mean[:, ~FROZEN], atol=1e-3)
    assert not torch.allclose(new.log_variance[:, FROZEN], old.log_variance[:, FROZEN], atol=1e-3)
    assert network.reconstruct(sprites[:4]).shape == sprites[:4].shape


def test_of_what_learns_all_matrices_between_hidden_units_are_for_muon():
    network = two_stage(0, 1)
    groups = split_hidden_weights(parameter_groups(BetaVAE(1), network, lr=1.0), network.learning_chains())
    matrices, rest = (group["params"] for group in groups)
    parts = network.model.decoder, network.stages[-1]
    assert {id(weight) for weight in matrices + rest} == {id(weight) for part in parts for weight in part.parameters()}
    assert sorted(weight.shape[:2] for weight in matrices) == [(32, 32)] * 3 + [(256, 256)] * 3 + [(512, 256)]


@pytest.mark.parametrize(("stages", "reference"), [((0,), True), ((0, 1), True), ((0,), False), ((0, 1), False)])
def test_the_chain_of_decoder_layers_decodes_as_decode_does(stages, reference):
    network, z = two_stage(*stages, reference=reference), torch.randn(4, 3)
    torch.testing.assert_close(network.decoder(z), network.decode(z))
    moved = z + torch.tensor([3.0, 0, 0])  # a frozen latent is decoded too
    assert (network.decoder(moved) - network.decoder(z)).abs().max() > 0.1


def test_a_page_gets_a_decoder_that_decodes_as_decode_does_or_none():
    for network in (two_stage(0), two_stage(0, 1), two_stage(0, 1, reference=False)):
        check_decoder(network)
    with pytest.raises(ValueError, match="model must be"):  # its first layer lets frozen latents past: no plain chain
        check_decoder(two_stage(0, reference=False))
    with pytest.raises(ValueError, match="model must be"):
        pack(two_stage(0, reference=False))


def test_latents_can_be_pruned(sprites):
    network = two_stage(0, 1)
    old = network.encode(sprites[:4])
    network.prune_latents(torch.tensor([True, False, True]))
    new = network.encode(sprites[:4])
    assert (new.kl()[:, [0, 2]] == 0).all()
    torch.testing.assert_close(new.mean[:, 1], old.mean[:, 1])


def test_only_its_own_latents_can_be_decoded():
    with pytest.raises(ValueError, match=r"z must have shape \[B, 3\], not \[2, 4\]"):
        two_stage(0, 1).decode(torch.zeros(2, 4))
