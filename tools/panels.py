"""Lay out the figures of the built pages: sharp on a screen of twice as many pixels, and readable on a phone.

A PNG says with how many dots an inch it was drawn: with twice the usual 110, as tools/build.py has it, it is shown at
half its size. On a phone panels stand one below the other, and no letters are below nine pixels. Where its panels are,
a figure's PNG says itself (bvae_lib/plots/panels.py). Beside the one <img>, which wide screens show and screen readers
read, stands a stack of windows onto the same file; book/assets/figures.css chooses between the two. A figure of one
panel gets the width below which it is not shrunk further, but scrolls by itself.
"""

import json
import math
import re
from pathlib import Path

from PIL import Image

DPI = 110  # of a figure that is shown at its own size; figure.dpi in bvae_lib/plots/style.py
READABLE = 9.2  # CSS pixels of the smallest letters: nine, and room for rounding
LARGEST = 0.9  # of a panel's own size
FIGURE = re.compile(r'<img (?P<alt>[^>]*)src="(?P<source>(?:\.\./)*_images/(?P<name>[\w.-]+\.png))"[^>]*>')


def stack_panels(html: Path) -> None:
    """Rewrite the figures of all pages under ``html`` whose PNGs are still there."""
    for page in html.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(stacked(text, html / "_images"), encoding="utf-8")


def stacked(page: str, images: Path) -> str:
    """The page with its figures laid out; all but the first are loaded when they come near."""
    first = min((match.start() for match in FIGURE.finditer(page)), default=0)

    def lay_out(match: re.Match) -> str:
        loading = "" if match.start() == first else 'loading="lazy" '
        with Image.open(images / match["name"]) as figure:
            return figure_html(figure, match["source"], match["alt"], loading)

    return FIGURE.sub(lay_out, page)


def figure_html(figure: Image.Image, source: str, alt: str, loading: str) -> str:
    """A figure as it is, and, if it says where its panels are, as a phone shows it."""
    width, height = figure.size
    shown = DPI / round(figure.info.get("dpi", (DPI,))[0])  # the scale at which a wide screen shows it
    panels = json.loads(figure.info.get("Panels", '{"boxes": []}'))
    least = READABLE / (panels.get("font") or math.inf)  # the smallest scale at which its letters can be read
    whole = f'width="{shown * width:.0f}" height="{shown * height:.0f}" style="{sizes(width, least, shown)}"'
    image = f'<img {alt}{loading}src="{source}" {whole}>'
    if len(panels["boxes"]) < 2:
        return f'<div class="figure whole">{image}</div>'
    copy = f'<img alt="" {loading}src="{source}"'
    windows = "".join(
        f'<span style="{window(box, least, LARGEST * shown)}">{copy} style="{behind(box, width, height)}"></span>'
        for box in panels["boxes"]
    )
    return f'<div class="figure panels">{image}<div class="stack" aria-hidden="true">{windows}</div></div>'


def window(box: list[int], least: float, most: float) -> str:
    """The size of the window onto one panel."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    return f"{sizes(width, least, most)}; aspect-ratio: {width} / {height}"


def sizes(width: int, least: float, most: float) -> str:
    """The least and the largest width of what is ``width`` pixels wide, at the least and the largest scale."""
    return f"--least: {math.ceil(least * width)}px; --most: {math.ceil(max(least, most) * width)}px"


def behind(box: list[int], width: int, height: int) -> str:
    """Where the whole figure lies behind that window."""
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    return f"width: {100 * width / wide:.3f}%; left: {-100 * left / wide:.3f}%; top: {-100 * top / high:.3f}%"
