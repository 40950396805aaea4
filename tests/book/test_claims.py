"""The ledger of claims: each of its sections says what it would take, records one row, and points to a real section."""

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

BOOK = Path(__file__).resolve().parents[2] / "book"
CELLS = nbformat.read(BOOK / "claims.ipynb", as_version=4).cells
SECTIONS = [
    (int(number), cell.source, code.source)
    for cell, code in pairwise(CELLS)
    for number in re.findall(r"^### (\d+)\. ", cell.source, re.M)
]


def headings(chapter: str) -> set[str]:
    markdown = (c.source for c in nbformat.read(BOOK / chapter, as_version=4).cells if c.cell_type == "markdown")
    return {heading for source in markdown for heading in re.findall(r"^#+ (.+)$", source, re.M)}


def test_the_sections_are_the_claims_in_order():
    assert [number for number, _, _ in SECTIONS] == list(range(1, 24))


@pytest.mark.parametrize(("number", "text", "code"), SECTIONS, ids=lambda part: part if isinstance(part, int) else "")
def test_a_section_states_its_criterion_and_records_its_row(number, text, code):
    assert f'<a id="claim-{number}"></a>' in text  # where the table leads to
    assert "**Criterion" in text
    assert re.findall(r"^record\(\s*(\d+),", code, re.M) == [str(number)]
    assert "decide(" in code


@pytest.mark.parametrize(("number", "text", "code"), SECTIONS, ids=lambda part: part if isinstance(part, int) else "")
def test_a_section_leads_to_sections_that_exist(number, text, code):
    where = text.split("**At length**")[1]
    named = re.findall(r"\[chapter \d\]\(([^)]+)\)((?:(?:,| and|, and) \*[^*]+\*)+)", where)
    assert named
    for chapter, names in named:
        for name in re.findall(r"\*([^*]+)\*", names):
            assert name in headings(chapter), (chapter, name)


def test_the_committed_verdicts_are_those_of_the_rows():
    (output,) = next(cell.outputs for cell in CELLS if "claim" in cell.metadata.get("tags", []))
    lines = [re.fullmatch(r" *(\d+) (holds|partly|fails) +(.+)", line) for line in output.text.splitlines()]
    assert all(lines)
    assert [int(line[1]) for line in lines] == [number for number, _, _ in SECTIONS]
    for line, (_, _, code) in zip(lines, SECTIONS, strict=True):
        assert f'"{line[3]}"' in code
