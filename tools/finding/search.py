"""The index of the book's own search: an entry for each section, term of the glossary, name of the library, and work.

Sphinx's search leads to pages, and fetches each of them for the lines that it shows, which no browser allows from the
file system. Here search.html loads all text as one script; book/assets/search.js looks things up in it, and found.js
marks on the page that is opened what was looked for.
"""

import json
import re
from pathlib import Path

from .plain import first, plain, read

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


def sections(page: str, content: str) -> list[dict[str, str]]:
    """What can be found on one page: its kind, where it is, its heading, the page's title, and its text."""
    article = first(read(content), "article")
    for unread in article.select("div.highlight, style, .headerlink, .stack, details > summary, noscript, .times"):
        unread.decompose()
    title = plain(first(article, "h1"))
    found = []
    # From the innermost on, each takes its text out of the one around it.
    for part in reversed(article.select("section[id], dl.glossary > dt[id], dl.py > dt[id], li[id]")):
        place = str(part["id"])
        if part.name == "section":
            kind, heading = "section", plain(first(part, "h1, h2, h3, h4, h5, h6").extract())
            text = plain(part.extract())
        elif part.name == "dt":
            kind = "term" if part.find_parent("dl", class_="glossary") else "name"
            heading = plain(part) if kind == "term" else place.removeprefix("bvae_lib.")
            text = plain(first(article, f"dt[id='{place}'] ~ dd").extract())
            part.extract()
        else:
            kind, heading, text = "work", plain(part.extract()), ""
        found.append({"kind": kind, "where": f"{page}.html#{place}", "heading": heading, "page": title, "text": text})
    return found[::-1]
