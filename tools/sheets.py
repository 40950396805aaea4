"""For teachers: python tools/sheets.py (`make sheets` builds the book first and runs it).

For each chapter it writes into _build/sheets an exercise sheet without solutions, from the notebook, and slides of the
figures with their captions, from the built page. The folder needs no network and nothing outside it; a browser prints
each file as a PDF.
"""

import re
import shutil
from html import escape
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup, Tag
from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

ROOT = Path(__file__).resolve().parent.parent
HTML, SHEETS = ROOT / "_build" / "html", ROOT / "_build" / "sheets"
MATHJAX = Path("_static") / "vendor" / "mathjax"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style>
<script defer src="mathjax/tex-chtml.js"></script>
</head>
<body>
{body}
</body>
</html>
"""
SHEET = """
body { max-width: 42em; margin: 2em auto; padding: 0 1em; font: 12pt/1.5 serif; }
pre { padding: .5em; border: 1px solid #bbb; white-space: pre-wrap; font-size: 10pt; }
section { break-inside: avoid; padding-bottom: 7em; }
"""
SLIDES = """
html { scroll-snap-type: y mandatory; }
body { margin: 0; font: clamp(16px, 2.2vw, 30px)/1.4 sans-serif; color: #222; background: #fff; }
section { box-sizing: border-box; height: 100vh; padding: 4vh 6vw; scroll-snap-align: start; break-after: page;
          display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 3vh; }
img { flex: 1; width: 100%; min-height: 0; object-fit: contain; }
@page { size: 297mm 167mm; margin: 0; }
"""


def exercise_sheet(notebook: nbformat.NotebookNode) -> str:
    """The exercises of a chapter as a page: no checks, no solutions, and code only where one is to be mended."""
    chapter = notebook.cells[0].source.splitlines()[0].lstrip("# ")
    exercises = []
    for text in re.findall(r"^\*\*\d+\. .*?(?=^\*\*\d+\. |\Z)", exercise_text(notebook), flags=re.S | re.M):
        asked = BeautifulSoup(markdown().render(text), "html.parser")
        exercises.append(f"<section>\n{unlinked(asked)}</section>")
    heading = f"Exercises: {chapter}"
    return page(heading, SHEET, "\n".join([f"<h1>{escape(heading)}</h1>", *exercises]))


def exercise_text(notebook: nbformat.NotebookNode) -> str:
    """What the exercises ask, as one Markdown text."""
    parts, begun = [], False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            _, heading, rest = cell.source.partition("## Exercises\n")
            begun = begun or bool(heading)
            if begun:
                text = re.sub(r"<details>.*?</details>", "", rest if heading else cell.source, flags=re.S)
                parts.append(
                    re.sub(r"\[([^\]]*)\]\((?!https?:)[^)]*\)", r"\1", text)
                )  # links to what is not in the folder
        elif "exercise" in cell.metadata.get("tags", []):
            given = [line for line in cell.source.splitlines() if not re.fullmatch(r"\w+ = \.\.\.", line)]
            if given:
                parts.append("\n".join(["```python", *given, "```"]))
    return "\n\n".join(parts)


def markdown() -> MarkdownIt:
    """The Markdown of the notebooks; equations are left to MathJax."""
    parser = MarkdownIt("commonmark").enable("table").use(amsmath_plugin)
    return parser.use(dollarmath_plugin, double_inline=True, renderer=for_mathjax)


def for_mathjax(equation: str, options: dict) -> str:
    left, right = (r"\[", r"\]") if options["display_mode"] else (r"\(", r"\)")
    return escape(f"{left}{equation}{right}")


def figure_slides(html: str) -> tuple[str, set[str]]:
    """The figures of a built page as slides, each with its caption, and the images that they show."""
    soup = BeautifulSoup(html, "html.parser")
    for equation in soup.select("[data-tex]"):
        equation.string = str(equation["data-tex"])
    slides, images = [f"<section><h1>{escape(title(soup))}</h1></section>"], set()
    for caption in soup.select("p:has(> strong:first-child)"):
        if re.match(r"Figure \w+\.\d+\.", caption.get_text()) and (figure := figure_above(caption)):
            source, alt = str(figure["src"]), str(figure.get("alt", ""))
            if not source.startswith("data:"):
                images.add(name := source.rpartition("/")[2])
                source = f"images/{name}"
            picture = f'<img src="{source}" alt="{escape(alt)}">'
            slides.append(f"<section>{picture}{unlinked(caption)}</section>")
    return page(f"Figures: {title(soup)}", SLIDES, "\n".join(slides)), images


def title(soup: BeautifulSoup) -> str:
    """The heading of a page, without the sign that links to it."""
    return soup.select("h1")[-1].get_text().rstrip("#\n ")


def unlinked(text: Tag) -> Tag:
    """The text without its links into the book, which the folder does not hold."""
    for link in text.select("a:not([href^=http])"):
        link.unwrap()
    return text


def figure_above(caption: Tag) -> Tag | None:
    """The image that a caption stands under, of a widget the one for pages without scripts; None under a table."""
    above = caption.find_previous_sibling()
    return above.select_one("img[src]") if above else None


def page(title: str, style: str, body: str) -> str:
    return PAGE.format(title=escape(title), style=style, body=body)


def write_sheets() -> None:
    """Write the folder anew."""
    if not (HTML / "index.html").exists():
        raise SystemExit("no book in _build/html: make book")
    shutil.rmtree(SHEETS, ignore_errors=True)
    (SHEETS / "images").mkdir(parents=True)
    shutil.copytree(HTML / MATHJAX, SHEETS / "mathjax")
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        slides, images = figure_slides((HTML / "book" / f"{path.stem}.html").read_text(encoding="utf-8"))
        for name in images:
            shutil.copyfile(HTML / "_images" / name, SHEETS / "images" / name)
        (SHEETS / f"{path.stem}-slides.html").write_text(slides, encoding="utf-8")
        if "## Exercises" in "".join(cell.source for cell in notebook.cells):
            (SHEETS / f"{path.stem}-exercises.html").write_text(exercise_sheet(notebook), encoding="utf-8")
    print(*sorted(path.name for path in SHEETS.glob("*.html")), f"are in {SHEETS}", sep="\n")


if __name__ == "__main__":
    write_sheets()
