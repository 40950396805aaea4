"""A companion: a second, wide code that keeps the features which the model's few latents will want later.

Under a high price only position and scale pay, and an encoder that is trained for them alone comes to hold nothing
else: what would pay next, at a lower price, is then not there to be read (chapter 5, "What the plateau is made of").
The companion is a code of many latents at a low price, read from the same features and with a decoder of its own, for
which everything pays at once. The two losses are added, and nothing else ties the two codes. After training it is
thrown away: ``pair.model`` is the network of Burgess et al. (2018), as it was.
"""

import torch
from torch import nn

from .models import BurgessVAE, Posterior
from .objectives import Around, BetaVAE, Objective

SLOWLY = 1 / 8  # learning rate of features and companion, as a share of that of the model's own latents and decoder


class Pair(nn.Module):
    """``model`` and ``wide``, another network whose features both read from now on.

    A network of two codes: latents of the model come first, then those of the companion, and so do the channels.
    ``Together`` gives each its own price. Raises ValueError where the two see different channels.
    """

    def __init__(self, model: BurgessVAE, wide: BurgessVAE):
        super().__init__()
        if model.channels != wide.channels:
            raise ValueError(f"a pair must see the same channels, not {model.channels} and {wide.channels}")
        model.encoder[:-1].load_state_dict(wide.encoder[:-1].state_dict())
        self.model, self.head, self.decoder = model, wide.encoder[-1], wide.decoder
        self.latents = model.latents, wide.latents

    def encode(self, images: torch.Tensor) -> Posterior:
        """Posterior of both codes [B, latents of the model + of the companion] for ``images`` [B, channels, 64, 64]."""
        features = self.model.features(images)
        codes = [head(features).float().chunk(2, dim=1) for head in (self.model.encoder[-1], self.head)]
        return Posterior(*(torch.cat(parts, dim=1) for parts in zip(*codes, strict=True)))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Logits [B, 2 channels, 64, 64] of ``z`` [B, latents of both]: what the model draws, then the companion."""
        own, wide = z.split(self.latents, dim=1)
        return torch.cat([self.model.decode(own), self.decoder(wide).float()], dim=1)

    def parameter_groups(self) -> list[dict]:
        """For ``fit``: what the model alone has, at the full learning rate, and the rest at an eighth of it."""
        own = [*self.model.encoder[-1].parameters(), *self.model.decoder.parameters()]
        rest = [*self.model.encoder[:-1].parameters(), *self.head.parameters(), *self.decoder.parameters()]
        return [{"params": own}, {"params": rest, "share": SLOWLY}]


class Together(Around):
    """``objective`` for the model of a Pair, plus D + ``price`` R for its companion. Figures are those of the model."""

    def __init__(self, objective: Objective, latents: int, price: float = 0.1):
        super().__init__(objective)
        self.companion = BetaVAE(price, objective.likelihood, objective.reduction)
        self.latents = latents  # of the model

    def forward(self, logits, images, posterior, step):
        channels, latents = images.shape[1], [self.latents, posterior.mean.shape[1] - self.latents]
        codes = [Posterior(*parts) for parts in zip(*(part.split(latents, dim=1) for part in posterior), strict=True)]
        own = self.objective(logits[:, :channels], images, codes[0], step)
        wide = self.companion(logits[:, channels:], images, codes[1], step)
        return own[0] + wide[0], *own[1:]

    def settings(self):
        return {"name": "Together", "objective": self.objective.settings(), "companion": self.companion.settings()}
