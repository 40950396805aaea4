"""When a penalty binds."""

from bvae_lib.theory.penalty import binding_rate, meeting

from .rows import Refused

ROWS = [
    Refused(
        "penalty.binding_rate", "arrays of two lengths", lambda _: binding_rate([1, 2], [3], 1), ValueError,
        r"one length, not \[2\] and \[1\]",
    ),
    Refused(
        "penalty.binding_rate", "a weight below every price", lambda _: binding_rate([1, 2], [9, 5], 1), ValueError,
        "ends at 5, not 1",
    ),
    Refused(
        "penalty.meeting", "a capacity that never gets there",
        lambda _: meeting([1, 9], [9, 1], 2, start=0.5, stop=4, steps=10), ValueError, "at least .* 8.00 nats, not 4",
    ),
]  # fmt: skip
