"""What the pages of the book can be linked to: chapters, sections, equations, figures, terms, and works cited."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple

NUMBER = r"[\dA-Z]\.\d+"
EQUATION = re.compile(
    rf'<div class="math notranslate nohighlight"(?: id="equation-{NUMBER}")?>'
    rf"(?P<tex>(?:(?!</div>).)*?\\tag\{{(?P<number>{NUMBER})\}}.*?)</div>",
    re.S,
)
CAPTION = re.compile(
    rf'<p(?: id="figure-{NUMBER}")?>'
    rf"(?P<text><strong>Figures? (?P<number>{NUMBER})(?: and (?P<second>{NUMBER}))?\.</strong>.*?)</p>",
    re.S,
)
HEADING = re.compile(r'<h(?P<level>[1-6])>(?P<title>(?:(?!</h).)*?)<a class="headerlink" href="#(?P<id>[^"]*)"')
TERM = re.compile(r'<dt id="(?P<id>term-[^"]*)">(?P<name>.*?)<a class="headerlink".*?</dt><dd>(?P<text>.*?)</dd>', re.S)
WORK = re.compile(r'<li id="[^"]*"><p>(?P<text>.*?)</p></li>', re.S)


class Place(NamedTuple):
    """An element of a page; without an id, the page itself."""

    page: str
    id: str = ""

    def href(self, page: str) -> str:
        """The link to it from ``page``."""
        return ("" if page == self.page else f"{self.page}.html") + (f"#{self.id}" if self.id else "")


@dataclass
class Places:
    """Where everything is, by the name that the text has for it."""

    chapters: dict[str, Place] = field(default_factory=dict)
    equations: dict[str, Place] = field(default_factory=dict)
    figures: dict[str, Place] = field(default_factory=dict)
    terms: dict[str, Place] = field(default_factory=dict)
    sections: dict[tuple[str, str], Place] = field(default_factory=dict)  # by page and title
    cards: dict[Place, str] = field(default_factory=dict)  # what a card says, as HTML
    works: dict[str, str] = field(default_factory=dict)  # the same for a work that is cited, by its address


def with_places(page: str) -> str:
    """The page with an id for each numbered equation and figure."""
    page = EQUATION.sub(r'<div class="math notranslate nohighlight" id="equation-\g<number>">\g<tex></div>', page)
    return CAPTION.sub(r'<p id="figure-\g<number>">\g<text></p>', page)


def places(pages: dict[str, str]) -> Places:
    """What stands where, in ``pages`` that have passed ``with_places``, by their names."""
    found = Places()
    for name, page in pages.items():
        for heading in HEADING.finditer(page):
            title = plain(heading["title"])
            found.sections.setdefault((name, title), Place(name, heading["id"]))
            if heading["level"] == "1" and (chapter := re.match(r"(\d|[A-Z])\. ", title)):
                found.chapters[chapter[1]] = Place(name)
        for equation in EQUATION.finditer(page):
            number = equation["number"]
            place = found.equations[number] = Place(name, f"equation-{number}")
            tex = re.sub(r"\s*\\tag\{[^}]*\}", "", equation["tex"])
            found.cards[place] = f'<p>Equation {number}</p><div class="math">{tex.strip()}</div>'
        for caption in CAPTION.finditer(page):
            place = found.figures[caption["number"]] = Place(name, f"figure-{caption['number']}")
            if caption["second"]:
                found.figures[caption["second"]] = place
            found.cards[place] = f"<p>{unlinked(caption['text'])}</p>"
    for term in TERM.finditer(pages.get("glossary", "")):
        place = found.terms[plain(term["name"])] = Place("glossary", term["id"])
        found.cards[place] = f"<p><strong>{term['name']}</strong></p>{unlinked(term['text']).strip()}"
    for work in WORK.finditer(pages.get("references", "")):
        for address in re.findall(r'href="(http[^"]*)"', work["text"]):
            found.works[unescape(address).rstrip("/")] = f"<p>{unlinked(work['text'])}</p>"
    return found


def plain(html: str) -> str:
    """The text of ``html``, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


def unlinked(html: str) -> str:
    """The same without its links: a card is read, not used."""
    return re.sub(r"</?a\b[^>]*>", "", html)
