"""The race of chapter 5: what is stored, and how it is drawn."""

import numpy as np
import pytest

from bvae_lib import plots, zoo


def test_every_racer_ran_the_same_steps_and_has_a_pace():
    race = zoo.race()
    assert race["curves"].keys() == race["seconds_a_step"].keys()
    for runs in race["curves"].values():
        for run in runs:
            assert run["step"][-1] == race["steps"]
            assert len(run["step"]) == len(run["mig"]) == len(run["rate"])
            assert np.all(np.diff(run["step"]) > 0)
            assert 0 <= min(run["mig"]) <= max(run["mig"]) <= 1


def test_a_line_is_mig_over_seconds_and_the_best_is_named_first():
    curves = {
        "slow": [{"step": [10, 20], "mig": [0.1, 0.2]}],
        "fast": [{"step": [10, 20], "mig": [0.3, 0.4]}, {"step": [10, 20], "mig": [0.2, 0.5]}],
    }
    figure = plots.race(curves, {"slow": 2.0, "fast": 0.5}, marks=(0.25,))
    (axis,) = figure.axes
    lines = [line for line in axis.lines if len(line.get_xdata()) == 2 and line.get_linestyle() != ":"]
    assert [line.get_xdata().tolist() for line in lines] == [[5, 10], [5, 10], [20, 40]]
    assert lines[1].get_ydata() == pytest.approx([0.2, 0.5])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["fast", "slow"]
