"""Guesses in the notebooks: one name each, an answer that is computed, and a score that knows how many there are."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import nbformat

BOOK = Path(__file__).resolve().parents[2] / "book"
GUESS = re.compile(r"""widgets\.Guess(?:Order|Number|Choice)\(\s*"(\w)\.(\w+)",""")


def code_of(path: Path) -> str:
    """All code of a notebook."""
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


CODE = {path.stem: code_of(path) for path in sorted(BOOK.glob("*.ipynb"))}
FOUND = [(page, *found) for page, code in CODE.items() for found in GUESS.findall(code)]


def test_names_are_unique_and_say_their_chapter():
    assert not [name for name, n in Counter(found[1:] for found in FOUND).items() if n > 1]
    for page, chapter, _ in FOUND:
        assert chapter == ("A" if page == "appendix-a" else page[1]), page
    assert len(FOUND) == sum(len(re.findall(r"widgets\.Guess\w+\(", code)) for code in CODE.values())


def test_every_prediction_has_a_guess_or_a_widget_that_answers_at_once():
    for path in sorted(BOOK.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        for asked, after in pairwise(cells):
            if re.search(r"\*\*Predict (before|the numbers first)", asked.source):
                assert "widgets." in after.source, (path.name, asked.id)


def test_no_answer_is_typed_and_each_page_computes_as_many_as_it_asks_for():
    for page, code in CODE.items():
        answers = re.findall(r"\.answer = (.+)", code)
        assert not [answer for answer in answers if re.fullmatch(r"""[-+.\d]+|["'].*["']""", answer)], page
        asked = len(re.findall(r"widgets\.Guess\w+\(", code))
        loops = code.count("bet.answer = ")  # one line of chapter 5 answers two
        assert len(answers) + loops >= asked, page


def test_the_score_knows_how_many_guesses_there_are():
    totals = re.findall(r"widgets\.Score\((?:total=)?(\d+)\)", "".join(CODE.values()))
    totals += re.findall(r"widgets\.Score\((?:total=)?(\d+)\)", (BOOK / "index.md").read_text(encoding="utf-8"))
    assert totals
    assert {int(total) for total in totals} == {len(FOUND)}
