"""A sweep: the same table whatever ends its runs on the way, and nothing done twice."""

import json
import math
from functools import partial

from bvae_lib import BetaVAE, Constrained, metrics, training
from bvae_lib.sweep import all_runs, load_run, load_table, save_table, sweep
from bvae_lib.sweep.one_run import carry_out

import pandas as pd
import pytest
from joblib.externals.loky.process_executor import TerminatedWorkerError

from tests.unit.sweep_images import BATCH, deadly, fail, interrupt, kill

STEPS, RUNS = 7, 4
FIT = {"steps": STEPS, "batch_size": BATCH, "device": "cpu", "precision": "float32"}
OBJECTIVES = {"price": [BetaVAE(1), BetaVAE(4)]}


@pytest.fixture(autouse=True)
def _checkpoints(monkeypatch):
    """What ``deadly`` sets in this process ends with the test."""
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", training.CHECKPOINT_EVERY)


def go(folder, end=kill, at=(), objectives=OBJECTIVES, seeds=range(2), **options):
    """A tiny sweep of two objectives and two seeds, which ``end`` comes to at some steps."""
    options = {"fit": FIT, "latents": 3, "report": {"n": 50}, "progress": False, "jobs": 1} | options
    if options.get("backend") == "dask":
        del options["jobs"]
    folder.mkdir(exist_ok=True)
    return sweep(objectives, partial(deadly, str(folder), end, at), seeds, folder, **options)


def steps(folder):
    return (folder / "steps").stat().st_size


def same(table, other):
    """Whether two tables differ in seconds alone."""
    pd.testing.assert_frame_equal(table.drop(columns="seconds"), other.drop(columns="seconds"))
    return True


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "CHECKPOINT_EVERY", training.CHECKPOINT_EVERY)
        return go(tmp_path_factory.mktemp("undisturbed"))


def test_the_table_has_a_row_for_each_objective_and_seed(undisturbed):
    columns = ["objective", "arguments", "seed", "D", "R", "active", "MIG", "seconds", "error", "run"]
    assert list(undisturbed.columns) == columns
    assert undisturbed["objective"].tolist() == ["price"] * RUNS
    assert undisturbed["arguments"].map(json.loads).str["beta"].tolist() == [1, 1, 4, 4]
    assert undisturbed["seed"].tolist() == [0, 1, 0, 1]
    assert not undisturbed["error"].any()
    assert undisturbed["run"].is_unique
    assert (undisturbed[["D", "R", "seconds"]] > 0).all(axis=None)


def test_the_same_call_does_only_what_is_missing(tmp_path, undisturbed):
    assert same(go(tmp_path, seeds=[1]), undisturbed[1::2].reset_index(drop=True))
    assert steps(tmp_path) == 2 * STEPS
    assert same(go(tmp_path), undisturbed)
    assert steps(tmp_path) == RUNS * STEPS
    assert same(go(tmp_path, objectives={"price": [BetaVAE(1.0), BetaVAE(4.0)]}, fit=FIT | {"lr": 5e-4}), undisturbed)
    assert steps(tmp_path) == RUNS * STEPS
    assert go(tmp_path, fit=FIT | {"lr": 1e-3})["D"].tolist() != undisturbed["D"].tolist()
    assert steps(tmp_path) == 2 * RUNS * STEPS


def test_each_run_begins_with_the_objective_as_it_was_given(tmp_path):
    """A multiplier moves while a run trains."""
    objective = Constrained(steps=STEPS)
    table = go(tmp_path / "both", objectives=[objective])
    alone = go(tmp_path / "alone", objectives=[objective], seeds=[1])
    assert same(table[1:].reset_index(drop=True), alone)


def test_a_failed_run_is_a_row_and_is_tried_again_from_its_checkpoint(tmp_path, undisturbed):
    table = go(tmp_path, fail, at=[STEPS + 5])
    assert table["error"].tolist() == ["", "OSError: the disk is gone", "", ""]
    assert table["D"].isna().tolist() == [False, True, False, False]
    assert "sweep_images" in next(tmp_path.glob("*.traceback.txt")).read_text(encoding="utf-8")
    assert same(go(tmp_path), undisturbed)
    assert steps(tmp_path) == RUNS * STEPS + 1  # the step that failed was drawn twice
    assert not [*tmp_path.glob("*.checkpoint"), *tmp_path.glob("*.txt")]


def test_an_interrupt_keeps_what_is_done(tmp_path, undisturbed):
    with pytest.raises(KeyboardInterrupt):
        go(tmp_path, interrupt, at=[STEPS + 3])
    assert len([*tmp_path.glob("*.json")]) == 1
    assert same(go(tmp_path), undisturbed)
    assert steps(tmp_path) == RUNS * STEPS


