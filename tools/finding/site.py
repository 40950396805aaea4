"""What only a published book needs: a page for addresses that lead nowhere, a map for search engines."""

import re
from pathlib import Path

RESULTS = r'<code class="[^"]*"><span class="pre">benchmarks/RESULTS\.md</span></code>'
LOST = """<h1>This page does not exist</h1>
<p>The address may have a slip in it, or the page has another name now.
The <a href="book/index.html">first page</a> leads to all chapters, and the <a href="search.html">search</a> finds
words.</p>"""


def write_site(html: Path, pages: list[str], title: str, address: str) -> None:
    """Write 404.html, sitemap.xml and robots.txt where there is an address, and in any case the page at the root."""
    (html / "index.html").write_text(leading_to(f"{pages[0]}.html", title), encoding="utf-8")
    if not address:
        return
    shell = (html / "genindex.html").read_text(encoding="utf-8")
    (html / "404.html").write_text(lost(shell, address), encoding="utf-8")
    places = "".join(f"<url><loc>{address}{page}.html</loc></url>\n" for page in pages)
    schema = "http://www.sitemaps.org/schemas/sitemap/0.9"
    (html / "sitemap.xml").write_text(
        f'<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="{schema}">\n{places}</urlset>\n', encoding="utf-8"
    )
    (html / "robots.txt").write_text(f"User-agent: *\nSitemap: {address}sitemap.xml\n", encoding="utf-8")


def leading_to(page: str, title: str) -> str:
    """The page at the root, which leads to the first page."""
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8" />\n<title>{title}</title>\n'
        f'<meta http-equiv="Refresh" content="0; url={page}" />\n</head>\n'
        f'<body><a href="{page}">{title}</a></body>\n</html>\n'
    )


def lost(page: str, address: str) -> str:
    """A page of the book's root with other words in it, and addresses that hold from any depth."""
    page = re.sub(r"(<article[^>]*>).*?(</article>)", rf"\1\n{LOST}\n\2", page, flags=re.DOTALL)
    page = re.sub(r"<title>.*?</title>(\s*<meta [^>]*>)*", "<title>This page does not exist</title>", page, count=1)
    page = re.sub(r'data-content_root="[^"]*"', f'data-content_root="{address}"', page)
    return re.sub(r'(\s(?:href|src|action)=")(?!https?:|data:|mailto:|#)([^"]*")', rf"\g<1>{address}\2", page)


def link_results(html: Path, pages: list[str], files: str) -> None:
    """Let the pages' mentions of benchmarks/RESULTS.md lead to it, among the repository's ``files``."""
    for page in pages:
        path = html / f"{page}.html"
        text = path.read_text(encoding="utf-8")
        link = rf'<a class="results" href="{files}/benchmarks/RESULTS.md">\g<0></a>'
        path.write_text(re.sub(rf"(?<!\">){RESULTS}", link, text), encoding="utf-8")
