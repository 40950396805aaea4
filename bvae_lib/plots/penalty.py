"""Runs under a penalty beside what was predicted of them."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from .._runtime.arguments import number
from ..history import AWAKE, History
from .arguments import drawn, with_capacity
from .style import canvas, colour_of, legend_below
from .training import OBJECTIVE_COLOURS


def penalised_runs(
    runs: Mapping[str, Sequence[History]], held: float, met: float, latents: Sequence[tuple[float, float]]
) -> Figure:
    """Draw rate and number of awake latents along the capacity, and what was predicted, in black.

    Args:
        runs: histories by penalty, one a seed; a penalty may have none.
        held: the rate in nats that a run is predicted to hold until the penalty binds.
        met: the capacity in nats at which it is predicted to bind; from there on the rate follows the capacity.
        latents: capacity in nats and predicted number of latents above 0.1 nats, a pair for each prediction.

    Raises:
        ValueError: for no penalties, a run without records or a capacity, and other than numbers for the predictions.
    """
    held, met = number("held", held, least=0), number("met", met, least=0)
    predicted = drawn("latents", latents, (None, 2))
    runs = with_capacity("runs", runs)
    histories = [history for group in runs.values() for history in group]
    most = max([2 * met, *(history.capacity.max() for history in histories)])
    figure, (left, right) = canvas(1, 2, (8.0, 3.6))
    for row, (name, group) in enumerate(runs.items()):
        own = OBJECTIVE_COLOURS.get(name, colour_of(row))
        for i, history in enumerate(group):
            line = {"color": own, "linewidth": 1.2, "alpha": 0.8, "label": "" if i else name}
            left.plot(history.capacity, history.rate, **line)
            right.plot(history.capacity, (history.kl_per_latent > AWAKE).sum(axis=1), **line)
    left.plot([0, most], [0, most], color="k", linestyle=":", linewidth=1, label="R = C")
    left.plot([0, met, most], [held, met, most], color="k", linestyle="--", linewidth=1.2, label="predicted")
    left.plot(met, met, "D", color="k", fillstyle="none", markersize=9)
    right.plot(*predicted.T, "D", color="k", fillstyle="none", markersize=9, label="predicted")
    left.set(xlabel="capacity C (nats)", ylabel="rate R (nats)", xlim=(0, most), ylim=(0, None))
    right.set(xlabel="capacity C (nats)", ylabel="latents above 0.1 nats", xlim=(0, most), ylim=(0, None))
    for axis in (left, right):
        legend_below(axis)
    return figure
