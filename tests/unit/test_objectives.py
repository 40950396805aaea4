"""What the objectives cost: closed forms, prices against autograd, the schedule and the multiplier."""

import math

from bvae_lib.models import BurgessVAE, Posterior
from bvae_lib.objectives import (
    BetaVAE,
    Capacity,
    Constrained,
    StaircaseCapacity,
    bernoulli_reconstruction,
    gaussian_reconstruction,
    loss_and_gradient,
)

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.distributions import Bernoulli, Normal

PIXELS = 3 * 5 * 4
rates = st.floats(0, 60, allow_subnormal=False)


def random_batch(seed=0):
    """Logits, images and a posterior of 6 latents for 8 images of 3 x 5 x 4."""
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(8, 3, 5, 4, generator=generator)
    images = torch.rand(8, 3, 5, 4, generator=generator)
    posterior = Posterior(*torch.randn(2, 8, 6, generator=generator))
    return logits, images, posterior


def slope(objective, rate, step):
    """d cost / d rate by autograd."""
    rate = torch.tensor(rate, requires_grad=True)
    return torch.autograd.grad(objective.cost(rate, step), rate)[0].item()


@pytest.mark.parametrize("seed", range(5))
def test_bernoulli_reconstruction_is_the_log_likelihood_summed_over_pixels(seed):
    logits, images, _ = random_batch(seed)
    likelihood = Bernoulli(logits=logits).log_prob(images.round()).sum(dim=(1, 2, 3)).mean()
    torch.testing.assert_close(bernoulli_reconstruction(logits, images.round()), -likelihood)


def test_bernoulli_reconstruction_and_its_slope_are_pytorchs_for_any_logit():
    logits = torch.tensor([-200.0, -30, -1, 0, 0.5, 20, 200]).reshape(1, 1, 1, 7).requires_grad_()
    for images in (torch.zeros(1, 1, 1, 7), torch.ones(1, 1, 1, 7), torch.full((1, 1, 1, 7), 0.3)):
        ours = bernoulli_reconstruction(logits, images)
        theirs = torch.nn.functional.binary_cross_entropy_with_logits(logits, images, reduction="sum")
        torch.testing.assert_close(ours, theirs)
        torch.testing.assert_close(*(torch.autograd.grad(loss, logits) for loss in (ours, theirs)))


@pytest.mark.parametrize("sigma", [0.1, 1.0, 3.0])
def test_gaussian_reconstruction_is_the_log_likelihood_summed_over_pixels(sigma):
    logits, images, _ = random_batch()
    likelihood = Normal(logits.sigmoid(), sigma).log_prob(images).sum(dim=(1, 2, 3)).mean()
    torch.testing.assert_close(gaussian_reconstruction(logits, images, sigma), -likelihood)


def test_a_decoder_that_knows_nothing_pays_log_2_a_pixel():
    images = torch.rand(4, 1, 64, 64).round()
    assert bernoulli_reconstruction(torch.zeros(4, 1, 64, 64), images).item() == pytest.approx(4096 * math.log(2))


@given(st.floats(0, 100, allow_subnormal=False), st.sampled_from(["bernoulli", "gaussian"]))
def test_beta_vae_is_distortion_plus_beta_times_rate(beta, likelihood):
    logits, images, posterior = random_batch()
    loss, reconstruction, kl = BetaVAE(beta, likelihood).terms(posterior, logits, images, 0)
    expected = {"bernoulli": bernoulli_reconstruction, "gaussian": gaussian_reconstruction}[likelihood](logits, images)
    torch.testing.assert_close(reconstruction, expected)
    torch.testing.assert_close(kl, posterior.kl().mean(0))
    torch.testing.assert_close(loss, expected + beta * posterior.kl().sum(1).mean())


@given(rates, rates)
def test_capacity_values(rate, capacity):
    rate = torch.tensor(rate)
    absolute = Capacity(7.0, capacity, capacity, penalty="absolute").cost(rate, 0)
    hinge = Capacity(7.0, capacity, capacity, penalty="hinge").cost(rate, 0)
    assert absolute.item() == pytest.approx(7 * abs(rate.item() - capacity), abs=1e-4)
    assert hinge.item() == pytest.approx(7 * max(rate.item() - capacity, 0), abs=1e-4)


