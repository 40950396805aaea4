"""The rate in three parts: against its definition, BetaVAE, closed forms and finite differences."""

import math

from bvae_lib.models import VAE, BurgessVAE, Posterior
from bvae_lib.objectives import TCVAE, BetaVAE, bernoulli_reconstruction
from bvae_lib.training import fit

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from tests.unit.mortal import IMAGES

QUIET = {"batch_size": 4, "device": "cpu", "precision": "float32", "progress": False}
weights = st.floats(0, 30, allow_subnormal=False)


class Codes(VAE):
    """Gives the posterior that it is made with, and decodes every z to the same logits."""

    def __init__(self, mean, log_variance):
        super().__init__()
        self.posterior = Posterior(mean, log_variance)

    def encode(self, images):
        return self.posterior

    def decode(self, z):
        return torch.zeros(len(z), 1, 2, 2)


def random_codes(n=6, latents=3, seed=1, dtype=torch.float64):
    """Posteriors that overlap, of n images."""
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(2, n, latents, generator=generator, dtype=dtype) * 0.7).unbind()


def evaluate(objective, mean, log_variance, seed=0):
    images = torch.ones(len(mean), 1, 2, 2)
    return objective(Codes(mean, log_variance), images, 0, torch.Generator().manual_seed(seed))


@given(weights)
def test_three_equal_weights_are_a_beta_vae(weight):
    codes = random_codes()
    tcvae, beta_vae = TCVAE(weight, weight, weight, size=1_000), BetaVAE(weight)
    torch.testing.assert_close(evaluate(tcvae, *codes), evaluate(beta_vae, *codes))


def test_three_equal_weights_train_as_a_beta_vae():
    models = BurgessVAE(latents=3), BurgessVAE(latents=3)
    for model, objective in zip(models, (TCVAE(4, 4, 4), BetaVAE(4)), strict=True):
        fit(model, IMAGES, objective, steps=3, **QUIET)
    for one, other in zip(*(model.parameters() for model in models), strict=True):
        torch.testing.assert_close(one, other)


def parts_by_definition(posterior, z):
    """I, TC and the mismatch at ``z``, each [B], where the batch is the whole data set."""
    alike = Categorical(torch.ones(len(z), dtype=z.dtype))
    q = Normal(posterior.mean, (posterior.log_variance / 2).exp())
    log_q = MixtureSameFamily(alike, Independent(q, 1)).log_prob(z)
    each = MixtureSameFamily(alike, Normal(q.loc.T.contiguous(), q.scale.T.contiguous()))  # a mixture for each latent
    log_product = each.log_prob(z).sum(dim=1)
    log_prior = Normal(0, 1).log_prob(z).sum(dim=1)
    return q.log_prob(z).sum(dim=1) - log_q, log_q - log_product, log_product - log_prior


def test_on_the_whole_data_set_the_loss_is_that_of_the_definition_on_average_over_noise():
    mean, log_variance = random_codes()
    objective = TCVAE(beta=5.0, alpha=0.5, gamma=2.0, size=len(mean))
    losses, expected = [], []
    for seed in range(800):
        losses.append(evaluate(objective, mean, log_variance, seed).loss)
        z = Posterior(mean, log_variance).rsample(torch.Generator().manual_seed(seed))
        information, correlation, mismatch = parts_by_definition(Posterior(mean, log_variance), z)
        expected.append(4 * math.log(2) + (0.5 * information + 5 * correlation + 2 * mismatch).mean())
    excess = torch.stack(losses) - torch.stack(expected)
    assert abs(excess.mean()) < 4 * excess.std() / math.sqrt(len(excess))
    assert excess.std() > 0  # the rate in closed form differs at each draw


def test_at_one_draw_the_loss_is_the_rate_in_closed_form_and_what_two_parts_cost_beyond_it():
    posterior = Posterior(*random_codes(seed=3))
    z = posterior.rsample(torch.Generator().manual_seed(0))
    _, correlation, mismatch = parts_by_definition(posterior, z)
    terms = evaluate(TCVAE(beta=5.0, alpha=0.5, gamma=2.0, size=6), *posterior)
    expected = terms.reconstruction + 0.5 * terms.kl.sum() + (4.5 * correlation + 1.5 * mismatch).mean()
    torch.testing.assert_close(terms.loss, expected)


