"""When a penalty binds."""

from bvae_lib import History, plots
from bvae_lib.theory.penalty import (
    binding_rate,
    dented_curve,
    exact_weight,
    meeting,
    noise_gap,
    savings_per_nat,
    supporting_prices,
)

import numpy as np
import torch

from .rows import Accepted, Refused

NAN = float("nan")


def one_number_in_an_array(folder):
    expected = meeting([1, 9], [9, 1], 2, start=0.5, stop=9, steps=2)
    for steps in (np.array([2]), torch.tensor([2]), np.int64(2)):
        assert meeting([1, 9], [9, 1], 2, start=0.5, stop=9, steps=steps) == expected


def history(records=3, capacity=1.0):
    """Of a run under a penalty."""
    ones = np.ones(records)
    return History(50 * np.arange(1, 1 + records), ones, np.ones((records, 2)), ones, capacity * ones)


def drawn(runs, latents=((1, 2),)):
    return lambda _: plots.penalised_runs(runs, held=2, met=2, latents=latents)


ROWS = [
    Refused("plots.penalised_runs", "no penalties", drawn({}), ValueError, "runs must be a dict by name"),
    Refused(
        "plots.penalised_runs", "a run without records", drawn({"hinge": [history(0)]}), ValueError,
        "run 'hinge' has 0 records",
    ),
    Refused(
        "plots.penalised_runs", "a run without a capacity", drawn({"hinge": [history(capacity=NAN)]}), ValueError,
        "run 'hinge' has no capacity",
    ),
    Refused(
        "plots.penalised_runs", "a count without its capacity", drawn({"hinge": [history()]}, [2, 3]), ValueError,
        "latents must",
    ),
    Refused(
        "penalty.dented_curve", "a negative rate", lambda _: dented_curve(-1000.0), ValueError,
        "rate must be .* of at least 0, not -1000.0",
    ),
    Accepted("penalty.meeting", "one number in an array", one_number_in_an_array),
    Refused(
        "penalty.meeting", "several numbers of steps",
        lambda _: meeting([1, 9], [9, 1], 2, start=0.5, stop=9, steps=np.array([2, 3])), ValueError,
        r"steps must be a whole number .* not array\(\[2, 3\]\)",
    ),
    Refused("penalty.dented_curve", "NaN", lambda _: dented_curve([0, NAN]), ValueError, "rate .* finite .* not nan"),
    Refused(
        "penalty.binding_rate", "NaN among the prices", lambda _: binding_rate([1, 2], [NAN, 1], 2), ValueError,
        "price must be finite numbers, not nan",
    ),
    Refused(
        "penalty.meeting", "no steps", lambda _: meeting([1, 9], [9, 1], 2, start=0.5, stop=9, steps=0), ValueError,
        "steps must be a whole number of at least 1, not 0",
    ),
    Refused(
        "penalty.binding_rate", "arrays of two lengths", lambda _: binding_rate([1, 2], [3], 1), ValueError,
        r"price must have the shape \[2\], not \[1\]",
    ),
    Refused(
        "penalty.binding_rate", "a weight below every price", lambda _: binding_rate([1, 2], [9, 5], 1), ValueError,
        "ends at 5, not 1",
    ),
    Refused(
        "penalty.meeting", "a capacity that never gets there",
        lambda _: meeting([1, 9], [9, 1], 2, start=0.5, stop=4, steps=10), ValueError, "at least .* 8.00 nats, not 4",
    ),
    Refused(
        "penalty.savings_per_nat", "rates that do not rise", lambda _: savings_per_nat([0, 2, 1], [3, 2, 1], 1),
        ValueError, "two or more numbers that rise",
    ),
    Refused(
        "penalty.exact_weight", "arrays of two lengths", lambda _: exact_weight([0, 1], [3], 1), ValueError,
        "distortion .*2",
    ),
    Refused(
        "penalty.supporting_prices", "a capacity outside the curve", lambda _: supporting_prices([0, 1], [3, 1], 2),
        ValueError, "between 0 and 1 nats, not 2",
    ),
    Refused(
        "penalty.noise_gap", "a nat worth more than the weight", lambda _: noise_gap(0.3, 5, 2), ValueError,
        "weight must be .*5",
    ),
]  # fmt: skip
