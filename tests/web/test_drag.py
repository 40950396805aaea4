"""Charts that are dragged: the curve of prices, bells, water, the tangent of the dual function, an ellipse."""

import math
import re
from itertools import pairwise

from bvae_lib.models import BurgessVAE
from bvae_lib.widgets import Lagrangian, Overlap, Price, Rotation, Run, WaterLevel

import pytest
import torch


def drag(page, target, start, end):
    """Drag with the mouse between two places of a drawing, as shares of its width and height."""
    box = target.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=4)
    page.mouse.up()


def chart(x, y, domain, values):
    """Shares of a chart's width and height at data (x, y): the margins of chart.js."""
    across, up = (x - domain[0]) / (domain[1] - domain[0]), (y - values[0]) / (values[1] - values[0])
    return (46 + across * (340 - 46 - 12)) / 340, (230 - 40 - up * (230 - 26 - 40)) / 230


def test_a_point_of_the_curve_is_chosen_and_a_budget_says_more_at_every_step(show):
    runs = [Run(beta, BurgessVAE(latents=2), 12 / beta, 50 + beta, [12 / beta, 0]) for beta in (1, 2, 4, 8, 16)]
    page, trouble = show(Price(runs, torch.rand(1, 64, 64), budget=True))
    curve = page.locator(".bvae-chart").nth(1)
    points = curve.locator("circle[r='3']").evaluate_all(
        "all => all.map(c => { const b = c.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })"
    )  # by rate, from the highest price
    page.mouse.click(*points[1])
    assert page.evaluate("state.index") == 3
    page.mouse.move(*points[1])
    page.mouse.down()
    page.mouse.move(points[3][0] + 10, points[3][1] + 5, steps=5)
    page.mouse.up()
    assert page.evaluate("state.index") == 1
    assert page.locator(".bvae-stops").first.inner_text().split() == ["1", "2", "4", "8", "16"]

    budget, seen = page.get_by_role("slider", name="budget"), []
    budget.press("Home")
    for _ in range(8):
        seen.append((page.locator(".bvae-facts").inner_text(), page.locator("[stroke-dasharray]").get_attribute("d")))
        budget.press("ArrowRight")
    assert all(one[0] != other[0] and one[1] != other[1] for one, other in pairwise(seen))
    assert trouble == []


def test_bells_and_their_sides_are_dragged(show):
    page, trouble = show(Overlap(means=(-1, 1.2), sigmas=(0.5, 0.5)))
    canvas = page.get_by_role("img")

    def x(z):
        return (z + 4.5) / 9

    drag(page, canvas, (x(-1), 0.5), (x(0), 0.5))
    assert page.evaluate("state.means") == [pytest.approx(0, abs=0.03), 1.2]
    side = (220 - 24 - math.exp(-0.5) * (220 - 24 - 8)) / 220  # of a bell that fills the canvas
    drag(page, canvas, (x(1.7), side), (x(2.2), 0.2))
    assert page.evaluate("state.sigmas") == [0.5, pytest.approx(1, abs=0.03)]
    state = page.evaluate("[state.means, state.sigmas]")
    drag(page, canvas, (x(-4), 0.2), (x(0), 0.2))  # nothing is there
    assert page.evaluate("[state.means, state.sigmas]") == state
    assert trouble == []


def test_the_water_is_dragged(show):
    page, trouble = show(WaterLevel([10, 6, 3, 1.5, 0.7], price=2))
    low, high = (0.5 * math.log(price) for price in (0.7 / 1.3, 13))

    def y(price):
        return (300 - 34 - (0.5 * math.log(price) - low) / (high - low) * (300 - 34 - 30)) / 300

    drag(page, page.get_by_role("img"), (0.4, y(2)), (0.4, y(8)))
    assert page.evaluate("state.price") == pytest.approx(8, rel=0.03)
    assert "1 of 5 active" in page.locator(".bvae-facts").inner_text()
    drag(page, page.get_by_role("img"), (0.4, y(8)), (0.4, 0))
    assert page.evaluate("state.price") == pytest.approx(13)
    assert trouble == []


def test_the_tangent_the_minimum_and_the_budget_are_dragged(show):
    page, trouble = show(Lagrangian(price=2, budget=0.5))
    assert trouble == []
    curves, dual = page.locator(".bvae-chart").all()

    def of_price(price):
        mean = 2 / (1 + price)
        return 0.5 * (2 - mean) ** 2 + price * (0.5 * mean**2 - 0.5)

    drag(page, dual, *(chart(price, of_price(price), (0, 5), (-0.5, 2.2)) for price in (2, 1)))
    assert page.evaluate("state.price") == pytest.approx(1, abs=0.05)
    assert "All four hold" in page.locator(".bvae-conditions").inner_text()
    values = (-0.5, 6)
    drag(page, curves, chart(1, of_price(1), (-1, 3.2), values), chart(0.5, of_price(1), (-1, 3.2), values))
    assert page.evaluate("state.price") == pytest.approx(3, abs=0.15)
    drag(page, curves, chart(1, 5, (-1, 3.2), values), chart(1.5, 5, (-1, 3.2), values))
    assert page.evaluate("state.budget") == pytest.approx(1.5**2 / 2, abs=0.05)
    assert trouble == []


def test_the_ellipse_is_turned_and_a_link_keeps_it(show):
    page, trouble = show(Rotation(30, (0.9, 0.3)), key="rotation", query="?rotation.degrees=0&rotation.sigmas=0.9,7")
    assert page.evaluate("[state.degrees, state.sigmas]") == [0, [0.9, 1]]  # a number out of range is brought into it
    turned = [(0.5 + 0.3 * math.cos(angle), 0.5 - 0.3 * math.sin(angle)) for angle in (0, math.pi / 4)]
    drag(page, page.locator(".bvae-plane"), *turned)
    assert page.evaluate("state.degrees") == pytest.approx(45, abs=2)
    assert re.search("rotated by 4[3-7]°", page.locator(".bvae-facts").inner_text())
    assert trouble == []
