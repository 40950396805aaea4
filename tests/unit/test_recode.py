"""A code in new axes: the same is told in fewer nats, and what was said twice is said once."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

import bvae_lib.axis_discovery.second_stage as recode_module
from bvae_lib.models import BurgessVAE, Posterior, TwoStageVAE, LatentVAE
from bvae_lib.objectives import BetaVAE
from bvae_lib.axis_discovery.second_stage import recode, latent_distortion
from bvae_lib.training import fit

WHOLE = {"dear": 50.0, "steps": 1_500, "fall": 1_200}
SHORT = {"dear": 50.0, "steps": 50, "fall": 40}
DEVIATION = 0.1  # of every posterior of the toy


class Twice(nn.Module):
    """A toy with three latents for pictures of two pixels: one tells the first pixel, two the second, and decodes."""

    channels, latents = 1, 3

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(()))  # says where it lies

    def encode(self, images):
        first, second = images.flatten(1).T * self.weight
        mean = torch.stack([first, second, second], dim=1)
        return Posterior(mean, torch.full_like(mean, DEVIATION).log() * 2)

    def decode(self, z):
        return torch.stack([z[:, 0], z[:, 1:].mean(dim=1)], dim=1).reshape(-1, 1, 1, 2)


class Coarse(Twice):
    """An elder that tells the first pixel only, in its last latent, and a tenth as precisely."""

    def encode(self, images):
        mean = nn.functional.pad(images.flatten(1)[:, :1] * self.weight, (2, 0))
        return Posterior(mean, torch.full_like(mean, 10 * DEVIATION).log() * 2)


@pytest.fixture(scope="module")
def pictures():
    return torch.randn(2_000, 1, 1, 2, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def anew(pictures):
    return recode(Twice(), pictures, kept=[0], price=1.0, stages=[WHOLE])


def test_what_two_latents_said_alike_one_says_in_fewer_nats(anew, pictures):
    old, new = Twice().encode(pictures).kl().mean(dim=0), anew.encode(pictures).kl().mean(dim=0)
    assert new[0] == old[0]
    loud, silent = new[1:].max().item(), new[1:].min().item()
    assert silent < 0.05
    assert loud < 0.8 * old[1:].sum()
    # An error of the new latent is one in both old ones, which pays for twice the precision: half of ln 2 nats more.
    assert loud == pytest.approx(old[1].item() + 0.5 * math.log(2), abs=0.1)


def test_the_new_code_tells_what_the_old_one_told(anew, pictures):
    drawn = anew.decode(anew.encode(pictures).mean)
    assert (drawn - pictures).square().mean().sqrt() < DEVIATION


def test_kept_latents_stay_as_they_are(anew, pictures):
    old, new = Twice().encode(pictures), anew.encode(pictures)
    for before, after in zip(old, new, strict=True):
        torch.testing.assert_close(before[:, 0], after[:, 0])
    z = torch.randn(5, 3)
    torch.testing.assert_close(anew.recoders[0].undo(z)[:, 0], z[:, 0])


def test_same_seed_same_axes(pictures):
    one, same, other = (recode(Twice(), pictures, [0], 1.0, [SHORT], seed=seed).encode(pictures) for seed in (0, 0, 1))
    assert torch.equal(one.mean, same.mean)
    assert not torch.allclose(one.mean, other.mean)


def test_of_several_starts_the_cheapest_goes_on(pictures, monkeypatch):
    monkeypatch.setattr("bvae_lib.axis_discovery.second_stage.JUDGED", 5)
    costs = {}
    whole = recode_module.learn

    def watched(recoder, *rest, **stage):
        for loss in whole(recoder, *rest, **stage):
            costs.setdefault(recoder, []).append(loss)
            yield loss

    monkeypatch.setattr("bvae_lib.axis_discovery.second_stage.learn", watched)
    stage = SHORT | {"steps": 40, "fall": 20, "opens": 2, "lag": 5, "starts": 3}
    best = recode(Twice(), pictures, [0], price=1.0, stages=[stage]).recoders[0]
    assert sorted(len(losses) for losses in costs.values()) == [25, 25, 40]
    judged = {recoder: sum(losses[20:25]) for recoder, losses in costs.items()}
    assert best is min(judged, key=judged.get)


@given(*[st.floats(-3, 3, allow_subnormal=False)] * 2, st.floats(0.01, 2))
def test_an_error_is_what_it_adds_to_the_divergence(mean, guess, deviation):
    """An error of the mean alone: KL of two normals of one variance."""
    code = Posterior(torch.tensor([[mean]]), torch.tensor([[deviation]]).log() * 2)
    here, there = (torch.distributions.Normal(torch.tensor(at), torch.tensor(deviation)) for at in (mean, guess))
    torch.testing.assert_close(
        latent_distortion(code, torch.tensor([[guess]]))[0, 0], torch.distributions.kl_divergence(here, there)
    )


def test_a_latent_bought_at_a_high_price_is_as_much_vaguer_as_that_says(anew, pictures):
    """The variance that pays is proportional to the price: ten times the price, half of ln 10 nats less."""
    dearer = recode(Twice(), pictures, kept=[0], price=1.0, stages=[WHOLE | {"cheap": 10.0}])
    loud, vague = (model.encode(pictures).kl().mean(dim=0)[1:].max().item() for model in (anew, dearer))
    assert vague == pytest.approx(loud - 0.5 * math.log(10), abs=0.1)


@pytest.fixture(scope="module")
def of_an_elder(pictures):
    return recode(Twice(), pictures, [2], price=1.0, stages=[WHOLE | {"opens": 1}], elder=Coarse())


def test_latents_of_an_elder_keep_their_means_and_become_as_precise_as_pays(of_an_elder, pictures):
    given, new = Coarse().encode(pictures), of_an_elder.encode(pictures)
    torch.testing.assert_close(new.mean[:, 2], given.mean[:, 2])
    deviation = (new.log_variance[:, 2] / 2).exp().mean().item()
    assert deviation == pytest.approx(DEVIATION, rel=0.2)
    drawn = of_an_elder.decode(new.mean)
    assert (drawn - pictures).square().mean().sqrt() < 2 * DEVIATION


def test_latents_that_do_not_open_are_silent(of_an_elder, pictures):
    rate = of_an_elder.encode(pictures).kl().mean(dim=0)
    assert rate[0] > 1
    assert rate[1] == 0


def test_what_one_stage_has_found_the_next_one_keeps(of_an_elder, pictures):
    stages = [WHOLE | {"opens": 1}, SHORT]
    after = recode(Twice(), pictures, [2], price=1.0, stages=stages, elder=Coarse())
    first, then = of_an_elder.encode(pictures), after.encode(pictures)
    assert after.recoders[1].kept.tolist() == [True, False, True]
    assert after.recoders[1].open.tolist() == [False, True, False]
    torch.testing.assert_close(then.mean[:, [0, 2]], first.mean[:, [0, 2]])
    assert not torch.equal(then.log_variance[:, [0, 2]], first.log_variance[:, [0, 2]])  # which may change again


def test_one_latent_is_found_again_and_the_others_stay(pictures):
    """Of three, found in the order 2 (the elder's), 0, 1, the second one."""
    stages = [SHORT | {"opens": 2, "lag": 10}, SHORT | {"again": 1, "opens": 1}]
    before, after = (recode(Twice(), pictures, [2], 1.0, stages[:n], elder=Coarse()).encode(pictures) for n in (1, 2))
    torch.testing.assert_close(after.mean[:, 1:], before.mean[:, 1:])
    assert not torch.allclose(after.mean[:, 0], before.mean[:, 0], atol=1e-3)


def test_what_was_found_again_keeps_its_turn(pictures):
    """Found again with another one silent, a latent may take that one's place; the next stage knows it there."""
    stages = [SHORT | {"opens": 1}, SHORT | {"again": 0, "opens": 1}, SHORT | {"again": 0, "opens": 1}]
    kept = [recoder.kept.tolist() for recoder in recode(Twice(), pictures, [2], 1.0, stages, elder=Coarse()).recoders]
    # 0 is found; then the elder's 2 is, and the first that is shut is 1; then that one again, and 0 stays throughout.
    assert kept == [[False, False, True], [True, False, False], [True, False, False]]


def test_an_elder_must_have_as_many_latents():
    with pytest.raises(ValueError, match=r"\(1, 3\), \(1, 4\)"):
        TwoStageVAE(BurgessVAE(latents=3), BurgessVAE(latents=4))


def test_something_must_be_left_to_recode():
    with pytest.raises(ValueError, match="kept must be a mask of some of the 3 latents"):
        LatentVAE(torch.ones(3, dtype=torch.bool))


KEPT = torch.tensor([True, False, False])


@pytest.fixture
def network():
    """A model of three latents and its elder, recoded twice, with weights as they were drawn."""
    model, elder = (BurgessVAE(latents=3, seed=seed) for seed in (0, 1))
    for encoder in (model.encoder, elder.encoder):
        nn.init.normal_(encoder[-1].weight, std=0.1)
    recoded = TwoStageVAE(model, elder)
    for seed in (0, 1):
        recoded.append(LatentVAE(KEPT, seed, elder=True))
    return recoded


def test_what_was_recoded_learns_to_draw_and_keeps_what_it_found(network, sprites):
    before = {name: weight.clone() for name, weight in network.named_parameters()}
    said = network.encode(sprites[:50])
    fit(network, sprites, BetaVAE(1), steps=2, lr=1e-2, optimizer="muon", progress=False, device="cpu")
    learned = {name for name, weight in network.named_parameters() if not torch.equal(weight, before[name])}
    assert {name.rsplit(".", 2)[0] for name in learned} == {"model.decoder", "recoders.1.there", "recoders.1.back"}
    after = network.encode(sprites[:50])
    torch.testing.assert_close(after.mean[:, KEPT], said.mean[:, KEPT])
    assert not torch.allclose(after.mean[:, ~KEPT], said.mean[:, ~KEPT], atol=1e-3)
    assert not torch.allclose(after.log_variance[:, KEPT], said.log_variance[:, KEPT], atol=1e-3)
    assert network.reconstruct(sprites[:4]).shape == sprites[:4].shape


def test_of_what_learns_all_matrices_between_hidden_units_are_made_orthogonalize(network):
    matrices, rest = (group["params"] for group in network.parameter_groups())
    parts = network.model.decoder, network.recoders[-1]
    assert {id(weight) for weight in matrices + rest} == {id(weight) for part in parts for weight in part.parameters()}
    assert sorted(weight.shape[:2] for weight in matrices) == [(32, 32)] * 3 + [(256, 256)] * 3 + [(512, 256)]


def test_a_recoded_model_can_be_silenced(network, sprites):
    said = network.encode(sprites[:4])
    network.prune_latents(torch.tensor([True, False, True]))
    after = network.encode(sprites[:4])
    assert (after.kl()[:, [0, 2]] == 0).all()
    torch.testing.assert_close(after.mean[:, 1], said.mean[:, 1])


def test_only_its_own_latents_can_be_decoded(network):
    with pytest.raises(ValueError, match=r"z must have shape \[B, 3\], not \[2, 4\]"):
        network.decode(torch.zeros(2, 4))
