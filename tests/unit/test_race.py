"""The race of objectives: what is stored, a short race, and its table."""

import json

import numpy as np
import pytest

from benchmarks import race


def test_every_stored_run_has_the_same_steps_and_its_objective_a_pace():
    stored = json.loads(race.SHOWN.read_text(encoding="utf-8"))
    assert list(stored["curves"]) == list(stored["seconds_a_step"]) == list(race.RACERS)
    for runs in stored["curves"].values():
        for run in runs:
            assert run["step"][-1] == stored["steps"] == race.STEPS
            assert len(run["step"]) == len(run["mig"]) == len(run["rate"])
            assert np.all(np.diff(run["step"]) > 0)
            assert 0 <= min(run["mig"]) <= max(run["mig"]) <= 1


def test_a_short_race_measures_on_its_way_and_times_every_racer(sprites, monkeypatch):
    monkeypatch.setattr(race, "STEPS", 4)
    monkeypatch.setattr(race, "EVERY", 2)
    monkeypatch.setattr(race, "IMAGES", 300)
    name = "multiplier"
    make, options = race.RACERS[name]
    monkeypatch.setattr(race, "RACERS", {name: (make, options | {"batch_size": 4, "warmup": 0, "cooldown": 0})})
    curve = race.race(name, 0, sprites)
    assert curve["step"] == [2, 4]
    assert curve == race.race(name, 0, sprites)
    assert len(curve["mig"]) == len(curve["rate"]) == 2
    assert race.pace(sprites, rounds=1, steps=1)[name] > 0


def test_the_table_has_medians_over_seeds_in_seconds_and_steps():
    runs = [[0.1, 0.3, 0.4], [0.1, 0.2, 0.3], [0.3, 0.3, 0.2]]
    curves = {"|R - C|": [{"step": [10, 20, 30], "mig": mig} for mig in runs]}
    rows = race.table(curves, {"|R - C|": 0.5}).splitlines()
    assert rows[0] == "| | MIG 0.25 | MIG 0.35 | best MIG, a seed each |"
    assert rows[2] == r"| \|R - C\| | 10 s (20 steps) | not reached | 0.40, 0.30, 0.30 |"


@pytest.mark.parametrize(("mark", "step"), [(0.1, 10), (0.25, 20), (0.5, None)])
def test_a_mark_is_reached_at_the_first_step_that_is_not_below_it(mark, step):
    assert race.first({"step": [10, 20, 30], "mig": [0.1, 0.3, 0.25]}, mark) == step
