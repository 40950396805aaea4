"""How sure a mean over seeds is."""

from typing import NamedTuple

from numpy.typing import ArrayLike
from scipy.stats import ttest_1samp

from .._runtime.arguments import number, numbers


class Interval(NamedTuple):
    """A mean, and an interval of it."""

    mean: float
    low: float
    high: float


def t_interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """Compute a mean and its t interval, for a few values such as the differences of paired seeds.

    It takes values to be independent and normal. Where all are equal it has no width, which says little: so few seeds
    cannot show how far another would lie from them.

    Args:
        values: one a seed, at least two.
        level: of the interval, between 0 and 1.

    Raises:
        ValueError: for fewer than two values, or others than finite numbers, and a level outside its range.
    """
    values, level = numbers("values", values, (None,)), number("level", level, above=0)
    if len(values) < 2:
        raise ValueError(f"values must be at least two, one a seed, not {len(values)}: one has no spread")
    if level >= 1:
        raise ValueError(f"level must be below 1, such as 0.95, not {level}")
    mean = float(values.mean())
    if (values == values[0]).all():  # scipy divides by the spread
        return Interval(mean, mean, mean)
    low, high = ttest_1samp(values, 0).confidence_interval(level)
    return Interval(mean, float(low), float(high))
