"""How much of the rate is information: R = I(X; Z) + KL(q(z) || p(z)), and I between two bounds.

The average KL of a VAE is an upper bound on what its latents say of the image. The rest of it pays for a mismatch: all
posteriors together, q(z) = E_x q(z|x), are not the prior (Hoffman and Johnson 2016; chapter 3, equation 2).
"""

import math
from typing import NamedTuple

import torch

from .models import Posterior

CHUNK = 500  # draws of z held against all images at once


class InformationBounds(NamedTuple):
    """I(X; Z) lies between ``lower`` and ``upper``, in nats per image; ``rate`` is the mean KL to the prior."""

    lower: float  # never above ln(images)
    upper: float
    rate: float
    images: int  # that were held against one another


@torch.no_grad()
def mutual_information_bounds(posterior: Posterior, seed: int = 0) -> InformationBounds:
    """Bounds on I(X; Z) in nats from the posteriors [B, latents] of B random images (chapter 3, equation 6).

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
        lower += (own - densities.logsumexp(1) + math.log(n)).sum().item() / n
        others = densities.scatter(1, rows[:, None], -math.inf)
        upper += (own - others.logsumexp(1) + math.log(n - 1)).sum().item() / n
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
