"""A latent as a noisy channel: what its nats are spent on, how often images are confused, what a rotation costs.

Functions of a Posterior return torch tensors, a number for each image or pair of images, since those go on into a
decoder; whatever is a figure of the whole (information, errors, bounds) is a plain number or a numpy array.
"""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike

from .._runtime.arguments import check_pixels, check_tensor, number, numbers, same_shape, seed_number, whole_number
from ..models import Posterior
from ..models._inputs import check_floating, check_posterior, latent_pair

GRID = 600  # points of z on which one-dimensional integrals are taken
CHUNK = 500  # draws of z that are compared with all images at once


def gaussian_information(signal: ArrayLike, noise: ArrayLike) -> np.ndarray:
    """Compute the information of a Gaussian channel z = mean + noise (Eq. 3.6; Cover and Thomas 2006, section 9.1).

    Args:
        signal: variance of the means, of any shape.
        noise: variance of the posterior, of a shape that broadcasts with it.

    Returns:
        I(X; Z) = ln(1 + signal / noise) / 2 in nats, of the same shape.

    Raises:
        ValueError: for a signal below 0 or noise not above 0.
    """
    return 0.5 * np.log1p(numbers("signal", signal, least=0) / numbers("noise", noise, above=0))  # Eq. 3.6


def kl_decomposition(posterior: Posterior) -> tuple[torch.Tensor, torch.Tensor]:
    """Split the KL of each latent into two parts that add up to ``posterior.kl()`` (Eq. 3.5).

    Args:
        posterior: [B, latents].

    Returns:
        Nats [B, latents] each, torch: for moving the mean, and for changing the variance; both at least 0.

    Raises:
        TypeError: for what is no posterior.
        ValueError: for a posterior of another shape.
    """
    check_posterior("posterior", posterior)
    moved = 0.5 * posterior.mean.square()  # Eq. 3.5
    return moved, posterior.kl() - moved


def bayes_error(first: Posterior, second: Posterior, draws: int = 1, seed: int = 0) -> float:
    """Estimate how often the best guess is wrong about which of two images z came from, by Monte Carlo.

    For one latent with equal deviations it is the normal tail beyond half the distance of the means (Eq. 3.7).

    Args:
        first: posteriors of one image of each pair, [B, latents].
        second: posteriors of the other, [B, latents].
        draws: of z for each image.
        seed: of the draws.

    Returns:
        The mean over pairs: 0.5 where the two posteriors are the same, 0 where they do not overlap.

    Raises:
        TypeError: for what is no posterior.
        ValueError: where the two do not pair up, or hold numbers that are not finite.
    """
    first, second = _finite("first", first), _finite("second", second)
    same_shape(first=first.mean, second=second.mean)
    generator = _generator(first, seed)
    wrong = []
    for truth, other in ((first, second), (second, first)):
        for _ in range(whole_number("draws", draws, 1)):
            z = truth.rsample(generator)
            gap = (log_density(z, other) - log_density(z, truth)).cpu()  # not every device has float64
            wrong.append((gap > 0).double() + 0.5 * (gap == 0).double())  # Eq. 3.7
    return torch.stack(wrong).mean().item()


def log_density(z: torch.Tensor, posterior: Posterior) -> torch.Tensor:
    """Compute log q(z|x) of each z in the posterior of its own image.

    Args:
        z: [B, latents].
        posterior: [B, latents].

    Returns:
        Nats [B], torch.

    Raises:
        TypeError: for what is no posterior.
        ValueError: where the shapes differ.
    """
    check_tensor("z", z)
    same_shape(z=z, mean=check_posterior("posterior", posterior).mean)
    return posterior.log_density(z).sum(dim=1)


def log_densities(z: torch.Tensor, posterior: Posterior) -> torch.Tensor:
    """Compute log q(z_i|x_j) of each z in the posterior of every image.

    The square is multiplied out, so that all pairs are one matrix product; in float64, and on the CPU as not every
    device has that, nothing is lost by it.

    Args:
        z: [N, latents].
        posterior: [B, latents].

    Returns:
        Nats [N, B], torch, float64, on the CPU.

    Raises:
        TypeError: for what is no posterior.
        ValueError: where the latents differ.
    """
    check_tensor("z", z)
    z, mean, log_variance = (x.cpu().double() for x in (z, *check_posterior("posterior", posterior)))
    if z.ndim != 2 or z.shape[1] != mean.shape[1]:
        raise ValueError(f"z must have the shape [N, {mean.shape[1]}], not {list(z.shape)}")
    precision = (-log_variance).exp()
    quadratic = torch.cat([z.square(), z], dim=1) @ torch.cat([precision, -2 * mean * precision], dim=1).T
    constant = (mean.square() * precision + log_variance + math.log(2 * math.pi)).sum(dim=1)
    return -0.5 * (quadratic + constant)


