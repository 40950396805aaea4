"""Every numbered equation names the function that computes it, and that function names the equation."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))
NUMBER = r"(?:\d+|[A-Z])\.\d+"


def tagged() -> dict[str, str]:
    """The cell of each numbered equation."""
    found = {}
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for tag in re.findall(r"\\tag\{([^}]*)\}", cell.source):
                    found[tag] = cell.source
    return found


def computed() -> dict[str, set[str]]:
    """The names of the functions, methods and classes whose lines name each equation, by its number."""
    found = {}
    for path in (ROOT / "bvae_lib").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                lines = source.splitlines()[node.lineno - 1 : node.end_lineno]
                for comment in re.findall(r"#.*", "\n".join(lines)):
                    for number in re.findall(rf"Eq\. ({NUMBER})", comment):
                        found.setdefault(number, set()).add(node.name)
    return found


def documented() -> dict[str, set[str]]:
    """The names of what has each equation in its docstring, by the equation's number."""
    found = {}
    for path in (ROOT / "bvae_lib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                for number in re.findall(rf"Eq\. ({NUMBER})", ast.get_docstring(node) or ""):
                    found.setdefault(number, set()).add(node.name)
    return found


EQUATIONS, FUNCTIONS, DOCSTRINGS = tagged(), computed(), documented()


@pytest.mark.parametrize("number", EQUATIONS)
def test_a_numbered_equation_breaks_its_lines_with_cr(number):
    """Sphinx puts displayed mathematics with a double backslash into ``split``, in which MathJax allows no tag."""
    (block,) = [block for block in EQUATIONS[number].split("$$")[1::2] if f"\\tag{{{number}}}" in block]
    assert "\\\\" not in block


@pytest.mark.parametrize("number", EQUATIONS)
def test_the_cell_of_an_equation_names_a_function_that_computes_it(number):
    assert number in FUNCTIONS, f"no line of bvae_lib says '# Eq. {number}'"
    named = {name.split("(")[0].split(".")[-1] for name in re.findall(r"`([^`\n]+)`", EQUATIONS[number])}
    assert named & FUNCTIONS[number], f"the cell names {sorted(named)}, not one of {sorted(FUNCTIONS[number])}"


def test_every_equation_that_the_library_names_stands_in_a_chapter():
    missing = {n: names for n, names in (FUNCTIONS | DOCSTRINGS).items() if n not in EQUATIONS}
    assert not missing


@pytest.mark.parametrize("number", EQUATIONS)
def test_the_docstring_of_what_computes_an_equation_names_it(number):
    assert FUNCTIONS[number] & DOCSTRINGS[number]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_equations_are_numbered_by_chapter_without_a_gap(path):
    source = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    chapter = "A" if path.stem == "appendix-a" else path.stem[:2].lstrip("0")
    tags = re.findall(r"\\tag\{([^}]*)\}", source)
    assert tags == [f"{chapter}.{number}" for number in range(1, len(tags) + 1)]
