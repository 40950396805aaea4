"""book/build.py on a book of one page: what the page shows is never older than what it calls."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {name: python3}
---
# One page

```{code-cell} python3
from pathlib import Path
import bvae_lib
for file in ("__init__.py", "widgets/a.js", "zoo/a.safetensors"):
    print(file, "says", (Path(bvae_lib.__file__).parent / file).read_text())
```
"""


@pytest.fixture
def small_book(tmp_path):
    """A copy of the build with a library of three files and one page that reads them."""
    for name in (
        "build.py",
        "lighten.py",
        "package.json",
        "package-lock.json",
        "widgets.js",
        "output.js",
        "references.bib",
    ):
        (tmp_path / "book").mkdir(exist_ok=True)
        shutil.copy(ROOT / "book" / name, tmp_path / "book")
    shutil.copytree(ROOT / "book" / "assets", tmp_path / "book" / "assets")  # with vendor/, so nothing is fetched
    shutil.copy(ROOT / "_config.yml", tmp_path)
    (tmp_path / "_toc.yml").write_text("{format: jb-book, root: book/index}")
    (tmp_path / "book" / "index.md").write_text(PAGE)
    for file in ("__init__.py", "widgets/a.js", "zoo/a.safetensors"):
        (tmp_path / "bvae_lib" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "bvae_lib" / file).write_text("# old")
    return tmp_path


def build(root: Path) -> str:
    """The page, built as ``make book`` does."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "book/build.py"], cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return (root / "_build" / "html" / "book" / "index.html").read_text()


def test_library_scripts_and_weights_are_part_of_the_cache_key(small_book):
    assert build(small_book).count("says # old") == 3
    for file in ("__init__.py", "widgets/a.js", "zoo/a.safetensors"):
        (small_book / "bvae_lib" / file).write_text("# new")
        assert f"{file} says # new" in build(small_book)


def test_a_cell_that_fails_fails_the_build(small_book):
    page = small_book / "book" / "index.md"
    page.write_text(page.read_text().replace("import bvae_lib\n", "import bvae_lib\nassert not bvae_lib\n"))
    with pytest.raises(AssertionError, match="the book was not built"):
        build(small_book)
