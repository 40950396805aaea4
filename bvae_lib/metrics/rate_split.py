"""The rate in three parts, over a whole data set: what is known exactly is computed, the rest is one average."""

import math
from typing import NamedTuple

import numpy as np
import torch

from .._runtime.arguments import seed_number, whole_number
from ..models import Posterior
from ..models._inputs import check_posterior
from ..models.posterior import LOG_2_PI
from ..theory.channel import log_densities
from .mixture import LatentMixture

CELLS = 32  # of the grid of z in the narrowest standard deviation
BLOCK = 1_024  # images whose densities are computed at once
CONTROLS = 4  # known averages for each latent, against which the draws are corrected


class RateSplit(NamedTuple):
    """R = I(X;Z) + TC + sum_j KL(q(z_j) || p(z_j)); nats per image."""

    mutual_information: float  #: I(X;Z), of image and code; its standard error is ``error``
    total_correlation: float  #: TC = KL(q(z) || prod_j q(z_j)); its standard error is ``error`` too
    dimension_wise_kl: float  #: sum over latents of KL(q(z_j) || p(z_j)), not sampled
    rate: float  #: the mean KL(q(z|x) || p(z)), not sampled, and the sum of the three
    error: float  #: standard error, of the draws
    kl_per_latent: np.ndarray  #: [latents], KL(q(z_j) || p(z_j)) of each


@torch.no_grad()
def split_rate(posterior: Posterior, n: int = 2_000, seed: int = 0) -> RateSplit:
    """Split the rate into information, total correlation and mismatch (Eq. 8.3; Chen et al. 2018, equation 2).

    q(z) is the average of q(z|x) over all images, a mixture of N known Gaussians. The rate and, by a grid of z, the
    entropies of q(z_j) are computed; E[log q(z)] alone is a mean over draws of z, at each of which log q(z) is exact,
    the sum over all N images in float64. Hence I and TC share one error, with opposite signs. It is the smaller as the
    draws are spread evenly over the images, in their order, and corrected by a linear fit to functions of z whose
    averages are known (control variates): z_j, z_j^2, log q(z_j) and log q(z_j|x).

    Minibatches estimate the same with a bias (``minibatch_bias``).

    Args:
        posterior: of all images of a data set, [N, latents], as ``encode_dataset`` gives it. Of a sample, q(z) is the
            mixture of the sample, and I is at most the logarithm of its size.
        n: draws of z. The time is that of n N densities: half a minute of one core for 2,000 of dSprites.
        seed: of the draws.

    Returns:
        The three parts, in nats per image, their sum and its error.

    Raises:
        TypeError: for what is no posterior.
        ValueError: for fewer draws than twice the 4 known averages of each latent, or numbers that are not finite.
    """
    posterior = in_float64(posterior)
    images, latents = posterior.mean.shape
    n = whole_number("n", n, least=2 * CONTROLS * latents + 2)
    generator = torch.Generator().manual_seed(seed_number(seed))
    chosen = ((torch.arange(n) + torch.rand(n, generator=generator, dtype=torch.float64)) * images / n).long()
    own = Posterior(*(part[chosen.clamp(max=images - 1)] for part in posterior))
    z = own.rsample(generator)
    marginals, entropies = marginal_log_densities(z, posterior)
    given = own.log_density(z)  # log q(z_j|x)
    squares = (posterior.mean.square() + posterior.log_variance.exp()).mean(dim=0)
    given_mean = -0.5 * (1 + LOG_2_PI + posterior.log_variance.mean(dim=0))
    controls = torch.cat([z, z.square(), marginals, given], dim=1)
    known = torch.cat([posterior.mean.mean(dim=0), squares, -entropies, given_mean])
    joint, error = corrected_mean(aggregate_log_density(z, posterior), controls - known)
    mismatch = (-entropies + 0.5 * (squares + LOG_2_PI)).numpy()
    return RateSplit(  # Eq. 8.3
        mutual_information=given_mean.sum().item() - joint,
        total_correlation=joint + entropies.sum().item(),
        dimension_wise_kl=float(mismatch.sum()),
        rate=posterior.kl().sum(dim=1).mean().item(),
        error=error,
        kl_per_latent=mismatch,
    )


def in_float64(posterior: Posterior) -> Posterior:
    """Return ``posterior`` in float64 on the CPU, as not every device has it; ValueError where it is not finite."""
    posterior = Posterior(*(part.detach().cpu().double() for part in check_posterior("posterior", posterior)))
    if not all(part.isfinite().all() for part in posterior):
        raise ValueError("posterior holds numbers that are not finite; did the training diverge?")
    return posterior


def aggregate_log_density(z: torch.Tensor, posterior: Posterior) -> torch.Tensor:
    """Return log q(z) [n] of the mixture of all images, at z [n, latents]."""
    total = torch.full((len(z),), -math.inf, dtype=torch.float64)
    for block in zip(*(part.split(BLOCK) for part in posterior), strict=True):
        total = torch.logaddexp(total, log_densities(z, Posterior(*block)).logsumexp(dim=1))
    return total - math.log(len(posterior.mean))


def marginal_log_densities(z: torch.Tensor, posterior: Posterior) -> tuple[torch.Tensor, torch.Tensor]:
    """Return log q(z_j) at z, [n, latents], and the entropy of each q(z_j), [latents]."""
    logs, entropies = [], []
    for mean, log_variance, at in zip(posterior.mean.T, posterior.log_variance.T, z.T, strict=True):
        mixture = LatentMixture(mean.numpy(), (0.5 * log_variance).exp().numpy(), CELLS)
        log_q = np.log(mixture.density().clip(min=np.finfo(float).tiny))
        logs.append(torch.as_tensor(np.interp(at.numpy(), mixture.grid, log_q)))
        entropies.append(mixture.entropy())
    return torch.stack(logs, dim=1), torch.tensor(entropies, dtype=torch.float64)


def corrected_mean(values: torch.Tensor, controls: torch.Tensor) -> tuple[float, float]:
    """Return the mean of ``values`` [n] where ``controls`` [n, k] have their mean, 0, and its standard error.

    Draws that follow each other are of neighbouring images: the error is of their differences.
    """
    design = np.column_stack([np.ones(len(values)), controls.numpy()])
    fit, _, rank, _ = np.linalg.lstsq(design, values.numpy(), rcond=1e-10)
    rest = values.numpy() - design @ fit
    pairs = np.diff(rest)
    variance = 0.5 * (pairs**2).mean() * len(values) / (len(values) - rank)
    return float(fit[0]), math.sqrt(variance / len(values))
