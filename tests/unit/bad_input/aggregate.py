"""The density of the aggregate posterior."""

from bvae_lib.aggregate import minibatch_log_density
from bvae_lib.models import Posterior

import torch

from .rows import Refused

Z = torch.zeros(4, 2)
Q = Posterior(Z, Z)


def density(z=Z, q=Q, size=10, **options):
    return minibatch_log_density(z, q, size, **options)


BAD = {
    "codes of other latents": ({"z": Z[:, :1]}, r"z must be \[n, 2\] with n from 1 to 4, .* not \[4, 1\]"),
    "log-variances of another shape": ({"q": Posterior(Z, Z[:, :1])}, "log_variance must have the shape of mean"),
    "one image": ({"z": Z[:1], "q": Posterior(Z[:1], Z[:1])}, r"at least 2, \[B, latents\], not \[1, 2\]"),
    "codes without latents": (
        {"z": Z[:, 0], "q": Posterior(Z[:, 0], Z[:, 0])},
        r"posterior must be \[B, latents\], .* not \[4\]",
    ),
    "a data set of one": ({"size": 1}, "size must be a whole number of at least 2, not 1"),
    "a size with a point": ({"size": 7.5}, "size must be a whole number"),
    "more codes than images": ({"z": torch.zeros(5, 2)}, r"n from 1 to 4, as posterior, not \[5, 2\]"),
    "a batch above the data set": (
        {"size": 3, "method": "first-column"},
        "size must be a whole number of at least 4, not 3",
    ),
    "an unknown method": ({"method": "mss"}, "stratified.*weighted.*not 'mss'"),
}
ROWS = [
    Refused("minibatch_log_density", what, lambda _, bad=bad: density(**bad), ValueError, says)
    for what, (bad, says) in BAD.items()
]
