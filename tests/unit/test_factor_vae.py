"""A discriminator's total correlation: against the closed form, whose gradient reaches whom, and resuming."""

import copy
import math
from functools import partial

from bvae_lib import training
from bvae_lib.models import VAE, BurgessVAE, Posterior
from bvae_lib.objectives import BetaVAE, FactorVAE, factor_vae
from bvae_lib.objectives.factor_vae import Discriminator, shuffle_latents
from bvae_lib.training import fit, parameter_groups

import numpy as np
import pytest
import torch
from torch import nn
from torch.distributions import Normal

from tests.unit.mortal import IMAGES, Mortal

QUIET = {"batch_size": 4, "device": "cpu", "precision": "float32", "progress": False}
ARCHITECTURE = [10, *[1_000] * 6, 2]


@pytest.fixture
def small(monkeypatch):
    """A discriminator that learns in seconds."""
    monkeypatch.setattr(factor_vae, "HIDDEN", 32)
    monkeypatch.setattr(factor_vae, "LR", 1e-3)


def trained_a_little(gamma=7.0, beta=1.0):
    """An encoder that says something, and a discriminator that knows something."""
    model, objective = BurgessVAE(latents=3), FactorVAE(gamma, 3, beta=beta)
    nn.init.normal_(model.encoder[-1].weight, std=0.02)
    nn.init.normal_(objective.discriminator.layers[-1].weight)
    return model, objective


def evaluate(objective, model, images=IMAGES[:8], seed=1):
    return objective(model, images, 0, torch.Generator().manual_seed(seed))


def drawn(model, images=IMAGES[:8], seed=1):
    """The z that an objective draws, and the same shuffled."""
    generator = torch.Generator().manual_seed(seed)
    z = model.encode(images).rsample(generator)
    return z, shuffle_latents(z.detach(), generator)


def test_the_discriminator_is_that_of_the_paper():
    layers = [layer for layer in FactorVAE().discriminator.modules() if isinstance(layer, nn.Linear)]
    assert [layers[0].in_features, *(layer.out_features for layer in layers)] == ARCHITECTURE
    model = BurgessVAE()
    vae, discriminator = parameter_groups(FactorVAE(), model, lr=1e-3)
    assert [vae["lr"], discriminator["lr"], discriminator["betas"]] == [1e-3, 1e-4, (0.5, 0.9)]
    assert {*vae["params"]} == {*model.parameters()}
    made = training._make_optimizer("adam", [vae, discriminator])
    assert [group["betas"] for group in made.param_groups] == [(0.9, 0.999), (0.5, 0.9)]


def test_a_new_discriminator_knows_nothing_and_its_weights_come_from_the_seed(small):
    z = torch.randn(5, 4)
    assert (Discriminator(4)(z) == 0).all()
    one, same, other = ([*Discriminator(4, seed).parameters()] for seed in (1, 1, 2))
    assert all(torch.equal(*pair) for pair in zip(one, same, strict=True))
    assert not torch.equal(one[0], other[0])


def test_its_loss_is_the_cross_entropy_of_two_classes(small):
    _, objective = trained_a_little()
    z, shuffled = torch.randn(2, 6, 3).unbind()
    logits = objective.discriminator.layers(torch.cat([z, shuffled]))
    labels = torch.arange(2).repeat_interleave(6)
    expected = nn.functional.cross_entropy(logits, labels)
    torch.testing.assert_close(objective.discriminator.cross_entropy(z, shuffled), expected)


@pytest.mark.parametrize("beta", [1.0, 4.0])
def test_the_loss_is_that_of_a_beta_vae_and_gamma_times_the_total_correlation(beta, small):
    model, objective = trained_a_little(beta=beta)
    terms, plain = evaluate(objective, model), evaluate(BetaVAE(beta), model)
    total_correlation = objective.discriminator(drawn(model)[0]).mean()
    torch.testing.assert_close(terms.loss, plain.loss + 7 * total_correlation)
    torch.testing.assert_close(terms[1:], plain[1:])


def test_the_encoder_learns_of_the_total_correlation_and_not_of_the_discriminators_loss(small):
    model, objective = trained_a_little()
    learning = [*model.parameters()]
    found = torch.autograd.grad(evaluate(objective, model).loss, learning)
    alone = copy.deepcopy(objective.discriminator).requires_grad_(False)
    expected = torch.autograd.grad(evaluate(BetaVAE(1), model).loss + 7 * alone(drawn(model)[0]).mean(), learning)
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)
    plain = torch.autograd.grad(evaluate(BetaVAE(1), model).loss, learning)
    assert (found[0] - plain[0]).abs().max() > 0.1


