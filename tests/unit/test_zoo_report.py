"""The report's figures and the runs that stand for them; latents that jump at once are counted."""

import re
from pathlib import Path

from bvae_lib import History, zoo
from bvae_lib.zoo import report

import nbformat
import numpy as np
import pytest

BOOK = Path(__file__).resolve().parents[2] / "book"


def history(*paths, capacity=None):
    """A run of records 50 steps apart, with the KL of each latent."""
    kl = np.array(paths, float).T
    step = 50 * np.arange(1, len(kl) + 1)
    capacity = step / 100 if capacity is None else np.full(len(kl), capacity)
    return History.from_rows(step, np.column_stack([np.ones((len(kl), 2)), capacity, kl]), {})


RECORDS = 40
ALWAYS, NEVER = np.full(RECORDS, 0.4), np.zeros(RECORDS)
LATE = np.where(np.arange(RECORDS) < 20, 0.0, 2.0)  # from step 1,050 on
BRIEF = np.where(np.arange(RECORDS) == 20, 2.0, 0.0)
BACK = np.where(np.arange(RECORDS) < 5, 0.4, 0.0)  # awake at step 200, gone at step 300


def test_latents_count_once_as_first_or_later():
    assert zoo.jumps(history(ALWAYS, NEVER, LATE, BRIEF, BACK)) == (2, 1)
    assert zoo.jumps(history(ALWAYS, LATE), threshold=1) == (0, 1)
    assert zoo.jumps(history(BACK, LATE), step=1_500) == (1, 0)
    assert zoo.jumps(history(LATE, BRIEF), hold=0) == (0, 2)


def test_differences_are_of_pairs_by_each_definition():
    pairs = [(history(ALWAYS, LATE), history(NEVER, LATE)), (history(BACK, BACK), history(BACK, NEVER))]
    found = zoo.jump_differences(pairs, thresholds=(0.1, 1.0), steps=(200, 1_500))
    assert {name: gaps.tolist() for name, gaps in found.items()} == {
        "0.1 nats at step 200": [-1, -1],
        "0.1 nats at step 1,500": [-1, 0],
        "1 nat at step 200": [0, 0],
        "1 nat at step 1,500": [0, 0],
    }


def test_the_seven_figures_are_all_there_with_their_strength():
    rows = {row["figure"]: row for row in zoo.report_figures()}
    assert [*rows] == ["1", "2, top", "2, bottom", "3", "4", "5", "6", "7"]
    assert rows["1"]["in fast motion"] == "multiplier or γ = 1,000, 3,750 steps, 3 seeds"
    assert rows["4"]["at full strength"].startswith("γ = 7.81 or γ = 1.95, 32,000 steps, 5 seeds: ")
    assert rows["5"]["here"].startswith("stand-in chairs: Figures 7.3 and 7.4")
    assert rows["6"]["at full strength"] == "none planned"


@pytest.mark.parametrize(
    ("there", "state"),
    [((), "not yet run"), (range(2), "2 of 3 runs so far"), (range(3), "all run")],
)
def test_the_table_tells_which_runs_are_there(monkeypatch, there, state):
    monkeypatch.setattr(report, "names", lambda: [f"chairs-report64-absolute-seed{seed}" for seed in there])
    (row,) = (row for row in zoo.report_figures() if row["figure"] == "2, bottom")
    assert row["at full strength"] == f"γ = 15.6, 30,000 steps, 3 seeds: {state}"


@pytest.mark.parametrize("here", sorted({figure.here for figure in report.FIGURES}))
def test_the_figures_and_sections_that_it_names_are_in_the_book(here):
    chapter, number = re.search(r"chapter (\d)", here), re.search(r"\d", here)[0]
    (page,) = BOOK.glob(f"0{number}-*.ipynb")
    text = "\n".join(cell.source for cell in nbformat.read(page, as_version=4).cells)
    for title in re.findall("“(.*?)”", here):
        assert re.search(rf"^#+ {title}$", text, re.M)
    for figure in [] if chapter else re.findall(r"\d\.\d+", here):
        assert re.search(rf"^\*\*Figures? (?:\d\.\d+ (?:and|to) )?{figure}\b", text, re.M)
