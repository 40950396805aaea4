"""Live as Python sees it: presets, settings, and the text that a worker is made of."""

import re

from bvae_lib.widgets import Live
from bvae_lib.widgets.live import PRESETS

import pytest


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset["name"])
def test_each_preset_can_be_shown_and_is_explained_in_one_sentence(preset):
    widget = Live(preset["name"])
    assert widget.preset == preset["name"]
    settings = {name: value for name, value in preset.items() if name not in ("name", "sentence", "steps")}
    assert {name: getattr(widget, name) for name in settings} == settings
    assert re.fullmatch(r"[^.]+(\.\d[^.]*)*\.", preset["sentence"])


def test_settings_of_ones_own_are_no_preset_any_more_but_another_seed_is():
    assert Live(seed=7).preset == PRESETS[0]["name"]
    assert Live(price=2).preset == ""


def test_what_the_page_sets_can_be_observed():
    widget, seen = Live(), []
    widget.observe(lambda change: seen.append(change.new), "price")
    widget.price = 17
    assert seen == [17]


def test_the_training_stands_in_one_function_that_a_worker_can_be_made_of():
    training, rest = re.fullmatch(
        r"function trainInPage\(\) \{\n(.*?)\nreturn makeRun;\n\}(.*)", Live._esm, re.S
    ).groups()
    assert "function makeLearner(" in training
    assert not re.search(r"\b(document|window|import|export)\b[ .({]", re.sub(r"//.*|/\*.*?\*/", "", training))
    assert rest.rstrip().endswith("export default { render };")


def test_without_javascript_an_image_shows_what_is_learnt():
    still = Live().strip_html().data
    assert re.fullmatch(
        r"<noscript><img alt=\"A blob at 25 of its places[^\"]*\" src=\"data:image/png.*</noscript>", still
    )
