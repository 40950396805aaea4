"""The widgets of the built book, with no kernel: by keyboard, mouse and touch, from the file system and a server."""

import gzip
import re
from pathlib import Path

import pytest

from tools.pages import notebooks, pages

HTML = Path(__file__).resolve().parents[2] / "_build" / "html"
DRAWING = re.compile(r"widgets\.(?!Guess|Score)[A-Z]")  # guesses and their score have tests of their own
WITH = {path.stem for path in notebooks() if DRAWING.search(path.read_text(encoding="utf-8"))}
PAGES = ["book/index", *(page for page in pages() if Path(page).name in WITH)]
# What all canvases and charts of the widgets show, as one text.
SEEN = "[...document.querySelectorAll('.bvae canvas, .bvae svg')].map(d => d.toDataURL?.() ?? d.innerHTML).join()"


def ready(page):
    """Wait until every widget of the page stands, open what is folded away, and find the sliders of what draws."""
    # A network that learns shows what its sliders do while it runs: test_live.py.
    drawing = ".bvae:has(canvas, svg):not(.bvae-live) input[type=range]"
    page.wait_for_function(f"document.querySelectorAll('{drawing}').length > 0")
    page.wait_for_function("[...document.querySelectorAll('.bvae')].every(w => w.querySelector('canvas, svg, button'))")
    page.evaluate("document.querySelectorAll('.bvae details').forEach(d => d.open = true)")
    return page.locator(drawing).all()


def far_end(slider) -> dict:
    """A position on ``slider``, scrolled into view, near the end that its thumb is farther from."""
    slider.scroll_into_view_if_needed()
    box, (low, high) = slider.bounding_box(), (float(slider.get_attribute(end)) for end in ("min", "max"))
    share = 0.9 if float(slider.input_value()) < (low + high) / 2 else 0.1
    return {"x": box["width"] * share, "y": box["height"] / 2}


def changes(page, act) -> None:
    """The drawings must come to differ from what they are now, once ``act`` is done."""
    before = page.evaluate(SEEN)
    act()
    page.wait_for_function(f"before => {SEEN} !== before", arg=before)


@pytest.mark.parametrize(("way", "page_name"), [*(("file", name) for name in PAGES), ("http", PAGES[0])])
def test_every_slider_moves_an_image_by_keyboard_both_ways(open_page, addresses, page_name, way):
    page, trouble = open_page(f"{addresses[way]}/{page_name}.html")
    for slider in ready(page):
        for keys in (["ArrowRight", "End"], ["ArrowLeft", "Home"]):
            if slider.input_value() == slider.get_attribute("max" if "End" in keys else "min"):
                continue
            changes(page, lambda keys=keys, slider=slider: [slider.press(key) for key in keys])
    assert trouble == []


@pytest.mark.parametrize("page_name", PAGES)
def test_every_slider_moves_an_image_by_mouse(open_page, addresses, page_name):
    page, trouble = open_page(f"{addresses['file']}/{page_name}.html")
    for slider in ready(page):
        target = far_end(slider)
        changes(page, lambda slider=slider, target=target: slider.click(position=target))
    assert trouble == []


@pytest.mark.parametrize("page_name", PAGES)
def test_every_slider_moves_an_image_by_touch_on_a_phone(open_page, addresses, page_name):
    page, trouble = open_page(f"{addresses['file']}/{page_name}.html", width=375, has_touch=True, is_mobile=True)
    for slider in ready(page):
        target = far_end(slider)
        changes(page, lambda slider=slider, target=target: slider.tap(position=target))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert trouble == []


def test_a_clicked_image_sets_the_sliders_and_reset_brings_it_back(open_page, addresses):
    page, trouble = open_page(f"{addresses['file']}/book/index.html")
    sliders = ready(page)
    values = [slider.input_value() for slider in sliders]
    changes(page, page.get_by_role("button", name="Start from real image 3").click)
    chosen = [slider.input_value() for slider in sliders]
    assert chosen != values
    changes(page, lambda: sliders[0].press("End"))
    changes(page, page.get_by_role("button", name="Reset").click)
    assert [slider.input_value() for slider in sliders] == chosen
    assert trouble == []


def test_a_sweep_plays_until_it_is_stopped(open_page, addresses):
    page, trouble = open_page(f"{addresses['file']}/book/index.html")
    ready(page)
    sweep = page.get_by_role("button", name=re.compile("Sweep"))
    changes(page, sweep.click)
    changes(page, lambda: None)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name=re.compile("Sweep")).wait_for()
    assert trouble == []


def test_sliders_say_their_nats_and_the_factor_they_follow(open_page, addresses):
    page, _ = open_page(f"{addresses['file']}/book/index.html")
    names = [slider.get_attribute("aria-label") for slider in ready(page)][:3]
    nats = [float(re.search(r"([\d.]+) nats", name)[1]) for name in names]
    assert nats == sorted(nats, reverse=True)
    assert all(re.search(r"(shape|scale|orientation|pos_x|pos_y) \(\d+%\)", name) for name in names)


def test_the_ipywidgets_slider_shows_another_image_with_no_kernel(open_page, addresses):
    page, trouble = open_page(f"{addresses['file']}/book/01-vae.html")
    ready(page)
    handle = page.locator(".widget-slider .noUi-handle")
    shown = "[...document.querySelectorAll('.widget-html-content img')].find(i => i.offsetParent)?.alt"
    before = page.evaluate(shown)
    handle.focus()
    handle.press("ArrowRight")
    page.wait_for_function(f"before => {shown} !== before", arg=before)
    assert trouble == []


@pytest.mark.parametrize("page_name", PAGES)
def test_without_javascript_a_still_strip_says_what_the_widget_would(browser, addresses, page_name):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{addresses['file']}/{page_name}.html")
    strip = page.locator("article noscript img").first
    assert len(strip.get_attribute("alt").split()) >= 8
    assert strip.bounding_box()["height"] > 50
    context.close()


@pytest.mark.parametrize("page_name", PAGES)
def test_a_page_with_widgets_stays_light(open_page, addresses, page_name):
    loaded = set()
    page, _ = open_page("about:blank")
    page.on("request", lambda request: loaded.add(request.url))
    page.goto(f"{addresses['file']}/{page_name}.html", wait_until="networkidle")
    ready(page)
    files = {HTML / url.removeprefix(addresses["file"] + "/").split("?")[0].split("#")[0] for url in loaded
             if url.startswith("file:")}  # fmt: skip
    assert HTML / f"{page_name}.html" in files
    packed = {".webp", ".png", ".woff2", ".woff", ".jpg"}
    size = sum(f.stat().st_size if f.suffix in packed else len(gzip.compress(f.read_bytes())) for f in files)
    print(f"{page_name}: {size / 1e6:.2f} MB gzip in {len(files)} files")
    assert size < 1_500_000