def separation(posterior: Posterior) -> tuple[torch.Tensor, torch.Tensor]:
    """Compute how far apart the posteriors of all pairs of images lie.

    Args:
        posterior: [B, latents].

    Returns:
        Two matrices [B, B], torch. The distance of the means, each latent in deviations: the root of the pair's mean
        variance. And the overlap, the Bhattacharyya coefficient, 1 where two posteriors are the same; half of it is
        never below their ``bayes_error`` (Kailath 1967).

    Raises:
        TypeError: for what is no posterior.
        ValueError: for a posterior of another shape.
    """
    check_posterior("posterior", posterior)
    mean, variance = posterior.mean, posterior.log_variance.exp()
    pooled = 0.5 * (variance[:, None] + variance)
    squares = ((mean[:, None] - mean).square() / pooled).sum(dim=-1)
    widths = (pooled.log() - 0.5 * (posterior.log_variance[:, None] + posterior.log_variance)).sum(dim=-1)
    return squares.sqrt(), (-squares / 8 - 0.5 * widths).exp()


def binary_entropy(p: torch.Tensor) -> torch.Tensor:
    """Compute the entropy of binary variables, h(p) = -p ln p - (1 - p) ln(1 - p) (Eq. 7.3).

    Args:
        p: probabilities, of any shape.

    Returns:
        Nats of the same shape, torch; 0 at 0 and at 1.

    Raises:
        ValueError: for what is no probability.
    """
    check_floating("p", p)
    if p.device.type == "cpu" and p.numel():  # on a GPU the answer would stall the queue
        low, high = p.amin().item(), p.amax().item()
        if not (low >= 0 and high <= 1):  # NaN is neither
            raise ValueError(f"p must be probabilities, which lie in [0, 1], not {low:.3g} to {high:.3g}")
    return -(torch.xlogy(p, p) + torch.xlogy(1 - p, 1 - p))  # Eq. 7.3


def bayes_distortion(images: torch.Tensor, codes: ArrayLike, sigma: float) -> float:
    """Compute the least distortion of K binary images whose one latent is N(codes[k], sigma^2) (Eq. 3.8).

    The best decoder of z gives each pixel the probability that it is white, among the images that z may have come
    from. What is left is the entropy of that, averaged over z.

    Args:
        images: [K, ...] in {0, 1}.
        codes: means of the latent, [K].
        sigma: deviation of the latent.

    Returns:
        Nats per image.

    Raises:
        ValueError: where codes and images do not pair up, sigma is not above 0, or pixels are not in [0, 1].
    """
    check_tensor("images", images)
    if images.ndim < 2 or not images.numel():
        raise ValueError(f"images must have the shape [K, ...], not {list(images.shape)}")
    pixels = images.detach().cpu().flatten(1).double()  # not every device has float64
    check_pixels(pixels)
    codes, sigma = torch.as_tensor(numbers("codes", codes, (len(images),))), number("sigma", sigma, above=0)
    patterns, counts = pixels.T.unique(dim=0, return_counts=True)  # pixels that agree in all images cost the same
    z = torch.linspace(codes.min() - 8 * sigma, codes.max() + 8 * sigma, GRID, dtype=torch.float64)
    density = torch.exp(-0.5 * ((z[:, None] - codes) / sigma).square()) / (sigma * math.sqrt(2 * math.pi))  # [GRID, K]
    total = density.sum(dim=1, keepdim=True)
    white = ((density / total.clamp(min=1e-300)) @ patterns.T).clamp(0, 1)  # [GRID, patterns]
    entropy = binary_entropy(white) @ counts.double()  # Eq. 3.8
    return torch.trapezoid(total[:, 0] / len(codes) * entropy, z).item()


def rotate(z: torch.Tensor, pair: tuple[int, int], angle: float) -> torch.Tensor:
    """Rotate the plane of two latents.

    Args:
        z: [B, latents].
        pair: the two latents.
        angle: in radians.

    Returns:
        [B, latents], torch.

    Raises:
        ValueError: for a pair that ``z`` does not have, and whole numbers in ``z``.
    """
    check_floating("z", z)
    if z.ndim != 2:
        raise ValueError(f"z must have the shape [B, latents], not {list(z.shape)}")
    i, j = latent_pair(pair, z.shape[1])
    angle, rotated = number("angle", angle), z.clone()
    rotated[:, i] = math.cos(angle) * z[:, i] - math.sin(angle) * z[:, j]
    rotated[:, j] = math.sin(angle) * z[:, i] + math.cos(angle) * z[:, j]
    return rotated


