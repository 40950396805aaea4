"""What training runs did: nats per latent, distortion and rate over steps, prices, posteriors."""

import numpy as np
from matplotlib.figure import Figure

from ..history import History
from ..metrics import ACTIVE
from .style import COLOURS, GREY, canvas


def kl_bars(runs: dict[str, np.ndarray], floor: float = ACTIVE) -> Figure:
    """KL of each latent in nats [latents], a colour for each run named; sorted within the run.

    A line marks ``floor``, below which a latent counts as inactive.
    """
    figure, axis = canvas()
    width = 0.8 / len(runs)
    for i, (name, kl) in enumerate(runs.items()):
        kl = np.sort(np.asarray(kl))[::-1]
        axis.bar(np.arange(len(kl)) + i * width, kl, width, label=f"{name}: {kl.sum():.2f} nats in all")
    axis.axhline(floor, color=GREY, linestyle="--", linewidth=1)
    axis.set(xlabel="latent, sorted by its KL", ylabel="KL (nats)", xticks=[])
    axis.legend(frameon=False)
    return figure


def learning_curves(runs: dict[str, History]) -> Figure:
    """Distortion and rate in nats over the steps of each run."""
    figure, (left, right) = canvas(1, 2)
    for name, history in runs.items():
        left.plot(history.step, history.reconstruction, label=name)
        right.plot(history.step, history.rate, label=name)
    left.set(xlabel="step", ylabel="distortion D (nats per image)", ylim=(0, None), xlim=(0, None))
    right.set(xlabel="step", ylabel="rate R (nats per image)", ylim=(0, None), xlim=(0, None))
    right.legend(frameon=False)
    return figure


def dual_ascent(runs: dict[str, History], expected: dict[str, float] | None = None) -> Figure:
    """The multiplier, the rate against its budget (dashed) and the slackness, over the steps of each run.

    ``expected`` gives the multiplier that a run should end at, dotted.
    """
    figure, (left, middle, right) = canvas(1, 3, (9.0, 3.0))
    for i, (name, history) in enumerate(runs.items()):
        left.plot(history.step, history.price, color=COLOURS[i], label=name)
        middle.plot(history.step, history.rate, color=COLOURS[i])
        middle.plot(history.step, history.capacity, color=COLOURS[i], linestyle="--", linewidth=1)
        right.plot(history.step, history.slackness, color=COLOURS[i])
        if expected:
            left.axhline(expected[name], color=COLOURS[i], linestyle=":", linewidth=1)
    left.set(xlabel="step", ylabel="multiplier β (nats of D a nat of R)", yscale="log")
    middle.set(xlabel="step", ylabel="rate R, and budget dashed (nats)")
    right.set(xlabel="step", ylabel="slackness β (R - ε) (nats)", yscale="symlog")
    left.legend(frameon=False, fontsize=8)
    return figure


def posteriors(runs: dict[str, tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Posterior means against standard deviations, arrays [N, latents] of each run named; the prior is the ring."""
    figure, axis = canvas(size=(5.5, 3.4))
    for name, (mean, log_variance) in runs.items():
        sigma = np.exp(0.5 * np.asarray(log_variance))
        axis.scatter(np.ravel(mean), np.ravel(sigma), s=5, alpha=0.5, label=name)
    axis.plot(0, 1, "ko", markersize=14, markeredgewidth=1.5, fillstyle="none", label="the prior")
    axis.set(xlabel="posterior mean", ylabel="posterior standard deviation", ylim=(0, None))
    figure.legend(frameon=False, fontsize=8, loc="outside upper center", ncols=3)
    return figure
