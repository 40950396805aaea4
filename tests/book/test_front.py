"""The front page's board of claims and its reading times are those of the other pages."""

import re

import pytest

from tests.book.test_claims import CELLS
from tools.front import VERDICTS, fill_front, scoreboard

LEDGER = """<table><tbody>
<tr class="holds"><td><a href="#claim-1">1</a></td><td>a <i>"large"</i> price<br><small>x</small></td></tr>
<tr class="holds"><td><a href="#claim-2">2</a></td><td>b<br></td></tr>
<tr class="fails"><td><a href="#claim-10">10</a></td><td>c<br></td></tr></tbody></table>"""
FRONT = """<div class="scoreboard"><p>See <a href="claims.html">What holds</a>.</p></div>
<tr><td><p>1</p></td><td><p><a class="reference" href="01-vae.html">The VAE</a></p></td><td><p>Why?</p></td></tr>
<tr><td><p>2</p></td><td><p><a class="reference" href="api.html">The library</a></p></td><td><p>What?</p></td></tr>"""


@pytest.fixture
def book(tmp_path):
    pages = tmp_path / "book"
    pages.mkdir()
    for name, text in {
        "index": FRONT,
        "claims": LEDGER,
        "01-vae": '<h1>The VAE</h1><p class="times">Reading: about 25 minutes. Running: about 1 minute</p>',
        "api": "<h1>The library</h1>",
    }.items():
        (pages / f"{name}.html").write_text(text, encoding="utf-8")
    return tmp_path


def front(book):
    return (book / "book" / "index.html").read_text(encoding="utf-8")


def test_each_claim_has_a_square_that_leads_to_it(book):
    fill_front(book)
    squares = re.findall(r'<a class="(\w+)" href="([^"]*)" title="([^"]*)">(\d+)', front(book))
    assert squares == [
        ("holds", "claims.html#claim-1", "1. a &quot;large&quot; price: holds", "1"),
        ("holds", "claims.html#claim-2", "2. b: holds", "2"),
        ("fails", "claims.html#claim-10", "10. c: fails", "10"),
    ]
    text = re.sub("<[^>]*>", "", front(book))
    assert "Of 3 claims ✓ 2 hold, ✗ 1 fail." in text


def test_a_chapter_says_how_long_it_takes_and_a_page_that_does_not_know_says_nothing(book):
    fill_front(book)
    assert re.findall(r"</a> <small[^>]*>(.*?)</small>", front(book)) == ["25 min"]
    assert "25 min" in front(book)[: front(book).index("Why?")]


def test_filled_twice_is_filled_once(book):
    fill_front(book)
    once = front(book)
    fill_front(book)
    assert front(book) == once


def test_without_a_ledger_the_box_leads_there(book):
    (book / "book" / "claims.html").write_text("not executed", encoding="utf-8")
    fill_front(book)
    assert 'See <a href="claims.html">' in front(book)


def test_the_rows_of_the_ledger_are_found_with_every_verdict():
    (source,) = (cell.source for cell in CELLS if "def as_row" in cell.source)
    ledger = {}
    exec(source.split("STYLE =")[0], ledger)
    row = dict.fromkeys(("claim", "source", "test", "figure", "seeds"), "x")
    kinds = ledger["KINDS"][1:]
    table = "".join(ledger["as_row"](n, row | {"verdict": f"{kind} †"}) for n, kind in enumerate(kinds))
    assert re.findall(r'<a class="(\w+)"', scoreboard(table)) == list(kinds) == list(VERDICTS)
    assert len({sign for sign, _ in VERDICTS.values()}) == len(VERDICTS)
