"""A latent as a noisy channel: what its nats buy, when two images are confused, and what a rotation costs."""

import math
from typing import NamedTuple

import torch

from ..models import Posterior

GRID = 600  # points of z on which one-dimensional integrals are taken
CHUNK = 500  # draws of z held against all images at once


def gaussian_information(signal, noise) -> torch.Tensor:
    """I in nats of z = mean + noise, means Gaussian of variance ``signal``: ln(1 + signal / noise) / 2.

    ``noise`` is the variance of the posterior (Eq. 3.6; Cover and Thomas 2006, section 9.1).
    """
    return 0.5 * torch.log1p(torch.as_tensor(signal) / torch.as_tensor(noise))  # Eq. 3.6


def kl_decomposition(posterior: Posterior) -> tuple[torch.Tensor, torch.Tensor]:
    """What each latent's KL pays for, nats [B, latents]: having moved the mean, and having changed the variance.

    The two add up to ``posterior.kl()`` (Eq. 3.5).
    """
    moved = 0.5 * posterior.mean.square()
    return moved, posterior.kl() - moved  # Eq. 3.5


def bayes_error(first: Posterior, second: Posterior, generator: torch.Generator | None = None, draws: int = 1) -> float:
    """How often the better guess is wrong about which of two images z came from, over pairs of posteriors [B, latents].

    One half where two posteriors are the same, 0 where they do not overlap; for equal deviations and one latent it is
    the normal tail beyond half the distance (Eq. 3.7). An estimate from ``draws`` of z for each image.
    """
    wrong = []
    for truth, other in ((first, second), (second, first)):
        for _ in range(draws):
            z = truth.rsample(generator)
            gap = log_density(z, other) - log_density(z, truth)
            wrong.append((gap > 0).double() + 0.5 * (gap == 0).double())  # Eq. 3.7
    return torch.stack(wrong).mean().item()


def log_density(z: torch.Tensor, posterior: Posterior) -> torch.Tensor:
    """log q(z|x) of each z [B, latents] in its own posterior, [B], less (latents / 2) ln 2 pi."""
    scaled = (z - posterior.mean) * (-0.5 * posterior.log_variance).exp()
    return -0.5 * (scaled.square() + posterior.log_variance).sum(-1)


def separation(posterior: Posterior) -> tuple[torch.Tensor, torch.Tensor]:
    """How far apart all pairs of posteriors lie, [B, B]: in standard deviations, and as the share that they overlap.

    The first is the distance of the means, each latent in units of the pair's mean variance. The second is the
    Bhattacharyya coefficient, 1 where two are the same; half of it is never below their ``bayes_error`` (Kailath 1967).
    """
    mean, variance = posterior.mean, posterior.log_variance.exp()
    pooled = 0.5 * (variance[:, None] + variance)
    squares = ((mean[:, None] - mean).square() / pooled).sum(-1)
    widths = (pooled.log() - 0.5 * (posterior.log_variance[:, None] + posterior.log_variance)).sum(-1)
    return squares.sqrt(), (-squares / 8 - 0.5 * widths).exp()


def binary_entropy(p: torch.Tensor) -> torch.Tensor:
    """Compute the entropy of a Bernoulli variable in nats, elementwise: -p ln p - (1 - p) ln(1 - p), 0 at 0 and 1."""
    return -(torch.xlogy(p, p) + torch.xlogy(1 - p, 1 - p))


def bayes_distortion(images: torch.Tensor, codes, sigma: float) -> float:
    """Least distortion in nats per image of K binary images whose one latent is N(codes[k], sigma^2).

    The best decoder of z gives each pixel the probability that it is white among the images that z may have come
    from; what is left is the entropy of that, averaged over z (Eq. 3.8). ``images`` [K, ...], ``codes``
    [K]. Raises ValueError where they do not pair up.
    """
    codes = torch.as_tensor(codes, dtype=torch.float64)
    if codes.ndim != 1 or len(codes) != len(images) or not sigma > 0:
        raise ValueError(
            f"codes must be one number for each of {len(images)} images and sigma above 0, "
            f"not {list(codes.shape)} and {sigma}"
        )
    pixels = images.flatten(1).double()
    patterns, counts = pixels.T.unique(dim=0, return_counts=True)  # pixels that agree in all images cost the same
    z = torch.linspace(codes.min() - 8 * sigma, codes.max() + 8 * sigma, GRID, dtype=torch.float64)
    density = torch.exp(-0.5 * ((z[:, None] - codes) / sigma).square()) / (sigma * math.sqrt(2 * math.pi))  # [GRID, K]
    total = density.sum(1, keepdim=True)
    white = ((density / total.clamp(min=1e-300)) @ patterns.T).clamp(0, 1)  # [GRID, patterns]
    entropy = binary_entropy(white) @ counts.double()
    return torch.trapezoid(total[:, 0] / len(codes) * entropy, z).item()  # Eq. 3.8


