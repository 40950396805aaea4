"""The ledger of claims: each of its sections says what it would take, records one row, and points to a real section."""

import ast
import json
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
CELLS = nbformat.read(BOOK / "claims.ipynb", as_version=4).cells
SECTIONS = [
    (int(number), cell.source, code.source)
    for cell, code in pairwise(CELLS)
    for number in re.findall(r"^### (\d+)\. ", cell.source, re.M)
]
VERDICT = r"(?:holds|partly|fails|check|assumed|untested(?: \(short runs: (?:holds|partly|fails)\))?)(?: †)?(?: ‡)?"
each_section = pytest.mark.parametrize(
    ("number", "text", "code"), SECTIONS, ids=lambda part: part if isinstance(part, int) else ""
)


def headings(chapter: str) -> set[str]:
    markdown = (c.source for c in nbformat.read(BOOK / chapter, as_version=4).cells if c.cell_type == "markdown")
    return {heading for source in markdown for heading in re.findall(r"^#+ (.+)$", source, re.M)}


def test_the_table_comes_before_the_sections_which_are_in_order():
    assert [number for number, _, _ in SECTIONS] == list(range(1, len(SECTIONS) + 1))
    sources = [cell.source for cell in CELLS]
    (table,) = (i for i, source in enumerate(sources) if source.startswith("shown = display("))
    assert table < min(i for i, source in enumerate(sources) if "### 1. " in source)
    assert any("shown.update(" in source for source in sources[table:])


@each_section
def test_a_section_states_its_criterion_and_records_its_row(number, text, code):
    assert f'<a id="claim-{number}"></a>' in text  # where the table leads to
    assert "**Criterion" in text
    assert re.findall(r"^record\(\s*(\d+),", code, re.M) == [str(number)]
    assert re.search(r"\b(decide|check)\(", code) or "**Criterion.** None." in text
    assert ("†" in text) == ("after_look=True" in code)


@each_section
def test_a_section_leads_to_sections_that_exist(number, text, code):
    where = text.split("**At length**")[1]
    named = re.findall(r"\[(?:chapter \d|appendix A)\]\(([^)]+)\)((?:(?:,| and|, and) \*[^*]+\*)+)", where)
    assert named
    for chapter, names in named:
        for name in re.findall(r"\*([^*]+)\*", names):
            assert name in headings(chapter), (chapter, name)


def test_the_committed_verdicts_are_those_of_the_rows():
    (output,) = next(cell.outputs for cell in CELLS if "claim" in cell.metadata.get("tags", []))
    lines = [re.fullmatch(rf" *(\d+) {VERDICT} +(\S.+)", line) for line in output.text.splitlines()]
    assert all(lines)
    assert [int(line[1]) for line in lines] == [number for number, _, _ in SECTIONS]
    for line, (_, _, code) in zip(lines, SECTIONS, strict=True):
        assert f'"{line[2]}"' in code


def test_the_race_on_the_page_is_the_one_that_was_run():
    code = next(code for _, _, code in SECTIONS if "race = {" in code)
    page = ast.literal_eval(re.search(r"race = (\{.*?\n\})", code, re.S)[1])
    curves = json.loads((ROOT / "benchmarks" / "race.json").read_text(encoding="utf-8"))["curves"]
    for name, best in page.items():
        runs = curves[name.replace("β", "beta")]
        assert best == pytest.approx([max(run["mig"]) for run in runs], abs=0.0051)
