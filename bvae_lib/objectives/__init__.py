"""What a beta-VAE minimises: distortion, plus a price for every nat of rate.

Distortion D = E_q[-log p(x|z)] and rate R = KL(q(z|x) || p(z)) are in nats per image: summed over pixels and
latents, averaged over the batch. An objective is a function of model and images,

    objective(model, images, step, generator) -> Terms(loss, reconstruction, kl),

and ``training.fit`` knows nothing else of it. Most differ in what a rate costs; ``TCVAE`` and ``FactorVAE`` price one
part of it, the total correlation TC = KL(q(z) || prod_j q(z_j)) of the latents over the whole data set.
"""

from ..likelihoods import bernoulli_reconstruction, gaussian_reconstruction
from .contract import Objective, Terms, loss_and_gradient
from .factor_vae import FactorVAE
from .priced import BetaVAE, Capacity, Constrained, PricedRate, ScheduledCapacity, StaircaseCapacity
from .tcvae import TCVAE

__all__ = [
    "TCVAE",
    "BetaVAE",
    "Capacity",
    "Constrained",
    "FactorVAE",
    "Objective",
    "PricedRate",
    "ScheduledCapacity",
    "StaircaseCapacity",
    "Terms",
    "bernoulli_reconstruction",
    "gaussian_reconstruction",
    "loss_and_gradient",
]