@given(rates, st.integers(0, 300), st.sampled_from(["absolute", "hinge", "beta", "constrained"]))
def test_the_slope_is_that_of_the_cost(rate, step, kind):
    objectives = {
        "absolute": Capacity(50.0, 1, 40, 200, penalty="absolute"),
        "hinge": Capacity(50.0, 1, 40, 200, penalty="hinge"),
        "beta": BetaVAE(3.5),
        "constrained": Constrained(1, 40, 200, multiplier=12.0),
    }
    objective = objectives[kind]
    assume(abs(rate - 1 - 39 * min(step / 200, 1)) > 1e-3)
    assert float(objective.slope(torch.tensor(rate), step)) == pytest.approx(slope(objective, rate, step))


def test_slopes_on_either_side_of_the_capacity():
    below, above = torch.tensor(4.0), torch.tensor(6.0)
    absolute, hinge = (Capacity(9.0, 5, 5, penalty=penalty) for penalty in ("absolute", "hinge"))
    assert [absolute.slope(below, 0).item(), absolute.slope(above, 0).item()] == [-9, 9]
    assert [hinge.slope(below, 0).item(), hinge.slope(above, 0).item()] == [0, 9]


def gradients(objective, step=0):
    """Loss and its gradients by logits, mean and log-variance."""
    logits, images, posterior = random_batch()
    inputs = [t.requires_grad_() for t in (logits, *posterior)]
    loss, _, _ = objective.terms(posterior, logits, images, step)
    return loss, torch.autograd.grad(loss, inputs)


def test_the_hinge_is_plain_reconstruction_below_the_capacity_and_beta_vae_above():
    for capacity, beta in [(1000.0, 0.0), (0.0, 20.0)]:
        hinge, hinge_gradients = gradients(Capacity(20.0, capacity, capacity, penalty="hinge"))
        plain, plain_gradients = gradients(BetaVAE(beta))
        torch.testing.assert_close(hinge, plain)
        torch.testing.assert_close(hinge_gradients, plain_gradients)


@pytest.mark.parametrize("objective", [Capacity(start=1, stop=26, steps=100), Constrained(1, 26, 100)])
def test_the_capacity_grows_evenly_and_then_stays(objective):
    assert [objective.capacity(step) for step in (0, 50, 100, 5000)] == [1, 13.5, 26, 26]


def test_the_capacity_of_a_staircase_stands_still_between_its_steps():
    stairs = StaircaseCapacity(stair=25, start=1, stop=26, steps=100)
    even = Capacity(start=1, stop=26, steps=100)
    assert [stairs.capacity(step) for step in (0, 24, 25, 49, 50, 99, 100, 5000)] == [
        1,
        1,
        7.25,
        7.25,
        13.5,
        19.75,
        26,
        26,
    ]
    rate = torch.tensor(9.0)
    assert all(stairs.cost(rate, step) == even.cost(rate, step - step % 25) for step in range(120))


def test_a_plain_beta_vae_has_no_capacity():
    assert math.isnan(BetaVAE().capacity(3))


@given(
    st.lists(st.floats(0, 30, width=32, allow_subnormal=False), min_size=1, max_size=50),
    st.sampled_from([0.0, 0.01, 0.5]),
)
def test_the_multiplier_follows_the_capacity(rates, speed):
    objective = Constrained(10, 10, 1, multiplier=4.0, speed=speed)
    for rate in rates:
        before = objective.multiplier.item()
        objective.update(torch.tensor(rate), 0)
        after = objective.multiplier.item()
        moved = math.exp(speed * min(max(rate - 10, -1), 1))
        assert after == pytest.approx(before * moved, rel=1e-5)
        assert after >= 0
        assert (after >= before) if rate >= 10 else (after <= before)


def test_the_multiplier_costs_no_gradient_and_its_update_leaves_the_loss_alone():
    objective = Constrained(0, 0, 1, multiplier=3.0)
    rate = torch.tensor(5.0, requires_grad=True)
    loss = objective.cost(rate, 0)
    slope = objective.slope(rate, 0)
    objective.update(rate.detach(), 0)
    loss.backward()
    assert rate.grad.item() == slope.item() == 3.0
    assert objective.slope(rate, 0).item() > 3.0


def test_a_multiplier_stops_falling_at_its_floor_and_can_rise_from_there():
    objective = Constrained(10, 10, 1, multiplier=2.0, speed=0.5, floor=1.5)
    for _ in range(5):
        objective.update(torch.tensor(3.0), 5)  # far below the capacity
    assert objective.slope(torch.tensor(3.0), 5) == 1.5
    objective.update(torch.tensor(20.0), 5)
    assert objective.slope(torch.tensor(20.0), 5) == pytest.approx(1.5 * math.exp(0.5))