def rotate(z: torch.Tensor, pair: tuple[int, int], angle: float) -> torch.Tensor:
    """``z`` [B, latents] with the plane of two latents turned by ``angle`` radians."""
    i, j = pair
    turned = z.clone()
    turned[:, i] = math.cos(angle) * z[:, i] - math.sin(angle) * z[:, j]
    turned[:, j] = math.sin(angle) * z[:, i] + math.cos(angle) * z[:, j]
    return turned


def rotate_posterior(posterior: Posterior, pair: tuple[int, int], angle: float) -> Posterior:
    """The best diagonal posterior once the plane of two latents is turned by ``angle`` radians.

    The means turn along. Of all diagonal q, the one that makes D + beta R least, to second order about an optimum, has
    the turned precision's diagonal; it also makes KL(q || turned posterior) least (Eq. 3.9).
    """
    i, j = pair
    precision = (-posterior.log_variance).exp()
    mixed = precision.clone()
    c, s = math.cos(angle) ** 2, math.sin(angle) ** 2
    mixed[:, i] = c * precision[:, i] + s * precision[:, j]  # Eq. 3.9
    mixed[:, j] = s * precision[:, i] + c * precision[:, j]
    return Posterior(rotate(posterior.mean, pair, angle), -mixed.log())


def rotation_cost(posterior: Posterior, pair: tuple[int, int], angle: float) -> torch.Tensor:
    """Nats [B] that the turn of ``rotate_posterior`` costs each image, to second order (Eq. 3.10).

    Half the log of the product of the turned precisions over that of the old ones: never below 0, and 0 where the two
    latents are equally sharp.
    """
    return 0.5 * (posterior.log_variance - rotate_posterior(posterior, pair, angle).log_variance).sum(1)  # Eq. 3.10


class InformationBounds(NamedTuple):
    """I(X; Z) lies between ``lower`` and ``upper``, in nats per image; ``rate`` is the mean KL to the prior."""

    lower: float  # never above ln(images)
    upper: float
    rate: float
    images: int  # that were held against one another


@torch.no_grad()
def mutual_information_bounds(posterior: Posterior, seed: int = 0) -> InformationBounds:
    """Bounds on I(X; Z) in nats from the posteriors [B, latents] of B random images (Eq. 3.4).

    q(z) is an average over all images; here over the B that are given. One z is drawn for each image, and log q(z|x)
    held against the log of that average: with the image's own posterior in it the result is too low in expectation, and
    at most ln B; without it, too high (Poole et al. 2019, equations 12 and 13). Both meet I as B grows past exp(I). An
    upper bound above ``rate`` is replaced by the rate, which is one too. They hold in expectation: for one draw they
    may err by the standard error of a mean over B. Raises ValueError for fewer than two images or for numbers that are
    not finite.
    """
    mean, log_variance = (x.detach().double() for x in posterior)
    if mean.ndim != 2 or len(mean) < 2:
        raise ValueError(f"posterior must be [B, latents] of at least two images, not {list(mean.shape)}")
    if not (mean.isfinite().all() and log_variance.isfinite().all()):
        raise ValueError("posterior holds numbers that are not finite; did the training diverge?")
    posterior = Posterior(mean, log_variance)
    z = posterior.rsample(torch.Generator(mean.device).manual_seed(seed))
    n = len(z)
    lower = upper = 0.0
    for rows in torch.arange(n, device=z.device).split(CHUNK):
        densities = log_densities(z[rows], posterior)  # [chunk, B]
        own = densities.gather(1, rows[:, None])[:, 0]
        lower += (own - densities.logsumexp(1) + math.log(n)).sum().item() / n  # Eq. 3.4, left
        others = densities.scatter(1, rows[:, None], -math.inf)
        upper += (own - others.logsumexp(1) + math.log(n - 1)).sum().item() / n  # Eq. 3.4, right
    rate = posterior.kl().sum(1).mean().item()
    return InformationBounds(max(lower, 0.0), min(max(upper, 0.0), rate), rate, n)


def log_densities(z: torch.Tensor, posterior: Posterior) -> torch.Tensor:
    """log q(z_i | x_j) in nats, [N, B], for draws ``z`` [N, latents] and B posteriors.

    The square is multiplied out, so that all pairs are one matrix product; in float64 nothing is lost by that.
    """
    z, mean, log_variance = z.double(), posterior.mean.double(), posterior.log_variance.double()
    precision = (-log_variance).exp()
    quadratic = torch.cat([z.square(), z], 1) @ torch.cat([precision, -2 * mean * precision], 1).T
    constant = (mean.square() * precision + log_variance + math.log(2 * math.pi)).sum(1)
    return -0.5 * (quadratic + constant)
