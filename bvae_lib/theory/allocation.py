"""What a nat of each factor is worth in distortion, from pictures and their factors alone: no network, no training.

The sender is that of ``models.FactorChannel``. Its decoder is taken to be the best there is, which gives each pixel
the probability of white that follows from what was received.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch

from ..models.factor_channel import FACTOR_OF, factor_codes
from .channel import binary_entropy

GROUPS = tuple(tuple(torch.nonzero(factor == FACTOR_OF).flatten().tolist()) for factor in range(5))  # of channels


def initial_slope(codes: torch.Tensor, pixels: torch.Tensor) -> torch.Tensor:
    """Worth of the first nat of each channel, in nats of distortion, while all are shut: [channels].

    That is the sum over pixels of the squared correlation of pixel and channel (Eq. 4.4), from N pairs
    ``codes`` [N, channels] and ``pixels`` [N, ...]; what chance alone would give, 1/N a pixel, is taken off.
    """
    if len(codes) != len(pixels) or len(codes) < 2:
        raise ValueError(f"codes and pixels must pair up, at least two, not {len(codes)} and {len(pixels)}")
    codes, pixels = codes.float(), pixels.flatten(1).float()
    pixels = pixels[:, pixels.var(dim=0) > 0]
    codes, pixels = ((x - x.mean(0)) / x.std(0, correction=0) for x in (codes, pixels))
    correlation = codes.T @ pixels / len(codes)
    return (correlation.square() - 1 / len(codes)).sum(dim=1)  # Eq. 4.4


def explained_variance(classes: torch.Tensor, pixels: torch.Tensor) -> torch.Tensor:
    """Variance of the mean picture of each class, summed over pixels: [factors], from ``classes`` [N, factors].

    The plain guess at a factor's weight; chance's share is taken off.
    """
    pixels = pixels.flatten(1).float()
    total = pixels.var(dim=0).sum()
    explained = []
    for factor in classes.T:
        kinds, member, count = factor.unique(return_inverse=True, return_counts=True)
        means = torch.zeros(len(kinds), pixels.shape[1]).index_add(0, member, pixels) / count[:, None]
        between = ((means - pixels.mean(0)).square() * count[:, None]).sum() / len(pixels)
        explained.append((between - (len(kinds) - 1) / len(pixels) * total).clamp_min(0))
    return torch.stack(explained)


class BayesDecoder:
    """The least distortion that any decoder of a FactorChannel can reach, at given nats of its eight channels.

    It knows the prior of the factors and dSprites' pictures, and computes the probability of each pixel from z by
    Bayes' rule. Three things are not exact: the average over factors and noise is one over ``samples`` draws (evenly
    spread, and the same for all nats); places are rounded to whole pixels, as a step of a place is 1.03 pixels; and
    the outline is that of the middle place everywhere.
    """

    def __init__(self, sprites, samples: int = 240, seed: int = 0):
        poses = torch.cartesian_prod(torch.arange(3), torch.arange(6), torch.arange(40))
        classes = torch.cat([poses, torch.full((len(poses), 2), 16)], dim=1)
        self.masks = sprites[sprites.index(classes)].flatten(1).cpu()  # [720, 4096]
        self.poses = factor_codes(classes)[:, :6]  # [720, 6]
        places = torch.arange(32)
        self.places = factor_codes(torch.stack([places] * 5, dim=1) * torch.tensor([0, 0, 0, 1, 1]))[:, 6]
        offset = ((places - 16) * 32 / 31).round().long()
        self.shifts = torch.stack([torch.eye(64).roll(int(o), dims=0) for o in offset]).flatten(1)  # [32, 64 * 64]

        generator = torch.Generator().manual_seed(seed)
        even = (torch.arange(samples) + 0.5) / samples  # each class as often, each part of the normal as often

        def shuffled():
            return even[torch.randperm(samples, generator=generator)]

        drawn = torch.stack([(shuffled() * size).long() for size in sprites.factor_sizes], dim=1)
        self.codes = factor_codes(drawn)
        self.noise = torch.special.ndtri(torch.stack([shuffled() for _ in range(8)], dim=1))

    def probabilities(self, nats) -> torch.Tensor:
        """P(pixel is white | z) for each draw, [samples, 64, 64], by Bayes' rule; ``nats`` [8]."""
        variance = torch.exp(-2 * torch.as_tensor(nats, dtype=torch.float32))
        kept = (1 - variance).sqrt()
        z = kept * self.codes + variance.sqrt() * self.noise

        def posterior(z, codes, kept, variance):  # weights [samples, candidates] of candidates [candidates, channels]
            return (-(z[:, None] - kept * codes).square() / (2 * variance)).sum(-1).softmax(-1)

        pose = posterior(z[:, :6], self.poses, kept[:6], variance[:6])
        x, y = (posterior(z[:, [i]], self.places[:, None], kept[[i]], variance[[i]]) @ self.shifts for i in (6, 7))
        still = (pose @ self.masks).view(-1, 64, 64)
        return y.view(-1, 64, 64) @ still @ x.view(-1, 64, 64).mT

    def __call__(self, nats) -> float:
        """Distortion in nats per image at ``nats`` [8] of the channels (Eq. 4.3).

        Its fall from all zeros is the information that z shares with each pixel, summed.
        """
        white = self.probabilities(nats).clamp(1e-9, 1 - 1e-7)
        return binary_entropy(white).sum(dim=(1, 2)).mean().item()  # Eq. 4.3


