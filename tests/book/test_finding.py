"""What lets readers find the pages: heads, previews, the index of the search, and what only a published book has."""

import json
import re

import pytest
from PIL import Image

from tools.finding import make_findable

SHELL = """<html data-content_root="{root}"><head><title>One &#8212; A book</title>
<link rel="stylesheet" href="{root}_static/a.css" /><script src="{root}searchindex.js"></script>
<script src="{root}_static/searchtools.js?v=1"></script></head>
<body><a href="#main">Skip</a><a href="https://example.org">out</a><article>{body}</article></body></html>"""
ONE = """<section id="one"><h1>One<a class="headerlink" href="#one">#</a></h1><p class="times">Reading: 3 minutes.</p>
<p><strong>A question.</strong> Why is <span class="math">\\(\\beta = 4\\)</span> “dear”? </p><script>weights</script>
<section id="two"><h2>Two &amp; more</h2><p>A hinge.</p>
<code class="docutils"><span class="pre">benchmarks/RESULTS.md</span></code>
<div class="highlight">code</div></section></section>"""
REPOSITORY = "repository: {url: https://github.com/some/book, branch: main}"
GLOSSARY = """<section id="glossary"><h1>Glossary</h1><p>Terms.</p><dl class="simple glossary">
<dt id="term-rate">rate</dt><dd><p>Nats.</p></dd><dt id="term-price">price</dt><dd><p>Of a nat.</p></dd></dl>
</section>"""


@pytest.fixture
def built(tmp_path):
    """Make a book of two pages findable, twice; returns its folder."""

    def build(address):
        (tmp_path / "_config.yml").write_text(
            f'title: A book\nhtml: {{baseurl: "{address}"}}\n{REPOSITORY}', encoding="utf-8"
        )
        html = tmp_path / "html"
        (html / "book").mkdir(parents=True)
        for name, root, body in [("book/one", "../", ONE), ("book/glossary", "../", GLOSSARY),
                                 ("search", "", "<h1>Search</h1>"), ("genindex", "", "<h1>Index</h1>")]:  # fmt: skip
            (html / f"{name}.html").write_text(SHELL.format(root=root, body=body), encoding="utf-8")
        for _ in range(2):
            make_findable(html, ["book/one", "book/glossary"], tmp_path / "_config.yml")
        return html

    return build


def tags(html, page):
    text = (html / f"{page}.html").read_text(encoding="utf-8")
    return re.findall(r"<title>(.*?)</title>", text), dict(re.findall(r'<meta \w+="([\w:]+)" content="(.*?)"', text))


def test_a_title_is_said_once_and_the_question_describes_the_page(built):
    titles, head = tags(built(""), "book/one")
    assert titles == ["One – A book"]
    assert head["og:title"] == "One"
    assert head["description"] == head["og:description"] == "Why is β = 4 “dear”?"
    assert "og:image" not in head


def test_each_section_and_term_is_an_entry_with_its_own_text(built):
    html = built("")
    script = (html / "sections.js").read_text(encoding="utf-8")
    entries = json.loads(script.removeprefix("const SECTIONS = ").removesuffix(";\n"))
    found = {entry["where"]: (entry["kind"], entry["heading"], entry["text"]) for entry in entries}
    assert found["book/one.html#one"] == ("section", "One", "A question. Why is β = 4 “dear”?")
    assert found["book/one.html#two"] == ("section", "Two & more", "A hinge. benchmarks/RESULTS.md")
    assert found["book/glossary.html#term-rate"] == ("term", "rate", "Nats.")
    assert found["book/glossary.html#glossary"][2] == "Terms."
    assert "searchtools" not in (html / "book" / "one.html").read_text(encoding="utf-8")
    assert (html / "search.html").read_text(encoding="utf-8").count("sections.js") == 1


def test_a_book_without_an_address_has_neither_map_nor_404(built):
    assert {path.name for path in built("").glob("*")} == {
        "book",
        "index.html",
        "search.html",
        "genindex.html",
        "sections.js",
    }


def test_a_published_book_has_previews_a_map_and_a_page_for_what_is_not_found(built):
    html = built("https://some.github.io/book/")
    _, head = tags(html, "book/one")
    with Image.open(html / head["og:image"].removeprefix("https://some.github.io/book/")) as preview:
        assert preview.size == (1200, 630)
    assert all(path.stat().st_size <= 60_000 for path in (html / "_images" / "previews").iterdir())
    assert (html / "sitemap.xml").read_text(encoding="utf-8").count("<loc>https://some.github.io/book/book/") == 2
    lost = (html / "404.html").read_text(encoding="utf-8")
    inside = [link for link in re.findall(r'(?:href|src)="([^"#]+)"', lost) if link != "https://example.org"]
    assert all(link.startswith("https://some.github.io/book/") for link in inside)
    assert 'href="#main"' in lost
    one = (html / "book" / "one.html").read_text(encoding="utf-8")
    assert one.count('href="https://github.com/some/book/blob/main/benchmarks/RESULTS.md"') == 1
    assert "does not exist" in lost
