"""The widget of training runs, seen from Python."""

import base64
import io
import re

from bvae_lib.history import History
from bvae_lib.widgets import Training
from bvae_lib.zoo import LatentSnapshots

import numpy as np
import pytest
from PIL import Image

LATENTS = 8


def some_run(seed=0, records=5):
    """Snapshots at the second and the last record of a run; latent 3 has the largest KL, then 4, 5, ..."""
    rng = np.random.default_rng(seed)
    step = 50 * np.arange(1, records + 1)
    kl = np.linspace(0.1, 1, records)[:, None] * np.roll(np.arange(LATENTS, 0, -1), 3)
    history = History(step, rng.random(records) * 400, kl, rng.normal(size=records) * 100, step / 100)
    drawn = np.zeros((2, LATENTS, 7, 64, 64), np.uint8)
    drawn[:] = 25 * np.arange(LATENTS)[:, None, None, None] + 50 * np.arange(2)[:, None, None, None, None]
    stored = [1, records - 1]
    return LatentSnapshots(step[stored], history.capacity[stored], kl[stored], drawn), history


def test_each_record_and_each_stored_step_is_there():
    snapshots, history = some_run()
    widget = Training({"hinge": (snapshots, history)})
    (run,) = widget.runs
    assert widget.steps == history.step.tolist()
    assert run["name"] == "hinge"
    for name in ("price", "rate", "capacity", "distortion"):
        np.testing.assert_allclose(run[name], getattr(history, name), rtol=1e-3)
    assert run["latents"] == [3, 4, 5, 6, 7, 0]
    np.testing.assert_allclose(run["kl"], history.kl_per_latent[:, run["latents"]], rtol=1e-3)
    assert [stored["step"] for stored in run["stored"]] == snapshots.step.tolist()
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(run["stored"][1]["sheet"].split(",")[1]))).convert("L"))
    assert sheet.shape == (6 * 64, 7 * 64)
    np.testing.assert_allclose(sheet[32::64, 32], snapshots.drawn[1, run["latents"], 0, 0, 0], atol=3)


def test_without_javascript_an_image_shows_every_stored_step():
    html = Training({"hinge": some_run(), "absolute": some_run(1)}).strip_html().data
    alt = re.fullmatch(r'<noscript><img alt="([^"]+)" src="data:image/webp;base64,[^"]+"></noscript>', html)[1]
    assert alt.count("hinge, step") == alt.count("absolute, step") == 2


def test_a_page_can_carry_it():
    noisy, history = some_run(records=70)
    noisy.drawn[:] = np.random.default_rng(0).integers(0, 256, noisy.drawn.shape, dtype=np.uint8) // 16 * 16
    widget = Training({"hinge": (noisy, history)})
    numbers = len(str([{k: v for k, v in run.items() if k != "stored"} for run in widget.runs]))
    assert numbers < 10_000


def test_index_and_run_can_be_set():
    widget = Training({"hinge": some_run(), "absolute": some_run(1)})
    widget.set_state({"index": 4, "run": 1})
    assert (widget.index, widget.run) == (4, 1)
    for trait, least_too_many in (("index", 5), ("run", 2)):
        with pytest.raises(ValueError, match=f"index must be .* from 0 to {least_too_many - 1}"):
            setattr(widget, trait, least_too_many)
