"""What `make sheets` writes for teachers: exercises without solutions, and figures with their captions."""

import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from tools import sheets
from tools.sheets import exercise_sheet, figure_slides

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(path for path in (ROOT / "book").glob("*.ipynb") if path.stem != "claims")
BUILT = """<article><h1>5. Opening<a class="headerlink" href="#opening">#</a></h1>
<div class="cell"><div class="figure panels"><img alt="It &lt; rises." src="../_images/a.webp"><div class="stack">
<span><img alt="" src="../_images/a.webp"></span></div></div></div>
<p><strong>Figure 5.1.</strong> The <a href="02-kkt.html">price</a> \\(\\beta\\).</p>
<div class="cell"><div><noscript><img alt="A strip." src="data:image/png;base64,AA=="></noscript></div></div>
<p><strong>Figure 5.2.</strong> A widget.</p>
<div class="cell"><table></table></div>
<p><strong>Figure 5.3.</strong> What has no image.</p>
<p><strong>Predict</strong> before you look.</p></article>"""


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_sheet_has_every_exercise_and_no_solution(path):
    notebook = nbformat.read(path, as_version=4)
    source = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    _, _, text = source.partition("## Exercises\n")
    sheet = BeautifulSoup(exercise_sheet(notebook), "html.parser")
    names = [section.strong.get_text() for section in sheet.select("section")]
    assert [name.split(".")[0] for name in names] == re.findall(r"^\*\*(\d+)\. ", text, flags=re.M)
    assert len(names) == sum("exercise" in cell.metadata.get("tags", []) for cell in notebook.cells)
    assert not sheet.select("details, summary, a:not([href^=http])")
    shown = " ".join(sheet.get_text().split())
    assert "Solution" not in shown
    assert "check(" not in shown
    assert "$" not in shown
    for cell in notebook.cells:
        if wrong := cell.metadata.get("wrong"):
            given = " ".join(wrong.split()) in " ".join(cell.source.replace("# ", "").split())
            assert given or " ".join(wrong.split()) not in shown
    for solution in re.findall(r"<details>.*?</details>", text, flags=re.S):
        for line in re.findall(r"^answer_\w+ = .*", solution, flags=re.M):
            assert line not in shown


def test_code_that_is_to_be_mended_is_on_the_sheet_and_three_dots_are_not():
    exercise = {"tags": ["exercise"]}
    cells = [
        nbformat.v4.new_markdown_cell("# 2. A <chapter>\n\nIts text."),
        nbformat.v4.new_markdown_cell(
            "**1. No exercise.**\n\n## Exercises\n\nRun it.\n\n**1. Mend.** $a<b$, by [chapter 1](01-vae.ipynb)."
        ),
        nbformat.v4.new_code_cell("# def f(x):\n#     return x < 1\nf = ...", metadata=exercise),
        nbformat.v4.new_markdown_cell("<details>\n\nSolution\n\n</details>\n\n**2. Say.** $$c$$"),
        nbformat.v4.new_code_cell("answer = ...", metadata=exercise),
    ]
    sheet = BeautifulSoup(exercise_sheet(nbformat.v4.new_notebook(cells=cells)), "html.parser")
    mend, say = sheet.select("section")
    assert sheet.h1.get_text() == "Exercises: 2. A <chapter>"
    assert mend.p.get_text() == r"1. Mend. \(a<b\), by chapter 1."
    assert mend.pre.get_text().strip() == "# def f(x):\n#     return x < 1"
    assert r"\[c\]" in say.get_text()
    assert "..." not in say.get_text()


def test_slides_have_the_figures_of_a_page_with_their_captions():
    html, images = figure_slides(BUILT)
    title, chart, widget = BeautifulSoup(html, "html.parser").select("section")
    assert title.get_text() == "5. Opening"
    assert images == {"a.webp"}
    assert (chart.img["src"], chart.img["alt"]) == ("images/a.webp", "It < rises.")
    assert chart.p.get_text() == r"Figure 5.1. The price \(\beta\)."
    assert not chart.select("a")
    assert widget.img["src"].startswith("data:image/png")


def test_the_folder_holds_all_that_its_files_load(tmp_path, monkeypatch):
    html = tmp_path / "html"
    monkeypatch.setattr(sheets, "HTML", html)
    monkeypatch.setattr(sheets, "SHEETS", tmp_path / "sheets")
    with pytest.raises(SystemExit, match="make book"):
        sheets.write_sheets()
    for name in ("index.html", "_images/a.webp", "_static/vendor/mathjax/tex-chtml.js"):
        (html / name).parent.mkdir(parents=True, exist_ok=True)
        (html / name).touch()
    (html / "book").mkdir()
    for notebook in (ROOT / "book").glob("*.ipynb"):
        (html / "book" / f"{notebook.stem}.html").write_text(BUILT, encoding="utf-8")
    sheets.write_sheets()
    written = {path.name for path in (tmp_path / "sheets").glob("*.html")}
    assert {f"{path.stem}-{kind}.html" for path in CHAPTERS for kind in ("exercises", "slides")} <= written
    assert "claims-exercises.html" not in written
    for name in written:
        page = BeautifulSoup((tmp_path / "sheets" / name).read_text(encoding="utf-8"), "html.parser")
        sources = [element["src"] for element in page.select("[src]") if not element["src"].startswith("data:")]
        assert sources
        assert not [source for source in sources if not (tmp_path / "sheets" / source).is_file()]
