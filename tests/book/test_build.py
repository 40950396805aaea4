"""tools/build.py on a book of two pages: what a page shows is never older than what it calls, nor executed twice."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
CELL = """
import os
from pathlib import Path
import bvae_lib
for file in ("__init__.py", "widgets/a.js", "zoo/a.safetensors"):
    print(file, "says", (Path(bvae_lib.__file__).parent / file).read_text())
print("threads:", os.environ["OMP_NUM_THREADS"])
open("executions", "a").write("x")
""".strip()


@pytest.fixture
def small_book(tmp_path):
    """A copy of the build with a library of three files and one notebook that reads them."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    shutil.copytree(ROOT / "book" / "assets", tmp_path / "book" / "assets")  # with vendor/, so nothing is fetched
    shutil.copy(ROOT / "book" / "references.bib", tmp_path / "book")
    shutil.copy(ROOT / "_config.yml", tmp_path)
    (tmp_path / "_toc.yml").write_text(
        "{format: jb-book, root: book/index, chapters: [{file: book/page}]}", encoding="utf-8"
    )
    (tmp_path / "book" / "index.md").write_text("# A book", encoding="utf-8")
    write_page(tmp_path, CELL)
    for file in ("__init__.py", "widgets/a.js", "zoo/a.safetensors"):
        (tmp_path / "bvae_lib" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "bvae_lib" / file).write_text("# old", encoding="utf-8")
    return tmp_path


def write_page(root: Path, source: str) -> None:
    cells = [nbformat.v4.new_markdown_cell("# A page"), nbformat.v4.new_code_cell(source)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), root / "book" / "page.ipynb")


def python(root: Path, *arguments: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, *arguments], cwd=root, env=environment, capture_output=True, text=True)


def build(root: Path) -> str:
    """The page, built as ``make book`` does."""
    done = python(root, "tools/build.py")
    assert done.returncode == 0, done.stdout + done.stderr
    return (root / "_build" / "html" / "book" / "page.html").read_text(encoding="utf-8")


def test_a_page_is_executed_once_and_again_when_the_library_changes(small_book):
    page = build(small_book)
    assert page.count("says # old") == 3
    assert "threads: 1" in page
    assert (small_book / "book" / "executions").read_text(encoding="utf-8") == "x"  # jupyter-book found it done
    (small_book / "bvae_lib" / "__init__.py").write_text("# new", encoding="utf-8")
    assert "__init__.py says # new" in build(small_book)


def test_scripts_and_weights_are_part_of_the_cache_key(small_book):
    steps = """
import sys; sys.path.append("tools")
from build import CACHE, ROOT, empty_stale_cache
empty_stale_cache()
for file in (None, "widgets/a.js", "zoo/a.safetensors"):
    CACHE.mkdir(exist_ok=True)
    if file:
        (ROOT / "bvae_lib" / file).write_text("# new")
    empty_stale_cache()
    print(CACHE.exists())
"""
    done = python(small_book, "-c", steps)
    assert done.stdout.split() == ["True", "False", "False"], done.stderr


def test_a_cell_that_fails_ends_the_build_with_its_notebook_and_traceback(small_book):
    write_page(small_book, "def broken():\n    return 1 / 0\n\nbroken()")
    done = python(small_book, "tools/build.py")
    assert done.returncode == 1
    assert "page.ipynb failed" in done.stderr
    plain = re.sub(r"\x1b\[[\d;]*m", "", done.stderr)
    assert "return 1 / 0" in plain
    assert "ZeroDivisionError: division by zero" in plain
    assert not (small_book / "_build" / "html" / "index.html").exists()
