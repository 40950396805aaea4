"""Widgets as a kernel and an exported page see them; tests/web runs their JavaScript."""

import base64
import io
import re

from bvae_lib.axis_discovery.latent_vae import LatentVAE, TwoStageVAE
from bvae_lib.models import BurgessVAE
from bvae_lib.widgets import (
    Answer,
    Budget,
    GuessOrder,
    Lagrangian,
    Metrics,
    Overlap,
    Price,
    Rotation,
    Run,
    Score,
    Training,
    Traversal,
    WaterLevel,
)

import numpy as np
import pytest
import torch
from ipywidgets.embed import dependency_state
from PIL import Image
from torch import nn

WIDGET = "application/vnd.jupyter.widget-view+json"


class Steered(BurgessVAE):
    """Posterior means are the first pixels of an image, times 4, 0 and 8, about 0; standard deviations are 1."""

    def encode(self, images):
        posterior = super().encode(images)  # which also checks the shape
        shrink = torch.tensor([1.0, 0.0, 2.0])[: self.latents]
        mean = (images[:, 0, 0, : self.latents] - 0.5) * 4 * shrink
        return posterior._replace(mean=mean, log_variance=torch.zeros_like(mean))


def with_decoder(decoder):
    model = BurgessVAE()
    model.decoder = decoder
    return model


def two_stages(reference):
    model = TwoStageVAE(BurgessVAE(), reference)
    frozen = torch.arange(10) < 3
    model.append(LatentVAE(frozen, with_reference=reference is not None))
    return model


def images(n=10, channels=1, seed=0):
    return torch.rand(n, channels, 64, 64, generator=torch.Generator().manual_seed(seed))


def stored(*widgets):
    """What a page stores of the widgets and of all they refer to."""
    return dependency_state(list(widgets), drop_defaults=False).values()


def blobs(state):
    return [buffer["data"] for model in state for buffer in model.get("buffers") or []]


def test_z_goes_both_ways():
    widget = Traversal(BurgessVAE(latents=3))
    seen = []
    widget.observe(lambda change: seen.append(change.new), "z")
    widget.z = [1, -2.5, 0]
    assert widget.z == [1.0, -2.5, 0.0]
    widget.set_state({"z": [1, -2.5, 0.35]})  # what a slider in the page sends
    assert seen == [[1.0, -2.5, 0.0], [1.0, -2.5, 0.35]]
    widget.z = torch.tensor([0.5, 0, 0])
    assert widget.z == [0.5, 0.0, 0.0]


@pytest.mark.parametrize("z", [[1.0], [1.0] * 4, [0, 0, float("nan")], [[1, 2, 3]]])
def test_another_z_is_refused_and_the_old_one_kept(z):
    widget = Traversal(BurgessVAE(latents=3))
    with pytest.raises(ValueError, match=r"z must have the shape \[3\], not|z must be finite numbers, not nan"):
        widget.z = z
    assert widget.z == [0, 0, 0]


def test_weights_are_stored_once_a_network():
    model, other = BurgessVAE(latents=3), BurgessVAE(latents=3, seed=1)
    assert len(blobs(stored(Traversal(model), Traversal(model, images())))) == 1
    assert len(blobs(stored(Traversal(model), Traversal(other)))) == 2


def test_weights_are_those_of_the_moment():
    model = BurgessVAE(latents=3)
    before = Traversal(model)
    with torch.no_grad():
        model.decoder[0].bias.add_(1)
    assert len(set(blobs(stored(before, Traversal(model))))) == 2


def test_weights_survive_a_closed_widget():
    model = BurgessVAE(latents=3)
    first = Traversal(model)
    first.weights.close()
    assert len(blobs(stored(Traversal(model)))) == 1


def test_stored_weights_stay_within_a_page():
    (blob,) = blobs(stored(Traversal(BurgessVAE(channels=3, latents=10))))
    assert len(base64.b64decode(blob)) < 520_000


def test_sliders_are_sorted_by_kl_and_inactive_ones_fold():
    widget = Traversal(Steered(latents=3), images(500))
    assert [slider["latent"] for slider in widget.sliders] == [2, 0, 1]
    assert [slider["active"] for slider in widget.sliders] == [True, True, False]
    mean = (images(500)[:, 0, 0, 0] - 0.5) * 4
    assert widget.sliders[1]["label"] == f"z0 · {(0.5 * mean**2).mean():.2f} nats"
    assert widget.sliders[2]["label"] == "z1 · 0.00 nats"


def test_it_starts_at_the_first_image_and_keeps_eight():
    model = Steered(latents=3)
    widget = Traversal(model, images(10))
    posterior = model.encode(images(10))
    assert widget.z == posterior.mean[0].tolist()
    assert len(widget.images) == 8
    assert widget.images[7]["mean"] == posterior.mean[7].tolist()
    assert widget.images[7]["sigma"] == [1.0, 1.0, 1.0]
    thumbnail = Image.open(io.BytesIO(base64.b64decode(widget.images[7]["url"].split(",")[1])))
    np.testing.assert_allclose(np.asarray(thumbnail) / 255, images(10)[7, 0], atol=1 / 255)


