"""What a nat of each factor saves in distortion, from images and their factors alone: no network, no training.

The sender is that of ``models.FactorChannel``. Its decoder is taken to be the best there is: it gives each pixel the
probability of white that follows from what was received.
"""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike

from .._runtime.arguments import check_tensor, number, numbers, seed_number, whole_number
from ..data.packed import PackedImages
from ..models.factor_channel import CHANNELS, SIZES, factor_codes
from .channel import binary_entropy

EACH_CHANNEL = tuple((channel,) for channel in range(len(CHANNELS)))
MIDDLE = 16  # of the 32 positions
MOST = 40.0  # nats of a channel whose noise float32 can still tell from 0


def pixel_correlations(codes: torch.Tensor, pixels: torch.Tensor) -> np.ndarray:
    """Correlate each pixel with what each channel is given.

    Args:
        codes: what the channels are given for N images, [N, channels].
        pixels: the images, [N, ...].

    Returns:
        From -1 to 1, [channels, ...]; NaN for a channel or pixel that is the same in all images.

    Raises:
        ValueError: where the two do not pair up, or N is below 2.
    """
    codes, flat = _paired("codes", codes, pixels)
    codes, flat = ((x - x.mean(dim=0)) / x.std(dim=0, correction=0) for x in (codes.float(), flat))
    return (codes.T @ flat / len(codes)).view(-1, *pixels.shape[1:]).numpy()


def initial_slope(codes: torch.Tensor, pixels: torch.Tensor) -> np.ndarray:
    """Compute how fast each channel begins to save distortion: the slope at zero nats, all channels closed (Eq. 4.4).

    That is the sum over pixels of the squared correlation of pixel and channel. What chance alone would give, 1/N for
    each pixel, is taken off. A whole nat saves less than the slope: ``BayesDecoder`` says how much.

    Args:
        codes: what the channels are given for N images, [N, channels].
        pixels: the images, [N, ...].

    Returns:
        Nats of distortion per nat of rate, [channels]; NaN for a channel that is given the same for all images.

    Raises:
        ValueError: where the two do not pair up, or N is below 2.
    """
    squares = pixel_correlations(codes, pixels).reshape(codes.shape[1], -1) ** 2
    varied = pixels.detach().flatten(1).var(dim=0).cpu().numpy() > 0
    return (squares[:, varied] - 1 / len(codes)).sum(axis=1)  # Eq. 4.4


def explained_variance(factors: torch.Tensor, pixels: torch.Tensor) -> np.ndarray:
    """Compute the variance of the mean image of each class of a factor, summed over pixels.

    It is the plain guess at how much a factor matters. What chance alone would give is taken off.

    Args:
        factors: classes [N, factors].
        pixels: the images, [N, ...].

    Returns:
        [factors], at least 0.

    Raises:
        ValueError: where the two do not pair up, or N is below 2.
    """
    factors, pixels = _paired("factors", factors, pixels)
    total = pixels.var(dim=0).sum()
    explained = []
    for factor in factors.T:
        kinds, member, count = factor.unique(return_inverse=True, return_counts=True)
        means = torch.zeros(len(kinds), pixels.shape[1]).index_add(0, member, pixels) / count[:, None]
        between = ((means - pixels.mean(dim=0)).square() * count[:, None]).sum() / len(pixels)
        explained.append((between - (len(kinds) - 1) / len(pixels) * total).clamp_min(0))
    return torch.stack(explained).numpy()


