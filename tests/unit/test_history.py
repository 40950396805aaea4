"""A History comes back from its file as it was, and as a pandas frame."""

import json

from bvae_lib.history import History

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st


def history(records=4, latents=3, capacity=None, seed=0):
    rows = np.random.default_rng(seed).lognormal(0, 8, (records, 3 + latents)).astype(np.float32)
    rows[:, 2] = np.nan if capacity is None else capacity
    return History.from_rows(np.arange(1, records + 1) * 50, rows, {"seed": seed, "objective": {"name": "BetaVAE"}})


@given(st.integers(1, 6), st.integers(1, 12), st.sampled_from([None, 12.5]), st.integers(0, 2**32))
def test_save_and_load_return_every_bit(tmp_path_factory, records, latents, capacity, seed):
    path = tmp_path_factory.mktemp("history") / "run.json"
    saved = history(records, latents, capacity, seed)
    saved.save(path)
    loaded = History.load(path)
    assert loaded.step.tolist() == saved.step.tolist()
    assert loaded.rows().dtype == np.float32
    np.testing.assert_array_equal(loaded.rows(), saved.rows())
    assert loaded.settings == saved.settings


def test_the_file_is_strict_json_though_a_capacity_is_missing(tmp_path):
    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    history().save(tmp_path / "run.json")
    json.loads((tmp_path / "run.json").read_text(encoding="utf-8"), parse_constant=refuse)


def test_a_run_that_follows_another_counts_its_steps_on():
    first, second = history(records=3, seed=1), history(records=2, seed=2)
    both = first.followed_by(second)
    assert both.step.tolist() == [50, 100, 150, 200, 250]
    np.testing.assert_array_equal(both.rows(), np.concatenate([first.rows(), second.rows()]))
    assert both.settings == second.settings


def test_what_recorded_nothing_adds_no_records():
    run, nothing = history(records=3), history(records=0, seed=5)
    for both, settings in ((run.followed_by(nothing), nothing.settings), (nothing.followed_by(run), run.settings)):
        np.testing.assert_array_equal(both.rows(), run.rows())
        assert (both.step.tolist(), both.settings) == (run.step.tolist(), settings)
    assert not len(nothing.followed_by(nothing).step)


def test_a_run_that_recorded_nothing_can_be_saved_too(tmp_path):
    history(records=0).save(tmp_path / "run.json")
    loaded = History.load(tmp_path / "run.json")
    assert len(loaded.step) == len(loaded.rate) == len(loaded.price) == 0


def test_the_rate_is_the_sum_over_latents():
    run = history()
    np.testing.assert_allclose(run.rate, [sum(kl) for kl in run.kl_per_latent], rtol=1e-6)


def test_the_first_record_of_a_rate_is_the_first_that_reaches_it():
    run = grown([[0.5, 0.0], [1.0, 1.5], [1.0, 1.0], [2.0, 2.0]])  # rates 0.5, 2.5, 2, 4
    assert [run.first_record(rate) for rate in (0.0, 0.5, 2.0, 2.5, 2.6, 4.0)] == [0, 0, 1, 1, 3, 3]
    with pytest.raises(ValueError, match=r"rate must be one that the run reaches, at most 4\.00 nats, not 5"):
        run.first_record(5)


def test_slackness_is_the_multiplier_times_what_is_overspent():
    run = history(capacity=12.5)
    expected = [price * (rate - 12.5) for price, rate in zip(run.price, run.rate, strict=True)]
    np.testing.assert_allclose(run.slackness, expected)
    assert np.isnan(history().slackness).all()


def test_a_frame_has_a_row_for_each_record_and_a_column_for_each_latent():
    run = history()
    frame = run.to_pandas()
    expected = ["step", "distortion", "rate", "price", "capacity", "kl_0", "kl_1", "kl_2"]
    assert list(frame.columns) == expected
    assert frame["step"].tolist() == [50, 100, 150, 200]
    np.testing.assert_array_equal(frame[["kl_0", "kl_1", "kl_2"]].to_numpy(), run.kl_per_latent)
    np.testing.assert_array_equal(frame["distortion"], run.distortion)
    assert frame["capacity"].isna().all()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1, 2]",
        "not JSON",
        '{"settings": {}, "step": [1]}',
        '{"settings": {}, "step": [1], "rows": [1]}',
        '{"settings": {}, "step": [1], "rows": [[1, 2]]}',
        '{"settings": {}, "step": [1, 2], "rows": [[1, 2, 3, 4]]}',
        '{"settings": {}, "step": ["one"], "rows": [[1, 2, 3, 4]]}',
        '{"settings": "none", "step": [1], "rows": [[1, 2, 3, 4]]}',
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path, text):
    path = tmp_path / "run.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"run\.json is not a saved History"):
        History.load(path)


def grown(kl, every=50):
    """A run whose capacity is its step / 100, with these KLs [records, latents]."""
    step = every * np.arange(1, 1 + len(kl))
    return History(step, np.zeros(len(kl)), np.asarray(kl, float), np.zeros(len(kl)), step / 100)


def test_a_latent_becomes_active_where_its_nats_come_to_stay():
    kl = np.zeros((40, 4))
    kl[10:, 0] = 0.2  # from step 550 on
    kl[5:10, 1] = 3.0  # a flash of 250 steps, then for good
    kl[20:, 1] = 3.0
    kl[35:, 2] = 1.0  # too late to be known to stay
    np.testing.assert_array_equal(grown(kl).onset_capacities(), [5.5, 10.5, np.nan, np.nan])
    assert grown(kl).onset_capacities(hold=200)[1] == 3.0
    assert grown(kl).onset_capacities(threshold=0.3)[0] != 5.5


@given(st.integers(1, 40), st.integers(0, 2**32))
def test_a_latent_that_became_active_stays_above_the_threshold_for_as_long_as_was_asked(records, seed):
    history = grown(np.random.default_rng(seed).random((records, 3)) ** 0.2)
    for kl, capacity in zip(history.kl_per_latent.T, history.onset_capacities(0.4, hold=100), strict=True):
        windows = [(kl[i : i + 3] > 0.4).all() for i in range(records - 2)]
        assert np.isnan(capacity) == (not any(windows))
        if any(windows):
            assert capacity == history.capacity[windows.index(True)]
