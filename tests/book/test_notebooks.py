"""The notebooks as they are committed: outputs, claims, figures, exercises."""

import contextlib
import io
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from tools.strip import strip

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))
CHAPTERS = [path for path in NOTEBOOKS if path.stem != "claims"]  # the ledger has no exercises


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.name)
def path(request):
    return request.param


@pytest.fixture
def cells(path):
    return nbformat.read(path, as_version=4).cells


def tags(cell) -> set[str]:
    return set(cell.metadata.get("tags", []))


def test_claims_keep_their_verdict_and_other_cells_nothing(cells):
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert any("claim" in tags(cell) for cell in code)
    for cell in code:
        if "claim" in tags(cell):
            assert "nbval-check-output" in tags(cell)
            assert "assert" in cell.source
            assert cell.execution_count, "nbval refuses outputs of a cell that has no count"
            (output,) = cell.outputs
            assert output.output_type == "stream"
            assert not re.search(r"\d\.\d", output.text), "a verdict is the same on every machine"
        else:
            assert not cell.outputs
            assert cell.execution_count is None


def test_stripping_changes_nothing_that_is_committed(path, tmp_path):
    copy = shutil.copy(path, tmp_path)
    strip(Path(copy))
    assert Path(copy).read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def test_stripping_drops_outputs_and_keeps_claims(tmp_path):
    out = nbformat.v4.new_output("stream", text="it holds")
    cells = [
        nbformat.v4.new_code_cell("1", outputs=[out], execution_count=3),
        nbformat.v4.new_code_cell("2", outputs=[out], metadata={"tags": ["claim"]}),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"widgets": {"state": {}}})
    nbformat.write(notebook, tmp_path / "n.ipynb")
    strip(tmp_path / "n.ipynb")
    stripped = nbformat.read(tmp_path / "n.ipynb", as_version=4)
    assert [bool(cell.outputs) for cell in stripped.cells] == [False, True]
    assert stripped.cells[0].execution_count is None
    assert "widgets" not in stripped.metadata
    assert stripped.cells[1].metadata == {"tags": ["claim"]}


def test_markdown_is_what_colab_and_github_render_too(cells):
    for cell in cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\{[a-z:-]+\}`|^\s*(```|:::)\{", cell.source, re.M), cell.source


def run(namespace: dict, source: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(source, namespace)
    return printed.getvalue()


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name, indirect=True)
def test_exercises_take_the_solution_and_nothing_else(cells):
    """Each exercise: a blank, a wrong answer named in the cell's metadata, a check, a folded solution."""
    namespace: dict = {}
    exercises = [i for i, cell in enumerate(cells) if "exercise" in tags(cell)]
    assert exercises
    setup = next(cell.source for cell in cells if "from bvae_lib" in cell.source)
    run(namespace, setup + "\nfrom bvae_lib.data import DSprites\nimages = DSprites().sample(2)")
    for i in exercises:
        check = next(cell.source for cell in cells[i:] if "check" in tags(cell))
        (solution,) = re.findall(r"<details>.*?```python\n(.*?)```.*?</details>", cells[i + 2].source, re.S)[:1]
        assert run(namespace, cells[i].source + "\n" + check).startswith("No answer yet")
        assert run(namespace, cells[i].metadata["wrong"] + "\n" + check).startswith("Not yet")
        assert run(namespace, solution + "\n" + check) == "Right.\n"
