"""What is drawn is dragged, what scrolls leaves sliders alone, and a link brings a moment back."""

import re
from urllib.parse import parse_qs, urlsplit

from bvae_lib import zoo
from bvae_lib.widgets import Traversal

import numpy as np
import pytest

LINK = "Copy link to this"
RIGHT, DOWN = np.array([20, 0]), np.array([0, 30])


@pytest.fixture(scope="module")
def sprite():
    """The front page's model; z3 and z5 follow pos_x and pos_y."""
    widget = Traversal(zoo.load("dsprites-staged-seed0")[0])
    widget.grab = [3, 5]
    return widget


def centre(page) -> np.ndarray:
    """Where the shape of the picture is, in CSS pixels of the page, once it has been drawn."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    canvas = page.locator(".bvae-picture canvas")
    reading = "c => Array.from(c.getContext('2d').getImageData(0, 0, 64, 64).data).filter((_, i) => i % 4 === 0)"
    grey = np.array(canvas.evaluate(reading)).reshape(64, 64) ** 2.0
    at = np.array([grey.sum(0) @ np.arange(64), grey.sum(1) @ np.arange(64)]) / grey.sum() + 0.5
    box = canvas.bounding_box()
    return np.array([box["x"], box["y"]]) + at * box["width"] / 64


def finger(page):
    """A function that puts a finger onto the page, moves it and lifts it: (kind, x, y)."""
    session = page.context.new_cdp_session(page)
    return lambda kind, *place: session.send(
        "Input.dispatchTouchEvent",
        {"type": kind, "touchPoints": [dict(zip("xy", place, strict=True))] if place else []},
    )


def swipe(touch, start, end, steps=8):
    touch("touchStart", *start)
    for share in np.linspace(0, 1, steps + 1)[1:]:
        touch("touchMove", *(np.array(start) + share * (np.array(end) - start)).tolist())
    touch("touchEnd")


def test_the_shape_follows_mouse_and_arrow_keys(show, sprite):
    page, trouble = show(sprite)
    before, z = centre(page), page.evaluate("state.z")
    page.mouse.move(*before)
    assert page.locator(".bvae-picture canvas").evaluate("c => c.style.cursor") == "grab"
    page.mouse.down()
    page.mouse.move(*(before + RIGHT), steps=5)
    page.mouse.up()
    assert centre(page) == pytest.approx(before + RIGHT, abs=2)
    moved = page.evaluate("state.z")
    assert abs(moved[3] - z[3]) > 0.2
    assert [moved[i] for i in (0, 1, 2, 4)] == [z[i] for i in (0, 1, 2, 4)]
    assert page.evaluate("saved") > 0

    page.keyboard.press("ArrowDown")  # the picture has the focus
    page.keyboard.press("ArrowDown")
    below = np.array([0, 4 * 3])  # two steps of two pixels, each three CSS pixels wide
    assert centre(page) == pytest.approx(before + RIGHT + below, abs=2)

    page.get_by_role("button", name="Sweep").click()
    page.get_by_role("button", name="Stop").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Sweep").wait_for()
    assert trouble == []


def test_on_a_phone_the_shape_is_dragged_and_the_page_scrolled(show, sprite):
    page, trouble = show(sprite, width=375, has_touch=True, is_mobile=True)
    page.add_style_tag(content="body { padding-bottom: 2000px }")
    touch, scrolled = finger(page), lambda: page.evaluate("scrollY")
    before = centre(page)
    swipe(touch, before, before + DOWN)  # on the shape
    assert scrolled() == 0
    assert centre(page) == pytest.approx(before + DOWN, abs=2)

    box, z = page.get_by_role("slider").first.bounding_box(), page.evaluate("state.z")
    at = np.array([box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2])
    swipe(touch, at, at - [5, 150])  # on a slider, upwards
    page.wait_for_function("scrollY > 50")
    assert page.evaluate("state.z") == z
    page.evaluate("scrollTo(0, 0)")
    swipe(touch, at, at - [0.7 * box["width"], 10])  # sideways
    assert page.evaluate("state.z") != z
    corner = page.locator(".bvae-picture canvas").bounding_box()
    swipe(touch, [corner["x"] + 3, corner["y"] + 120], [corner["x"] + 3, corner["y"] + 10])  # beside the shape
    page.wait_for_function("scrollY > 50")
    assert trouble == []


def test_a_link_brings_the_moment_back(show, sprite):
    page, trouble = show(sprite, key="traversal")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("slider").nth(3).press("Home")
    z = page.evaluate("state.z")
    page.get_by_role("button", name=LINK).click()
    page.get_by_text("Copied.").wait_for()
    address = page.evaluate("navigator.clipboard.readText()")
    sent = parse_qs(urlsplit(address).query)["traversal.z"][0]
    assert [float(number) for number in sent.split(",")] == pytest.approx(z, rel=1e-3)
    page.goto(address)
    page.wait_for_function("state.z.includes(-3)")
    assert page.evaluate("state.z") == pytest.approx(z, rel=1e-3)
    assert trouble == []


def test_an_address_that_says_no_state_changes_nothing(show, sprite):
    for query in ("?traversal.z=1,2", "?traversal.z=" + ",".join(["x"] * 10), "?price.index=3"):
        page, trouble = show(sprite, key="traversal", query=query)
        assert page.evaluate("state.z") == sprite.z
        assert trouble == []
    page, _ = show(sprite)  # in a notebook
    assert page.get_by_role("button", name=re.compile("link")).count() == 0
