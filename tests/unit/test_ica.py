"""Two latents are rotated onto the axes of what they encode, without a label."""

import math

from bvae_lib.axis_discovery import ica
from bvae_lib.axis_discovery.ica import align_axes, ica_rotation
from bvae_lib.models import BurgessVAE, Posterior

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.mps import on_mps


def rotated(codes, angle):
    cos, sin = math.cos(angle), math.sin(angle)
    return codes @ torch.tensor([[cos, -sin], [sin, cos]]).T


@given(st.floats(-0.7, 0.7, allow_subnormal=False), st.integers(0, 100), st.sampled_from([0.5, 1.0, 1.5]))
def test_a_square_is_rotated_back_by_its_angle(angle, seed, power):
    """Sides that are even, or denser at the ends or in the middle; below 45 degrees, where another axis is nearer."""
    side = torch.rand(4_000, 2, generator=torch.Generator().manual_seed(seed)) * 2 - 1
    codes = rotated(side.abs().pow(power) * side.sign(), angle)
    back = ica_rotation(codes + 3.0)  # wherever it lies
    assert math.atan2(back[1, 0], back[0, 0]) == pytest.approx(-angle, abs=0.08)
    torch.testing.assert_close(back @ back.T, torch.eye(2))


def test_no_other_rotation_has_smaller_fourth_moments():
    codes = rotated(torch.rand(500, 2, generator=torch.Generator().manual_seed(1)) - 0.5, 0.3)
    codes = codes - codes.mean(dim=0)
    moments = [rotated(codes, angle / 100).pow(4).sum() for angle in range(158)]
    assert (codes @ ica_rotation(codes).T).pow(4).sum() <= min(moments) * (1 + 1e-5)


def test_a_model_draws_as_before_and_encodes_position_on_axes(sprites, monkeypatch):
    monkeypatch.setattr(ica, "IMAGES", 2_000)

    def position(images):
        """x and y of the middle of each image, which no network has to learn."""
        columns = torch.arange(64.0)
        x, y = ((images.sum(dim=(1, along)) * columns).sum(dim=1) / images.sum(dim=(1, 2, 3)) for along in (2, 3))
        return torch.stack([x, y], dim=1) / 32 - 1

    class Known(BurgessVAE):
        def features(self, images):
            return torch.nn.functional.pad(position(images), (0, 254))

    model = Known(latents=4)
    with torch.no_grad():
        model.encoder[-1].weight[[2, 0], :2] = torch.tensor(
            [[math.cos(0.2), -math.sin(0.2)], [math.sin(0.2), math.cos(0.2)]]
        )
    images = sprites[torch.arange(0, len(sprites), max(1, len(sprites) // 500))]
    before, drawn = model.encode(images), model.reconstruct(images)
    align_axes(model, [2, 0], sprites)
    after = model.encode(images)
    assert isinstance(after, Posterior)
    torch.testing.assert_close(after.mean[:, [2, 0]], position(images), atol=0.05, rtol=0)
    assert (before.mean[:, 2] - position(images)[:, 0]).abs().max() > 0.1
    torch.testing.assert_close(model.reconstruct(images), drawn, atol=1e-5, rtol=0)
    torch.testing.assert_close(after.log_variance, before.log_variance)


def test_a_device_without_float64_rotates_the_same():
    codes = torch.rand(50, 2, generator=torch.Generator().manual_seed(0))
    assert torch.equal(ica_rotation(on_mps(codes)), ica_rotation(codes))
