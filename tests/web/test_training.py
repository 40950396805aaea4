"""Training runs in a browser: one slider moves both charts, the words and the images, with no kernel."""

from bvae_lib.widgets import Training

import pytest

from tests.unit.test_training_widget import some_run

SHEET = "document.querySelector('.bvae-sheet').style.backgroundImage"
DRAWN = "[...document.querySelectorAll('svg')].map((svg) => svg.innerHTML)"


@pytest.fixture
def runs():
    return {"absolute": some_run(), "multiplier": some_run(1)}


def test_the_slider_moves_charts_words_and_images_together(show, runs):
    page, trouble = show(Training(runs))
    slider = page.get_by_role("slider", name="step of training")
    drawn, sheet, said = page.evaluate(DRAWN), page.evaluate(SHEET), page.locator(".bvae-facts").inner_text()
    slider.press("End")
    assert page.evaluate("state.index") == 4
    assert page.evaluate("saved") > 0
    assert all(now != before for now, before in zip(page.evaluate(DRAWN), drawn, strict=True))
    assert page.evaluate(SHEET) != sheet
    assert page.locator(".bvae-facts").inner_text() != said
    assert slider.get_attribute("aria-valuetext").startswith("absolute, step 250, price ")
    assert page.get_by_role("img", name="Seven images: z3 · 8.00 nats").count() == 1
    assert trouble == []


def test_images_are_those_of_the_nearest_stored_step(show, runs):
    page, _ = show(Training(runs))
    slider, seen = page.get_by_role("slider"), []
    for _ in range(5):
        seen.append(page.locator(".bvae-note").inner_text().partition("images of ")[2].partition(",")[0])
        slider.press("ArrowRight")
    assert seen == ["step 100", "step 100", "step 100", "step 250", "step 250"]


def test_a_button_shows_another_run_at_the_same_step(show, runs):
    page, trouble = show(Training(runs))
    page.get_by_role("slider").press("ArrowRight")
    before = page.evaluate(DRAWN)
    button = page.get_by_role("button", name="multiplier")
    button.press("Enter")
    assert page.evaluate("[state.index, state.run]") == [1, 1]
    assert button.get_attribute("aria-pressed") == "true"
    assert page.evaluate(DRAWN)[0] != before[0]
    assert trouble == []


def test_the_kernel_moves_it_too(show, runs):
    page, _ = show(Training(runs))
    page.evaluate("(model.set('index', 3), model.set('run', 1))")
    assert page.get_by_role("slider").input_value() == "3"
    assert page.get_by_role("slider").get_attribute("aria-valuetext").startswith("multiplier, step 200")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scroll(show, runs, scheme):
    page, trouble = show(Training(runs), width=375, scheme=scheme, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert all(chart.bounding_box()["width"] > 300 for chart in page.locator("svg").all())
    page.get_by_role("button", name="multiplier").tap()
    page.get_by_role("slider").tap(position={"x": 300, "y": 10})
    assert page.evaluate("state.run") == 1
    assert page.evaluate("state.index") >= 3
    assert trouble == []
