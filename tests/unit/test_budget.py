"""The widget of a growing capacity, seen from Python."""

import base64
import io
import re

from bvae_lib.models import per_factor
from bvae_lib.widgets import Budget
from bvae_lib.zoo import FactorSnapshots, snapshots

import numpy as np
import pytest
from PIL import Image


def some_snapshots(count=3, columns=2, seed=0):
    rng = np.random.default_rng(seed)
    return FactorSnapshots(
        step=snapshots.EVERY * np.arange(1, 1 + count),
        nats=np.sort(rng.random((count, 8)), axis=0),
        distortion=np.linspace(400, 50, count),
        price=np.linspace(100, 1, count),
        drawn=rng.integers(0, 256, (1 + count, columns, 64, 64), dtype=np.uint8),
    )


def test_each_snapshot_is_shown():
    shown = some_snapshots()
    widget = Budget(shown)
    assert [frame["capacity"] for frame in widget.frames] == [1, 2, 3]
    last = widget.frames[-1]
    assert last["rate"] == pytest.approx(shown.nats[-1].sum())
    assert [factor["nats"] for factor in last["factors"]] == pytest.approx(per_factor(shown.nats[-1]).tolist())
    noise = [s for factor in last["factors"] for _, s in factor["noise"]]
    assert noise == pytest.approx(np.exp(-shown.nats[-1]).tolist())
    sheet = Image.open(io.BytesIO(base64.b64decode(widget.sheet.split(",")[1])))
    np.testing.assert_array_equal(np.asarray(sheet)[64:128, 64:128], shown.drawn[1, 1])
    widget.set_state({"index": 2})
    assert widget.index == 2


def test_without_javascript_an_image_shows_some_rates():
    html = Budget(some_snapshots()).strip_html().data
    assert re.match(r'<noscript><img alt="Decoded images in rows, one rate each: real; \d\.\d nats', html)


def test_what_cannot_be_shown_says_why():
    with pytest.raises(ValueError, match="at least two"):
        Budget(some_snapshots(count=1))
    with pytest.raises(ValueError, match="from 0 to 2"):
        Budget(some_snapshots()).index = 3