def test_a_latent_names_the_factor_that_it_follows():
    rng = np.random.default_rng(0)
    factors = rng.integers(0, (4, 5, 1), (2000, 3))
    pixels = images(2000)
    pixels[:, 0, 0, 0] = torch.from_numpy(factors[:, 1] / 4)
    pixels[:, 0, 0, 2] = torch.from_numpy((factors[:, 0] // 2) / 1.0)  # one of two bits
    widget = Traversal(Steered(latents=3), pixels, factors, ("shape", "pos_x", "colour"))
    labels = {slider["latent"]: slider["label"] for slider in widget.sliders}
    assert labels[0].endswith("· pos_x (100%)")
    assert labels[2].endswith("· shape (50%)")
    assert labels[1] == "z1 · 0.00 nats"


def strip_of(widget):
    return Image.open(io.BytesIO(widget.strip().data)).convert("RGB")


def test_a_colour_image_keeps_its_colours():
    widget = Traversal(Steered(channels=3, latents=3), images(2, 3))
    assert widget.channels == 3
    thumbnail = Image.open(io.BytesIO(base64.b64decode(widget.images[1]["url"].split(",")[1])))
    np.testing.assert_allclose(np.asarray(thumbnail) / 255, images(2, 3)[1].permute(1, 2, 0), atol=1 / 255)


def test_price_is_shown_in_colour_too():
    models = [BurgessVAE(channels=3, latents=2, seed=seed) for seed in (0, 1)]
    runs = [Run(price, model, 3, 100, [2, 1]) for price, model in zip((1, 4), models, strict=True)]
    widget = Price(runs, images(1, 3)[0])
    decoded = Image.open(io.BytesIO(base64.b64decode(widget.runs[1]["decoded"].split(",")[1])))
    expected = models[1].reconstruct(images(1, 3))[0].permute(1, 2, 0)
    np.testing.assert_allclose(np.asarray(decoded) / 255, expected, atol=1 / 255)
    sheet = Image.open(io.BytesIO(base64.b64decode(widget.runs[1]["sheet"].split(",")[1])))
    assert (sheet.mode, sheet.size) == ("RGB", (7 * 64, 2 * 64))


@pytest.mark.parametrize("channels", [1, 3])
def test_the_strip_has_a_row_for_each_active_latent(channels):
    model = Steered(channels=channels, latents=3)
    widget = Traversal(model, images(20, channels))
    strip = strip_of(widget)
    margin = strip.width - 7 * 64
    assert strip.height == 2 * 64
    assert 0 < margin < 300
    # Row 1, column 5 is latent 0 at 2, and the others as in the first image.
    z = model.encode(images(20, channels)).mean[:1]
    z[0, 0] = 2
    expected = model.decode(z).sigmoid()[0].permute(1, 2, 0).expand(64, 64, 3).detach()
    cell = np.asarray(strip)[64:, margin + 5 * 64 : margin + 6 * 64]
    np.testing.assert_allclose(cell / 255, expected, atol=1 / 255)


def test_without_javascript_there_is_the_strip():
    widget = Traversal(Steered(latents=3), images())
    data, metadata = widget._repr_mimebundle_()
    assert data[WIDGET]["model_id"] == widget.model_id
    assert base64.b64decode(data["image/png"]) == widget.strip().data
    assert "z2 · " in data["text/plain"]
    assert metadata["image/png"]["alt"] == data["text/plain"]
    html = widget.strip_html().data
    alt = re.fullmatch(r'<noscript><img alt="([^"]+)" src="data:image/png;base64,[^"]+"></noscript>', html)[1]
    assert "z2 · " in alt
    assert "z0 · " in alt
    assert "z1" not in alt


def test_a_collapsed_model_has_a_strip_too():
    widget = Traversal(BurgessVAE(latents=3), images())  # every posterior is the prior before training
    assert not any(slider["active"] for slider in widget.sliders)
    assert strip_of(widget).height == 64


def test_the_scripts_ask_for_nothing():
    others = (Overlap, Rotation, Budget, Lagrangian, Training, WaterLevel, GuessOrder, Score, Metrics, Answer)
    for widget in (Traversal, Price, *others):
        assert "export default { render }" in widget._esm
        outside = widget._esm.replace("http://www.w3.org/2000/svg", "") + widget._css
        assert not re.search(r"https?:|\bimport\b|\bfetch\b|@import|XMLHttpRequest", outside)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Traversal(with_decoder(nn.Sequential(nn.Linear(10, 4096)))), "must be a BurgessVAE"),
        (lambda: Traversal(with_decoder(nn.Sequential(nn.SiLU(), *BurgessVAE().decoder))), "must be a BurgessVAE"),
        (lambda: Traversal(two_stages(None)), r"whose last stage has a reference .*DecodeLatents"),
        (lambda: Traversal(nn.Linear(2, 2)), "must be a BurgessVAE"),
        (lambda: Traversal(BurgessVAE(channels=2)), "1 or 3 channels"),
        (lambda: Traversal(BurgessVAE(channels=3), images()), r"\[B, 3, 64, 64\]"),
        (lambda: Traversal(BurgessVAE(), images()[0]), r"images must be \[N, channels, H, W\]"),
        (lambda: Traversal(BurgessVAE(), images()[:0]), "images is empty"),
        (lambda: Traversal(BurgessVAE(), 255 * images()), r"in \[0, 1\], not .* divide bytes by 255"),
        (lambda: Traversal(BurgessVAE(), (255 * images()).byte()), r"float in \[0, 1\]"),
        (lambda: Traversal(BurgessVAE(), factors=np.zeros((5, 2))), "pass the images too"),
        (lambda: Traversal(BurgessVAE(), images(), np.zeros((9, 2))), "same N"),
        (lambda: Traversal(BurgessVAE(), images(), np.arange(20).reshape(10, 2)), "10 images are too few"),
        (lambda: Traversal(BurgessVAE(), images(), np.zeros((10, 2)), ["shape"]), "name all 2 factors"),
    ],
)
def test_what_cannot_be_shown_says_why(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_two_stages_with_a_reference_are_shown():
    model = two_stages(BurgessVAE(seed=1))
    widget = Traversal(model, images())
    z = model.encode(images()).mean[:1].detach()
    z[0, widget.sliders[0]["latent"]] = 3
    expected = model.decode(z).sigmoid()[0, 0].detach()
    strip = np.asarray(strip_of(widget))
    np.testing.assert_allclose(strip[:64, -64:, 0] / 255, expected, atol=1 / 255)


def test_weights_that_diverged_are_not_sent():
    model = BurgessVAE()
    nn.init.constant_(model.decoder[2].weight, float("nan"))
    with pytest.raises(ValueError, match="diverge"):
        Traversal(model)


def run(price, kl, seed=0):
    return Run(price, BurgessVAE(latents=len(kl), seed=seed), sum(kl), 100 + 10 / price, kl)


def test_price_goes_through_the_runs_from_the_lowest():
    widget = Price([run(4, [0.2, 1, 0]), tuple(run(1, [2, 3, 1])), run(16, [0, 0, 0])], images()[0])
    assert [shown["price"] for shown in widget.runs] == [1, 4, 16]
    assert [shown["shown"] for shown in widget.runs] == [[1, 0, 2], [1, 0], []]
    assert [shown["active"] for shown in widget.runs] == [3, 2, 0]
    sheet = Image.open(io.BytesIO(base64.b64decode(widget.runs[1]["sheet"].split(",")[1])))
    assert sheet.size == (7 * 64, 2 * 64)
    assert blobs(stored(widget)) == []  # images only, no weights
    seen = []
    widget.observe(lambda change: seen.append(change.new), "index")
    widget.set_state({"index": 2})
    assert seen == [2]


def test_price_has_a_still_image_with_a_row_for_each_run():
    runs = [run(1, [2, 3, 1]), run(16, [0, 0, 0], seed=1)]
    widget = Price(runs, images()[0], budget=True)
    html = widget.strip_html().data
    alt, still = re.fullmatch(
        r'<noscript><img alt="([^"]+)" src="data:image/png;base64,([^"]+)"></noscript>', html
    ).groups()
    assert alt.startswith("Decoded images in rows")
    assert "β = 1: z1, 3.00 nats; β = 16: z0, 0.00 nats" in alt
    image = Image.open(io.BytesIO(base64.b64decode(still)))
    assert image.height == 2 * 64
    z = runs[1].model.encode(images()[:1]).mean.detach().clone()
    z[0, 0] = -3
    expected = runs[1].model.decode(z).sigmoid()[0, 0].detach()
    margin = image.width - 7 * 64
    np.testing.assert_allclose(np.asarray(image)[64:, margin : margin + 64] / 255, expected, atol=1 / 255)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Price([run(1, [1, 2])], images()[0]), "at least two"),
        (lambda: Price([run(1, [1, 2]), run(2, [1, 2, 3])], images()[0]), "one architecture"),
        (lambda: Price([run(1, [1, 2]), run(2, [1, 2])._replace(rate=float("nan"))], images()[0]), "price 2"),
        (
            lambda: Price([run(1, [1, 2]), run(2, [1, 2])._replace(kl_per_latent=[1])], images()[0]),
            r"price 2 must .* \[2\]",
        ),
        (lambda: Price([run(1, [1, 2]), run(2, [1, 2])], images()), r"images must be \[N"),
        (lambda: setattr(Price([run(1, [1, 2]), run(2, [1, 2])], images()[0]), "index", 2), "from 0 to 1"),
    ],
)
def test_runs_that_cannot_be_compared_say_why(build, message):
    with pytest.raises(ValueError, match=message):
        build()
