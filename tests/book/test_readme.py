"""The README's figures are those of the cards, and its picture is what the stored model draws."""

import fnmatch
import re
from pathlib import Path

from bvae_lib import zoo
from bvae_lib.zoo.cards import MODELS

import numpy as np
import pytest
from PIL import Image

from tools.picture import FRAMES, PICTURE, frames, tiles

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = [line.strip("| ").split(" | ") for line in README.splitlines() if re.match(r"\| [^|]*\| `dsprites-", line)]
SEEDS = {"one": 1, "three": 3, "five": 5}


def spread(values: list[float], form: str) -> str:
    low, high = format(min(values), form), format(max(values), form)
    return low if low == high else f"{low} to {high}"


def test_there_are_five_lines_of_results():
    assert len(ROWS) == 5


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1].strip("`"))
def test_a_line_of_results_has_the_figures_of_its_cards(row):
    said, pattern, *figures = row
    names = fnmatch.filter([path.name for path in MODELS.iterdir()], pattern.strip("`"))
    cards = [zoo.load(name)[2] for name in names]
    if seeds := re.search(r"(\w+) seeds?$", said):
        assert len(cards) == SEEDS[seeds[1]]
    forms = {"rate": ".1f", "distortion": ".0f", "mig": ".2f"}
    assert figures == [spread([getattr(card, name) for card in cards], form) for name, form in forms.items()]
    if steps := re.search(r"([\d,]+) steps", said):
        assert {card.recipe["objective"]["arguments"]["steps"] for card in cards} == {int(steps[1].replace(",", ""))}


def test_every_file_that_the_readme_links_to_is_there():
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_picture_is_light_and_shows_what_the_model_draws():
    drawn = frames(tiles())
    assert PICTURE.stat().st_size <= 500_000
    with Image.open(PICTURE) as stored:
        assert stored.n_frames == FRAMES == len(drawn)
        for number, frame in enumerate(drawn):
            stored.seek(number)
            difference = np.abs(np.asarray(stored.convert("RGB"), float) - np.asarray(frame, float))
            assert difference.mean() < 3, "the model draws something else: make picture"
