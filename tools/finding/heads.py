"""The head of every built page: a title said once, a description, and what a link to the page shows elsewhere."""

import html
import re
from pathlib import Path

from .plain import first, plain, read
from .previews import draw_preview

LONGEST = 300  # letters of a description: what chats show; search engines show less


def write_heads(folder: Path, pages: list[str], book: str, address: str) -> None:
    """Rewrite the heads of ``pages`` and of the search; where the book has an address, draw the pages' previews."""
    for name in [*pages, "search"]:
        path = folder / f"{name}.html"
        text = path.read_text(encoding="utf-8")
        title, tags = head(text, book)
        if address and name in pages:  # nobody links to the search
            picture = f"_images/previews/{name.replace('/', '-')}.png"
            draw_preview(folder / picture, title, book, first_figure(text, folder / "_images"))
            tags |= {"og:url": f"{address}{name}.html", "og:image": address + picture, "og:image:width": "1200",
                     "og:image:height": "630", "og:image:alt": f"{title}, {book}"}  # fmt: skip
        path.write_text(with_head(text, title if title == book else f"{title} – {book}", tags), encoding="utf-8")


def head(text: str, book: str) -> tuple[str, dict[str, str]]:
    """The page's title, and its tags by their names."""
    article = first(read(text), "article, .bd-search-container")
    for link in article.select(".headerlink"):
        link.decompose()
    title, opening = plain(first(article, "h1")), article.select_one("h1 ~ p:not([class])")
    described = shortened(plain(opening)) if opening else f"{title}: {book}."
    return title, {"description": described, "og:title": title, "og:description": described, "og:site_name": book,
                   "og:type": "article", "twitter:card": "summary_large_image"}  # fmt: skip


def shortened(text: str) -> str:
    """The first sentences that fit, without the label that a question stands under."""
    text = text.removeprefix("A question. ")
    if len(text) <= LONGEST:
        return text
    sentences = re.match(rf"(.{{1,{LONGEST}}}[.?!]”?) (?=[A-Z“])", text)
    return sentences[1] if sentences else text[:LONGEST].rsplit(" ", 1)[0] + " …"


def first_figure(text: str, images: Path) -> Path | None:
    found = re.search(r'src="(?:\.\./)*_images/([\w.-]+\.(?:png|webp))"', text)
    return images / found[1] if found else None


def with_head(text: str, title: str, tags: dict[str, str]) -> str:
    """The page with a title and tags in place of those it has."""
    text = re.sub(r'\s*<meta (?:name="description"|name="twitter|property="og:)[^>]*/>', "", text)
    lines = [f"<title>{html.escape(title)}</title>"]
    for name, content in tags.items():
        kind = "property" if name.startswith("og:") else "name"
        lines.append(f'<meta {kind}="{name}" content="{html.escape(content)}" />')
    return re.sub(r"<title>.*?</title>", lambda _: "\n    ".join(lines), text, count=1, flags=re.DOTALL)