def _paired(name: str, rows: torch.Tensor, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ``rows`` [N, columns], the argument ``name``, and ``pixels`` as [N, ...], on the CPU."""
    check_tensor(name, rows)
    check_tensor("pixels", pixels)
    if rows.ndim != 2 or pixels.ndim < 2 or len(rows) != len(pixels) or len(rows) < 2:
        shapes = f"{list(rows.shape)} and {list(pixels.shape)}"
        raise ValueError(f"{name} [N, columns] and pixels [N, ...] must pair up, at least two, not {shapes}")
    rows, pixels = rows.detach().cpu(), pixels.detach().cpu().flatten(1).float()
    if not (rows.isfinite().all() and pixels.isfinite().all()):
        raise ValueError(f"{name} or pixels hold numbers that are not finite")
    return rows, pixels


class BayesDecoder:
    """The least distortion that any decoder of a FactorChannel can reach, at given nats of its eight channels.

    It knows the prior of the factors and dSprites' images, and computes the probability of each pixel from z by Bayes'
    rule. Three things are not exact. The average over factors and noise is one over ``samples`` draws, evenly spread
    and the same for all nats; positions are rounded to whole pixels, as a step of a position is 1.03 pixels; and the
    outline is everywhere that of the middle position.

    Args:
        sprites: dSprites, all of it.
        samples: draws of factors and noise.
        seed: of the draws.
        codes: what the eight channels are given: of factors [N, 5] numbers [N, 8] of mean 0 and variance 1, the last
            two of which are x and y.

    Raises:
        ValueError: for another set of images, or no samples.
    """

    def __init__(
        self,
        sprites: PackedImages,
        samples: int = 240,
        seed: int = 0,
        codes: Callable[[torch.Tensor], torch.Tensor] = factor_codes,
    ):
        if getattr(sprites, "factor_sizes", None) != tuple(SIZES.tolist()):
            raise ValueError(f"sprites must be DSprites() in full, not {type(sprites).__name__}")
        samples = whole_number("samples", samples, 1)
        poses = torch.cartesian_prod(torch.arange(3), torch.arange(6), torch.arange(40))
        factors = torch.cat([poses, torch.full((len(poses), 2), MIDDLE)], dim=1)
        masks = sprites[sprites.index(factors)][:, 0].cpu()
        used = masks.amax(dim=(0, 1)).nonzero().flatten()  # columns, and as many rows, in which a sprite can be
        middle = slice(int(used[0]), int(used[-1]) + 1)
        self.side = len(used)
        self.masks = masks[:, middle, middle].flatten(1)  # [720, side * side]
        self.poses = codes(factors)[:, :6]  # [720, 6]
        positions = torch.arange(32)
        self.positions = codes(torch.stack([positions] * 5, dim=1) * torch.tensor([0, 0, 0, 1, 1]))[:, 6]
        offsets = ((positions - MIDDLE) * 32 / 31).round().long()
        shifts = torch.stack([torch.eye(64).roll(int(o), dims=0) for o in offsets])
        self.shifts = shifts[:, :, middle].flatten(1)  # [32, 64 * side]

        generator = torch.Generator().manual_seed(seed_number(seed))
        even = (torch.arange(samples) + 0.5) / samples  # each class as often, each part of the normal as often

        def shuffled() -> torch.Tensor:
            return even[torch.randperm(samples, generator=generator)]

        drawn = torch.stack([(shuffled() * size).long() for size in sprites.factor_sizes], dim=1)
        self.codes = codes(drawn)
        self.noise = torch.special.ndtri(torch.stack([shuffled() for _ in range(8)], dim=1))

    def probabilities(self, nats: ArrayLike) -> torch.Tensor:
        """Compute the probability that a pixel is white given z, by Bayes' rule, for each draw.

        Args:
            nats: of each channel, [8], from 0 to 40.

        Returns:
            [samples, 64, 64], torch: images.

        Raises:
            ValueError: for other nats.
        """
        nats = numbers("nats", nats, (len(CHANNELS),), least=0, most=MOST)
        variance = torch.exp(-2 * torch.as_tensor(nats, dtype=torch.float32))
        kept = (1 - variance).sqrt()
        z = kept * self.codes + variance.sqrt() * self.noise

        def weights(channels: list[int], candidates: torch.Tensor) -> torch.Tensor:  # [samples, candidates]
            distance = z[:, None, channels] - kept[channels] * candidates
            return (-distance.square() / (2 * variance[channels])).sum(dim=-1).softmax(dim=-1)

        pose = weights([0, 1, 2, 3, 4, 5], self.poses) @ self.masks
        x, y = (weights([channel], self.positions[:, None]) @ self.shifts for channel in (6, 7))
        return y.view(-1, 64, self.side) @ pose.view(-1, self.side, self.side) @ x.view(-1, 64, self.side).mT

    def __call__(self, nats: ArrayLike) -> float:
        """Compute the least distortion (Eq. 4.3).

        What it is below the distortion at no nats is the information that z shares with each pixel, summed.

        Args:
            nats: of each channel, [8], from 0 to 40.

        Returns:
            Nats per image.

        Raises:
            ValueError: for other nats.
        """
        white = self.probabilities(nats).clamp(1e-9, 1 - 1e-7)
        return binary_entropy(white).sum(dim=(1, 2)).mean().item()  # Eq. 4.3


class AllocationPath(NamedTuple):
    """What ``greedy_allocation`` did in K steps; nats per image."""

    nats: np.ndarray  #: [1 + K, groups] spent on each group
    distortion: np.ndarray  #: [1 + K]
    slopes: np.ndarray  #: [K, groups] nats of distortion that a nat of each would save, before each step

    @property
    def rate(self) -> np.ndarray:
        """Nats spent in all, [1 + K]."""
        return self.nats.sum(axis=1)


def greedy_allocation(
    distortion: Callable[[np.ndarray], float],
    capacity: float,
    groups: Sequence[Sequence[int]] = EACH_CHANNEL,
    step: float = 0.25,
) -> AllocationPath:
    """Spend nats step by step, each where it saves most distortion (Eq. 4.5).

    Args:
        distortion: takes the nats of all channels, [channels].
        capacity: C, nats to spend in all.
        groups: of channels that get their nats together, in equal parts.
        step: nats of one step.

    Returns:
        The path from 0 nats to ``capacity``.

    Raises:
        ValueError: for a step that is not above 0, or above ``capacity``; for groups that do not have each channel
            once; for a distortion that is not finite.
    """
    capacity, step = number("capacity", capacity, above=0), number("step", step, above=0)
    if step > capacity:
        raise ValueError(f"step must be at most the capacity of {capacity} nats, not {step}")
    try:
        listed = sorted(channel for group in groups for channel in group)
    except TypeError:  # not lists in a list
        listed = []
    if not listed or listed != list(range(len(listed))) or not all(map(len, groups)):
        raise ValueError(f"groups must have each channel from 0 on once, not {groups!r}")

    def left_at(nats: np.ndarray) -> float:
        return number("distortion(nats)", distortion(nats))

    steps = np.zeros((len(groups), len(listed)))
    for row, group in zip(steps, groups, strict=True):
        row[list(group)] = step / len(group)
    channels = np.zeros(steps.shape[1])
    spent, left, slopes = [np.zeros(len(groups))], [left_at(channels)], []
    for _ in range(round(capacity / step)):
        offers = [left_at(channels + more) for more in steps]
        best = int(np.argmin(offers))  # Eq. 4.5
        channels = channels + steps[best]
        slopes.append((left[-1] - np.array(offers)) / step)
        spent.append(spent[-1] + step * np.eye(len(groups))[best])
        left.append(offers[best])
    return AllocationPath(np.array(spent), np.array(left), np.array(slopes))


def onset_rates(rate: ArrayLike, nats: ArrayLike, threshold: float = 0.25) -> np.ndarray:
    """Find the rate from which on each factor holds ``threshold`` nats for good.

    Args:
        rate: R at each point of a path, in its order, [K]; between two points it is taken as straight.
        nats: of each factor, [K, factors].
        threshold: in nats.

    Returns:
        Rates [factors] in nats; NaN for a factor that never does.

    Raises:
        ValueError: where rate and nats do not pair up, or are not finite.
    """
    nats, threshold = numbers("nats", nats, (None, None)), number("threshold", threshold)
    rate = numbers("rate", rate, (len(nats),))
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
