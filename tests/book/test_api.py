"""The pages of the library: their table of equations, and the names that the book's pages link to."""

import importlib
import inspect
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "book").glob("*.md"))}
ROLE = re.compile(r"\{py:(\w+)\}`(?:[^`<]*<|~?)([\w.]+)>?`")
TARGETS = sorted({target for page in PAGES.values() for _, target in ROLE.findall(page)})
# Of each documented module the names that its page asks for; none where it asks for all.
DOCUMENTED = {
    module: set(re.findall(r"\w+", members))
    for page in PAGES.values()
    for module, members in re.findall(r"automodule:: ([\w.]+)\n   :members:(.*)", page)
}


def table() -> list[tuple[str, str, str]]:
    """The page, the equation and the function of each row."""
    rows = re.findall(r"^\| \[\((\w+\.\d+)\)\]\(([\w-]+)\.ipynb\) \|.*\| (\S.*\S) \|$", PAGES["api.md"], re.M)
    return [(page, number, ROLE.fullmatch(cell)[2]) for number, page, cell in rows]


def tags() -> list[tuple[str, str]]:
    """The page and the number of every numbered equation, in the order of the book."""
    return [
        (path.stem, tag)
        for path in sorted((ROOT / "book").glob("*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown"
        for tag in re.findall(r"\\tag\{([^}]*)\}", cell.source)
    ]


def find(target: str):
    """The documented module that ``target`` begins with, and what it names; AssertionError where there is neither."""
    module = max((name for name in DOCUMENTED if target.startswith(f"{name}.")), key=len, default=None)
    assert module, f"no page documents the module of {target}"
    found = importlib.import_module(module)
    for name in target.removeprefix(f"{module}.").split("."):
        field = inspect.isclass(found) and name in getattr(found, "__dataclass_fields__", {})
        assert field or hasattr(found, name), f"{target} does not exist"
        found = found if field else getattr(found, name)  # the class says what its fields are
    return module, found


def test_the_table_has_every_equation_once_in_the_order_of_the_book():
    assert [(page, number) for page, number, _ in table()] == tags()


@pytest.mark.parametrize(("number", "target"), [row[1:] for row in table()])
def test_the_function_in_the_table_names_its_equation(number, target):
    _, found = find(target)
    source = inspect.getsource(found.fget if isinstance(found, property) else found)
    assert re.search(rf"Eq\. {re.escape(number)}(?!\d)", source)


@pytest.mark.parametrize("target", TARGETS)
def test_a_name_that_a_page_links_to_is_documented(target):
    module, found = find(target)
    name = target.removeprefix(f"{module}.").split(".")[0]
    home = importlib.import_module(module)
    own = getattr(home, "__all__", None) or [n for n, value in vars(home).items() if is_from(value, module)]
    assert name in (DOCUMENTED[module] or own), f"{module}'s page leaves {name} out"
    assert inspect.getdoc(found), f"{target} has no docstring, so no page shows it"


def is_from(value: object, module: str) -> bool:
    return getattr(value, "__module__", None) == module


def test_the_sections_that_the_notation_names_exist():
    for chapter, section in re.findall(r"\]\(([\w-]+\.ipynb)\), ([^|;\[]+?) ?(?=[|;])", PAGES["notation.md"]):
        cells = nbformat.read(ROOT / "book" / chapter, as_version=4).cells
        assert any(re.search(rf"^#+ {re.escape(section)}$", cell.source, re.M) for cell in cells), (chapter, section)
