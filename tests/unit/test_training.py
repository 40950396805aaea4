"""fit: it learns, it repeats, it records what happened, and it refuses what makes no sense."""

import math
import signal
from concurrent.futures import ThreadPoolExecutor

from bvae_lib import training
from bvae_lib._runtime.device import pick_device
from bvae_lib.models import BurgessVAE
from bvae_lib.objectives import BetaVAE, Capacity, Constrained, Objective, Terms, bernoulli_reconstruction
from bvae_lib.training import fit, lr_schedule, pick_precision

import numpy as np
import pytest
import torch

from tests.unit.mortal import IMAGES, Mortal, interrupt


def train(objective=None, steps=6, images=IMAGES, **options):
    """A tiny run: the model and its History."""
    model = BurgessVAE(latents=3)
    options = {"batch_size": 2, "device": "cpu", "precision": "float32", "progress": False} | options
    return model, fit(model, images, objective or BetaVAE(), steps, **options)


def same_weights(first, second):
    return all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


class InfiniteFrom(BetaVAE):
    """A loss that overflows from one step on."""

    def __init__(self, step):
        super().__init__()
        self.step = step

    def cost(self, rate, step):
        return rate * (math.inf if step >= self.step else 1)


class DecodesTheMean(Objective):
    """An autoencoder: what a user may write, with nothing but ``forward``."""

    def forward(self, model, images, step, generator=None):
        posterior = model.encode(images)
        reconstruction = bernoulli_reconstruction(model.decode(posterior.mean), images)
        return Terms(reconstruction, reconstruction, posterior.kl().mean(dim=0))


class Sharpens(DecodesTheMean):
    """Logits are multiplied by a gain that learns."""

    def __init__(self):
        super().__init__()
        self.log_gain = torch.nn.Parameter(torch.zeros(()))

    def forward(self, model, images, step, generator=None):
        posterior = model.encode(images)
        logits = self.log_gain.exp() * model.decode(posterior.mean)
        reconstruction = bernoulli_reconstruction(logits, images)
        return Terms(reconstruction, reconstruction, posterior.kl().mean(dim=0))


def sgd(groups):
    return torch.optim.SGD(groups)


def test_a_short_run_learns_more_than_the_mean_image(sprites):
    squares = sprites[sprites.index([(0, 5, 0, pos_x, 16) for pos_x in range(32)])]
    model, _ = train(steps=120, images=squares, batch_size=8, lr=2e-3)
    mean = squares.mean(dim=0, keepdim=True).clamp(1e-6, 1 - 1e-6).logit()
    learned = bernoulli_reconstruction(model.decode(model.encode(squares).mean), squares)
    assert learned < 0.7 * bernoulli_reconstruction(mean.expand_as(squares), squares)


@pytest.mark.parametrize("objective", [BetaVAE, Constrained])
def test_the_seed_decides_the_weights_to_the_last_bit(objective):
    (first, history), (same, same_history), (other, _) = (train(objective(), seed=seed) for seed in (1, 1, 2))
    assert same_weights(first, same)
    assert not same_weights(first, other)
    np.testing.assert_array_equal(history.rows(), same_history.rows())


def test_a_set_of_images_and_a_tensor_train_alike():
    assert same_weights(train()[0], train(images=Mortal(1000))[0])


def test_the_global_random_state_is_left_alone():
    before = torch.get_rng_state()
    train()
    assert torch.equal(torch.get_rng_state(), before)


def test_optimizers_end_at_different_weights():
    ends = [BurgessVAE(latents=3), *(train(optimizer=name, lr=1e-6)[0] for name in ("adam", "amsgrad"))]
    for i, one in enumerate(ends):
        assert not any(same_weights(one, other) for other in ends[:i])


def test_an_optimizer_of_ones_own_takes_the_groups():
    """One step of SGD on a known gradient."""
    model, images = BurgessVAE(latents=3), IMAGES[:1]
    before = [parameter.detach().clone() for parameter in model.parameters()]
    options = {"batch_size": 4, "device": "cpu", "precision": "float32", "progress": False, "lr": 1e-3}
    history = fit(model, images, DecodesTheMean(), steps=1, optimizer=sgd, **options)
    batch = images.expand(4, -1, -1, -1)
    fresh = BurgessVAE(latents=3)
    DecodesTheMean()(fresh, batch, 0).loss.backward()
    for old, new, other in zip(before, model.parameters(), fresh.parameters(), strict=True):
        gradient = torch.zeros_like(old) if other.grad is None else other.grad
        torch.testing.assert_close(new.detach(), old - 1e-3 * gradient)
    assert history.settings["optimizer"] == "sgd"


def test_an_objective_needs_no_more_than_forward():
    model, history = train(DecodesTheMean())
    assert not same_weights(model, BurgessVAE(latents=3))
    assert np.isnan(history.price).all()
    assert np.isnan(history.capacity).all()
    assert np.isfinite(history.distortion).all()
    assert history.settings["objective"] == {"name": "DecodesTheMean"}