@pytest.mark.parametrize("gamma", [0.0, 7.0])
def test_the_discriminator_learns_to_classify_and_nothing_of_the_objective(gamma, small):
    model, objective = trained_a_little(gamma)
    evaluate(objective, model).loss.backward()
    found = [parameter.grad for parameter in objective.discriminator.parameters()]
    z, shuffled = drawn(model)
    loss = objective.discriminator.cross_entropy(z.detach(), shuffled)
    expected = torch.autograd.grad(loss, [*objective.discriminator.parameters()])
    torch.testing.assert_close(found, [*expected])


def test_without_a_weight_the_model_trains_as_a_beta_vae(small):
    model, plain = BurgessVAE(latents=3), BurgessVAE(latents=3)
    for seed in range(3):  # a step each: shuffling draws of the noise of the next
        for network, objective in ((model, FactorVAE(0.0, 3, beta=4)), (plain, BetaVAE(4))):
            fit(network, IMAGES, objective, steps=1, seed=seed, **QUIET)
    for one, other in zip(model.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(one, other)


def test_shuffling_permutes_each_latent_by_itself():
    z = torch.randn(50, 4)
    shuffled = shuffle_latents(z, torch.Generator().manual_seed(0))
    assert torch.equal(z.sort(dim=0).values, shuffled.sort(dim=0).values)
    came_from = [[z[:, j].tolist().index(value) for value in shuffled[:, j].tolist()] for j in range(4)]
    assert len({tuple(order) for order in came_from}) == 4
    assert torch.equal(shuffled, shuffle_latents(z, torch.Generator().manual_seed(0)))


class Copula(VAE):
    """Its codes are what pixels, shares of a normal distribution, stand for; only the level of its images learns."""

    def __init__(self):
        super().__init__()
        self.level = nn.Parameter(torch.zeros(()))

    def encode(self, images):
        mean = Normal(0, 1).icdf(images.flatten(1))
        return Posterior(mean, torch.full_like(mean, -12.0))

    def decode(self, z):
        return self.level.expand(len(z), 1, 1, z.shape[1])


@pytest.mark.parametrize("rho", [0.0, 0.6, 0.9])
def test_the_discriminators_total_correlation_tends_to_that_of_correlated_gaussians(rho, small):
    generator = torch.Generator().manual_seed(0)
    codes = torch.randn(20_000, 2, generator=generator) @ torch.linalg.cholesky(torch.tensor([[1, rho], [rho, 1]])).T
    images = Normal(0, 1).cdf(codes).clamp(1e-4, 1 - 1e-4).reshape(-1, 1, 1, 2)
    objective = FactorVAE(5.0, latents=2)
    history = fit(Copula(), images, objective, steps=600, **QUIET | {"batch_size": 256})
    assert np.isfinite(history.distortion).all()
    with torch.no_grad():
        estimate = objective.discriminator(codes).mean().item()
    assert estimate == pytest.approx(-0.5 * math.log(1 - rho**2), abs=0.05)


def test_a_run_that_is_killed_goes_on_to_the_same_bits(small, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", 4)
    path, runs = tmp_path / "run.safetensors", []

    class Killed(Exception):
        pass

    def stop():
        raise Killed

    train = partial(fit, objective=None, steps=11, **QUIET)
    for checkpoint in (None, path):
        model, objective = BurgessVAE(latents=3), FactorVAE(3.0, 3)
        if checkpoint is not None:
            with pytest.raises(Killed):
                train(model, Mortal(6, stop), objective=objective, checkpoint=path)
            model, objective = BurgessVAE(latents=3, seed=9), FactorVAE(3.0, 3)
        history = train(model, IMAGES, objective=objective, checkpoint=checkpoint)
        runs.append([*model.parameters(), *objective.parameters(), torch.as_tensor(history.rows()).nan_to_num()])
    assert all(torch.equal(*pair) for pair in zip(*runs, strict=True))


def test_it_trains_in_bfloat16_with_losses_in_float32(small):
    model, objective = BurgessVAE(latents=3), FactorVAE(3.0, 3)
    fit(model, IMAGES, objective, steps=3, **QUIET | {"precision": "bfloat16"})
    assert all(parameter.isfinite().all() for parameter in [*model.parameters(), *objective.parameters()])
    assert objective.discriminator.layers[-1].weight.any()
    with torch.autocast("cpu", torch.bfloat16):
        assert objective.discriminator(torch.randn(4, 3)).dtype == torch.float32


def test_an_objective_is_built_again_from_its_settings(small):
    objective = FactorVAE(6.0, 3, seed=4, beta=2.0, likelihood="gaussian")
    arguments = objective.settings()
    assert arguments.pop("name") == "FactorVAE"
    assert arguments == {"gamma": 6.0, "latents": 3, "seed": 4, "beta": 2.0, "likelihood": "gaussian"}
    again = FactorVAE(**arguments)
    assert again.settings() == objective.settings()
    for one, other in zip(again.parameters(), objective.parameters(), strict=True):
        assert torch.equal(one, other)
