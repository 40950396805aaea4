"""Traversals and sheets of chapter 7 show what the decoder makes, in colour, and name each latent."""

import numpy as np
import pytest
import torch

from bvae_lib import plots
from bvae_lib.models import BurgessVAE
from bvae_lib.plots import traversal_grid
from bvae_lib.plots import traversal_rows


@pytest.fixture
def model():
    return BurgessVAE(channels=3, latents=3)


@pytest.fixture
def image():
    return torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(0))


def test_rows_go_from_end_to_end_the_dearest_first_and_say_what_they_follow(model, image):
    rows, labels = traversal_rows(model, image, kl=[0.5, 2, 0], columns=5, names=["hue", "azimuth 81%", "none"])
    assert labels == ["z1: 2.00 nats, azimuth 81%", "z0: 0.50 nats, hue", "z2: 0.00 nats, none"]
    with torch.no_grad():
        z = model.encode(image[None]).mean
        z[0, 1] = 1.5
        torch.testing.assert_close(rows[0][3], model.decode(z).sigmoid()[0])


def test_labels_without_names_or_nats_are_as_before(model, image):
    assert traversal_rows(model, image, kl=[0.5, 2, 0])[1] == ["z1: 2.00 nats", "z0: 0.50 nats", "z2: 0.00 nats"]
    assert traversal_rows(model, image)[1] == ["z0", "z1", "z2"]
    figure = plots.traversal(model, image, [0.5, 2, 0], names=["hue", "azimuth", "none"])
    assert [axis.texts[0].get_text() for axis in figure.axes[::9]] == [
        "z1: 2.00 nats, azimuth", "z0: 0.50 nats, hue", "z2: 0.00 nats, none",
    ]  # fmt: skip


@pytest.mark.parametrize("channels", [1, 3])
def test_a_sheet_has_every_picture_in_its_place(channels):
    rows = [torch.rand(4, channels, 64, 64, generator=torch.Generator().manual_seed(seed)) for seed in range(3)]
    figure = traversal_grid({"one": (rows, ["a", "b", "c"]), "two": (rows[:2], ["d", "e"])})
    left, right = figure.axes
    shown = np.asarray(left.images[0].get_array()).reshape(3 * 64, 4 * 64, channels)
    np.testing.assert_allclose(shown[64:128, 192:], rows[1][3].permute(1, 2, 0))
    assert [label.get_text() for label in right.get_yticklabels()] == ["d", "e"]
    assert right.get_title() == "two"
