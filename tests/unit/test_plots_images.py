"""Figures of images show what the decoder makes, in colour, and name each latent."""

import base64
import io
import re

from bvae_lib import plots
from bvae_lib.models import BurgessVAE

import numpy as np
import pytest
import torch
from PIL import Image


@pytest.fixture
def model():
    return BurgessVAE(channels=3, latents=3)


@pytest.fixture
def image():
    return torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(0))


def test_rows_go_from_end_to_end_the_largest_kl_first_and_say_what_they_follow(model, image):
    rows, labels = plots.traversal_rows(model, image, kl=[0.5, 2, 0], columns=5, names=["hue", "azimuth 81%", "none"])
    assert labels == ["z1: 2.00 nats, azimuth 81%", "z0: 0.50 nats, hue", "z2: 0.00 nats, none"]
    with torch.no_grad():
        z = model.encode(image[None]).mean
        z[0, 1] = 1.5
        torch.testing.assert_close(rows[0][3], model.decode(z).sigmoid()[0])


def test_labels_say_no_more_than_is_known(model, image):
    assert plots.traversal_rows(model, image, kl=[0.5, 2, 0])[1] == ["z1: 2.00 nats", "z0: 0.50 nats", "z2: 0.00 nats"]
    assert plots.traversal_rows(model, image)[1] == ["z0", "z1", "z2"]
    figure = plots.traversal(model, image, [0.5, 2, 0], names=["hue", "azimuth", "none"])
    labels = [text.get_text() for axis in figure.axes for text in axis.texts]
    assert labels == ["z1: 2.00 nats, azimuth", "z0: 0.50 nats, hue", "z2: 0.00 nats, none"]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_grid_shows_rows_of_different_length(channels):
    images = torch.rand(3, channels, 64, 64, generator=torch.Generator().manual_seed(0))
    figure = plots.image_grid([images, list(images[:2])], ["all", "two"])
    shown = [np.asarray(axis.images[0].get_array()).reshape(64, 64, channels) for axis in figure.axes if axis.images]
    assert len(shown) == 5
    np.testing.assert_allclose(shown[4], images[1].permute(1, 2, 0))


@pytest.mark.parametrize("channels", [1, 3])
def test_a_traversal_grid_has_every_image_in_its_place(channels):
    rows = [torch.rand(4, channels, 64, 64, generator=torch.Generator().manual_seed(seed)) for seed in range(3)]
    figure = plots.traversal_grid({"one": (rows, ["a", "b", "c"]), "two": (rows[:2], ["d", "e"])})
    left, right = figure.axes
    shown = np.asarray(left.images[0].get_array()).reshape(3 * 64, 4 * 64, channels)
    np.testing.assert_allclose(shown[64:128, 192:] / 255, rows[1][3].permute(1, 2, 0), atol=1 / 255)
    assert [label.get_text() for label in right.get_yticklabels()] == ["d", "e"]
    assert right.get_title() == "two"


def test_maps_of_pixels_share_one_scale_and_leave_out_what_has_no_number():
    maps = {"x": np.array([[0.5, -1.0], [np.nan, 0.0]]), "scale": np.full((2, 2), 0.1)}
    figure = plots.pixel_maps(maps, "correlation")
    left, right, bar = figure.axes
    np.testing.assert_array_equal(left.images[0].get_array().filled(np.nan), maps["x"])
    assert [axis.images[0].get_clim() for axis in (left, right)] == [(-1, 1)] * 2
    assert [left.get_title(), right.get_title(), bar.get_ylabel()] == ["x", "scale", "correlation"]


def test_an_image_for_html_holds_its_pixels_and_says_what_it_shows(image):
    html = plots.image_html(image, 'z0 at "3"')
    alt, data = re.fullmatch(r'<img alt="([^"]+)" width="160" src="data:image/png;base64,([^"]+)">', html).groups()
    assert alt == "z0 at &quot;3&quot;"
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    np.testing.assert_allclose(shown / 255, image.permute(1, 2, 0), atol=1 / 255)
