"""Objectives, and the two likelihoods."""

from bvae_lib import BetaVAE, Capacity

import numpy as np

from .rows import Accepted, Refused


def plain_settings(folder):
    settings = BetaVAE(np.int64(4)).settings()
    assert type(settings["beta"]) is int


ROWS = [
    Accepted("BetaVAE", "a NumPy integer as beta", plain_settings),
    Refused("Capacity", "steps of zero", lambda _: Capacity(steps=0), ValueError, "steps must be .* not 0"),
]
