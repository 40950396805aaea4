"""The growing capacity in a browser: its slider moves images, bars and words, with no kernel."""

from bvae_lib.widgets import Budget
from bvae_lib.zoo import FactorSnapshots, snapshots

import numpy as np
import pytest

COUNT, COLUMNS = 4, 3


@pytest.fixture
def run():
    rng = np.random.default_rng(0)
    return FactorSnapshots(
        step=snapshots.EVERY * np.arange(1, 1 + COUNT),
        nats=np.linspace(0, 1, COUNT)[:, None] * np.arange(1, 9),
        distortion=np.linspace(400, 50, COUNT),
        price=np.linspace(100, 1, COUNT),
        drawn=rng.integers(0, 256, (1 + COUNT, COLUMNS, 64, 64), dtype=np.uint8),
    )


def shades(page):
    """Grey levels of all images in the page's order, [images, 64, 64]."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    grey = "Array.from(c.getContext('2d').getImageData(0, 0, 64, 64).data).filter((_, i) => i % 4 === 0)"
    reading = f"all => all.map(c => {grey})"
    return np.array(page.locator("canvas").evaluate_all(reading)).reshape(-1, 64, 64)


def test_the_slider_shows_the_images_of_its_snapshot(show, run):
    page, trouble = show(Budget(run))
    slider = page.get_by_role("slider", name="capacity C in nats")
    np.testing.assert_array_equal(shades(page), np.concatenate([run.drawn[0], run.drawn[1]]))
    slider.press("End")
    assert page.evaluate("state.index") == COUNT - 1
    assert page.evaluate("saved") > 0
    np.testing.assert_array_equal(shades(page), np.concatenate([run.drawn[0], run.drawn[-1]]))
    assert trouble == []


def test_bars_and_words_follow(show, run):
    page, _ = show(Budget(run))
    assert page.get_by_role("img", name="pos_y: 0.00 nats; noise s 1.00").count() == 1
    slider = page.get_by_role("slider")
    slider.press("End")
    assert page.get_by_role("img", name="scale: 4.00 nats; noise s 0.02").count() == 1
    assert "square 0.37" in page.get_by_role("img", name="shape: 6.00 nats").get_attribute("aria-label")
    assert slider.get_attribute("aria-valuetext").startswith(
        "C = 4 nats, rate 36.0 nats, distortion 50 nats, price 1.0"
    )
    widths = page.locator(".bvae-bar").evaluate_all("all => all.map(bar => bar.getBoundingClientRect().width)")
    assert widths[2] == max(widths)
    assert widths[0] / widths[2] == pytest.approx(6 / 11, abs=0.01)


def test_the_kernel_moves_it_too(show, run):
    page, _ = show(Budget(run))
    page.evaluate("model.set('index', 2)")
    assert page.get_by_role("slider").input_value() == "2"
    np.testing.assert_array_equal(shades(page)[COLUMNS:], run.drawn[3])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scroll(show, scheme, run):
    page, trouble = show(Budget(run), width=375, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert trouble == []
