"""A code in new axes: the same is told in fewer nats, and what was said twice is said once."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

import bvae_lib.recode as recode_module
from bvae_lib.models import BurgessVAE, Posterior
from bvae_lib.recode import Recoded, recode, squared_error

KEPT = torch.tensor([True, False, False])
FROM_ELDER = torch.tensor([False, False, True])
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
    return recode(Twice(), pictures, KEPT, price=1.0, steps=1_500)


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
    torch.testing.assert_close(anew.undo(z)[:, 0], z[:, 0])


def test_same_seed_same_axes(pictures):
    one, same, other = (
        recode(Twice(), pictures, KEPT, 1.0, steps=20, seed=seed).encode(pictures) for seed in (0, 0, 1)
    )
    assert torch.equal(one.mean, same.mean)
    assert not torch.allclose(one.mean, other.mean)


def test_of_several_starts_the_cheapest_goes_on(pictures, monkeypatch):
    monkeypatch.setattr("bvae_lib.recode.JUDGED", 5)
    costs = {}
    whole = recode_module.learn

    def watched(recoded, *rest):
        for loss in whole(recoded, *rest):
            costs.setdefault(recoded, []).append(loss)
            yield loss

    monkeypatch.setattr("bvae_lib.recode.learn", watched)
    best = recode(Twice(), pictures, KEPT, price=1.0, steps=30, fall=20, starts=3)
    assert sorted(len(losses) for losses in costs.values()) == [20, 20, 30]
    judged = {recoded: sum(losses[15:20]) for recoded, losses in costs.items()}
    assert best is min(judged, key=judged.get)


def test_nothing_of_it_learns_afterwards(anew):
    assert not any(parameter.requires_grad for parameter in anew.parameters())


@given(*[st.floats(-3, 3, allow_subnormal=False)] * 2, st.floats(0.01, 2))
def test_an_error_is_what_it_adds_to_the_divergence(mean, guess, deviation):
    """An error of the mean alone: KL of two normals of one variance."""
    code = Posterior(torch.tensor([[mean]]), torch.tensor([[deviation]]).log() * 2)
    here, there = (torch.distributions.Normal(torch.tensor(at), torch.tensor(deviation)) for at in (mean, guess))
    torch.testing.assert_close(
        squared_error(code, torch.tensor([[guess]]))[0, 0], torch.distributions.kl_divergence(here, there)
    )


@pytest.fixture(scope="module")
def of_an_elder(pictures):
    return recode(Twice(), pictures, FROM_ELDER, price=1.0, steps=1_500, elder=Coarse(), lag=2_000)


def test_latents_of_an_elder_keep_their_means_and_become_as_precise_as_pays(of_an_elder, pictures):
    given, new = Coarse().encode(pictures), of_an_elder.encode(pictures)
    torch.testing.assert_close(new.mean[:, 2], given.mean[:, 2])
    deviation = (new.log_variance[:, 2] / 2).exp().mean().item()
    assert deviation == pytest.approx(DEVIATION, rel=0.2)
    drawn = of_an_elder.decode(new.mean)
    assert (drawn - pictures).square().mean().sqrt() < 2 * DEVIATION


def test_latents_whose_turn_has_not_come_are_silent(of_an_elder, pictures):
    rate = of_an_elder.encode(pictures).kl().mean(dim=0)
    assert rate[0] > 1
    assert rate[1] == 0


def test_what_one_recoding_has_found_the_next_one_keeps(of_an_elder, pictures):
    found = FROM_ELDER | of_an_elder.open
    after = recode(Twice(), pictures, found, price=1.0, steps=50, elder=of_an_elder)
    first, then = of_an_elder.encode(pictures), after.encode(pictures)
    assert found.tolist() == [True, False, True]
    torch.testing.assert_close(then.mean[:, found], first.mean[:, found])
    assert after.open.tolist() == [False, True, False]


def test_an_elder_must_have_as_many_latents():
    with pytest.raises(ValueError, match=r"\(1, 3\), \(1, 4\)"):
        Recoded(BurgessVAE(latents=3), KEPT, elder=BurgessVAE(latents=4))


@pytest.mark.parametrize("kept", [[True] * 3, [True, False]])
def test_something_must_be_left_to_recode(kept):
    with pytest.raises(ValueError, match="kept must be a mask of some of the 3 latents"):
        Recoded(BurgessVAE(latents=3), torch.tensor(kept))
