"""Metrics of a toy code: JavaScript held against the library, and the widget used in a browser."""

import json
import subprocess

from bvae_lib.widgets import Metrics

import numpy as np
import pytest

from .test_decoder import node

SETTINGS = [
    {"degrees": degrees, "width": width, "noise": noise, "copies": copies}
    for degrees, width, noise, copies in [
        (0, 1, 0.005, False),
        (45, 1, 0.005, False),
        (0, 0.04, 0.005, False),
        (0, 1, 0.005, True),
        (0, 1, 0.1, False),
        (20, 1, 0.005, False),
        (90, 0.5, 0.05, False),
        (10, 0.06, 0.02, True),
        (33, 0.02, 0.3, True),
        (45, 1, 0.3, False),
        (70, 0.3, 0.15, False),
        (5, 1, 0.2, True),
        (45, 0.04, 0.005, True),
        (88, 1, 0.005, False),
    ]
]
# scikit-learn stops before the best weights, and InfoE is of the weights where it stops; explicitness is of ranks.
LOOSE = {"InfoE": 2e-3, "explicitness": 2e-4}
HARNESS = """
import { readFileSync } from "node:fs";
const answer = JSON.parse(readFileSync(0, "utf8")).map(({ factors, draws, ...setting }) => {
  const codes = toyCode(factors, draws, setting), scores = Object.entries(allScores(codes, factors));
  return { codes, scores: scores.map(([name, score]) => [name, Number.isNaN(score) ? null : score]) };
});
console.log(JSON.stringify(answer));
"""
BARS = "[...document.querySelectorAll('.bvae-metric')].map(m => m.querySelector('.bvae-value').textContent)"


def test_javascript_measures_as_the_library_does(tmp_path):
    script = tmp_path / "measure.mjs"
    script.write_text(Metrics._esm + HARNESS, encoding="utf-8")
    widgets = [Metrics(**setting) for setting in SETTINGS]
    data = [s | {"factors": w.factors, "draws": w.draws} for s, w in zip(SETTINGS, widgets, strict=True)]
    reply = subprocess.run([*node(), script], input=json.dumps(data), capture_output=True, text=True, check=True)
    for setting, widget, found in zip(SETTINGS, widgets, json.loads(reply.stdout), strict=True):
        np.testing.assert_allclose(found["codes"], widget.codes(), atol=1e-12)
        scores, expected = dict(found["scores"]), widget.scores()
        assert list(scores) == list(expected)
        for name, score in expected.items():
            measured = np.nan if scores[name] is None else scores[name]
            assert measured == pytest.approx(score, abs=LOOSE.get(name, 1e-6), nan_ok=True), (setting, name)


def told(widget: Metrics) -> list[float]:
    return [float(f"{score:.2f}") for score in widget.scores().values()]


def test_sliders_and_buttons_move_bars_to_what_the_library_says(show):
    page, trouble = show(Metrics(), width=375, has_touch=True)

    def agrees(**setting):
        page.wait_for_function("([d, w]) => state.degrees === d && state.width === w",
                               arg=[setting.get("degrees", 0), setting.get("width", 1)])  # fmt: skip
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        shown = [np.nan if text == "–" else float(text) for text in page.evaluate(BARS)]
        assert shown == pytest.approx(told(Metrics(**setting)), abs=0.011, nan_ok=True)
        return page.locator(".bvae-facts").inner_text()

    assert agrees().startswith("Each factor has a latent of its own.")
    slider, plane = page.get_by_role("slider", name="angle"), "document.querySelector('.bvae-codes').innerHTML"
    box, before = slider.bounding_box(), page.evaluate(plane)
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    assert "InfoE 1.00" in agrees(degrees=45)
    assert page.evaluate(plane) != before
    slider.press("ArrowRight")
    agrees(degrees=46)
    page.get_by_role("button", name="duplicated").tap()
    assert "MIG 0.00, SAP 0.00" in agrees(copies=True)
    page.get_by_role("checkbox", name="each latent twice").uncheck()
    agrees()
    page.get_by_role("button", name="one latent squeezed").press("Enter")
    assert "InfoC has no value" in agrees(width=0.04)
    assert page.get_by_role("button", pressed=True).inner_text() == "one latent squeezed"
    question = page.get_by_text("With one latent for each factor")
    assert not question.is_visible()
    page.get_by_role("button", name="MCC").tap()
    assert question.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert trouble == []