def test_another_sweep_in_the_folder_at_the_same_time_changes_nothing(tmp_path, undisturbed):
    tables = []
    table = go(tmp_path, end=lambda: tables.append(go(tmp_path)), at=[3])
    assert same(table, undisturbed)
    assert same(tables[0], undisturbed)
    assert not [*tmp_path.glob("*.checkpoint")]


def test_a_worker_with_a_disk_of_its_own_sends_its_row(tmp_path, undisturbed, monkeypatch):
    own = tmp_path / "own"
    monkeypatch.setattr(
        all_runs.backends,
        "local",
        lambda runs, folder, files, jobs: ((run, carry_out(run, own, files)) for run in runs),
    )
    assert same(go(tmp_path), undisturbed)
    monkeypatch.undo()
    assert same(go(tmp_path), undisturbed)
    assert steps(tmp_path) == RUNS * STEPS


def test_a_process_that_is_killed_loses_no_run(tmp_path, undisturbed):
    assert same(go(tmp_path, at=[STEPS + 4], jobs=2), undisturbed)
    assert RUNS * STEPS <= steps(tmp_path) <= RUNS * STEPS + 2 * 2  # two processes lose two steps each at most
    assert not [*tmp_path.glob("*.checkpoint")]


def test_runs_that_kill_each_process_are_given_up(tmp_path, undisturbed, monkeypatch):
    begun = []

    class Dying:
        def __init__(self, jobs, **options):
            begun.append(jobs)

        def __call__(self, tasks):
            function, arguments, _ = next(tasks)
            if len(begun) == 1:
                yield function(*arguments)
            raise TerminatedWorkerError("it was killed")

    monkeypatch.setattr(all_runs.backends, "Parallel", Dying)
    table = go(tmp_path, jobs=2)
    assert table["error"].tolist() == ["", *["TerminatedWorkerError: it was killed"] * 3]
    assert begun == [2] * all_runs.backends.DEATHS
    monkeypatch.undo()
    assert same(go(tmp_path), undisturbed)
    assert steps(tmp_path) == RUNS * STEPS


def test_a_worker_of_a_cluster_that_is_killed_loses_no_run(tmp_path, undisturbed):
    distributed = pytest.importorskip("distributed")
    silent = {"dashboard_address": None, "silence_logs": 50}
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **silent) as cluster:
        where = {"backend": "dask", "scheduler": cluster.scheduler_address}
        assert same(go(tmp_path / "one", at=[STEPS + 4], **where), undisturbed)
        assert RUNS * STEPS <= steps(tmp_path / "one") <= RUNS * STEPS + 2
        cluster.scheduler.allowed_failures = 0
        table = go(tmp_path / "all", at=[5], seeds=[0], objectives=[BetaVAE(4)], **where)
    assert table["error"].str.startswith("KilledWorker: ").all()
    table = go(tmp_path / "all", seeds=[0], objectives={"price": BetaVAE(4)})
    assert same(table, undisturbed[2:3].reset_index(drop=True))
    assert steps(tmp_path / "all") == STEPS + 1  # four steps were in the checkpoint, the fifth is done again


def test_files_hold_the_model_that_was_measured(tmp_path):
    table = go(tmp_path, seeds=[0])
    with pytest.raises(FileNotFoundError, match="files=True"):
        load_run(tmp_path, table["run"][0])
    again = go(tmp_path, seeds=[0], files=True)
    assert same(again, table)
    model, history = load_run(tmp_path, table["run"][0])
    assert history.step.tolist() == [STEPS]
    figures = metrics.report(model, deadly(tmp_path), n=50)
    assert [figures["distortion"], figures["mig"]] == pytest.approx(table.loc[0, ["D", "MIG"]].tolist())


def test_a_table_comes_back_from_its_files(tmp_path):
    table = go(tmp_path, fail, at=[2], objectives=[BetaVAE(4)], report={"n": 50, "resamples": 1})
    assert table["error"].tolist() == ["OSError: the disk is gone", ""]
    assert table["sap"].isna().tolist() == [True, False]
    save_table(table, tmp_path / "table.csv")
    again, card = load_table(tmp_path / "table.csv")
    pd.testing.assert_frame_equal(again, table)
    assert card["rows"] == 2
    assert card["failed"] == 1
    assert card["fit"]["steps"] == STEPS
    assert math.isclose(card["hours"], table["seconds"].sum() / 3600, abs_tol=1e-3)
    assert len(card["commit"]) == len(card["machine"]) == 1
    save_table(again[1:], tmp_path / "table.csv")
    assert len(load_table(tmp_path / "table.csv")[0]) == 1
