"""A rotated posterior in a browser: the numbers on the page, and drawings that follow every slider."""

import math
import re

from bvae_lib.models import Posterior
from bvae_lib.theory import channel
from bvae_lib.widgets import Rotation

import pytest
import torch

DRAWN = "[...document.querySelectorAll('svg')].map((svg) => svg.innerHTML)"


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"\d+\.\d+", text)]


@pytest.mark.parametrize("degrees", [0, 30, 45, 90])
@pytest.mark.parametrize("sigmas", [(0.1, 1.0), (0.5, 0.5), (0.75, 0.25)])
def test_the_page_says_what_the_library_says(show, degrees, sigmas):
    page, trouble = show(Rotation(degrees, sigmas))
    posterior = Posterior(torch.zeros(1, 2), 2 * torch.tensor([sigmas]).log())
    angle = math.radians(degrees)
    ratio, cost = numbers(page.locator(".bvae-facts").inner_text())
    assert ratio == pytest.approx(sigmas[0] / sigmas[1], abs=0.006)
    assert cost == pytest.approx(channel.rotation_cost(posterior, (0, 1), angle).item(), abs=0.006)
    best = (0.5 * channel.rotate_posterior(posterior, (0, 1), angle).log_variance).exp()[0].tolist()
    assert numbers(page.get_by_text("Best diagonal: ").inner_text()) == pytest.approx(best, abs=0.006)
    assert trouble == []


def test_every_slider_moves_the_drawings_the_words_and_the_model(show):
    page, trouble = show(Rotation())
    assert page.get_by_role("slider").count() == 3
    for slider in page.get_by_role("slider").all():
        for key in ("ArrowRight", "Home", "End"):
            drawn, said = page.evaluate(DRAWN), page.locator(".bvae-facts").inner_text()
            slider.press(key)
            assert all(now != before for now, before in zip(page.evaluate(DRAWN), drawn, strict=True))
            assert page.locator(".bvae-facts").inner_text() != said
    assert page.evaluate("[state.degrees, state.sigmas, saved > 8]") == [90, [1, 1], True]
    assert trouble == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scroll(show, scheme):
    page, trouble = show(Rotation(), width=375, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert all(image.bounding_box()["height"] > 150 for image in page.get_by_role("img").all())
    assert trouble == []