def rotate_posterior(posterior: Posterior, pair: tuple[int, int], angle: float) -> Posterior:
    """Find the best diagonal posterior once the plane of two latents is rotated (Eq. 3.9).

    The means rotate along. Of all diagonal q, the one of least D + beta R, to second order about an optimum, has the
    diagonal of the rotated precision; it is also the one of least KL(q || rotated posterior).

    Args:
        posterior: [B, latents].
        pair: the two latents.
        angle: in radians.

    Returns:
        [B, latents], torch.

    Raises:
        TypeError: for what is no posterior.
        ValueError: for a pair that the posterior does not have.
    """
    i, j = latent_pair(pair, check_posterior("posterior", posterior).mean.shape[1])
    mean = rotate(posterior.mean, (i, j), angle)
    precision = (-posterior.log_variance).exp()
    mixed = precision.clone()
    c, s = math.cos(angle) ** 2, math.sin(angle) ** 2
    mixed[:, i] = c * precision[:, i] + s * precision[:, j]  # Eq. 3.9
    mixed[:, j] = s * precision[:, i] + c * precision[:, j]
    return Posterior(mean, -mixed.log())


def rotation_cost(posterior: Posterior, pair: tuple[int, int], angle: float) -> torch.Tensor:
    """Compute what the rotation of ``rotate_posterior`` adds to D / beta + R, to second order (Eq. 3.10).

    It is half the log of the product of the rotated precisions over that of the old ones: never below 0, and 0 where
    the two variances are equal.

    Args:
        posterior: [B, latents].
        pair: the two latents.
        angle: in radians.

    Returns:
        Nats [B], torch.

    Raises:
        TypeError: for what is no posterior.
        ValueError: for a pair that the posterior does not have.
    """
    rotated = rotate_posterior(posterior, pair, angle)
    return 0.5 * (posterior.log_variance - rotated.log_variance).sum(dim=1)  # Eq. 3.10


class InformationBounds(NamedTuple):
    """I(X; Z) lies between ``lower`` and ``upper``; nats per image."""

    lower: float  #: never above ln(images)
    upper: float  #: never above the rate
    rate: float  #: mean KL to the prior
    images: int  #: of which q(z) is the average


@torch.no_grad()
def mutual_information_bounds(posterior: Posterior, seed: int = 0) -> InformationBounds:
    """Bound the information I(X; Z) of an encoder (Eq. 3.4; Poole et al. 2019, equations 12 and 13).

    q(z) is an average over all images; here over the B given. One z is drawn for each image, and its log q(z|x) is
    compared with the log of that average. With the image's own posterior in the average, the result is too low in
    expectation, and at most ln B; without it, too high. Both meet I as B grows past exp(I). An upper bound above the
    rate is replaced by the rate, which is a bound too. For one draw the bounds may err by the standard error of a mean
    over B.

    Args:
        posterior: of B random images, [B, latents].
        seed: of the draws.

    Returns:
        The bounds in nats per image.

    Raises:
        TypeError: for what is no posterior.
        ValueError: for fewer than two images, or numbers that are not finite.
    """
    posterior = _finite("posterior", posterior)
    n = len(posterior.mean)
    if n < 2:
        raise ValueError(f"posterior must be [B, latents] of at least two images, not {list(posterior.mean.shape)}")
    posterior = Posterior(*(x.detach().cpu().double() for x in posterior))  # not every device has float64
    z = posterior.rsample(_generator(posterior, seed))
    lower = upper = 0.0
    for rows in torch.arange(n).split(CHUNK):
        densities = log_densities(z[rows], posterior)  # [chunk, B]
        own = densities.gather(1, rows[:, None])[:, 0]
        lower += (own - densities.logsumexp(dim=1) + math.log(n)).sum().item() / n  # Eq. 3.4, left
        others = densities.scatter(1, rows[:, None], -math.inf)
        upper += (own - others.logsumexp(dim=1) + math.log(n - 1)).sum().item() / n  # Eq. 3.4, right
    rate = posterior.kl().sum(dim=1).mean().item()
    return InformationBounds(max(lower, 0.0), min(max(upper, 0.0), rate), rate, n)


def _finite(name: str, posterior: Posterior) -> Posterior:
    """Return ``posterior``, the argument ``name``; ValueError where a number in it is not finite."""
    if not all(part.isfinite().all() for part in check_posterior(name, posterior)):
        raise ValueError(f"{name} holds numbers that are not finite; did the training diverge?")
    return posterior


def _generator(posterior: Posterior, seed: int) -> torch.Generator:
    """Return a source of noise for draws of ``posterior``."""
    return torch.Generator(posterior.mean.device).manual_seed(seed_number(seed))
