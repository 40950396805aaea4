"""Every figure in the prose is printed or asserted on its page, or stands on a card of a model that the page loads."""

import json
import os
import re
from pathlib import Path

from bvae_lib.zoo.cards import MODELS

import nbformat
import pytest
from jupyter_cache import get_cache

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "_build" / ".jupyter_cache"  # where tools/build.py leaves the executed pages
PAGES = [ROOT / "book" / "index.md", *sorted((ROOT / "book").glob("*.ipynb"))]
NUMBER = r"(?<![\w.,])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d.]*\d)"
UNIT = r"(?:[ -](?:nats?|degrees?|steps?|seconds?|latents?|images?|pixels?|seeds?)\b| ?%)"
# What has no figures of its own: code, formulae, links, headings, tags, numbers of sections and of equations.
NO_PROSE = (
    r"```.*?```|`[^`]*`",
    r"\$\$.*?\$\$|\$[^$]*\$",
    r"!?\[[^\]]*\]\([^)]*\)|https?://\S+",
    r"^#.*?$|\A---\n.*?^---$|<[a-z/!][^>]*>",
    r"\*\*\d+ seconds\*\*",  # that the page takes: in tools/pages.py
    r"\([\dA-Z]+\.\d+\)|\b(?:[Ff]igures?|[Ss]ections?|[Ee]quations?|[Ee]xercises?) [\dA-Z]\S*(?:(?:,| and| to) \d\S*)*",
)
# Figures of a page that no cell of it has, and where they come from.
RESULTS, CODE = "benchmarks/RESULTS.md", "cited: public code, see the settings"
ELSEWHERE = {
    "03-bottleneck": {
        "17": "more than that: 17.7 on the card",
        "80": "read off its figure",
        "22.5": "half of 45 degrees",
    },
    "05-capacity": {
        "100,000": CODE,
        "13.47": "the entropy of dSprites",
        "11.5": "25 less that",
        "84%": "computed by the exercise's judge",
    },
    "07-images": {"15,000": "recipe of dsprites-report-colour"},
    "08-measuring": {"45": "a preset of the widget beside it"},
    "appendix-a": {
        "24.6": RESULTS,
        "0.37": RESULTS,
        "0.47": RESULTS,
        "0.62": "read off its figure",
    },
}


def numbers(text: str) -> list[str]:
    return re.findall(r"(?<![\w.])\d[\d_,]*(?:\.\d+)?(?:e[-+]?\d+)?", text)


def value(number: str) -> float:
    return float(re.sub("[,_%]", "", number))


def figures(markdown: str) -> dict[str, str]:
    """Each figure of a text, a decimal or a number with a unit, and the words around it."""
    for pattern in NO_PROSE:
        markdown = re.sub(pattern, " ", markdown, flags=re.S | re.M)
    found = {}
    for match in re.finditer(f"({NUMBER})(?=((?:(?:,| to| and| or) {NUMBER})*{UNIT})?)", markdown):
        if "." in match[1] or match[2]:
            around = markdown[max(0, match.start() - 50) : match.end() + 50]
            found[match[1] + ("%" if "%" in (match[2] or "") else "")] = " ".join(around.split())
    return found


def agrees(figure: str, known: set[float]) -> bool:
    """Whether a number is the figure, to the digits that it is given in."""
    half = 0.5001 * 10 ** -len(figure.rstrip("%").partition(".")[2])
    scales = (1, 100) if "%" in figure else (1,)
    return any(abs(number * scale - value(figure)) <= half for number in known for scale in scales)


def cards(code: str) -> str:
    """Recipe, figures and last record of all models whose names, or patterns of names, stand in the code."""
    names = re.findall(r'"([a-z]+-[^"\s]*)"', code)
    patterns = [
        re.sub(r"\\{.*?\\}", ".*", re.escape(name)) + (r"\d" if name.endswith("seed") else "") for name in names
    ]
    text = ""
    for folder in MODELS.iterdir():
        if any(re.fullmatch(pattern, folder.name) for pattern in patterns):
            last = json.loads((folder / "history.json").read_text(encoding="utf-8"))["rows"][-1]
            text += json.dumps(last[:3])  # distortion, price, capacity
            if (folder / "card.json").exists():  # snapshots have none
                card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
                stated = [card["figures"][name] for name in ("distortion", "rate", "active", "mig")]
                text += json.dumps([card["recipe"], stated])
    return text


def printed(output: dict) -> str:
    """The text of an output; widgets and pictures have none."""
    data = output.get("data", {})
    if any("widget" in kind for kind in data):
        return ""
    html = re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", data.get("text/html", ""), flags=re.S)
    return output.get("text", "") or html or data.get("text/plain", "")


def unsourced(cells: list, outputs: list) -> dict[str, str]:
    """The figures of a page's Markdown and alt texts that nothing else on it has, and the words around each."""
    markdown = [cell.source for cell in cells if cell.cell_type == "markdown"]
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    code += "\n".join(re.findall(r"```python\n.*?```", "\n".join(markdown), re.S))  # solutions, which tests run
    known = {value(number) for number in numbers("\n".join([code, cards(code), *map(printed, outputs)]))}
    alt = [cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "") for cell in cells]
    return {f: words for f, words in figures("\n\n".join(markdown + alt)).items() if not agrees(f, known)}


def read(path: Path) -> tuple[list, list] | None:
    """The cells and the outputs of a page; None where it was not built since its code was changed."""
    if path.suffix == ".md":
        parts = re.split(r"^(```\{code-cell\}.*?^```)$", path.read_text(encoding="utf-8"), flags=re.S | re.M)
        new = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
        return [new[i % 2](part) for i, part in enumerate(parts)], []
    if not CACHE.exists():
        return None
    notebook, cache = nbformat.read(path, as_version=4), get_cache(CACHE)
    try:
        done = cache.get_cache_bundle(cache.match_cache_notebook(notebook).pk).nb
    except KeyError:
        return None
    return notebook.cells, [output for cell in done.cells for output in cell.get("outputs", [])]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_figures_in_prose_have_a_source_on_their_page(path):
    if (page := read(path)) is None:
        assert "CI" not in os.environ, "the pages must be built before this"
        pytest.skip("`make book` first")
    found, listed = unsourced(*page), ELSEWHERE.get(path.stem, {})
    assert not {figure: words for figure, words in found.items() if figure not in listed}
    assert listed.keys() <= found.keys(), "the table lists what the page has, or no longer says"


def test_a_figure_is_found_wherever_it_may_stand():
    new = nbformat.v4
    text = (
        "# 9.1\nIt fell from 7.25 to 3.1 nats, by 57 %, in 1,500 steps (equation (5.1)), $x = 4.4$; two seeds, `8.8`."
    )
    cells = [new.new_markdown_cell(text), new.new_code_cell("assert abs(end - 3.1) < 0.1\nfit(steps=1_500)")]
    assert list(unsourced(cells, [])) == ["7.25", "57%"]
    assert list(unsourced(cells, [new.new_output("stream", text="share 0.571\n7.249")])) == []
    assert list(unsourced(cells, [new.new_output("stream", text="share 0.582\n7.2")])) == ["7.25", "57%"]
