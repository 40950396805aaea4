"""Typeset the equations of the built pages, so that none of them loads MathJax, whose script is 0.26 MB gzip.

tools/maths.js has MathJax write HTML, with MathML in it for screen readers. Each equation keeps its TeX in data-tex,
for the sheets and for the next build: Sphinx writes only the pages that have changed.
"""

import json
import re
import subprocess
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path

from fontTools import subset

EQUATION = re.compile(r'<(?P<tag>span|div) class="math(?P<rest>[^>]*)>(?P<tex>[^<]*)</(?P=tag)>')
TYPESET = re.compile(r'<(span|div) class="math([^>]*?) data-tex="([^"]*)">.*?</mjx-container></\1>', re.S)
CARDS = re.compile(r'(?<=<script type="application/json" id="cards">).*?(?=</script>)', re.S)  # tools/thread/cards.py
LOADS = re.compile(r'<script[^>]*>window\.MathJax = .*?</script>|<script[^>]* src="[^"]*mathjax/[^"]*"></script>', re.S)
STYLE = "maths.css"


def restore_tex(html: Path) -> None:
    """Give the pages under ``html`` their equations back as Sphinx wrote them."""
    for path in html.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        path.write_text(TYPESET.sub(r'<\1 class="math\2>\3</\1>', page), encoding="utf-8")


def typeset_maths(html: Path, mathjax: list[str], fonts: Path) -> None:
    """Rewrite the pages under ``html``; ``mathjax`` is the command of maths.js, and ``fonts`` where its fonts are."""
    pages = {path: path.read_text(encoding="utf-8") for path in html.rglob("*.html")}
    pages = {path: page for path, page in pages.items() if EQUATION.search(page) or "mathjax/" in page}
    found: set[str] = set()

    def note(tex: str) -> str:
        found.add(tex)
        return tex

    for page in pages.values():
        with_equations(page, note)
    if not found:
        return
    shapes, style = shaped(sorted(found), mathjax)
    for path, page in pages.items():
        root = "../" * len(path.relative_to(html).parents[1:])
        link = f'<link rel="stylesheet" href="{root}_static/{STYLE}" />'
        page = LOADS.sub("", with_equations(page, shapes.__getitem__))
        path.write_text(page.replace("</head>", f"{link}</head>", 1), encoding="utf-8")
    write_style(html / "_static", style, fonts)


def with_equations(page: str, shape: Callable[[str], str]) -> str:
    """The page, and the cards in it, with what ``shape`` makes of the TeX of each equation."""

    def one(match: re.Match) -> str:
        start = f'<{match["tag"]} class="math{match["rest"]} data-tex="{escape(unescape(match["tex"]))}">'
        return f"{start}{shape(unescape(match['tex']))}</{match['tag']}>"

    def in_cards(match: re.Match) -> str:
        cards = {address: EQUATION.sub(one, card) for address, card in json.loads(match[0]).items()}
        return json.dumps(cards, ensure_ascii=False, separators=(",", ":")).replace("</", r"<\/")

    return CARDS.sub(in_cards, EQUATION.sub(one, page))


def shaped(found: list[str], mathjax: list[str]) -> tuple[dict[str, str], str]:
    """The HTML of each equation, and the style of all."""
    equations = [{"tex": re.sub(r"^\s*\\[(\[]|\\[)\]]\s*$", "", tex), "display": not tex.lstrip().startswith(r"\(")}
                 for tex in found]  # fmt: skip
    done = subprocess.run(mathjax, input=json.dumps(equations), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"the equations were not typeset: {done.stderr}")
    made = json.loads(done.stdout)
    shapes = dict(zip(found, made["html"], strict=True))
    if wrong := [tex for tex, shape in shapes.items() if "mjx-merror" in shape]:
        raise SystemExit(f"MathJax does not understand {wrong}")
    return shapes, made["style"]


def write_style(static: Path, style: str, fonts: Path) -> None:
    """Write the style, and beside it the fonts that it names, cut down to the letters that it shows."""
    letters = re.findall(r'content: "((?:[^"\\]|\\.)*)"', style)
    shown = "".join(re.sub(r"\\([0-9A-F]+) ?", lambda code: chr(int(code[1], 16)), letter) for letter in letters)
    options = subset.Options(flavor="woff2", hinting=False, drop_tables=["FFTM"])
    (static / "maths").mkdir(exist_ok=True)
    for name in set(re.findall(r'url\("maths/([\w-]+)\.woff"\)', style)):
        font = subset.load_font(fonts / f"{name}.woff", options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=shown)
        subsetter.subset(font)
        subset.save_font(font, static / "maths" / f"{name}.woff2", options)
    style = re.sub(r'\.woff"\) format\("woff"\)', '.woff2") format("woff2")', style)
    (static / STYLE).write_text(re.sub(r"\s+", " ", style), encoding="utf-8")
