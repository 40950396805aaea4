"""The index of the book's own search: an entry for each section, term of the glossary, name of the library, and work.

Sphinx's search leads to pages, and fetches each of them for the lines that it shows, which no browser allows from the
file system. Here search.html loads all text as one script; book/assets/search.js looks things up in it, and found.js
marks on the page that is opened what was looked for.
"""

import json
import re
from pathlib import Path

from bs4 import Tag

from .plain import plain, read

OURS = '<script src="sections.js"></script><script src="_static/search.js"></script>'
# What loads Sphinx's own search, on every page, and its own marks.
THEIRS = re.compile(
    r'\s*<script>\s*Search\.loadIndex.*?</script>|\s*<script[^>]* src="[^"]*'
    r'(?:searchtools|language_data|searchindex|sphinx_highlight|sections|_static/search)\.js[^"]*"></script>|'
    r"\s*<script>DOCUMENTATION_OPTIONS\.search_as_you_type = false;</script>"
)


def index_search(html: Path, pages: list[str]) -> None:
    """Write the index of ``pages`` into sections.js, and let search.html use that. Sphinx's own stays, for Sphinx."""
    entries = [entry for page in pages for entry in sections(page, (html / f"{page}.html").read_text(encoding="utf-8"))]
    script = f"const SECTIONS = {json.dumps(entries, ensure_ascii=False, separators=(',', ':'))};\n"
    (html / "sections.js").write_text(script, encoding="utf-8")
    for path in html.rglob("*.html"):
        text = THEIRS.sub("", path.read_text(encoding="utf-8"))
        if path == html / "search.html":
            text = text.replace("</head>", f"{OURS}</head>")
        path.write_text(text, encoding="utf-8")


def sections(page: str, text: str) -> list[dict[str, str]]:
    """What can be found on one page: its kind, where it is, its heading, the page's title, and its text."""
    article = read(text).select_one("article")
    for unread in article.select("div.highlight, style, .headerlink, .stack, details > summary, noscript, .times"):
        unread.decompose()
    title = plain(article.select_one("h1"))
    found = []
    # From the innermost on, each takes its text out of the one around it.
    for part in reversed(article.select("section[id], dl.glossary > dt[id], dl.py > dt[id], li[id]")):
        found.append(entry(part, page, title))
        if part.name == "dt":
            part.find_next_sibling("dd").extract()
        part.extract()
    return found[::-1]


def entry(part: Tag, page: str, title: str) -> dict[str, str]:
    where = f"{page}.html#{part['id']}"
    if part.name == "dt":
        kind = "term" if "glossary" in part.parent["class"] else "name"
        heading = plain(part) if kind == "term" else part["id"].removeprefix("bvae_lib.")
        return {"kind": kind, "where": where, "heading": heading, "page": title,
                "text": plain(part.find_next_sibling("dd"))}  # fmt: skip
    if part.name == "li":
        return {"kind": "work", "where": where, "heading": plain(part), "page": title, "text": ""}
    heading = part.find(re.compile("^h[1-6]$")).extract()
    return {"kind": "section", "where": where, "heading": plain(heading), "page": title, "text": plain(part)}
