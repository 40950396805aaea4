"""Links, hover cards, reading times and neighbours, as the build writes them into pages like those of Sphinx."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from tools.pages import pages
from tools.thread import thread
from tools.thread.links import with_links, without_links
from tools.thread.places import places, plain, with_places

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = """<section id="one"><h1>1. The VAE<a class="headerlink" href="#one">#</a></h1>
<p>It takes about <strong>a minute</strong> on one CPU core.</p>
<section id="the-bound"><h2>The bound<a class="headerlink" href="#the-bound">#</a></h2>
<div class="math notranslate nohighlight">
\\[R = x \\tag{1.1}\\]</div>
<div class="math notranslate nohighlight">
\\[D = y \\tag{1.2}\\]</div>
<p><strong>Figure 1.1.</strong> Nats of (1.1), by rate.</p>
TEXT
</section></section>"""
SECOND = """<section id="two"><h1>2. A price<a class="headerlink" href="#two">#</a></h1>
<section id="budget"><h2>A budget<a class="headerlink" href="#budget">#</a></h2><p>x</p></section></section>"""
GLOSSARY = """<section id="glossary"><h1>Glossary<a class="headerlink" href="#glossary">#</a></h1><dl>""" + "".join(
    f'<dt id="term-{id}">{name}<a class="headerlink" href="#term-{id}">#</a></dt><dd><p>{text}</p></dd>\n'
    for id, name, text in [
        ("nat", "nat", "The <a href='#x'>unit</a>, \\(1\\)."),
        ("rate", "rate", "Nats."),
        ("factor", "factor", "A cause."),
        ("latent", "latent", "A number."),
        ("active", "active latent", "A latent above 0.01 nats."),
        ("mi", "mutual information", "What two share."),
        ("mig", "MIG", "A gap."),
        ("code", "code", "What the encoder makes."),
        ("capacity", "capacity", "A target."),
        ("weight", "weight", "γ."),
        ("slater", "Slater’s condition", "Room."),
        ("claim", "claim", "A cell."),
    ]
)
CLAIMS = '<section id="c"><h2>The ledger<a class="headerlink" href="#the-ledger">#</a></h2></section>'
WORKS = '<li id="id1"><p>Boyd. <em>Convex</em>. <a href="https://x.org/">x</a>.</p></li>'
FRONT = """<table><tr><td><p>1</p></td><td><p><a class="reference" href="01-vae.html">The VAE</a></p></td>
<td><p>What does it minimise?</p></td></tr><tr><td><p>2</p></td>
<td><p><a class="reference" href="02-kkt.html">A price</a></p></td><td><p>Which β?</p></td></tr></table>"""
ENDS = """<div class="prev-next-area"><a class="right-next" href="02-kkt.html" title="next page"><div>
<p class="prev-next-title">2. A price</p></div></a></div>"""


def page(article):
    return f'<h1>title</h1><article class="bd-article">{article}</article>{ENDS}'


def book(text=""):
    articles = {"01-vae": CHAPTER.replace("TEXT", text), "02-kkt": SECOND, "glossary": GLOSSARY, "claims": CLAIMS}
    articles |= {"references": WORKS, "index": FRONT}
    return {name: with_places(page(article)) for name, article in articles.items()}


def links(text, name="01-vae"):
    """Where the links of ``text`` lead that stands in chapter 1, each with its words."""
    pages = book(f"<div>{text}</div>")
    done = with_links(pages[name], name, places(pages))
    assert plain(done) == plain(pages[name])
    assert without_links(done) == pages[name]
    inside = done[done.index("<div>") :]
    found = re.findall(r'<a class="thread[^"]*" href="(.*?)">(.*?)</a>', inside, re.S)
    return [(href, plain(words)) for href, words in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see Chapter 2’s curve", [("02-kkt.html", "Chapter 2")]),
        ("chapters 1, 2 and\n7", [("02-kkt.html", "2")]),
        ("chapters 2 and 1", [("02-kkt.html", "chapters 2")]),
        ("chapter 2.5 of it, chapter 7, this chapter", []),
        ("by (1.2), Eq. 1.1", [("#equation-1.2", "(1.2)"), ("#equation-1.1", "Eq. 1.1")]),
        ("Eqs. 1.1 and 1.2", [("#equation-1.1", "Eqs. 1.1"), ("#equation-1.2", "1.2")]),
        ("from (0.7 to 1.2), (3.7)", []),
        ("see figure 1.1; their figure 1", [("#figure-1.1", "figure 1.1")]),
        ("in the ledger", [("claims.html#the-ledger", "the ledger")]),
        ("chapter 2, “A budget”", [("02-kkt.html", "chapter 2"), ("02-kkt.html#budget", "A budget")]),
        ('<a href="02-kkt.html">chapter 2</a>, <em>A budget</em>', [("02-kkt.html#budget", "A budget")]),
        ("<p>chapter 2</p><p>“A budget”</p>", [("02-kkt.html", "chapter 2")]),
        ("<em>The bound</em>, where this stands", []),
        ('<a class="e" href="https://x.org/">Boyd</a>, chapter 2: chapter 2', [("02-kkt.html", "chapter 2")]),
    ],
)
def test_a_reference_leads_to_what_it_names(text, expected):
    assert links(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nats, and a nat", ["nat Nats"]),
        ("an active latent, a latent", ["active active latent", "latent latent"]),
        ("the mutual\ninformation gap of capacities", ["mig mutual information gap", "capacity capacities"]),
        ("MIG, mutual information", ["mig MIG", "mi mutual information"]),
        ("Slater's condition", ["slater Slater's condition"]),
        ("a learning rate, then a rate", ["rate rate"]),
        ("by a factor of three, factors", ["factor factors"]),
        ("code that runs, its weights, claims, <b>codes</b>", ["code codes"]),
        ("rate-limiting, separate", ["rate rate"]),
    ],
)
def test_a_term_leads_to_the_glossary_where_it_is_meant(text, expected):
    assert links(text) == [(f"glossary.html#term-{id}", words) for id, words in (e.split(" ", 1) for e in expected)]


