"""Predictions and their grades."""

from dataclasses import replace

from bvae_lib import zoo

from .rows import Refused

PREDICTION = zoo.load_prediction("dsprites-report64")

ROWS = [
    Refused(
        "zoo.load_prediction", "a run of which nothing was predicted", lambda _: zoo.load_prediction("dsprites-report"),
        KeyError, "no prediction of 'dsprites-report', perhaps 'dsprites-report64'",
    ),
    Refused(
        "zoo.penalised_runs", "one run in place of a group",
        lambda _: zoo.penalised_runs("dsprites-report64-hinge-seed0"), KeyError, "no prediction of .* there are",
    ),
    Refused(
        "zoo.grade", "the runs of one penalty", lambda _: zoo.grade(PREDICTION, {"hinge": {}}), ValueError,
        r"those of each of \('absolute', 'hinge'\), not of \['hinge'\]",
    ),
    Refused(
        "zoo.grade", "a criterion that nobody can measure",
        lambda _: zoo.grade(replace(PREDICTION, criteria={"MIG": ""}), {"absolute": {}, "hinge": {}}), ValueError,
        r"criteria among .* not \['MIG'\]",
    ),
]  # fmt: skip
