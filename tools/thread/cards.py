"""The data of the hover cards: what the links of a page lead to, in the page itself. book/assets/cards.js shows it."""

import json
import re
from html import unescape

from .links import ARTICLE
from .places import Place, Places

DATA = re.compile(r'<script type="application/json" id="cards">.*?</script>', re.S)
LINK = re.compile(r'<a (?=[^>]*\bclass="(?:thread|reference))[^>]*\bhref="([^"]*)"')


def with_cards(page: str, name: str, places: Places, questions: dict[str, str]) -> str:
    """The page, called ``name``, with a card for each of its links that one is known for."""
    article = ARTICLE.search(page)
    found = {}
    for address in LINK.findall(article[0] if article else ""):
        if card := content(unescape(address), name, places, questions):
            found[unescape(address)] = card
    page = DATA.sub("", page)
    if not found:
        return page
    data = json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True).replace("</", r"<\/")
    return page.replace("</article>", f'</article><script type="application/json" id="cards">{data}</script>', 1)


def content(address: str, name: str, places: Places, questions: dict[str, str]) -> str | None:
    """What the card of a link says, as HTML."""
    if address.startswith("http"):
        return places.works.get(address.rstrip("/"))
    page, _, id = address.partition("#")
    page = page.removesuffix(".html") or name
    if not id and page in questions:
        titles = [title for at, title in places.sections if at == page]
        return f"<p><strong>{titles[0]}</strong></p><p>{questions[page]}</p>"
    return places.cards.get(Place(page, id))
