"""Live: what it is made of, and what is set from outside."""

from bvae_lib.widgets import Live

import numpy as np

from .rows import Accepted, Refused


def set_later(name, value):
    return lambda _: setattr(Live(), name, value)


def plain_numbers_of_numpy(_):
    widget = Live(seed=np.int64(3), price=np.float32(0.5))
    assert (widget.seed, widget.price) == (3, 0.5)


GROWING = {"start": 0, "stop": 6, "steps": 1000, "speed": 0.02}

ROWS = [
    Refused("widgets.Live", "no such preset", lambda _: Live("mine"), ValueError, "preset must be one .* not .mine."),
    Refused("widgets.Live", "a misspelt name", lambda _: Live(beta=4), ValueError, r"no setting \['beta'\]; there are"),
    Refused("widgets.Live", "one latent", lambda _: Live(latents=1), ValueError, "latents .* from 2 to 4, not 1"),
    Refused("widgets.Live", "sizes counted", lambda _: Live(sizes=3), ValueError, "sizes must be True or False, not 3"),
    Refused("widgets.Live", "a price of zero", lambda _: Live(price=0), ValueError, "price .* at least 0.001, not 0"),
    Refused(
        "widgets.Live", "a price without an end", lambda _: Live(price={"start": 4}), ValueError,
        "price must be a dict of start, stop, steps, not",
    ),
    Refused("widgets.Live", "a budget in nats", lambda _: Live(budget=6), ValueError, "budget must be a dict of start"),
    Refused(
        "widgets.Live", "a budget below zero", lambda _: Live(budget=GROWING | {"stop": -1}), ValueError,
        "stop of budget must be .* at least 0, not -1",
    ),
    Refused("widgets.Live.seed", "below zero, later", set_later("seed", -1), ValueError, "seed must .* not -1"),
    Refused("widgets.Live.price", "NaN, later", set_later("price", np.nan), ValueError, "price must .* not nan"),
    Refused("widgets.Live.preset", "unknown, later", set_later("preset", "mine"), ValueError, "preset must be one of"),
    Accepted("widgets.Live", "NumPy's numbers", plain_numbers_of_numpy),
]  # fmt: skip
