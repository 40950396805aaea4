"""Films of a FactorChannel, and the widget that shows them."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from bvae_lib.models import per_factor
from bvae_lib.widgets import Budget
from bvae_lib.zoo import films


def a_film(frames=3, columns=2, seed=0):
    rng = np.random.default_rng(seed)
    return films.Film(
        step=films.FRAME * np.arange(1, 1 + frames),
        nats=np.sort(rng.random((frames, 8)).round(4), axis=0),
        distortion=np.linspace(400, 50, frames).round(4),
        price=np.linspace(100, 1, frames).round(4),
        drawn=rng.integers(0, 256, (1 + frames, columns, 64, 64), dtype=np.uint8),
    )


def test_a_film_comes_back_as_it_was(tmp_path):
    film = a_film()
    film.save(tmp_path / "a.film.json")
    again = films.Film.load(tmp_path / "a.film.json")
    for name, values in vars(film).items():
        np.testing.assert_array_equal(getattr(again, name), values)


@pytest.mark.parametrize("text", ["", "{}", '{"step": [1], "drawn": "AAAA"}'])
def test_another_file_is_refused(tmp_path, text):
    (tmp_path / "a.film.json").write_text(text)
    with pytest.raises(ValueError, match="not a saved Film"):
        films.Film.load(tmp_path / "a.film.json")


def test_a_film_cut_off_and_gone_on_with_is_the_film_in_one_go(tmp_path, monkeypatch, sprites):
    monkeypatch.setattr(films, "FRAME", 50)
    monkeypatch.setattr(films, "BUDGET", films.BUDGET | {"steps": 100})
    monkeypatch.setattr(films, "FIT", films.FIT | {"batch_size": 2})
    options = {"progress": False, "device": "cpu", "precision": "float32"}
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    whole, history = films.shoot("factors-seed1", sprites, tmp_path / "one", **options)
    films.shoot("factors-seed1", sprites, tmp_path / "two", frames=1, **options)
    resumed, _ = films.shoot("factors-seed1", sprites, tmp_path / "two", **options)
    assert list(whole.step) == [50, 100]
    assert history.step[-1] == 100
    for name, values in vars(whole).items():
        np.testing.assert_allclose(getattr(resumed, name), values, atol=1e-4)


@pytest.mark.parametrize("name", snapshots.FACTOR_RUNS)
def test_films_of_the_zoo_agree_with_their_histories(name):
    film, history = zoo.load_snapshots(name)
    assert film.step[-1] == history.step[-1] == films.BUDGET["steps"]
    rate = np.interp(film.step, history.step, history.rate)
    # A record is a mean over the 50 steps before; while place wakes, the rate grows by a nat in that time.
    np.testing.assert_allclose(film.rate[3:], rate[3:], atol=0.5)
    assert history.settings["seed"] == snapshots.FACTOR_RUNS[name]
    assert film.drawn.shape[1] == len(films.SHOWN)


def test_an_unknown_film_is_refused():
    with pytest.raises(KeyError, match="factors-seed0"):
        zoo.load_snapshots("factors-seed99")


def test_budget_shows_each_frame():
    film = a_film()
    widget = Budget(film)
    assert [frame["budget"] for frame in widget.frames] == [1, 2, 3]
    last = widget.frames[-1]
    assert [factor["nats"] for factor in last["factors"]] == pytest.approx(per_factor(film.nats[-1]).tolist())
    noise = [s for factor in last["factors"] for _, s in factor["noise"]]
    assert noise == pytest.approx(np.exp(-film.nats[-1]).tolist())
    sheet = Image.open(io.BytesIO(base64.b64decode(widget.sheet.split(",")[1])))
    np.testing.assert_array_equal(np.asarray(sheet)[64:128, 64:128], film.drawn[1, 1])
    widget.set_state({"index": 2})
    assert widget.index == 2


def test_budget_has_a_still_picture():
    html = Budget(a_film()).strip_html().data
    assert re.match(r'<noscript><img alt="Decoded pictures in rows, one budget each: real;', html)


def test_what_cannot_be_shown_says_why():
    with pytest.raises(ValueError, match="two frames"):
        Budget(a_film(frames=1))
    with pytest.raises(ValueError, match="from 0 to 2"):
        Budget(a_film()).index = 3
