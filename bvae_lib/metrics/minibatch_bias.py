"""How far the parts of the rate that a minibatch gives lie from those of the whole data set."""

from collections.abc import Iterable
from typing import NamedTuple

import torch

from .._runtime.arguments import seed_number, whole_number
from ..aggregate import METHODS, minibatch_log_density
from ..models import Posterior
from .rate_split import aggregate_log_density, in_float64, marginal_log_densities

BATCHES = 20  # of each size, at least
PARTS = ("mutual_information", "total_correlation", "dimension_wise_kl")


class MinibatchBias(NamedTuple):
    """The mean estimate of a batch less the value of the whole data set, of each part of the rate; nats per image."""

    method: str  #: of ``minibatch_log_density``
    batch_size: int
    mutual_information: float
    total_correlation: float
    dimension_wise_kl: float
    errors: dict[str, float]  #: standard errors of the three, by their names, over batches


@torch.no_grad()
def minibatch_bias(
    posterior: Posterior, batch_sizes: Iterable[int] = (16, 64, 256, 1024, 4096), n: int = 2_000, seed: int = 0
) -> list[MinibatchBias]:
    """Measure the bias of the estimates that ``aggregate.minibatch_log_density`` makes from a batch.

    At each of n draws of z, log q(z) is computed over the whole data set, and estimated from a batch of the image that
    z was drawn from and others drawn at random. The difference of the two has a far smaller error than either. All
    sizes and methods see the same draws.

    Args:
        posterior: of all images of a data set, [N, latents].
        batch_sizes: images in a batch, each from 2 to N.
        n: draws of z, of as many images, from 20 to N. Every size has at least 20 batches.
        seed: of the draws and of the batches.

    Returns:
        The biases of each size and method, in that order.

    Raises:
        TypeError: for what is no posterior.
        ValueError: for sizes or a number of draws outside these bounds, and numbers that are not finite.
    """
    posterior = in_float64(posterior)
    images = len(posterior.mean)
    n = whole_number("n", n, BATCHES, images)
    if not isinstance(batch_sizes, Iterable):
        raise ValueError(f"batch_sizes must be a list of whole numbers, not {batch_sizes!r}")
    sizes = [whole_number("each of batch_sizes", size, 2, images) for size in batch_sizes]
    generator = torch.Generator().manual_seed(seed_number(seed))
    chosen = torch.randperm(images, generator=generator)[:n]
    z = Posterior(*(part[chosen] for part in posterior)).rsample(generator)
    joint, product = aggregate_log_density(z, posterior), marginal_log_densities(z, posterior)[0].sum(dim=1)
    found: list[MinibatchBias] = []
    for size in sizes:
        gaps: dict[str, list[torch.Tensor]] = {method: [] for method in METHODS}
        for rows in torch.arange(n).split(min(size, n // BATCHES)):
            others = torch.randperm(images, generator=generator)[:size]
            others = others[~torch.isin(others, chosen[rows])][: size - len(rows)]
            batch = Posterior(*(part[torch.cat([chosen[rows], others])] for part in posterior))
            # The first image of a batch, which "first-column" treats apart, counts as one of all, asked about or not.
            shares = torch.full((len(rows),), (1 - 1 / size) / max(len(rows) - 1, 1), dtype=torch.float64)
            shares[0] = 1 / size if len(rows) > 1 else 1.0
            for method, means in gaps.items():
                estimate = minibatch_log_density(z[rows], batch, images, method)
                over, above = estimate[0] - joint[rows], estimate[1].sum(dim=1) - product[rows]
                means.append(shares @ torch.stack([-over, over - above, above], dim=1))
        for method, means in gaps.items():
            batches = torch.stack(means)  # [batches, parts]
            information, correlation, mismatch = batches.mean(dim=0).tolist()
            errors = (batches.std(dim=0) / len(batches) ** 0.5).tolist()
            found.append(
                MinibatchBias(method, size, information, correlation, mismatch, dict(zip(PARTS, errors, strict=True)))
            )
    return found
