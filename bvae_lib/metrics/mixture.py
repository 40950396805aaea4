"""The density of one latent over a whole data set: a mixture of as many Gaussians as there are images, on a grid."""

import math

import numpy as np

REACH = 6.0  # standard deviations beyond the outermost means
POINTS = (1_024, 65_536)  # of the grid of z, at least and at most
LEVEL = 0.02  # of standard deviations: the logarithm between two
LEVELS = 128  # at most
ALL = slice(None)


class LatentMixture:
    """The average of N(mean, std^2) over images, by convolution: all of dSprites takes a tenth of a second.

    Args:
        mean: [N].
        std: [N], above 0.
        cells: of the grid, at least, in the narrowest standard deviation, as far as the grid may grow.
    """

    def __init__(self, mean: np.ndarray, std: np.ndarray, cells: int):
        low, high = mean.min() - REACH * std.max(), mean.max() + REACH * std.max()
        points = 2 ** math.ceil(math.log2(cells * (high - low) / std.min()))
        self.points = min(max(points, POINTS[0]), POINTS[1])
        self.cell = (high - low) / self.points
        self.grid = low + self.cell * np.arange(self.points)  #: z, [points]
        # Each Gaussian is shared between two points and two levels, so that its mean and its variance stay what they
        # are: between two points it is wider, by up to a quarter of the square of a cell, and so its level is lower.
        narrowest = math.sqrt(max(std.min() ** 2 - 0.25 * self.cell**2, 0.25 * std.min() ** 2))
        ratio = math.log(std.max() / narrowest)
        self.levels = min(math.ceil(ratio / LEVEL), LEVELS - 1) + 1
        variances = narrowest**2 * np.exp(2 * ratio * np.arange(self.levels) / (self.levels - 1))
        place = (mean - low) / self.cell
        self.left = np.floor(place).astype(int)
        self.right_share = place - self.left
        variance = std**2 - self.right_share * (1 - self.right_share) * self.cell**2
        variance = np.clip(variance, variances[0], variances[-1])
        self.level = np.clip(np.searchsorted(variances, variance, side="right") - 1, 0, self.levels - 2)
        self.upper_share = (variance - variances[self.level]) / np.diff(variances)[self.level]
        frequency = 2 * np.pi * np.fft.rfftfreq(self.points, self.cell)
        self.blur = np.exp(-0.5 * variances[:, None] * frequency**2)  # [levels, frequencies], of Gaussians at 0

    def density(self, rows: np.ndarray | slice = ALL) -> np.ndarray:
        """Return the density of some images' mixture on the grid, [points]."""
        at = self.level[rows] * self.points + self.left[rows]
        right, upper = self.right_share[rows], self.upper_share[rows]
        weights = np.zeros(self.levels * self.points)
        for beside, along in ((0, 1 - right), (1, right)):
            for above, over in ((0, 1 - upper), (1, upper)):
                weights += np.bincount(at + beside + above * self.points, along * over, len(weights))
        spectrum = (np.fft.rfft(weights.reshape(self.levels, self.points)) * self.blur).sum(axis=0)
        return np.fft.irfft(spectrum, self.points).clip(min=0) / (weights.sum() * self.cell)

    def entropy(self, rows: np.ndarray | slice = ALL) -> float:
        """Return the differential entropy of some images' mixture in nats."""
        p = self.density(rows)
        p = p[p > 0]
        return float(-(p * np.log(p)).sum() * self.cell)
