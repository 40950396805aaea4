"""Posterior against torch.distributions, and the network of Burgess et al. (2018)."""

from concurrent.futures import ThreadPoolExecutor

from bvae_lib.models import BurgessVAE, FactorChannel, Posterior, concatenate, traverse
from bvae_lib.objectives import BetaVAE, bernoulli_reconstruction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Normal, kl_divergence


def floats(low, high):
    return st.lists(st.floats(low, high, width=32, allow_subnormal=False), min_size=12, max_size=12)


@given(floats(-10, 10), floats(-15, 10))
def test_kl_is_that_of_two_gaussians_and_never_negative(mean, log_variance):
    mean, log_variance = torch.tensor(mean).view(3, 4), torch.tensor(log_variance).view(3, 4)
    kl = Posterior(mean, log_variance).kl()
    expected = kl_divergence(Normal(mean.double(), (0.5 * log_variance.double()).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(kl.double(), expected, rtol=1e-4, atol=1e-6)
    assert (kl >= 0).all()


def test_known_values_of_kl():
    mean, log_variance = torch.tensor([[0.0, 3.0, 0.0]]), torch.tensor([[0.0, 0.0, -2.0]])
    assert Posterior(mean, log_variance).kl()[0].tolist() == pytest.approx([0, 4.5, 0.5 * (0.1353353 + 2 - 1)])


@given(floats(-5, 5), floats(-5, 5), st.integers(0, 100))
def test_kl_to_another_is_that_of_two_gaussians(mean, log_variance, seed):
    one = Posterior(torch.tensor(mean).view(3, 4), torch.tensor(log_variance).view(3, 4))
    other = Posterior(*torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(seed)))
    normals = [Normal(q.mean.double(), (0.5 * q.log_variance.double()).exp()) for q in (one, other)]
    torch.testing.assert_close(one.kl_to(other).double(), kl_divergence(*normals), rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(one.kl_to(Posterior(torch.zeros(3, 4), torch.zeros(3, 4))), one.kl())
    assert (one.kl_to(one) == 0).all()


def test_latents_are_selected_and_put_side_by_side():
    posterior = Posterior(*torch.randn(2, 5, 4))
    mask = torch.tensor([True, False, False, True])
    for chosen in (mask, mask.nonzero()[:, 0], slice(0, 4, 3)):
        for part, whole in zip(posterior.select(chosen), posterior, strict=True):
            assert torch.equal(part, whole[:, [0, 3]])
    for part, whole in zip(concatenate(posterior.select(mask), posterior), posterior, strict=True):
        assert torch.equal(part, torch.cat([whole[:, [0, 3]], whole], dim=1))


@pytest.mark.parametrize("size", [1e-3, 1e-4, 3e-5])
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_tiny_kl_is_not_lost_in_rounding(size, sign):
    log_variance = torch.full((1, 16), sign * size)
    exact = 0.5 * (log_variance.double().expm1() - log_variance.double())
    kl = Posterior(torch.zeros(1, 16), log_variance).kl()
    torch.testing.assert_close(kl.double(), exact, rtol=0.02, atol=0)


def test_samples_have_the_mean_and_the_variance():
    posterior = Posterior(torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, -3.0]]))
    many = Posterior(*(part.expand(200_000, 2) for part in posterior))
    z = many.rsample(torch.Generator().manual_seed(0))
    torch.testing.assert_close(z.mean(0), posterior.mean[0], rtol=0, atol=0.01)
    torch.testing.assert_close(z.var(0).log(), posterior.log_variance[0], rtol=0, atol=0.02)


def test_the_generator_alone_decides_the_noise():
    posterior = Posterior(torch.zeros(5, 3), torch.zeros(5, 3))
    before = torch.get_rng_state()
    first, second, other = (posterior.rsample(torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, second)
    assert not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), before)


def test_gradients_flow_through_a_sample():
    mean, log_variance = torch.randn(6, 4, requires_grad=True), torch.randn(6, 4, requires_grad=True)
    z = Posterior(mean, log_variance).rsample()
    z.sum().backward()
    torch.testing.assert_close(mean.grad, torch.ones(6, 4))
    torch.testing.assert_close(log_variance.grad, 0.5 * (z - mean).detach())  # 0.5 sigma noise


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def test_the_network_has_as_many_parameters_as_the_papers_table():
    convolutions = (1 * 32 * 16 + 32) + 3 * (32 * 32 * 16 + 32)
    encoder = convolutions + (512 * 256 + 256) + (256 * 256 + 256) + (256 * 20 + 20)
    transposed = 3 * (32 * 32 * 16 + 32) + (32 * 1 * 16 + 1)
    decoder = (10 * 256 + 256) + (256 * 256 + 256) + (256 * 512 + 512) + transposed
    model = BurgessVAE(channels=1, latents=10)
    assert parameters(model.encoder) == encoder
    assert parameters(model.decoder) == decoder == 249_953


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("latents", [1, 10, 32])
def test_shapes(channels, latents):
    model = BurgessVAE(channels, latents)
    images = torch.rand(5, channels, 64, 64)
    posterior = model.encode(images)
    assert posterior.mean.shape == posterior.log_variance.shape == posterior.kl().shape == (5, latents)
    assert model.decode(posterior.rsample()).shape == images.shape


