"""Links in the text of a page: chapters and their sections, numbered equations, figures, and terms of the glossary."""

import re
from collections.abc import Iterator

from .places import NUMBER, Place, Places, plain
from .terms import words

ARTICLE = re.compile(r'(?<=<article class="bd-article">).*?(?=</article>)', re.S)
TOKEN = re.compile(r"<!--.*?-->|<(script|style|noscript)\b.*?</\1>|<[^>]*>|[^<]+", re.S)
OURS = re.compile(r'<a class="thread[^"]*" href="[^"]*">(.*?)</a>', re.S)
VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
BLOCKS = {"dd", "div", "dt", "li", "p", "section", "td", "th"}
WITHOUT_TERMS = re.compile("glossary|references|api")  # defined there; titles; signatures
# No link stands in these.
CLOSED = {"a", "button", "code", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "summary", "svg"}
CLOSED_CLASSES = {"math", "cell_input", "cell_output", "toctree-wrapper", "highlight", "sig"}

AND = r"(?:,\s+and\s+|,\s+|\s+and\s+|\s+or\s+|\s+to\s+|–)"
REFERENCE = re.compile(
    rf"(?P<chapters>\b[Cc]hapters?\s+\d(?:{AND}\d\b(?!\.))*(?!\.?\d)|\b[Aa]ppendix\s+[A-Z]\b)"
    rf"|(?P<figures>\b[Ff]igures?\s+{NUMBER}(?:{AND}{NUMBER})*)"
    rf"|(?P<equations>\bEqs?\.\s+{NUMBER}(?:{AND}{NUMBER})*|\({NUMBER}(?:{AND}{NUMBER})*\))"
    r"|(?P<ledger>\b[Tt]he\s+ledger\b)"
    r"|(?<=“)(?P<section>[^”]+?)(?=[,.]?”)"
)


def without_links(page: str) -> str:
    """The page as it was before ``with_links``."""
    return OURS.sub(r"\1", page)


def with_links(page: str, name: str, places: Places) -> str:
    """The page, called ``name``, with links in its article; its text is the same."""
    return ARTICLE.sub(lambda article: "".join(Walk(name, places).over(article[0])), page)


class Walk:
    """One way through a page, from which each place of the text knows where it stands."""

    def __init__(self, name: str, places: Places) -> None:
        self.name, self.places = name, places
        self.open: list[tuple[str, str, set[str]]] = []  # tags around the place: name, id, classes
        self.named = name  # the page that the text last spoke of, in this block
        self.cited = False  # the text before is a link to another work
        self.seen: set[str] = set()  # terms that have their link in this section
        self.words, self.terms = words([] if WITHOUT_TERMS.match(name) else places.terms)

    def over(self, article: str) -> Iterator[str]:
        for token in TOKEN.finditer(article):
            if token[0].startswith("<"):
                self.tag(token[0])
                yield token[0]
            else:
                closed = self.closed()
                yield token[0] if closed else self.text(token[0])
                self.cited = self.cited and closed

    def tag(self, tag: str) -> None:
        name = re.split(r"[\s>/]", tag.lstrip("</"), maxsplit=1)[0]
        if tag.startswith("</"):
            while any(name == inner for inner, *_ in self.open) and self.open.pop()[0] != name:
                pass
        elif name not in VOID and not tag.endswith(("/>", "</script>", "</style>", "</noscript>")):
            attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            self.open.append((name, attributes.get("id", ""), set(attributes.get("class", "").split())))
            if name in BLOCKS:
                self.named = self.name
            if name == "section" and sum(tag == "section" for tag, *_ in self.open) <= 2:
                self.seen = set()
            if name == "a":
                address = attributes.get("href", "")
                self.cited = address.startswith("http")
                if page := re.fullmatch(r"([\w-]+)\.html", address):
                    self.named = page[1]

    def closed(self) -> bool:
        return any(name in CLOSED or classes & CLOSED_CLASSES for name, _, classes in self.open)

    def text(self, text: str) -> str:
        if self.open and self.open[-1][0] == "em" and (place := self.section(text)):
            return self.link(place, text)
        # After a link to another work and a comma come, up to the next stop, chapters and sections of that work.
        cited = re.match(r",[^.:;)]*", text) if self.cited else None
        references = REFERENCE.finditer(text, cited.end() if cited else 0)
        taken = [(*match.span(), done) for match in references if (done := self.reference(match))]
        if not any(id.startswith("figure-") for _, id, _ in self.open):
            taken += self.first_uses(text, [span for *span, _ in taken])
        done, last = "", 0
        for start, end, link in sorted(taken):
            done, last = done + text[last:start] + link, end
        return done + text[last:]

    def first_uses(self, text: str, taken: list[list[int]]) -> Iterator[tuple[int, int, str]]:
        """Where the text names a term for the first time in its section, outside what is taken, and the link there."""
        for match in self.words.finditer(text):
            term = self.terms[int(match.lastindex or 0) - 1]
            if term not in self.seen and all(match.end() <= start or match.start() >= end for start, end in taken):
                self.seen.add(term)
                yield *match.span(), self.link(self.places.terms[term], match[0], "thread term")

    def reference(self, match: re.Match) -> str:
        """What stands in place of it; empty if there is nothing to link."""
        kind, text = str(match.lastgroup), match[0]
        if kind in ("section", "ledger"):
            place = self.section(text) if kind == "section" else self.places.sections.get(("claims", "The ledger"))
            return self.link(place, text) if place else ""
        known: dict[str, Place] = getattr(self.places, kind)
        numbers = re.findall(rf"{NUMBER}|\d|\b[A-Z]$", text)
        if kind != "chapters" and not known.keys() >= set(numbers):
            return ""  # two numbers of another kind
        if len(numbers) > 1:
            each = rf"(?:^[A-Za-z]+\.?\s+)?({NUMBER}|\d)"  # "Chapters 3" is a link, and so is "5"
            return re.sub(each, lambda one: self.numbered(known, one[1], one[0]), text)
        return self.numbered(known, numbers[0], text)

    def numbered(self, known: dict[str, Place], number: str, text: str) -> str:
        if number not in known:
            return text
        if known is self.places.chapters:
            self.named = known[number].page
        return self.link(known[number], text)

    def section(self, title: str) -> Place | None:
        """The section of that title on the page that the text speaks of, or else on this one."""
        titles = self.places.sections
        key = plain(title).rstrip(",.")
        if place := titles.get((self.named, key)):
            return place
        return titles.get((self.name, key)) if " " in key else None

    def link(self, place: Place, text: str, kind: str = "thread") -> str:
        """``text`` as a link, unless it stands in that place."""
        if place.page == self.name and (not place.id or any(place.id == id for _, id, _ in self.open)):
            return text
        return f'<a class="{kind}" href="{place.href(self.name)}">{text}</a>'
