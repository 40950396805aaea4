"""Put onto the built front page what the other pages know: the verdicts of the ledger, and how long a chapter takes.

The page has a box for the verdicts, which says where the ledger is, and a table of chapters. Both are right without
this, as in a preview of the source.
"""

import re
from collections import Counter
from pathlib import Path

BOX = re.compile(r'<div class="scoreboard">.*?</div>', re.S)
CLAIM = re.compile(
    r'<tr class="(?P<verdict>\w+)"><td><a href="#(?P<place>claim-\d+)">(?P<number>\d+)</a></td><td>(?P<claim>.*?)<br>'
)
CHAPTER = re.compile(r'(<td><p><a class="[^"]*" href="(?P<page>[\w-]+)\.html">(?:(?!</p>).)*)</p>')
READING = re.compile(r'<p class="times">Reading: about (\d+) minutes')
# In the order in which they are told, each with a sign, so that no verdict is told by its colour alone.
VERDICTS = {
    "holds": ("✓", "hold"),
    "partly": ("~", "hold in part"),
    "fails": ("✗", "fail"),
    "untested": ("?", "untested at full length"),
    "check": ("=", "checks of the code"),
    "assumed": ("∴", "assumed"),
}


def fill_front(html: Path) -> None:
    """Fill the front page of the book under ``html``. Harmless when called again."""
    index, ledger = html / "book" / "index.html", html / "book" / "claims.html"
    page = BOX.sub(
        lambda box: scoreboard(ledger.read_text(encoding="utf-8")) or box[0], index.read_text(encoding="utf-8")
    )
    index.write_text(with_reading(page, index.parent), encoding="utf-8")


def scoreboard(ledger: str) -> str:
    """A square for each claim, coloured and signed by its verdict, and how many there are of each."""
    claims = [match.groupdict() for match in CLAIM.finditer(ledger)]
    if not claims:
        return ""
    squares = "".join(
        f'<li><a class="{claim["verdict"]}" href="claims.html#{claim["place"]}" '
        f'title="{claim["number"]}. {plain(claim["claim"])}: {claim["verdict"]}">'
        f'{claim["number"]}<span aria-hidden="true">{VERDICTS[claim["verdict"]][0]}</span></a></li>'
        for claim in claims
    )
    count = Counter(claim["verdict"] for claim in claims)
    legend = ", ".join(
        f'<span class="{verdict}"><b>{sign} {count[verdict]}</b> {words}</span>'
        for verdict, (sign, words) in VERDICTS.items()
        if count[verdict]
    )
    return f'<div class="scoreboard"><p>Of {len(claims)} claims {legend}.</p><ol>{squares}</ol></div>'


def plain(html: str) -> str:
    """The text of some HTML, for an attribute."""
    return re.sub("<[^>]*>", "", html).replace('"', "&quot;")


def with_reading(page: str, pages: Path) -> str:
    """The front page whose table of chapters says how many minutes each takes to read."""

    def say(link: re.Match) -> str:
        path = pages / f"{link['page']}.html"
        minutes = READING.search(path.read_text(encoding="utf-8")) if path.exists() else None
        return f'{link[1]} <small class="reading">{minutes[1]} min</small></p>' if minutes else link[0]

    return CHAPTER.sub(say, re.sub(r' <small class="reading">\d+ min</small>', "", page))
