"""The total correlation, priced by what a classifier can tell of it (Kim and Mnih 2018)."""

from typing import Any

import torch
from torch import nn
from torch.func import functional_call
from torch.nn.functional import softplus

from .._runtime.arguments import number, seed_number, whole_number
from .._runtime.seeded import seeded
from ..models import VAE, he_init_
from .contract import Objective, Terms
from .priced import BetaVAE

HIDDEN = 1_000  # units of each of the six hidden layers
LR, BETAS = 1e-4, (0.5, 0.9)  # of the discriminator's Adam


class Discriminator(nn.Module):
    """Tells codes from codes whose latents were drawn apart: six layers of 1,000, leaky ReLU of 0.2, two logits.

    Trained to classify, it gives the logarithm of the ratio of the two densities, log q(z) / prod_j q(z_j).

    Args:
        latents: of the codes, at least 1.
        seed: of the first weights; the two logits begin equal.
    """

    def __init__(self, latents: int, seed: int = 0):
        super().__init__()
        self.latents = whole_number("latents", latents, 1)
        layers: list[nn.Module] = []
        for width in (self.latents, *[HIDDEN] * 5):
            layers += [nn.Linear(width, HIDDEN), nn.LeakyReLU(0.2)]
        last = nn.Linear(HIDDEN, 2)
        self.layers = nn.Sequential(*layers, last)
        with seeded(seed):
            self.layers.apply(he_init_)
        nn.init.zeros_(last.weight)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Compute the log ratio [B] at ``z`` [B, latents]."""
        joint, product = self.layers(z).float().unbind(dim=1)
        return joint - product

    def held(self, z: torch.Tensor) -> torch.Tensor:
        """Compute the same as ``forward`` with weights that no gradient reaches."""
        return functional_call(self, {name: weight.detach() for name, weight in self.named_parameters()}, z)

    def cross_entropy(self, z: torch.Tensor, shuffled: torch.Tensor) -> torch.Tensor:
        """Compute the classifier's loss in nats on codes and as many shuffled ones, both [B, latents]."""
        joint, product = self(torch.cat([z, shuffled])).chunk(2)
        return (softplus(-joint) + softplus(product)).mean() / 2


def shuffle_latents(z: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
    """Permute each latent of ``z`` [B, latents] over the batch by itself: a sample of prod_j q(z_j)."""
    order = torch.rand(z.shape, generator=generator, device=z.device).argsort(dim=0)
    return z.gather(0, order)


class FactorVAE(Objective):
    """D + beta R + gamma TC, the total correlation as a discriminator estimates it (Kim and Mnih 2018, equation 2).

    The discriminator belongs to the objective and learns along, by Adam at a rate and with betas of its own. It is
    shown the codes of the batch, and the same codes with each latent permuted over the batch (the paper permutes a
    second batch). Its gradient never reaches the encoder, nor that of the total correlation the discriminator. The
    classifier's loss is subtracted again, without gradient: the loss that is recorded is the objective.

    It has no price: nats of R differ in theirs.

    Args:
        gamma: weight of the total correlation, beside its weight as a part of R; at least 0.
        latents: of the model.
        seed: of the discriminator's first weights.
        beta: weight of the whole rate, at least 0; the paper's is 1.
        likelihood: "bernoulli" or "gaussian".
    """

    def __init__(
        self,
        gamma: float = 1.0,
        latents: int = 10,
        seed: int = 0,
        beta: float = 1.0,
        likelihood: str = "bernoulli",
    ):
        super().__init__()
        self.gamma, self.seed = number("gamma", gamma, least=0), seed_number(seed)
        self.discriminator = Discriminator(latents, self.seed)
        self.priced = BetaVAE(beta, likelihood)

    def forward(self, model: VAE, images: torch.Tensor, step: int, generator: torch.Generator | None = None) -> Terms:
        """Encode, draw z, decode, and add the total correlation; the discriminator learns of the same z.

        Raises:
            ValueError: for a batch of one image, or a model with other latents.
        """
        _, z, terms = self.priced.draw(model, images, step, generator)  # D + beta R
        if len(z) < 2:
            raise ValueError(f"images must be a batch of at least 2, to permute latents over, not {len(z)}")
        if z.shape[1] != self.discriminator.latents:
            own = self.discriminator.latents
            raise ValueError(f"latents must be those of the model, {z.shape[1]}, not {own}")
        total_correlation = self.discriminator.held(z).mean()
        known = z.detach()
        learning = self.discriminator.cross_entropy(known, shuffle_latents(known, generator))
        return terms._replace(loss=terms.loss + self.gamma * total_correlation + (learning - learning.detach()))

    def parameter_groups(self, model: nn.Module) -> list[dict[str, Any]]:
        """Return the model's parameters, and the discriminator's with its own learning rate and betas."""
        return [
            {"params": [*model.parameters()]},
            {"params": [*self.discriminator.parameters()], "lr": LR, "betas": BETAS},
        ]

    def settings(self) -> dict[str, Any]:
        """Return the class's name and the arguments of its constructor, as plain values."""
        arguments = {"gamma": self.gamma, "latents": self.discriminator.latents, "seed": self.seed}
        return super().settings() | arguments | {"beta": self.priced.beta, "likelihood": self.priced.likelihood}
