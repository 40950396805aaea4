"""Every page of the built book: whole, quiet, readable, with no network."""

from pathlib import Path

import pytest
import yaml

from tools.pages import pages

ROOT = Path(__file__).resolve().parents[2]
PAGES = pages()
AXE = ROOT / "tools" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.mark.parametrize("page_name", PAGES)
@pytest.mark.parametrize(
    ("way", "width", "scheme"),
    [("file", 1280, "light"), ("file", 1280, "dark"), ("file", 375, "light"), ("http", 1280, "light")],
)
def test_a_page_is_whole_and_asks_nobody(open_page, addresses, page_name, way, width, scheme):
    page, trouble = open_page(f"{addresses[way]}/{page_name}.html", width, scheme)
    assert page.locator("html").get_attribute("data-theme") == scheme
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    equations = page.locator("main .math").count()
    page.wait_for_function("n => document.querySelectorAll('main .math mjx-container').length >= n", arg=equations)
    assert page.locator("mjx-merror").count() == 0
    left = "e => e.getBoundingClientRect().left - e.parentElement.getBoundingClientRect().left"
    starts = page.locator("main div.math > mjx-container").evaluate_all(f"all => all.map({left})")
    assert min(starts, default=0) >= 0, "an equation wider than the page does not show its left end first"
    for image in page.locator("main img").all():
        if image.evaluate("i => !i.closest('[aria-hidden]')"):  # a panel shows again what the image before it tells
            alt = image.get_attribute("alt") or ""
            assert len(alt.split()) >= 8, f"{image.get_attribute('src')}: {alt!r} states no finding"
        assert image.evaluate("i => { i.loading = 'eager'; return i.decode().then(() => i.naturalWidth > 0); }")
    assert trouble == []


@pytest.mark.parametrize("page_name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_barrier(open_page, addresses, page_name, scheme):
    page, _ = open_page(f"{addresses['file']}/{page_name}.html", scheme=scheme)
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run(document).then(r => r.violations)")
    serious = [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []


def test_the_front_page_leads_to_every_chapter(open_page, addresses):
    page, trouble = open_page(f"{addresses['file']}/index.html")
    page.wait_for_url("**/book/index.html")
    for name in PAGES[1:]:
        link = page.locator(f"main a[href='{Path(name).name}.html']").first
        link.click()
        page.wait_for_load_state("networkidle")
        assert page.locator("article h1").count() == 1
        page.go_back()
    # A browser drops the icon of a page that is left.
    assert [t for t in trouble if not t.endswith("favicon.svg")] == []


def test_no_launch_button_while_the_address_is_a_placeholder(open_page, addresses):
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    page, _ = open_page(f"{addresses['file']}/{PAGES[1]}.html")
    buttons = page.locator("a[href*='colab.research.google.com'], a[href*='OWNER/REPOSITORY']").count()
    assert bool(buttons) == bool(config["launch_buttons"]["colab_url"])
