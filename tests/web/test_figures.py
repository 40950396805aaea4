"""Figures and equations on a phone: letters of at least nine pixels, and nothing cut."""

import pytest

from tools.pages import ROOT, pages
from tools.panels import READABLE

CHAPTERS = [page for page in pages() if (ROOT / f"{page}.ipynb").exists()]
SHOWN = """all => all.map(shown => ({
    width: shown.getBoundingClientRect().width,
    least: parseFloat(shown.style.getPropertyValue("--least")),
    ratio: shown.style.aspectRatio ? eval(shown.style.aspectRatio) : 0,
    height: shown.getBoundingClientRect().height,
}))"""


@pytest.fixture(params=CHAPTERS)
def phone(request, open_page, addresses):
    """A chapter on a phone."""
    return open_page(f"{addresses['http']}/{request.param}.html", 375)[0]


def test_letters_can_be_read(phone):
    for figure in phone.locator(".stack > span, .figure.whole > img").evaluate_all(SHOWN):
        assert figure["width"] >= figure["least"] * 9 / READABLE
        if figure["ratio"]:
            assert figure["width"] / figure["height"] == pytest.approx(figure["ratio"], rel=0.02)


def test_a_screen_reader_finds_each_figure_once(phone):
    for figure in phone.locator(".figure").all():
        assert figure.get_by_role("img").count() == 1
        assert figure.locator("img").evaluate_all("all => new Set(all.map(i => i.src)).size") == 1


def test_what_is_wider_than_a_phone_scrolls_and_its_number_stays_in_sight(phone):
    equations = phone.locator("main div.math").count()
    phone.wait_for_function("n => document.querySelectorAll('main .math mjx-container').length >= n", arg=equations)
    for equation in phone.locator("main div.math:visible").all():
        assert equation.evaluate(
            "e => { e.scrollLeft = 1e4; return e.scrollLeft >= e.scrollWidth - e.clientWidth - 1 }"
        )
        end = "e => (e.scrollLeft = 0, e.getBoundingClientRect().right)"
        for number in equation.locator("mjx-labels > mjx-itable").all():
            assert number.bounding_box()["x"] + number.bounding_box()["width"] <= equation.evaluate(end) + 1


def test_a_wide_screen_shows_figures_whole_and_sharp(open_page, addresses):
    page, _ = open_page(f"{addresses['file']}/{CHAPTERS[0]}.html")
    assert page.locator(".stack").count() > 0
    assert not any(stack.is_visible() for stack in page.locator(".stack").all())
    page.evaluate("document.querySelectorAll('.figure > img').forEach(image => { image.loading = 'eager'; })")
    page.wait_for_function("[...document.querySelectorAll('.figure > img')].every(image => image.naturalWidth)")
    density = "all => all.map(image => image.naturalWidth / image.getBoundingClientRect().width)"
    assert min(page.locator(".figure > img").evaluate_all(density)) > 1.98
