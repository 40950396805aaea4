"""Widgets with charts in a browser: drawings that follow every slider, and that fit a phone."""

from bvae_lib.widgets import Lagrangian, Rotation

import pytest

DRAWN = "[...document.querySelectorAll('svg')].map((svg) => svg.innerHTML)"
# Of each widget: how it is made, and its state once every slider stands at its right end.
WIDGETS = [
    pytest.param(Rotation, {"degrees": 90, "sigmas": [1, 1]}, 3, id="Rotation"),
    pytest.param(lambda: Lagrangian(1, 1), {"price": 5, "budget": 2.5}, 2, id="Lagrangian"),
]


@pytest.mark.parametrize(("make", "at_the_end", "sliders"), WIDGETS)
def test_every_slider_moves_the_drawings_the_words_and_the_model(show, make, at_the_end, sliders):
    page, trouble = show(make())
    assert page.get_by_role("slider").count() == sliders
    for slider in page.get_by_role("slider").all():
        for key in ("ArrowRight", "Home", "End"):
            drawn, said = page.evaluate(DRAWN), page.locator(".bvae-facts").inner_text()
            slider.press(key)
            assert all(now != before for now, before in zip(page.evaluate(DRAWN), drawn, strict=True))
            assert page.locator(".bvae-facts").inner_text() != said
    assert {name: page.evaluate(f"state.{name}") for name in at_the_end} == at_the_end
    assert page.evaluate("saved") >= 3 * sliders
    assert trouble == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("make", [widget.values[0] for widget in WIDGETS])
def test_a_phone_needs_no_sideways_scroll(show, make, scheme):
    page, trouble = show(make(), width=375, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert all(image.bounding_box()["height"] > 150 for image in page.get_by_role("img").all())
    assert trouble == []
