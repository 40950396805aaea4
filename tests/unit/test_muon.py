"""Muon against the singular value decomposition, and as an optimizer of fit."""

from bvae_lib.axis_discovery.muon import LR_FACTOR, Muon, muon, orthogonalize, split_hidden_weights
from bvae_lib.models import BurgessVAE
from bvae_lib.objectives import BetaVAE
from bvae_lib.training import fit

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 1000))
def test_singular_vectors_stay_and_singular_values_come_near_one(rows, columns, seed):
    generator = torch.Generator().manual_seed(seed)
    matrix = torch.randn(rows, columns, generator=generator, dtype=torch.float64)
    left, values, right = torch.linalg.svd(matrix, full_matrices=False)
    made = left.T @ orthogonalize(matrix) @ right.T
    torch.testing.assert_close(made, torch.diag(made.diag()))
    strong = values > values.max() / 50  # five steps are too few for what is nearly nothing
    assert (made.diag()[strong] > 0.5).all()
    assert (made.diag() < 1.25).all()


def test_a_weak_direction_moves_as_far_as_a_strong_one():
    weight = torch.nn.Parameter(torch.zeros(2, 2))
    optimizer = Muon([{"params": [weight], "orthogonal": True, "lr": 0.1}])
    weight.grad = torch.diag(torch.tensor([1.0, 1e-1]))
    optimizer.step()
    moved = weight.detach().diag() / (-0.1 * LR_FACTOR)
    assert moved.tolist() == pytest.approx([1, 1], abs=0.35)


def test_other_parameters_move_as_with_adam():
    weights = [torch.nn.Parameter(torch.ones(3, 2)) for _ in range(2)]
    groups = [{"params": [weights[1]], "lr": 0.1}, {"params": [], "orthogonal": True, "lr": 0.1}]
    optimizers = [torch.optim.Adam([weights[0]], lr=0.1), Muon(groups)]
    for _ in range(3):
        for weight, optimizer in zip(weights, optimizers, strict=True):
            weight.grad = weight.detach() * torch.tensor([1.0, -2.0])
            optimizer.step()
    assert torch.equal(*weights)


def test_weights_that_touch_pixels_or_latents_are_not_for_muon():
    model = BurgessVAE(channels=3, latents=7)
    groups = split_hidden_weights([{"params": [*model.parameters()]}], (model.encoder, model.decoder))
    hidden, rest = (group["params"] for group in groups)
    assert all(3 not in weight.shape[:2] and not {7, 14} & set(weight.shape) for weight in hidden)
    assert {id(p) for p in model.parameters()} == {id(p) for p in hidden + rest}
    assert len(hidden + rest) == len(list(model.parameters()))


def test_a_network_without_matrices_for_muon_is_refused():
    model = torch.nn.Sequential(torch.nn.Linear(16, 4), torch.nn.Linear(4, 2))
    with pytest.raises(ValueError, match="no weight of this network is between hidden units"):
        fit(model, torch.rand(8, 1, 4, 4), BetaVAE(1), steps=1, optimizer=muon(model), progress=False)


def test_a_stopped_run_goes_on_as_if_it_had_not_been(sprites, tmp_path):
    def run(steps, checkpoint=None):
        model = BurgessVAE(latents=3)
        options = {
            "optimizer": muon(model.encoder, model.decoder),
            "batch_size": 16,
            "progress": False,
            "device": "cpu",
        }
        fit(model, sprites, BetaVAE(0.1), steps=steps, checkpoint=checkpoint, **options)
        return torch.cat([p.detach().flatten() for p in model.parameters()])

    run(2, tmp_path / "run")
    assert torch.equal(run(4, tmp_path / "run"), run(4))


def test_a_group_keeps_its_share_of_the_learning_rate_and_a_run_says_muon(sprites):
    model = BurgessVAE(latents=3)
    kernels, biases = model.encoder[2].weight, model.encoder[2].bias
    groups = [{"params": [kernels, biases], "lr": 0.3}, {"params": [model.decoder[2].weight], "lr": 0.1}]
    split = split_hidden_weights(groups, (model.encoder, model.decoder))
    assert [(len(group["params"]), group["lr"], group.get("orthogonal", False)) for group in split] == [
        (1, 0.3, True),
        (1, 0.3, False),
        (1, 0.1, True),
    ]
    optimizer = muon(model.encoder, model.decoder)
    history = fit(model, sprites, BetaVAE(1), 1, batch_size=2, optimizer=optimizer, progress=False, device="cpu")
    assert history.settings["optimizer"] == "muon"
