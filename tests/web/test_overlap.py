"""Two posteriors in a browser: the numbers on the page, and a drawing that follows every slider."""

import re

from bvae_lib.models import Posterior
from bvae_lib.widgets import Overlap

import pytest
import torch
from torch.distributions import Normal

SEEN = "document.querySelector('canvas').toDataURL()"


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.\d+", text)]


@pytest.mark.parametrize("means", [(0.0, 0.0), (-0.8, 0.8), (-3.0, 3.0)])
@pytest.mark.parametrize("sigma", [0.05, 0.5, 1.5])
def test_the_page_says_what_the_closed_forms_say(show, means, sigma):
    page, trouble = show(Overlap(means, (sigma, sigma)))
    wrong, information, _ = numbers(page.locator(".bvae-facts").inner_text())
    tail = Normal(0.0, 1.0).cdf(torch.tensor(-abs(means[0] - means[1]) / (2 * sigma))).item()
    assert wrong == pytest.approx(100 * tail, abs=0.06)
    assert 0 <= information <= 0.7
    kl = Posterior(torch.tensor(means), torch.tensor([sigma, sigma]).log() * 2).kl()
    for name, nats in zip(("first", "second"), kl, strict=True):
        cost, of_mean, of_sigma = numbers(page.get_by_text(f"The {name} costs").inner_text())
        assert cost == pytest.approx(nats.item(), abs=0.006)
        assert of_mean + of_sigma == pytest.approx(cost, abs=0.011)
    assert trouble == []


def test_information_goes_from_none_to_all(show):
    page, _ = show(Overlap((0, 0), (0.5, 0.5)))
    assert numbers(page.locator(".bvae-facts").inner_text()) == [50.0, 0.0, 0.69]
    page, _ = show(Overlap((-3, 3), (0.3, 0.3)))
    assert numbers(page.locator(".bvae-facts").inner_text()) == [0.0, 0.69, 0.69]


def test_every_slider_moves_the_drawing_the_words_and_the_model(show):
    page, trouble = show(Overlap())
    assert page.get_by_role("slider").count() == 4
    for slider in page.get_by_role("slider").all():
        for key in ("ArrowRight", "Home", "End"):
            before, said = page.evaluate(SEEN), page.get_by_role("img").get_attribute("aria-label")
            slider.press(key)
            assert page.evaluate(SEEN) != before
            assert page.get_by_role("img").get_attribute("aria-label") != said
    assert page.evaluate("[state.means, state.sigmas, saved > 11]") == [[3, 3], [1.5, 1.5], True]
    assert trouble == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scroll(show, scheme):
    page, trouble = show(Overlap(), width=375, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.get_by_role("img").bounding_box()["height"] > 80
    assert trouble == []