def test_modules_that_an_objective_owns_learn_too():
    objective = Sharpens()
    before = objective.log_gain.item()
    model, _ = train(objective)
    assert objective.log_gain.item() != before
    assert not same_weights(model, BurgessVAE(latents=3))


def test_a_group_may_learn_at_another_rate():
    class DecoderOnly(BetaVAE):
        def parameter_groups(self, model):
            return [{"params": model.encoder.parameters(), "lr_factor": 0.0}, {"params": model.decoder.parameters()}]

    model, _ = train(DecoderOnly())
    assert same_weights(model.encoder, BurgessVAE(latents=3).encoder)
    assert not same_weights(model.decoder, BurgessVAE(latents=3).decoder)


def test_a_group_may_have_a_rate_and_options_of_its_own_and_shares_the_cooldown():
    class OwnRate(BetaVAE):
        def parameter_groups(self, model):
            decoder = {"params": model.decoder.parameters(), "lr": 1e-4, "betas": (0.5, 0.9)}
            return [{"params": model.encoder.parameters(), "lr_factor": 0.5}, decoder]

    made = []

    def adam(groups):
        made.append(torch.optim.Adam(groups))
        return made[0]

    train(OwnRate(), steps=2, lr=1e-2, cooldown=2, optimizer=adam)
    encoder, decoder = made[0].param_groups  # after the second step, at half the highest rate
    assert [encoder["lr"], decoder["lr"]] == [2.5e-3, 5e-5]
    assert [encoder["betas"], decoder["betas"]] == [(0.9, 0.999), (0.5, 0.9)]


def test_frozen_parameters_do_not_move():
    model = BurgessVAE(latents=3)
    model.encoder.requires_grad_(False)
    fit(model, IMAGES, BetaVAE(), steps=6, batch_size=2, device="cpu", precision="float32", progress=False)
    assert same_weights(model.encoder, BurgessVAE(latents=3).encoder)
    assert not same_weights(model.decoder, BurgessVAE(latents=3).decoder)


def test_a_record_is_the_mean_of_its_steps_and_the_last_may_be_shorter(monkeypatch):
    objective = {"gamma": 10.0, "start": 1, "stop": 8, "steps": 7}
    monkeypatch.setattr(training, "RECORD_EVERY", 1)
    _, single = train(Capacity(**objective), steps=7)
    monkeypatch.setattr(training, "RECORD_EVERY", 3)
    _, history = train(Capacity(**objective), steps=7)
    assert single.capacity.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert history.step.tolist() == [3, 6, 7]
    means = [rows.mean(axis=0) for rows in np.split(single.rows(), [3, 6])]
    np.testing.assert_allclose(history.rows(), means, rtol=1e-5)


def test_the_record_holds_price_and_capacity_and_the_kl_of_each_latent(monkeypatch):
    monkeypatch.setattr(training, "RECORD_EVERY", 1)
    _, history = train(Constrained(start=0, stop=6, steps=3, multiplier=7.0), steps=4)
    assert history.capacity.tolist() == [0, 2, 4, 6]
    assert history.kl_per_latent.shape == (4, 3)
    moves = 0.01 * np.clip(history.rate - history.capacity, -1, 1)
    np.testing.assert_allclose(history.price, 7 * np.exp(np.cumsum(moves) - moves), rtol=1e-5)

    _, history = train(BetaVAE(4, reduction="mean"))
    assert history.price[-1] == 4 * 64 * 64
    assert np.isnan(history.capacity).all()


def test_the_settings_say_what_was_chosen():
    _, history = train(BetaVAE(3), seed=8, lr=1e-3, precision="auto")
    settings = history.settings
    assert (settings["seed"], settings["lr"], settings["batch_size"], settings["device"]) == (8, 1e-3, 2, "cpu")
    assert settings["precision"] in ("float32", "bfloat16")
    assert settings["objective"] == BetaVAE(3).settings()


def test_bfloat16_is_used_and_said_and_weights_stay_float32():
    model, history = train(precision="bfloat16")
    assert history.settings["precision"] == "bfloat16"
    assert np.isfinite(history.distortion).all()
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert not same_weights(model, train(precision="float32")[0])


@pytest.mark.parametrize("step", [0, 4, 7, 13])
def test_a_loss_that_is_not_finite_is_an_error_that_names_the_step(monkeypatch, step):
    monkeypatch.setattr(training, "RECORD_EVERY", 5)
    with pytest.raises(FloatingPointError, match=rf"not finite at step {step};.*lower lr than 0\.0005"):
        train(InfiniteFrom(step), steps=20)


@pytest.mark.parametrize("batches", [0, 1, 3, 4])
def test_ctrl_c_finishes_the_step_and_returns_the_records_so_far(monkeypatch, capsys, batches):
    monkeypatch.setattr(training, "RECORD_EVERY", 2)
    model, history = train(steps=10, images=Mortal(batches))
    steps = batches + 1
    assert history.step.tolist() == [step for step in (2, 4) if step <= steps] + [steps] * (steps % 2)
    assert len(history.rate) == len(history.distortion) == len(history.step)
    assert f"stopped after {steps} of 10 steps" in capsys.readouterr().out
    assert same_weights(model, train(steps=steps)[0])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_does_not_wait_for_the_step(capsys):
    def twice():
        interrupt()
        interrupt()

    model, history = train(steps=10, images=Mortal(1, twice))
    assert history.step.tolist() == [1]
    assert "stopped after 1 of 10 steps" in capsys.readouterr().out
    assert same_weights(model, train(steps=1)[0])


