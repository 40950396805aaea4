"""What is asked of runs that stand for the report's, and of intervals over seeds."""

from bvae_lib import History, metrics, plots, zoo

import matplotlib.pyplot as plt
import numpy as np

from .rows import Accepted, Refused


def run(capacity=1.0):
    rows = np.column_stack([np.ones((12, 2)), np.full(12, capacity), np.ones((12, 2))])
    return History.from_rows(50 * np.arange(1, 13), rows, {})


def leaves_no_figure(call):
    def closed(_):
        try:
            call()
        finally:
            assert plt.get_fignums() == []

    return closed


ROWS = [
    Accepted("zoo.report_figures", "no argument", lambda _: zoo.report_figures()),
    Refused(
        "zoo.jumps", "a step between two records", lambda _: zoo.jumps(run(), step=220), ValueError,
        r"step must be one that was recorded, such as \[50, 100, 150\], not 220",
    ),
    Refused(
        "zoo.jumps", "a threshold below 0", lambda _: zoo.jumps(run(), threshold=-1), ValueError,
        "threshold must be .* at least 0, not -1",
    ),
    Refused(
        "zoo.jumps", "half a step", lambda _: zoo.jumps(run(), step=0.5), ValueError, "step must be a whole number",
    ),
    Refused(
        "zoo.jump_differences", "no pairs", lambda _: zoo.jump_differences([]), ValueError, "at least one pair of runs",
    ),
    Refused(
        "metrics.t_interval", "one seed", lambda _: metrics.t_interval([1.0]), ValueError,
        "values must be at least two, one a seed, not 1",
    ),
    Refused(
        "metrics.t_interval", "NaN among them", lambda _: metrics.t_interval([1.0, np.nan]), ValueError,
        "values must be finite",
    ),
    Refused(
        "metrics.t_interval", "a level in percent", lambda _: metrics.t_interval([1.0, 2.0], 95), ValueError,
        "level must be below 1, such as 0.95, not 95",
    ),
    Refused(
        "plots.kl_paths", "a run without a capacity", leaves_no_figure(lambda: plots.kl_paths({"a": [run(np.nan)]})),
        ValueError, "run 'a' has no capacity: its objective must have one, as Capacity has",
    ),
    Refused(
        "plots.kl_paths", "a History outside a list", leaves_no_figure(lambda: plots.kl_paths({"a": run()})),
        ValueError, r"runs\['a'\] must be a list, not",
    ),
    Refused(
        "plots.kl_paths", "a name without runs", leaves_no_figure(lambda: plots.kl_paths({"a": []})), ValueError,
        "Paths with at least one run",
    ),
]  # fmt: skip
