"""When a penalty, or a price, leads to the rate that is asked for: from a curve, or from what a run paid for a nat."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from .._runtime.arguments import number, numbers, whole_number


def dented_curve(rate: ArrayLike) -> np.ndarray:
    """Return a least distortion with a dent, made up for chapters 2 and 5: 12 exp(-R) + 8 / (1 + exp(4 (R - 4))).

    It is convex where a curve of optimal codes would be, but for the stretch around 4 nats, where something helps only
    once it is known well.

    Args:
        rate: R in nats, of any shape.

    Returns:
        D in nats, of the same shape.

    Raises:
        ValueError: for anything but finite numbers of at least 0.
    """
    rate = numbers("rate", rate, least=0)
    return 12 * np.exp(-rate) + 8 / (1 + np.exp(4 * (rate - 4)))


def savings_per_nat(rate: ArrayLike, distortion: ArrayLike, capacity: float) -> tuple[np.ndarray, np.ndarray]:
    """Return what each nat saves on the way to a capacity and beyond it: chords of a curve, from one of its points.

    Args:
        rate: R along a curve V of least distortion, [n], rising.
        distortion: V(R) in nats, [n].
        capacity: C in nats, within the curve; V(C) is linear between two points.

    Returns:
        (V(R) - V(C)) / (C - R) of each R below C, and (V(C) - V(R)) / (R - C) of each R above it.

    Raises:
        ValueError: where the two arrays do not pair up, rates do not rise, or the capacity lies outside them.
    """
    rate = numbers("rate", rate, (None,))
    distortion, capacity = numbers("distortion", distortion, (len(rate),)), number("capacity", capacity)
    if len(rate) < 2 or (np.diff(rate) <= 0).any():
        raise ValueError(f"rate must be two or more numbers that rise, not {rate}")
    if not rate[0] <= capacity <= rate[-1]:
        raise ValueError(f"capacity must lie between {rate[0]:g} and {rate[-1]:g} nats, not {capacity:g}")
    far = np.abs(rate - capacity) > 1e-9 * (rate[-1] - rate[0])
    others = rate[far]
    savings = (distortion[far] - np.interp(capacity, rate, distortion)) / (capacity - others)
    return savings[others < capacity], savings[others > capacity]


def exact_weight(rate: ArrayLike, distortion: ArrayLike, capacity: float) -> float:
    """Compute the weight above which a penalty is exact: its minimum on the curve lies at R = C (Eq. 5.3).

    For R > C, V(R) + weight (R - C) exceeds V(C) exactly where the weight exceeds (V(C) - V(R)) / (R - C), so it takes
    the largest of these. Below C both penalties only add to what is larger already. On a convex curve the largest is
    the slope -dV/dR at C; on others it may be that of a chord.

    Args:
        rate: as in ``savings_per_nat``.
        distortion: as in ``savings_per_nat``.
        capacity: as in ``savings_per_nat``.

    Returns:
        Nats of distortion per nat of rate; 0 at the end of the curve.

    Raises:
        ValueError: as in ``savings_per_nat``.
    """
    _, beyond = savings_per_nat(rate, distortion, capacity)
    return float(beyond.max(initial=0))  # Eq. 5.3


class Prices(NamedTuple):
    """The prices at which a rate is optimal; none where the least exceeds the most."""

    least: float  #: the largest saving per nat beyond the rate, in nats of distortion per nat of rate
    most: float  #: the smallest saving per nat on the way to it; infinite at the start of the curve


def supporting_prices(rate: ArrayLike, distortion: ArrayLike, capacity: float) -> Prices:
    """Compute the prices at which V(R) + price R is least at R = C, as a saddle point of the Lagrangian asks (Eq. 5.4).

    On a smooth convex curve both are the slope -dV/dR. In a dent there are none: whatever the price, another rate is
    cheaper, and dual ascent settles in a local minimum at most.

    Args:
        rate: as in ``savings_per_nat``.
        distortion: as in ``savings_per_nat``.
        capacity: as in ``savings_per_nat``.

    Raises:
        ValueError: as in ``savings_per_nat``.
    """
    before, beyond = savings_per_nat(rate, distortion, capacity)
    return Prices(float(beyond.max(initial=0)), float(before.min(initial=math.inf)))  # Eq. 5.4


def noise_gap(deviation: float, worth: float, weight: float) -> float:
    """Compute how far below its capacity a hinge stays because the rates of batches are noisy (Eq. 5.5).

    The noise is normal, and it does not depend on the rate. Averaged over batches a hinge then has the price
    ``weight P(R_batch > C)``, which in equilibrium is what a nat is worth.

    Args:
        deviation: standard deviation of the rate of a batch, in nats.
        worth: -dD/dR at that rate, in nats of distortion per nat of rate; below ``weight``.
        weight: of the hinge, in the same unit.

    Returns:
        C - R in nats; negative where a nat is worth more than half the weight.

    Raises:
        ValueError: for a deviation below 0, or unless ``worth`` lies between 0 and ``weight``.
    """
    deviation, worth = number("deviation", deviation, least=0), number("worth", worth, above=0)
    weight = number("weight", weight, above=worth)
    return deviation * float(norm.ppf(1 - worth / weight))  # Eq. 5.5


class Meeting(NamedTuple):
    """Where a penalised run, whose capacity grows evenly, is predicted to meet its capacity."""

    rate: float  #: R in nats that the run holds until then, as a beta-VAE does at beta = weight
    capacity: float  #: C in nats at which the penalty begins to bind
    step: int  #: of the optimizer, at which the capacity is there


def binding_rate(rate: ArrayLike, price: ArrayLike, weight: float) -> float:
    """Return the rate from which on a penalty of this weight can hold it.

    Below this rate another nat gains more than a penalty ``weight |R - C|`` or ``weight max(0, R - C)`` takes, so the
    rate rises whatever C says, and the run is a beta-VAE at beta = weight. From here on a nat is worth less than the
    weight, so every chord of the curve saves less too, and the penalty is exact (Eq. 5.3; Nocedal and Wright 2006,
    theorem 17.3, for convex problems). In a dent that is more than (5.3) asks for.

    Args:
        rate: R along a run whose price is the worth of a nat, as under ``Constrained``, [records] in nats.
        price: of each record, [records] in nats of distortion per nat of rate.
        weight: of the penalty, in nats of distortion per nat off the capacity.

    Returns:
        Nats: the rate after which the price stays below ``weight``, linear between two records; 0 where it always was.

    Raises:
        ValueError: where rate and price do not pair up, or the price never falls below ``weight``.
    """
    rate = numbers("rate", rate, (None,))
    price, weight = numbers("price", price, (len(rate),)), number("weight", weight)
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
        ValueError: as in ``binding_rate``, for numbers out of range, or where the capacity ends below that rate.
    """
    start, stop = number("start", start, least=0), number("stop", stop, least=0)
    steps = whole_number("steps", steps, 1)
    held = binding_rate(rate, price, weight)
    if held > stop:
        raise ValueError(f"stop must be at least the rate that this weight can hold, {held:.2f} nats, not {stop}")
    step = round(steps * (held - start) / (stop - start)) if held > start else 0
    return Meeting(held, max(held, start), step)
