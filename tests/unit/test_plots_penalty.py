"""What the figure of penalised runs shows, read off its axes."""

from bvae_lib import History, plots

import numpy as np


def history(rate, capacity):
    kl = np.outer(rate, [0.9, 0.1])
    nothing = np.zeros(len(rate))
    return History(50 * np.arange(1, 1 + len(rate)), nothing, kl, nothing, np.array(capacity))


def lines(axis):
    return [(list(line.get_xdata()), list(line.get_ydata())) for line in axis.get_lines()]


def test_rates_and_latents_stand_beside_what_was_predicted():
    runs = {"absolute": [history([3, 3], [1, 4])], "hinge": []}
    left, right = plots.penalised_runs(runs, held=2.5, met=2.5, latents=[(1, 5), (2.5, 2)]).axes
    assert ([1, 4], [3, 3]) in lines(left)
    assert ([0, 2.5, 5], [2.5, 2.5, 5]) in lines(left)
    assert ([2.5], [2.5]) in lines(left)
    assert lines(right) == [([1, 4], [2, 2]), ([1, 2.5], [5, 2])]
    assert right.get_ylabel() == "latents above 0.1 nats"


def test_a_prediction_without_runs_is_drawn_too():
    left, right = plots.penalised_runs({"absolute": [], "hinge": []}, 5.0, 6.0, [(1, 9)]).axes
    assert len(lines(left)) == 3
    assert lines(right) == [([1], [9])]
