"""Live trains in a browser: in a worker or without one, from the file system, by mouse, touch and keys."""

import re

from bvae_lib.widgets import Live
from bvae_lib.widgets.live import PRESETS

import pytest

SETTINGS = {"seed": 1, "latents": 2, "sizes": False, "oval": False, "price": 1, "budget": None}
CODES, DECODED = (f"document.querySelector('{name}').toDataURL()" for name in (".bvae-codes", ".bvae-out canvas"))


def status(page, begins: str) -> str:
    """The line in words, once it begins like this."""
    line = page.locator(".bvae-facts").filter(has_text=re.compile(f"^{begins}"))
    line.wait_for()
    return line.inner_text()


def train(page, upto: int, by: str = "100 steps") -> str:
    page.get_by_role("button", name=by, exact=True).press("Enter")
    return status(page, f"Step {upto}:")


def figure(name: str, text: str) -> float:
    return float(re.search(rf"\b{name} ([\d.]+) nats", text)[1])


def test_it_learns_with_no_kernel_and_the_same_seed_gives_the_same_run(show):
    page, trouble = show(Live(**SETTINGS))
    assert status(page, "Step 0").startswith("Step 0: ")  # it waits for the reader
    untrained = page.evaluate(CODES)
    first, _, third = train(page, 100), train(page, 200), train(page, 300)
    assert figure("D", third) < 55 < figure("D", first)
    assert figure("R", third) > 3
    assert page.evaluate(CODES) != untrained

    page.get_by_role("button", name="Start over").click()
    status(page, "Step 0")
    assert train(page, 100) == first
    page.get_by_role("button", name="New weights").click()
    assert page.evaluate("state.seed") == 2
    status(page, "Step 0")
    assert train(page, 100) != first
    assert trouble == []


def test_a_price_moved_while_it_learns_changes_the_rate(show):
    page, trouble = show(Live(**SETTINGS))
    play = page.get_by_role("button", name="Play")
    play.press("Enter")
    status(page, "Step .* R [3-9]")
    slider = page.get_by_role("slider")
    slider.press("End")
    assert page.evaluate("state.price") == 100
    assert slider.get_attribute("aria-valuetext") == "100"
    before = status(page, r"Step .* R 0\.")
    status(page, f"Step (?!{re.search(r'[0-9]+', before)[0]}:)")  # it goes on
    slider.press("Escape")
    play.wait_for()  # in place of Pause

    page.get_by_role("button", name="C grows, β is found").click()
    assert page.evaluate("state.budget.stop") == 6
    assert "C 0.0 nats" in status(page, "Step 0")
    assert page.get_by_role("slider", name="C at the end").count() == 1
    page.get_by_label("latents").select_option("3")
    page.get_by_label("size varies").check()
    status(page, "Step 0")
    assert "C 0.0 nats" in train(page, 1, by="1 step")
    assert page.locator(".bvae-latent").count() == 4  # three latents, and their sum

    preset = PRESETS[0]
    page.get_by_role("button", name=preset["name"], exact=True).click()
    status(page, "Step 0")
    assert {name: page.evaluate(f"state.{name}") for name in preset if name in SETTINGS} == {
        name: value for name, value in preset.items() if name in SETTINGS
    }
    assert page.get_by_text(preset["sentence"]).is_visible()
    assert trouble == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_blob_is_dragged_and_nothing_scrolls_sideways(show, scheme):
    page, trouble = show(Live(**SETTINGS | {"latents": 4, "sizes": True}), width=375, scheme=scheme, has_touch=True)
    status(page, "Step 0")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    train(page, 1, by="1 step")
    board = page.get_by_role("application")
    for act in (
        lambda: board.tap(position={"x": 40, "y": 50}),
        lambda: board.press("ArrowRight"),
        page.get_by_role("button", name="large").tap,
    ):
        before = page.evaluate(DECODED)
        act()
        page.wait_for_function(f"before => {DECODED} !== before", arg=before)
    assert trouble == []


def test_where_no_worker_may_be_made_it_trains_on_the_page(show):
    widget = Live(**SETTINGS)
    with_worker, _ = show(widget)
    expected = train(with_worker, 100)
    widget._esm = f"window.Worker = class {{ constructor() {{ throw new Error('refused'); }} }};\n{widget._esm}"
    page, trouble = show(widget)
    assert train(page, 100) == expected
    assert trouble == []