class AllocationPath(NamedTuple):
    """A path of greedy purchases, K of them; nats per image."""

    nats: np.ndarray  # [1 + K, groups] bought of each group
    distortion: np.ndarray  # [1 + K]
    slopes: np.ndarray  # [K, groups] nats of distortion that a nat of each would save, before each step

    @property
    def rate(self) -> np.ndarray:
        """Nats bought in all, [1 + K]."""
        return self.nats.sum(axis=1)


def greedy_allocation(
    distortion: Callable[[np.ndarray], float], budget: float, groups: Sequence[Sequence[int]] = GROUPS, step=0.25
) -> AllocationPath:
    """Spend ``budget`` nats ``step`` by step, each where it saves most of ``distortion`` (Eq. 4.5).

    ``distortion`` takes the nats of all channels; the nats of a group are spread evenly over its channels.
    """
    if not 0 < step <= budget:
        raise ValueError(f"step must be above 0 and at most the budget of {budget} nats, not {step}")
    steps = np.zeros((len(groups), sum(map(len, groups))))
    for row, group in zip(steps, groups, strict=True):
        row[list(group)] = step / len(group)
    channels = np.zeros(steps.shape[1])
    bought, left, slopes = [np.zeros(len(groups))], [distortion(channels)], []
    for _ in range(round(budget / step)):
        offers = [distortion(channels + more) for more in steps]
        best = int(np.argmin(offers))  # Eq. 4.5
        channels = channels + steps[best]
        slopes.append((left[-1] - np.array(offers)) / step)
        bought.append(bought[-1] + step * np.eye(len(groups))[best])
        left.append(offers[best])
    return AllocationPath(np.array(bought), np.array(left), np.array(slopes))


def onset_rates(rate, nats, threshold: float = 0.25) -> np.ndarray:
    """Rate at which each factor comes to hold ``threshold`` nats for good, [factors]; NaN for one that never does.

    ``rate`` [K] and ``nats`` [K, factors] are of one path, in its order; between two points it is taken as straight.
    """
    rate, nats = np.asarray(rate, float), np.asarray(nats, float)
    if nats.ndim != 2 or len(nats) != len(rate):
        raise ValueError(f"rate must be [K] and nats [K, factors], not {rate.shape} and {nats.shape}")
    found = []
    for held in nats.T:
        below = np.flatnonzero(held < threshold)
        after = below[-1] + 1 if len(below) else 0
        if after == len(held):
            found.append(np.nan)
        elif after == 0:
            found.append(rate[0])
        else:
            share = (threshold - held[after - 1]) / (held[after] - held[after - 1])
            found.append(rate[after - 1] + share * (rate[after] - rate[after - 1]))
    return np.array(found)
