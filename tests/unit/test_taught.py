"""A pupil hears what its teacher says, learns to say it too, and is left a network that needs no teacher."""

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from bvae_lib.models import BurgessVAE, Posterior
from bvae_lib.objectives import BetaVAE, Capacity, Constrained
from bvae_lib.axis_discovery.distillation import Lesson, Taught, divergence
from bvae_lib.training import fit

QUIET = {"progress": False, "device": "cpu", "precision": "float32"}
TOLD = torch.tensor([False, True, True])


def taught(seed=0):
    """A pair of networks that both say something, of three latents."""
    model, teacher = BurgessVAE(latents=3, seed=seed), BurgessVAE(latents=3, seed=seed + 1)
    generator = torch.Generator().manual_seed(seed)
    for network in (model, teacher):
        torch.nn.init.normal_(network.encoder[-1].weight, std=0.1, generator=generator)
    return Taught(model, teacher, TOLD)


def weights(layers):
    return torch.cat([parameter.detach().flatten() for parameter in layers.parameters()])


def random_posterior(columns, seed):
    generator = torch.Generator().manual_seed(seed)
    return Posterior(*(torch.randn(4, columns, generator=generator) for _ in range(2)))


def test_the_decoder_hears_what_is_told_from_the_teacher_and_the_rest_from_the_model():
    pupil, images = taught(), torch.rand(4, 1, 64, 64)
    heard = pupil.encode(images)
    own, given = pupil.model.encode(images), pupil.teacher.encode(images)
    for together, ours, theirs in zip(heard, own, given, strict=True):
        expected = torch.cat([ours[:, :1], theirs[:, 1:], ours[:, 1:], theirs[:, 1:]], dim=1)
        torch.testing.assert_close(together, expected)
    z = torch.randn(4, 7)
    torch.testing.assert_close(pupil.decode(z), pupil.model.decode(z[:, :3]))


def test_the_divergence_is_that_of_torch():
    q, p = random_posterior(3, seed=0), random_posterior(3, seed=1)
    normals = [Normal(part.mean, (0.5 * part.log_variance).exp()) for part in (q, p)]
    torch.testing.assert_close(divergence(q, p), kl_divergence(*normals))
    assert (divergence(q, q) == 0).all()


@pytest.mark.parametrize("objective", [BetaVAE(4), Capacity(5.0, 1, 9, 10), Constrained(1, 9, 10, multiplier=7.0)])
def test_a_lesson_is_the_objective_of_what_is_heard_and_what_the_model_says_otherwise_than_its_teacher(objective):
    posterior = random_posterior(7, seed=2)
    columns = slice(3), slice(3, 5), slice(5, 7)
    heard, own, given = (Posterior(*(part[:, of] for part in posterior)) for of in columns)
    logits, images = torch.randn(4, 1, 64, 64), torch.rand(4, 1, 64, 64)
    loss, reconstruction, kl = Lesson(objective, TOLD)(logits, images, posterior, 2)
    expected = objective(logits, images, heard, 2)
    apart = divergence(own, given).sum(dim=1).mean()
    torch.testing.assert_close(loss, expected[0] + apart)
    torch.testing.assert_close(reconstruction, expected[1])
    torch.testing.assert_close(kl, expected[2])


def test_a_model_that_speaks_comes_near_its_teacher_which_stays_as_it_was(sprites):
    images = sprites[torch.arange(0, len(sprites), 9000)]

    def apart_after_a_lesson(speaks):
        pupil = taught()
        before = weights(pupil.teacher)
        fit(pupil, sprites, Lesson(BetaVAE(1), TOLD, speaks), steps=30, optimizer="muon", **QUIET)
        assert torch.equal(weights(pupil.teacher), before)
        own, given = pupil.model.encode(images), pupil.teacher.encode(images)
        return divergence(own, given)[:, TOLD].mean().item()

    assert apart_after_a_lesson(speaks=0) < 0.5 * apart_after_a_lesson(speaks=30)


def test_the_decoder_can_listen_before_the_encoder_learns(sprites):
    pupil = taught()
    pupil.model.encoder.requires_grad_(False)
    before = {half: weights(getattr(pupil.model, half)) for half in ("encoder", "decoder")}
    fit(pupil, sprites, Lesson(BetaVAE(1), TOLD), steps=1, optimizer="muon", **QUIET)
    assert torch.equal(weights(pupil.model.encoder), before["encoder"])
    assert not torch.equal(weights(pupil.model.decoder), before["decoder"])


def test_a_model_says_nothing_of_what_it_is_told_before_its_turn():
    posterior, logits, images = random_posterior(7, seed=2), torch.randn(4, 1, 64, 64), torch.rand(4, 1, 64, 64)
    silent, speaking = (Lesson(BetaVAE(1), TOLD, speaks)(logits, images, posterior, 2)[0] for speaks in (3, 2))
    assert silent < speaking


def test_what_is_told_is_as_precise_as_a_price_of_one_would_make_it():
    plain, sharp, images = taught(), taught(), torch.rand(4, 1, 64, 64)
    sharp = Taught(sharp.model, sharp.teacher, TOLD, price=4.0)
    told = slice(1, 3)
    variances = [pupil.encode(images).log_variance[:, told].exp() for pupil in (plain, sharp)]
    torch.testing.assert_close(variances[0], 4 * variances[1])


def test_a_stopped_lesson_goes_on_as_if_it_had_not_been(sprites, tmp_path):
    def run(steps, checkpoint=None):
        pupil, objective = taught(), Lesson(Constrained(1, 5, 10, multiplier=9.0), TOLD)
        history = fit(pupil, sprites, objective, steps=steps, optimizer="muon", checkpoint=checkpoint, **QUIET)
        return weights(pupil.model), objective.objective.multiplier, history.settings["objective"]

    run(2, tmp_path / "lesson")
    resumed, multiplier, settings = run(4, tmp_path / "lesson")
    whole, expected, _ = run(4)
    assert torch.equal(resumed, whole)
    assert multiplier == expected != 9.0
    assert settings["name"] == "Lesson"
    assert settings["told"] == [1, 2]
    assert settings["objective"]["name"] == "Constrained"


@pytest.mark.parametrize("told", [[False] * 3, [True, False]])
def test_a_teacher_must_tell_something(told):
    with pytest.raises(ValueError, match="told must be a mask of 3 latents, some of them True"):
        Taught(BurgessVAE(latents=3), BurgessVAE(latents=3), torch.tensor(told))


def test_a_teacher_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"must have the same \(channels, latents\), not \(3, 3\), \(1, 3\)"):
        Taught(BurgessVAE(latents=3), BurgessVAE(3, latents=3), TOLD)
