"""The Lagrangian in a browser: the numbers on the page, and drawings that follow both sliders."""

import re

from bvae_lib.models import Posterior
from bvae_lib.widgets import Lagrangian

import numpy as np
import pytest
import torch

MEANS = np.linspace(-3, 3, 60_001)
RATES = Posterior(torch.from_numpy(MEANS), torch.zeros(len(MEANS), dtype=torch.float64)).kl().numpy()
DISTORTIONS = 0.5 * (2 - MEANS) ** 2


def numbers(text: str) -> list[float]:
    return [float(number.replace("−", "-")) for number in re.findall(r"−?\d+\.\d+", text)]


@pytest.mark.parametrize(
    ("price", "budget", "all_four"),
    [(1, 0.5, True), (3, 0.125, True), (0, 2.5, True), (1, 1.0, False), (0.2, 0.5, False), (5, 0, False)],
)
def test_the_page_says_what_a_search_finds(show, price, budget, all_four):
    page, trouble = show(Lagrangian(price, budget))
    priced = DISTORTIONS + price * (RATES - budget)
    best = priced.argmin()
    value = DISTORTIONS[budget + 1e-9 >= RATES].min()
    expected = [price, MEANS[best], RATES[best], budget, priced[best], value]
    assert numbers(page.locator(".bvae-facts").inner_text()) == pytest.approx(expected, abs=0.006)
    said = page.locator(".bvae-conditions").inner_text()
    assert ("All four hold" in said) == all_four
    assert ("✗" in said) != all_four
    assert trouble == []


def test_a_budget_of_zero_has_no_price(show):
    page, trouble = show(Lagrangian(0, 0))
    price = page.get_by_label("price β")
    for _ in range(10):
        assert "✗ R ≤ ε" in page.locator(".bvae-conditions").inner_text()
        price.press("PageUp")
    assert trouble == []