def test_a_term_is_a_link_once_in_a_section():
    heading = '<h{0}>S<a class="headerlink" href="#s{1}">#</a></h{0}>'
    inner = f'<p>rate</p><p>rate</p><section id="s1">{heading.format(3, 1)}<p>rate</p></section>'
    after = f'</section><section id="s2">{heading.format(2, 2)}<p>rate</p>'
    assert len(links(inner)) == 1
    pages = book(inner + after)
    assert with_links(pages["01-vae"], "01-vae", places(pages)).count("#term-rate") == 2


@pytest.mark.parametrize(
    "text",
    [
        "<code>rate (1.1)</code>",
        "<pre>chapter 2</pre>",
        "<h3>A rate</h3>",
        '<a href="x.html">rate</a>',
        '<span class="math">(1.1)</span>',
        "<summary>rate</summary>",
        '<div class="cell_output"><p>rate</p></div>',
        "<script>rate (1.1) <b></script><!-- rate -->",
        '<img alt="rate"><br>',
    ],
)
def test_code_headings_maths_outputs_and_links_stay_as_they_are(text):
    assert links(text) == []


def test_a_caption_links_to_equations_but_not_to_terms_or_itself():
    pages = book()
    caption = re.search(r'<p id="figure-1.1">.*?</p>', with_links(pages["01-vae"], "01-vae", places(pages)))[0]
    assert re.findall('href="(.*?)"', caption) == ["#equation-1.1"]


@pytest.fixture
def built(tmp_path):
    (tmp_path / "book").mkdir()
    text = '<p>A rate by (1.2), chapter 2; <a class="reference external" href="https://x.org">Boyd</a></p>'
    for name, html in book(text).items():
        (tmp_path / "book" / f"{name}.html").write_text(html, encoding="utf-8")
    thread(tmp_path)
    return tmp_path


def read(built, name="01-vae"):
    return (built / "book" / f"{name}.html").read_text(encoding="utf-8")


def test_the_whole_is_harmless_when_called_again(built):
    once = {path.name: path.read_text(encoding="utf-8") for path in built.rglob("*.html")}
    thread(built)
    assert {path.name: path.read_text(encoding="utf-8") for path in built.rglob("*.html")} == once


def test_a_page_has_the_cards_of_its_own_links_and_no_other(built):
    (data,) = re.findall(r'<script type="application/json" id="cards">(.*?)</script>', read(built))
    cards = json.loads(data)
    assert {address: plain(card) for address, card in cards.items()} == {
        "#equation-1.1": "Equation 1.1\\[R = x\\]",  # from the caption
        "#equation-1.2": "Equation 1.2\\[D = y\\]",
        "02-kkt.html": "2. A priceWhich β?",
        "glossary.html#term-rate": "rateNats.",
        "https://x.org": "Boyd. Convex. x.",
    }
    assert "<a" not in data
    assert 'id="cards"' not in read(built, "02-kkt")


def test_times_stand_under_the_title_and_neighbours_say_what_they_answer(built):
    assert '</h1><p class="times">Reading: about 5 minutes. Running: about a minute on one CPU core.</p>' in read(built)
    assert '<p class="prev-next-title">2. A price</p><p class="prev-next-answers">Which β?</p>' in read(built)
    assert 'class="times"' not in read(built, "02-kkt")  # it does not say how long it runs


def test_reading_takes_a_minute_for_200_words_or_three_equations(tmp_path):
    (tmp_path / "book").mkdir()
    text = "<p>" + 3000 * "word " + "</p>" + 15 * '<div class="math">x</div>' + "<pre>" + 9000 * "code " + "</pre>"
    (tmp_path / "book" / "01-vae.html").write_text(book(text)["01-vae"], encoding="utf-8")
    thread(tmp_path)
    assert "Reading: about 20 minutes." in read(tmp_path)


CHAPTERS = [page for page in pages() if (ROOT / f"{page}.ipynb").exists()]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_says_how_long_it_runs_and_the_front_page_what_it_answers(chapter):
    cells = nbformat.read(ROOT / f"{chapter}.ipynb", as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert re.search(r"(takes|runs in) (about )?\*\*[^*]+(minutes?|seconds)\*\*", text)
    front = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
    assert re.search(rf"\| \[[^]]*\]\({Path(chapter).name}\.ipynb\)[^|]*\| [^|]{{20,}} \|", front)
