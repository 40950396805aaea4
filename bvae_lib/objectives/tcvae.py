"""The rate in three parts, each at a price of its own (Chen et al. 2018)."""

from typing import Any

import torch

from .._runtime.arguments import number, whole_number
from ..aggregate import minibatch_log_density
from ..models import VAE, Posterior
from .contract import Objective, Terms
from .priced import BetaVAE


class TCVAE(Objective):
    """D + alpha I + beta TC + gamma sum_j KL(q(z_j) || p(z_j)), beta-TCVAE (Eq. 8.4; Chen et al. 2018, equation 4).

    The rate is R = I(X;Z) + TC + sum_j KL(q(z_j) || p(z_j)): what the code says of the image, the total correlation of
    its latents, and the mismatch of each latent. R is known in closed form and the last two are estimated from the
    batch by minibatch stratified sampling (``aggregate.minibatch_log_density``), so the loss is computed as

        D + alpha R + (beta - alpha) TC + (gamma - alpha) sum_j KL(q(z_j) || p(z_j)).

    With three equal weights it is ``BetaVAE``, draw for draw. It has no price: nats of R differ in theirs.

    Args:
        beta: weight of the total correlation, at least 0.
        alpha: weight of the mutual information, at least 0.
        gamma: weight of the mismatch of each latent, at least 0.
        size: images in the data set that batches are drawn from, at least 2; by default those that ``fit`` has.
        likelihood: "bernoulli" or "gaussian".
    """

    def __init__(
        self,
        beta: float = 1.0,
        alpha: float = 1.0,
        gamma: float = 1.0,
        size: int | None = None,
        likelihood: str = "bernoulli",
    ):
        super().__init__()
        self.beta, self.gamma = number("beta", beta, least=0), number("gamma", gamma, least=0)
        self.alpha = number("alpha", alpha, least=0)
        self.size = None if size is None else whole_number("size", size, 2)
        self.population = self.size  # or what ``fit`` says
        self.priced = BetaVAE(self.alpha, likelihood)

    def begin(self, size: int) -> None:
        """Take the number of images of ``fit``; ValueError where the objective was given another one."""
        if self.size not in (None, size):
            raise ValueError(
                f"size must be the number of images to train on, {size}, not {self.size}; without size, fit says it"
            )
        self.population = whole_number("number of images", size, 2)

    def forward(self, model: VAE, images: torch.Tensor, step: int, generator: torch.Generator | None = None) -> Terms:
        """Encode, draw z, decode, and add what the parts of the rate cost.

        Raises:
            ValueError: where the size of the data set is not known, and as ``minibatch_log_density``.
        """
        if self.population is None:
            raise ValueError("size must be given outside fit, which says it; TCVAE(size=737_280) for dSprites")
        posterior, z, terms = self.priced.draw(model, images, step, generator)  # D + alpha R
        log_joint, log_marginals = minibatch_log_density(z, posterior, self.population)
        log_product = log_marginals.sum(dim=1)
        log_prior = Posterior(torch.zeros_like(z), torch.zeros_like(z)).log_density(z).sum(dim=1)
        total_correlation, mismatch = (log_joint - log_product).mean(), (log_product - log_prior).mean()
        cost = (self.beta - self.alpha) * total_correlation + (self.gamma - self.alpha) * mismatch
        return terms._replace(loss=terms.loss + cost)  # Eq. 8.4

    def settings(self) -> dict[str, Any]:
        """Return the class's name and the arguments of its constructor, as plain values."""
        weights = {"beta": self.beta, "alpha": self.alpha, "gamma": self.gamma, "size": self.size}
        return super().settings() | weights | {"likelihood": self.priced.likelihood}
