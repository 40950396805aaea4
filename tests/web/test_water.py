"""The water level in a browser: the rates on the page, and a drawing that follows the slider."""

import re

from bvae_lib.theory.water_filling import water_filling
from bvae_lib.widgets import WaterLevel

import pytest

SEEN = "document.querySelector('canvas').toDataURL()"
VARIANCES = [10.0, 6.0, 3.0, 1.5, 0.7]


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"\d+\.\d+", text)]


@pytest.mark.parametrize(("price", "noise"), [(1.0, 1.0), (2.0, 0.5), (7.0, 1.0), (12.0, 1.0), (0.6, 1.0)])
def test_the_page_says_what_water_filling_says(show, price, noise):
    page, trouble = show(WaterLevel(VARIANCES, price, noise))
    rates, _ = water_filling(VARIANCES, price * noise)
    active = int((rates > 0).sum())
    assert numbers(page.get_by_role("img").get_attribute("aria-label")) == pytest.approx(rates, abs=0.006)
    facts = page.locator(".bvae-facts").inner_text()
    assert numbers(facts) == pytest.approx([price, rates.sum()], abs=0.006)
    assert f"{active} of 5 active" in facts
    said = page.locator(".bvae").inner_text()
    assert (f"1/{active} each" in said) == (active > 1)
    assert ("the rate is 0" in said) == (active == 0)
    onset = re.search(r"becomes active below price (\d+\.\d+)", said)
    assert (onset and float(onset[1])) == (VARIANCES[active] / noise if active < 5 else None)
    assert trouble == []


def test_the_slider_moves_the_drawing_the_words_and_the_model(show):
    page, trouble = show(WaterLevel(VARIANCES))
    (slider,) = page.get_by_role("slider").all()
    for key in ("ArrowRight", "ArrowLeft", "Home", "End"):
        before, said = page.evaluate(SEEN), page.get_by_role("img").get_attribute("aria-label")
        slider.press(key)
        assert page.evaluate(SEEN) != before
        assert page.get_by_role("img").get_attribute("aria-label") != said
    assert page.evaluate("state.price") == pytest.approx(13.0)
    assert page.evaluate("saved") >= 4
    slider.press("Home")
    assert page.evaluate("state.price") == pytest.approx(0.7 / 1.3)
    assert trouble == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scroll(show, scheme):
    page, trouble = show(WaterLevel(VARIANCES), width=375, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.get_by_role("img").bounding_box()["height"] > 100
    assert trouble == []
