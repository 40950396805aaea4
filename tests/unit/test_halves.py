"""The numbers that each half of the network is given or predicts, and what is printed of it."""

from bvae_lib.models import BurgessVAE

import pytest
import torch

from benchmarks import halves


def test_shapes_that_look_the_same_have_the_same_numbers():
    """A full turn of 39 steps: a square looks the same after a quarter, an ellipse after a half."""
    factors = torch.tensor([[shape, 3, step, 7, 9] for shape in range(3) for step in (0, 39)])
    numbers = halves.numbers(factors)
    torch.testing.assert_close(numbers[::2], numbers[1::2], atol=1e-5, rtol=0)
    angle = halves.numbers(torch.tensor([[shape, 0, 13, 0, 0] for shape in range(3)]))[:, halves.ANGLE] / 1.4
    expected = 2 * torch.pi * torch.tensor([4 / 3, 2 / 3, 1 / 3])
    torch.testing.assert_close(angle, torch.stack([expected.cos(), expected.sin()], dim=1), atol=1e-5, rtol=0)


def test_the_numbers_are_of_about_unit_size(sprites):
    indices = torch.randint(len(sprites), (5_000,), generator=torch.Generator().manual_seed(0))
    deviation = halves.numbers(sprites.factors(indices)).std(dim=0)
    assert ((deviation > 0.6) & (deviation < 1.2)).all()


@pytest.mark.parametrize("optimizer", halves.RATES)
def test_an_untrained_encoder_predicts_no_angle_and_both_halves_learn(sprites, monkeypatch, capsys, optimizer):
    assert halves.angle_r2(BurgessVAE(latents=4), sprites, n=300) == pytest.approx([0, 0, 0], abs=1e-6)
    monkeypatch.setattr(halves, "STEPS", 4)
    monkeypatch.setattr(halves, "EVERY", 2)
    halves.halves(sprites, optimizer)
    rows = [line.split("|")[1:-1] for line in capsys.readouterr().out.splitlines()]
    assert [row[1].strip() for row in rows] == ["2", "4"]
    assert float(rows[1][2]) < float(rows[0][2])
