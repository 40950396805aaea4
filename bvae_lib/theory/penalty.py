"""When a penalty can hold a rate, from what a nat is worth: predictions that can be written down before a run."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Meeting(NamedTuple):
    """Where a penalised run, whose capacity grows evenly, is predicted to meet its capacity."""

    rate: float  #: R in nats that the run holds until then, as a beta-VAE does at beta = weight
    capacity: float  #: C in nats at which the penalty begins to bind
    step: int  #: of the optimizer, at which the capacity is there


def binding_rate(rate: ArrayLike, price: ArrayLike, weight: float) -> float:
    """Return the rate from which on a penalty of this weight can hold it.

    A penalty ``weight |R - C|`` or ``weight max(0, R - C)`` is exact only where its weight exceeds what a nat is worth,
    -dD/dR (Nocedal and Wright 2006, theorem 17.3): below this rate another nat gains more than the penalty takes, so
    the rate rises whatever C says, and the run is a beta-VAE at beta = weight.

    Args:
        rate: R along a run whose price is the worth of a nat, as under ``Constrained``, [records] in nats.
        price: of each record, [records] in nats of distortion per nat of rate.
        weight: of the penalty, in nats of distortion per nat off the capacity.

    Returns:
        Nats: the rate after which the price stays below ``weight``, linear between two records; 0 where it always was.

    Raises:
        ValueError: where rate and price differ in length, or the price never falls below ``weight``.
    """
    rate, price = np.asarray(rate, dtype=float), np.asarray(price, dtype=float)
    if rate.ndim != 1 or rate.shape != price.shape or not len(rate):
        raise ValueError(f"rate and price must be of one length, not {list(rate.shape)} and {list(price.shape)}")
    above = np.flatnonzero(price >= weight)
    if not len(above):
        return 0.0
    last = above[-1]
    if last + 1 == len(price):
        raise ValueError(f"weight must be one that the price falls below, which ends at {price[-1]:.3g}, not {weight}")
    share = (price[last] - weight) / (price[last] - price[last + 1])
    return float(rate[last] + share * (rate[last + 1] - rate[last]))


def meeting(rate: ArrayLike, price: ArrayLike, weight: float, start: float, stop: float, steps: int) -> Meeting:
    """Predict where a penalised run meets its capacity, which grows from ``start`` to ``stop`` nats over ``steps``.

    Args:
        rate: as in ``binding_rate``.
        price: as in ``binding_rate``.
        weight: of the penalty, in nats of distortion per nat off the capacity.
        start: capacity C at step 0, in nats.
        stop: capacity C from step ``steps`` on, in nats.
        steps: over which the capacity grows evenly.

    Raises:
        ValueError: as in ``binding_rate``, or where the capacity ends below that rate.
    """
    held = binding_rate(rate, price, weight)
    if held > stop:
        raise ValueError(f"stop must be at least the rate that this weight can hold, {held:.2f} nats, not {stop}")
    step = max(0, round(steps * (held - start) / (stop - start)))
    return Meeting(held, max(held, start), step)
