"""What each half of the network is given and asked for, and what is printed of it."""

import pytest
import torch

from benchmarks import halves
from bvae_lib.models import BurgessVAE


def test_shapes_that_look_the_same_are_given_as_the_same(sprites):
    """A full turn of 39 steps: a square looks the same after a quarter, an ellipse after a half."""
    turned = torch.tensor([[shape, 3, step, 7, 9] for shape in range(3) for step in (0, 39)])
    factors = halves.given(turned)
    torch.testing.assert_close(factors[::2], factors[1::2], atol=1e-5, rtol=0)
    angle = halves.given(torch.tensor([[shape, 0, 13, 0, 0] for shape in range(3)]))[:, halves.ANGLE] / 1.4
    expected = 2 * torch.pi * torch.tensor([4 / 3, 2 / 3, 1 / 3])
    torch.testing.assert_close(angle, torch.stack([expected.cos(), expected.sin()], dim=1), atol=1e-5, rtol=0)


def test_what_is_given_is_of_about_unit_size(sprites):
    indices = torch.randint(len(sprites), (5_000,), generator=torch.Generator().manual_seed(0))
    deviation = halves.given(sprites.factors(indices)).std(dim=0)
    assert ((deviation > 0.6) & (deviation < 1.2)).all()


def test_an_encoder_that_says_nothing_hears_no_angle_and_both_halves_learn(sprites, monkeypatch, capsys):
    assert halves.angle_heard(BurgessVAE(latents=4), sprites, pictures=300) == pytest.approx([0, 0, 0], abs=1e-6)
    monkeypatch.setattr(halves, "STEPS", 4)
    monkeypatch.setattr(halves, "EVERY", 2)
    halves.halves(sprites, "adam")
    rows = [line.split("|")[1:-1] for line in capsys.readouterr().out.splitlines()]
    assert [row[1].strip() for row in rows] == ["2", "4"]
    assert float(rows[1][2]) < float(rows[0][2])
