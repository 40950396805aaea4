"""Strip notebooks of outputs, but for claim cells, whose printed verdict nbval compares: strip.py NOTEBOOK ..."""

import sys
from pathlib import Path

import nbformat
from nbstripout import strip_output

DROPPED = "metadata.language_info cell.metadata.execution cell.metadata.collapsed"


def strip(path: Path) -> None:
    """Rewrite one notebook in place: no outputs, counts or widget state, but for the text of claim cells."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if "claim" in cell.metadata.get("tags", []):
            cell.metadata["keep_output"] = True  # nbstripout's own mark
    notebook = strip_output(notebook, keep_output=False, keep_count=False, keep_id=True, extra_keys=DROPPED.split())
    for cell in notebook.cells:
        cell.metadata.pop("keep_output", None)
        if cell.cell_type == "code":  # nbval refuses outputs of a cell that has no count
            cell.execution_count = 1 if cell.outputs else None
        for output in cell.get("outputs", []):
            output.pop("execution_count", None)
    notebook.metadata.pop("widgets", None)
    if "kernelspec" in notebook.metadata:  # the name differs from machine to machine, and nbformat wants one
        notebook.metadata.kernelspec.display_name = "Python 3"
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        strip(Path(name))