def test_reconstruct_gives_probabilities_decoded_from_the_means():
    model = BurgessVAE(latents=3)
    images = torch.rand(4, 1, 64, 64)
    probabilities = model.reconstruct(images)
    torch.testing.assert_close(probabilities, model.decode(model.encode(images).mean).sigmoid())
    assert not probabilities.requires_grad


def test_a_traversal_sets_one_latent_at_a_time():
    model, z = BurgessVAE(channels=3, latents=4), torch.randn(4)
    values = torch.tensor([-2.0, 0.5, 3.0])
    moved = traverse(model, z, [3, 1], values)
    assert moved.shape == (2, 3, 3, 64, 64)
    assert not moved.requires_grad
    for row, latent in enumerate([3, 1]):
        for column, value in enumerate(values):
            changed = z.clone()
            changed[latent] = value
            torch.testing.assert_close(moved[row, column], model.decode(changed[None])[0].sigmoid().detach())


def test_images_of_a_batch_do_not_mix():
    model = BurgessVAE(latents=3)
    images = torch.rand(4, 1, 64, 64)
    torch.testing.assert_close(model.reconstruct(images)[2:3], model.reconstruct(images[2:3]))


def test_the_seed_alone_decides_the_weights():
    before = torch.get_rng_state()
    first, second, other = BurgessVAE(seed=5), BurgessVAE(seed=5), BurgessVAE(seed=6)
    assert torch.equal(torch.get_rng_state(), before)
    for a, b, c in zip(first.parameters(), second.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)
        assert not a.any() or not torch.equal(a, c)  # all but what begins at zero


@pytest.mark.parametrize("seed", range(3))
def test_at_the_start_signals_neither_die_nor_explode(seed):
    model = BurgessVAE(latents=10, seed=seed)
    z = torch.randn(64, 10, generator=torch.Generator().manual_seed(seed))
    assert 0.5 < model.decode(z).std() < 4
    images = torch.rand(64, 1, 64, 64, generator=torch.Generator().manual_seed(seed)).round()
    assert 0.3 < model.encoder[:-1](images).std() < 3


def test_at_the_start_every_posterior_is_the_prior_and_the_rate_can_grow_at_once():
    model = BurgessVAE(latents=3)
    images = torch.rand(8, 1, 64, 64).round()
    posterior = model.encode(images)
    assert not posterior.kl().any()
    bernoulli_reconstruction(model.decode(posterior.rsample()), images).backward()
    assert model.encoder[-1].weight.grad.norm() > 1


def test_a_pruned_latent_is_the_prior_whatever_the_image_and_the_others_stay():
    vae, images = BurgessVAE(latents=3), torch.rand(5, 1, 64, 64)
    torch.nn.init.normal_(vae.encoder[-1].weight)
    torch.nn.init.normal_(vae.encoder[-1].bias)
    before = vae.encode(images)
    vae.prune_latents(torch.tensor([False, True, False]))
    after = vae.encode(images)
    assert (after.kl()[:, 1] == 0).all()
    for was, now in zip(before, after, strict=True):
        torch.testing.assert_close(now[:, [0, 2]], was[:, [0, 2]])


@pytest.mark.parametrize("network", [BurgessVAE(latents=2), FactorChannel()])
def test_all_that_a_network_has_learns(network):
    grouped = [parameter for group in BetaVAE().parameter_groups(network) for parameter in group["params"]]
    assert sorted(map(id, grouped)) == sorted(map(id, network.parameters()))


def test_a_seed_gives_the_same_weights_in_several_threads():
    with ThreadPoolExecutor(4) as threads:
        models = list(threads.map(lambda i: BurgessVAE(seed=i % 2), range(12)))
    for i, model in enumerate(models):
        expected = BurgessVAE(seed=i % 2)
        assert all(torch.equal(a, b) for a, b in zip(model.parameters(), expected.parameters(), strict=True))


def test_a_model_leaves_the_random_state_as_it_was():
    before = torch.get_rng_state()
    BurgessVAE(seed=3)
    assert torch.equal(torch.get_rng_state(), before)
