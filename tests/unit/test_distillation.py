"""A student learns what its teacher encodes, and is left a network that needs no teacher."""

from bvae_lib.axis_discovery.distillation import DistillationObjective
from bvae_lib.axis_discovery.muon import muon
from bvae_lib.models import BurgessVAE, Posterior, concatenate
from bvae_lib.objectives import BetaVAE, Capacity, Constrained
from bvae_lib.training import fit

import pytest
import torch
from torch.distributions import Normal, kl_divergence

QUIET = {"batch_size": 16, "progress": False, "device": "cpu", "precision": "float32"}
MASK = torch.tensor([False, True, True])


def networks(seed=0):
    """A student and a teacher of three latents, all of which carry something of the image."""
    student, teacher = BurgessVAE(latents=3, seed=seed), BurgessVAE(latents=3, seed=seed + 1)
    generator = torch.Generator().manual_seed(seed)
    for network in (student, teacher):
        torch.nn.init.normal_(network.encoder[-1].weight, std=0.1, generator=generator)
    return student, teacher


def weights(layers):
    return torch.cat([parameter.detach().flatten() for parameter in layers.parameters()])


def distance(student, teacher, images):
    """KL(student || teacher) of the teacher's latents in nats per image."""
    return student.encode(images).kl_to(teacher.encode(images))[:, MASK].sum(dim=1).mean()


OBJECTIVES = [BetaVAE(4), Capacity(5.0, 1, 9, 10), Constrained(1, 9, 10, multiplier=7.0)]


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_decoder_is_given_the_latents_of_the_mask_by_the_teacher_and_the_others_by_the_student(objective):
    student, teacher = networks()
    images = torch.rand(4, 1, 64, 64)
    own, given = student.encode(images), teacher.encode(images)
    mixed = concatenate(own.select(~MASK), given.select(MASK))
    logits = student.decode(mixed.rsample(torch.Generator().manual_seed(0)))
    expected = objective.terms(mixed, logits, images, 2)
    distill = DistillationObjective(objective, teacher, MASK)
    loss, reconstruction, kl = distill(student, images, 2, torch.Generator().manual_seed(0))
    torch.testing.assert_close(loss, expected.loss + distance(student, teacher, images))
    torch.testing.assert_close(reconstruction, expected.reconstruction)
    torch.testing.assert_close(kl, expected.kl)
    assert distill.price(kl.sum(), 2, pixels=4096) == objective.price(kl.sum(), 2, pixels=4096)


def test_the_divergence_is_that_of_torch():
    generator = torch.Generator().manual_seed(0)
    q, p = (Posterior(*(torch.randn(4, 3, generator=generator) for _ in range(2))) for _ in range(2))
    normals = [Normal(part.mean, (0.5 * part.log_variance).exp()) for part in (q, p)]
    torch.testing.assert_close(q.kl_to(p), kl_divergence(*normals))
    assert (q.kl_to(q) == 0).all()


def test_a_student_comes_near_its_teacher_which_stays_as_it_was(sprites):
    images = sprites[torch.arange(0, len(sprites), 9000)]

    def distance_after(kl_from_step):
        student, teacher = networks()
        before = weights(teacher)
        objective = DistillationObjective(BetaVAE(1), teacher, MASK, kl_from_step)
        fit(student, sprites, objective, steps=30, optimizer=muon(student.encoder, student.decoder), **QUIET)
        assert torch.equal(weights(teacher), before)
        return distance(student, teacher, images).item()

    assert distance_after(kl_from_step=0) < 0.5 * distance_after(kl_from_step=30)


def test_the_decoder_can_learn_before_the_encoder_does(sprites):
    student, teacher = networks()
    student.encoder.requires_grad_(False)
    before = {half: weights(getattr(student, half)) for half in ("encoder", "decoder")}
    objective = DistillationObjective(BetaVAE(1), teacher, MASK)
    fit(student, sprites, objective, steps=1, optimizer=muon(student.encoder, student.decoder), **QUIET)
    assert torch.equal(weights(student.encoder), before["encoder"])
    assert not torch.equal(weights(student.decoder), before["decoder"])


def test_the_divergence_counts_from_its_step_on():
    student, teacher = networks()
    images = torch.rand(4, 1, 64, 64)
    before, after = (
        DistillationObjective(BetaVAE(1), teacher, MASK, step)(student, images, 2, torch.Generator().manual_seed(0))
        for step in (3, 2)
    )
    torch.testing.assert_close(after.loss - before.loss, distance(student, teacher, images), atol=1e-3, rtol=0)
    assert after.loss > before.loss


def test_the_teacher_is_as_narrow_as_at_a_price_of_one():
    """At a price of 4 the variance that pays is four times as large: half of ln 4 nats less for each latent."""
    student, teacher = networks()
    images = torch.rand(4, 1, 64, 64)
    kl = [DistillationObjective(BetaVAE(1), teacher, MASK, price=price)(student, images, 0).kl for price in (1.0, 4.0)]
    variance = teacher.encode(images).log_variance[:, MASK].exp().mean(dim=0)
    expected = 0.5 * torch.log(torch.tensor(4.0)) - 0.5 * variance * (1 - 1 / 4)
    torch.testing.assert_close(kl[1][MASK] - kl[0][MASK], expected)
    assert kl[1][0] == kl[0][0]


def test_a_stopped_run_goes_on_as_if_it_had_not_been(sprites, tmp_path):
    def run(steps, checkpoint=None):
        student, teacher = networks()
        objective = DistillationObjective(Constrained(1, 5, 10, multiplier=9.0), teacher, MASK)
        optimizer = muon(student.encoder, student.decoder)
        history = fit(student, sprites, objective, steps=steps, optimizer=optimizer, checkpoint=checkpoint, **QUIET)
        return weights(student), objective.objective.multiplier, history.settings["objective"]

    run(2, tmp_path / "run")
    resumed, multiplier, settings = run(4, tmp_path / "run")
    whole, expected, _ = run(4)
    assert torch.equal(resumed, whole)
    assert multiplier == expected != 9.0
    assert settings["name"] == "DistillationObjective"
    assert settings["teacher_mask"] == [1, 2]
    assert settings["objective"]["name"] == "Constrained"


def test_a_teacher_of_another_shape_is_refused():
    objective = DistillationObjective(BetaVAE(1), BurgessVAE(latents=3), MASK)
    with pytest.raises(ValueError, match=r"must have the same \(channels, latents\), not \(3, 3\), \(1, 3\)"):
        objective(BurgessVAE(3, latents=3), torch.rand(1, 3, 64, 64), 0)