def test_ctrl_c_beside_the_main_thread_or_a_handler_of_ones_own_is_left_alone(capsys):
    """What raises KeyboardInterrupt there ends the step at once."""

    def press():
        raise KeyboardInterrupt

    with ThreadPoolExecutor() as pool:
        _, history = pool.submit(train, steps=10, images=Mortal(1, press)).result()
    assert history.step.tolist() == [1]

    came = []
    before = signal.signal(signal.SIGINT, lambda *_: came.append(1))
    try:
        _, history = train(steps=3, images=Mortal(2))
    finally:
        signal.signal(signal.SIGINT, before)
    assert (history.step.tolist(), came) == ([3], [1])


def test_progress_is_shown_to_a_person_and_not_to_ci(monkeypatch, capsys):
    monkeypatch.delenv("CI", raising=False)
    train(progress=True)
    assert "distortion" in capsys.readouterr().err
    train(progress=False)
    monkeypatch.setenv("CI", "true")
    train(progress=True)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"steps": 0}, "steps must be a whole number of at least 1, not 0"),
        ({"steps": 2.5}, "steps must be a whole number of at least 1, not 2.5"),
        ({"batch_size": -1}, "batch_size must be a whole number of at least 1, not -1"),
        ({"lr": 0}, "lr must be a finite number of more than 0, not 0"),
        ({"lr": math.nan}, "lr must be a finite number of more than 0, not nan"),
        ({"optimizer": "lion"}, r"optimizer must be one of \['adam', 'amsgrad'.*not 'lion'"),
        ({"precision": "float16"}, "precision must be .*not 'float16'"),
        ({"device": "cuda:99"}, "device 'cuda:99' cannot be used here .*try \"auto\""),
        ({"images": IMAGES[:0]}, "images is empty"),
        ({"images": (IMAGES * 255).byte()}, "images must be float in .*not torch.uint8; divide bytes by 255"),
        ({"images": IMAGES * 255}, r"images must lie in \[0, 1\], not 0 to 255"),
        ({"images": torch.full_like(IMAGES, math.nan)}, r"images must lie in \[0, 1\], not nan"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(wrong, fault):
    with pytest.raises(ValueError, match=fault):
        train(**wrong)


@pytest.mark.parametrize("device", ["cuda:99", "nonsense", "xpu:7"])
def test_a_device_that_is_not_there_is_named(device):
    with pytest.raises(ValueError, match=f"device '{device}' cannot be used here"):
        pick_device(device)


@pytest.mark.parametrize("precision", ["float64", "", None])
def test_an_unknown_precision_is_refused(precision):
    with pytest.raises(ValueError, match='must be "auto", "float32" or "bfloat16"'):
        pick_precision(precision, torch.device("cpu"))


@pytest.fixture
def moves():
    """Called with arguments of fit: the largest change of a weight at each of 12 steps but the first."""
    found = []

    class Watch(BetaVAE):
        def update(self, rate, step):
            now = torch.cat([p.detach().flatten() for p in model.parameters()])
            if step:
                found.append((now - self.before).abs().max().item())
            self.before = now.clone()

    model = BurgessVAE(latents=3)
    options = {"batch_size": 2, "device": "cpu", "precision": "float32", "progress": False}

    def train(**schedule):
        fit(model, IMAGES, Watch(), steps=12, lr=1e-3, **schedule, **options)
        return found

    return train


def test_a_cooldown_brings_the_last_steps_to_rest(moves):
    """Adam's steps are about as long as the learning rate, whatever the gradient: they shrink to nothing."""
    moves = moves(cooldown=6)
    assert min(moves[:5]) > 5e-4  # full steps
    assert moves[-1] < 2.5e-4  # a sixth of one
    assert moves[5:] == sorted(moves[5:], reverse=True)


def test_a_warmup_begins_with_small_steps(moves):
    moves = moves(warmup=10)
    assert moves[0] < 4e-4
    assert moves[-1] > 5e-4
    assert moves[0] < min(moves[5:])


def test_a_schedule_rises_stays_and_falls_evenly():
    assert [lr_schedule(step, 10, warmup=4, cooldown=5) for step in range(10)] == pytest.approx(
        [0.25, 0.5, 0.75, 1, 1, 1, 0.8, 0.6, 0.4, 0.2]
    )
    assert {lr_schedule(step, 10) for step in range(10)} == {1.0}


@pytest.mark.parametrize("name", ["warmup", "cooldown"])
@pytest.mark.parametrize("steps", [-1, 7, 2.5])
def test_a_schedule_that_does_not_fit_is_refused(name, steps):
    with pytest.raises(ValueError, match=f"{name} must be"):
        train(steps=6, **{name: steps})