@pytest.mark.parametrize("kind", [BetaVAE, Constrained, Capacity])
def test_the_mean_reduction_is_a_price_as_many_times_as_high_as_there_are_pixels(kind):
    name = {BetaVAE: "beta", Constrained: "multiplier", Capacity: "gamma"}[kind]
    mean, mean_gradients = gradients(kind(**{name: 2.0}, reduction="mean"))
    total, sum_gradients = gradients(kind(**{name: 2.0 * PIXELS}))
    torch.testing.assert_close(mean * PIXELS, total)
    for mean_gradient, sum_gradient in zip(mean_gradients, sum_gradients, strict=True):
        torch.testing.assert_close(mean_gradient * PIXELS, sum_gradient)
    rate = torch.tensor(30.0)
    assert float(kind(**{name: 2.0}, reduction="mean").price(rate, 0, PIXELS)) == 2 * PIXELS
    assert float(kind(**{name: 2.0}).price(rate, 0, PIXELS)) == 2


@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_the_reconstruction_reported_is_in_nats_per_image_whatever_the_reduction(reduction):
    logits, images, posterior = random_batch()
    _, reconstruction, _ = BetaVAE(reduction=reduction).terms(posterior, logits, images, 0)
    torch.testing.assert_close(reconstruction, bernoulli_reconstruction(logits, images))


def test_settings_differ_where_objectives_do():
    same = Capacity(gamma=5, penalty="hinge"), Capacity(gamma=5, penalty="hinge")
    assert same[0].settings() == same[1].settings()
    others = [Capacity(gamma=6, penalty="hinge"), Capacity(gamma=5), BetaVAE(5), BetaVAE(5, "gaussian"), Constrained()]
    others += [Constrained(speed=0.5), Constrained(multiplier=3), BetaVAE(5, reduction="mean"), Constrained(stop=3)]
    everything = [same[0].settings(), *(other.settings() for other in others)]
    for i, one in enumerate(everything):
        assert one not in everything[:i]
    assert BetaVAE(4).settings() == {"name": "BetaVAE", "likelihood": "bernoulli", "reduction": "sum", "beta": 4}


@pytest.mark.parametrize(
    "objective",
    [
        BetaVAE(4.0, "gaussian"),
        Capacity(5.0, 1.0, 8.0, 30, "hinge", reduction="mean"),
        StaircaseCapacity(stair=4, gamma=5.0, steps=30),
        Constrained(1.0, 8.0, 30, multiplier=7.0, speed=0.5, floor=1.0),
    ],
)
def test_an_objective_is_built_again_from_its_settings(objective):
    arguments = objective.settings()
    for step in range(5):  # which moves a multiplier
        objective.update(torch.tensor(20.0), step)
    assert objective.settings() == arguments
    kinds = {kind.__name__: kind for kind in (BetaVAE, Capacity, StaircaseCapacity, Constrained)}
    again = kinds[arguments.pop("name")](**arguments)
    assert again.settings() == objective.settings()
    again.load_state_dict(objective.state_dict())  # the multiplier is all that a run changes
    logits, images, posterior = random_batch()
    for step in (0, 12, 99):
        torch.testing.assert_close(*(o.terms(posterior, logits, images, step) for o in (again, objective)))


def test_an_objective_draws_z_and_decodes_it():
    model, images = BurgessVAE(latents=3), torch.rand(4, 1, 64, 64).round()
    torch.nn.init.normal_(model.encoder[-1].weight)
    objective = Capacity(9.0, 1, 5, 10)
    terms = objective(model, images, 4, torch.Generator().manual_seed(3))
    posterior = model.encode(images)
    logits = model.decode(posterior.rsample(torch.Generator().manual_seed(3)))
    torch.testing.assert_close(terms, objective.terms(posterior, logits, images, 4))


def test_loss_and_gradient_are_those_of_backward_and_of_the_same_noise():
    model, images = BurgessVAE(latents=3), torch.rand(4, 1, 64, 64).round()
    loss, gradient = loss_and_gradient(BetaVAE(2.0), model, images, seed=1)
    assert all(parameter.grad is None for parameter in model.parameters())
    expected = BetaVAE(2.0)(model, images, 0, torch.Generator().manual_seed(1)).loss
    expected.backward()
    assert loss == expected.item()
    torch.testing.assert_close(gradient, torch.cat([parameter.grad.flatten() for parameter in model.parameters()]))
    assert loss_and_gradient(BetaVAE(2.0), model, images, seed=2)[0] != loss
