"""The launch buttons of a small book that has an address: each opens a notebook."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools.address import write_address

ROOT = Path(__file__).resolve().parents[2]
FILES = ("README.md", "CITATION.cff", "CHANGELOG.md", "_config.yml", "book/references.bib")
TOOLS = ("tools/launch.py", "tools/pages.py")
FRONT = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3, display_name: Python 3}
---
# A book
"""


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """The pages of a book with a front page of the book's kind, a notebook, and a page that is neither."""
    root = tmp_path_factory.mktemp("published")
    (root / "book").mkdir()
    (root / "tools").mkdir()
    for name in FILES + TOOLS:
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(ROOT / "book" / "assets", root / "book" / "assets", ignore=shutil.ignore_patterns("vendor"))
    chapters = "chapters: [{file: book/01-first}, {file: book/glossary}]"
    (root / "_toc.yml").write_text(f"{{format: jb-book, root: book/index, {chapters}}}", encoding="utf-8")
    (root / "book" / "index.md").write_text(FRONT, encoding="utf-8")
    (root / "book" / "glossary.md").write_text("# Words", encoding="utf-8")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A page")], metadata=kernel)
    nbformat.write(notebook, root / "book" / "01-first.ipynb")
    write_address("https://github.com/some.one/a-course", root)
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", "."]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "_build" / "html"


@pytest.mark.parametrize("page", ["index", "01-first"])
def test_buttons_open_the_notebook_and_on_the_front_page_the_first_one(html, page):
    text = (html / "book" / f"{page}.html").read_text(encoding="utf-8")
    launched = set(re.findall(r'href="(https://(?:colab|mybinder)[^"]*)"', text))
    assert launched == {
        "https://colab.research.google.com/github/some.one/a-course/blob/main/book/01-first.ipynb",
        "https://mybinder.org/v2/gh/some.one/a-course/main?urlpath=lab/tree/book/01-first.ipynb",
    }
    assert '<link rel="canonical" href="https://some.one.github.io/a-course/' in text


def test_a_page_that_cannot_be_run_has_no_button_but_leads_to_the_repository(html):
    text = (html / "book" / "glossary.html").read_text(encoding="utf-8")
    assert "colab.research.google.com" not in text
    assert 'href="https://github.com/some.one/a-course"' in text
