"""A pupil: a new network that is told what an earlier one says, and looks for what is left.

A code that has settled on place and size is a plateau: its features hold nothing else, and neither a lower price nor
another optimiser gets it off (chapter 5, "What the plateau is made of"). A new network finds the rest quickly where
place and size need not be found first. So its decoder hears the latents that the teacher uses from the teacher, the
others from its own encoder, which learns on the side to say what the teacher says. After that it is on its own:
``taught.model`` is the network of Burgess et al. (2018), as it was.
"""

import math

import torch
from torch import nn

from .models import BurgessVAE, Posterior
from .objectives import Around, Objective


class Taught(nn.Module):
    """``model``, whose decoder hears the latents ``told`` [latents], a mask, from ``teacher`` and not from itself.

    They are told as precisely as one would who pays 1 for a nat and not ``price``, as the teacher did: the precision
    that pays is about the curvature of D over the price (chapter 3, equation 12), so it is ``price`` times as high.
    Raises ValueError where the two differ in channels or latents, or nothing is told.
    """

    def __init__(self, model: BurgessVAE, teacher: BurgessVAE, told: torch.Tensor, price: float = 1.0):
        super().__init__()
        shapes = [(network.channels, network.latents) for network in (model, teacher)]
        if shapes[0] != shapes[1]:
            raise ValueError(f"teacher and model must have the same (channels, latents), not {shapes[1]}, {shapes[0]}")
        if told.shape != (model.latents,) or not told.any():
            raise ValueError(f"told must be a mask of {model.latents} latents, some of them True, not {told.tolist()}")
        self.model, self.teacher, self.sharper = model, teacher.requires_grad_(False), math.log(price)
        self.register_buffer("told", told.clone())  # a checkpoint keeps no tensor twice

    def encode(self, images: torch.Tensor) -> Posterior:
        """What the decoder hears [B, latents]; behind it what the model, and what the teacher says of what is told."""
        own, given = self.model.encode(images), self.teacher.encode(images)
        given = given._replace(log_variance=given.log_variance - self.sharper)
        heard = Posterior(*(torch.where(self.told, g, o) for o, g in zip(own, given, strict=True)))
        behind = (Posterior(*(part[:, self.told] for part in said)) for said in (own, given))
        return Posterior(*(torch.cat(parts, dim=1) for parts in zip(heard, *behind, strict=True)))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Logits [B, channels, 64, 64] of the first ``latents`` columns of ``z``: of what is heard."""
        return self.model.decode(z[:, : self.model.latents])

    def parameter_groups(self) -> list[dict]:
        """For ``fit``: those of the model that may learn. Before anything else the decoder may listen alone."""
        groups = self.model.parameter_groups()
        return [group | {"params": [p for p in group["params"] if p.requires_grad]} for group in groups]


class Lesson(Around):
    """``objective`` of what the decoder hears, plus KL(model || teacher) of what is told (chapter 5, equation 9).

    What is told has the teacher's rate, to which the model owes nothing: only the rest has a price that it can act on.
    Up to step ``speaks`` the divergence does not count: features that must tell place and size from the first step on
    tell less of the rest.
    """

    def __init__(self, objective: Objective, told: torch.Tensor, speaks: int = 0):
        super().__init__(objective)
        self.speaks = speaks
        self.register_buffer("told", told.clone())  # as in Taught

    def forward(self, logits, images, posterior, step):
        told = int(self.told.sum())
        columns = (part.split([len(self.told), told, told], dim=1) for part in posterior)
        heard, own, given = (Posterior(*parts) for parts in zip(*columns, strict=True))
        loss, reconstruction, kl = self.objective(logits, images, heard, step)
        if step >= self.speaks:
            loss = loss + divergence(own, given).sum(dim=1).mean()
        return loss, reconstruction, kl

    def settings(self):
        told = self.told.nonzero()[:, 0].tolist()
        return {"name": "Lesson", "objective": self.objective.settings(), "told": told, "speaks": self.speaks}


def divergence(q: Posterior, p: Posterior) -> torch.Tensor:
    """KL(q || p) of two Gaussian posteriors of each latent in nats, [B, latents]."""
    excess = q.log_variance - p.log_variance
    return 0.5 * ((q.mean - p.mean).square() / p.log_variance.exp() + excess.expm1() - excess)
