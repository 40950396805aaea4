"""The thread through the built book: no link leads nowhere, and cards open under the mouse and by the keyboard."""

import re
from pathlib import Path

import pytest

from tools.pages import pages
from tools.thread.links import ARTICLE

HTML = Path(__file__).resolve().parents[2] / "_build" / "html"
LINK = re.compile(r'<a class="thread[^"]*" href="([\w-]*?)(?:\.html)?(?:#([^"]*))?">', re.S)


@pytest.fixture(scope="module")
def articles():
    paths = sorted((HTML / "book").glob("*.html"))
    return {path.stem: ARTICLE.search(path.read_text(encoding="utf-8"))[0] for path in paths}


def test_every_link_of_the_thread_leads_somewhere_else_on_a_page(articles):
    ids = {name: set(re.findall(r'\bid="([^"]+)"', article)) for name, article in articles.items()}
    for name, article in articles.items():
        for page, id in LINK.findall(article):
            assert page != name
            assert page or id
            assert not id or id in ids[page or name], f"{name}.html: {page}#{id}"


@pytest.mark.parametrize("page", [page for page in pages() if re.match(r"book/\d", page)])
def test_a_chapter_is_woven_in(articles, page):
    found = LINK.findall(articles[page.removeprefix("book/")])
    assert sum(id.startswith("term-") for _, id in found) >= 40
    assert sum(id.startswith("equation-") for _, id in found) >= 5
    assert len({page for page, id in found if page and not id}) >= 2  # chapters


def test_cards_open_for_mouse_and_keyboard_and_stay_on_a_phone(open_page, addresses):
    page, trouble = open_page(f"{addresses['file']}/book/03-bottleneck.html", width=375)
    card = page.get_by_role("tooltip")
    term = page.locator("article a.term[href$='#term-KL-divergence']").first
    term.hover()
    card.wait_for()
    assert card.inner_text().startswith("KL divergence")
    assert term.get_attribute("aria-describedby") == card.get_attribute("id")
    page.keyboard.press("Escape")
    assert card.is_hidden()
    equation = page.locator("article a.thread[href='#equation-3.10']").first
    page.mouse.move(0, 0)
    page.keyboard.press("Tab")  # from now on the focus is the keyboard's
    equation.focus()
    card.locator("mjx-container").wait_for()
    assert card.locator("mjx-merror").count() == 0
    edges = "a => { a.focus(); const { left, right } = document.getElementById('card').getBoundingClientRect(); "
    places = page.locator("article a.term").evaluate_all(f"all => all.map({edges} return [left, right]; }})")
    assert all(0 < left < right <= 375 for left, right in places)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert trouble == []