def test_the_gradient_is_that_of_finite_differences():
    codes = [code.requires_grad_() for code in random_codes()]
    objective = TCVAE(beta=6.0, alpha=0.3, gamma=2.0, size=50)
    assert torch.autograd.gradcheck(lambda *codes: evaluate(objective, *codes).loss, codes)


def test_the_order_of_the_images_does_not_matter(monkeypatch):
    mean, log_variance = random_codes()
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    z = Posterior(mean, log_variance).rsample(torch.Generator().manual_seed(0))
    objective, losses = TCVAE(6.0, size=100), []
    for chosen in (torch.arange(6), order):
        monkeypatch.setattr(Posterior, "rsample", lambda *_, chosen=chosen: z[chosen])
        losses.append(evaluate(objective, mean[chosen], log_variance[chosen]).loss)
    torch.testing.assert_close(*losses)


@pytest.mark.parametrize("rho", [0.0, 0.6, 0.9])
def test_the_total_correlation_of_correlated_gaussians_is_that_of_the_closed_form(rho):
    """Means are N(0, S), each posterior N(mean, v): q(z) is N(0, S + v)."""
    n, v = 2_000, 0.3
    generator = torch.Generator().manual_seed(1)  # not that of the noise
    factor = torch.linalg.cholesky(torch.tensor([[1, rho], [rho, 1]]))
    mean = torch.randn(n, 2, generator=generator) @ factor.T
    log_variance = torch.full_like(mean, math.log(v))
    with_tc, without = (evaluate(TCVAE(beta, size=n), mean, log_variance).loss for beta in (2.0, 1.0))
    expected = -0.5 * math.log(1 - (rho / (1 + v)) ** 2)
    assert (with_tc - without).item() == pytest.approx(expected, abs=0.03)


def test_fit_says_how_many_images_there_are():
    model, told = BurgessVAE(latents=3), BurgessVAE(latents=3)
    objective = TCVAE(20.0)
    fit(model, IMAGES, objective, steps=3, **QUIET)
    fit(told, IMAGES, TCVAE(20.0, size=len(IMAGES)), steps=3, **QUIET)
    assert all(torch.equal(*pair) for pair in zip(model.parameters(), told.parameters(), strict=True))
    fit(model, IMAGES[:7], objective, steps=3, **QUIET)  # others, with the same objective
    assert objective.settings()["size"] is None
    with pytest.raises(ValueError, match=r"number of images to train on, 20, not 737280; without size"):
        fit(model, IMAGES, TCVAE(20.0, size=737_280), steps=3, **QUIET)


def test_the_figures_recorded_are_those_of_the_elbo():
    model, images = BurgessVAE(latents=3), IMAGES[:8]
    torch.nn.init.normal_(model.encoder[-1].weight)
    terms = TCVAE(9.0, size=20)(model, images, 0, torch.Generator().manual_seed(1))
    posterior = model.encode(images)
    logits = model.decode(posterior.rsample(torch.Generator().manual_seed(1)))
    torch.testing.assert_close(terms.reconstruction, bernoulli_reconstruction(logits, images))
    torch.testing.assert_close(terms.kl, posterior.kl().mean(dim=0))


def test_an_objective_is_built_again_from_its_settings():
    objective = TCVAE(6.0, 2.0, 3.0, size=100, likelihood="gaussian")
    arguments = objective.settings()
    assert arguments.pop("name") == "TCVAE"
    assert TCVAE(**arguments).settings() == objective.settings()
    codes = random_codes()
    torch.testing.assert_close(evaluate(TCVAE(**arguments), *codes), evaluate(objective, *codes))
    others = [TCVAE(5.0), TCVAE(6.0, 2.0), TCVAE(6.0, gamma=2.0), TCVAE(6.0, size=9), TCVAE(6.0, likelihood="gaussian")]
    assert len({str(other.settings()) for other in others}) == len(others)
