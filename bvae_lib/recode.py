"""New axes for a code that has none: the code itself is coded again, at a price that falls slowly.

Latents that were bought all at once share what they tell, and pay for more nats than they need. To turn them onto axes
the price would have to fall slowly while nothing has settled, which takes too many steps with pictures. With codes a
step takes a tenth of the time, and what matters can be seen from the start, since the code tells it. No picture is
needed to say what an error costs: a posterior is as precise as pays, so its variance tells (chapter 5, equation 10).
"""

import torch
from torch import nn

from .models import BurgessVAE, Posterior

WIDTH, BATCH, LR, WARMUP = 256, 256, 2e-3, 200
PICTURES = 30_000  # whose codes it learns from
STEEPEST = 50.0  # norm of the gradient, cut there: a posterior that is sure of itself makes errors dear


class Recoded(nn.Module):
    """``model`` with new latents in the place of those that are not ``kept``, a mask [latents].

    Two networks with two hidden layers, with weights drawn from ``seed``, lead from the old code to the new one and
    back. Raises ValueError where nothing is left to recode.
    """

    def __init__(self, model: BurgessVAE, kept: torch.Tensor, seed: int = 0):
        super().__init__()
        if kept.shape != (model.latents,) or kept.all():
            raise ValueError(f"kept must be a mask of some of the {model.latents} latents, not {kept.tolist()}")
        self.model, self.channels, self.latents = model.requires_grad_(False), model.channels, model.latents
        self.register_buffer("kept", kept)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.there, self.back = layers(model.latents, 2 * model.latents), layers(model.latents, model.latents)

    def anew(self, code: Posterior) -> Posterior:
        """Posterior [B, latents] of kept and new latents, from that of the old ones."""
        new = self.there(code.mean).chunk(2, dim=1)
        return Posterior(*(torch.where(self.kept, old, part) for old, part in zip(code, new, strict=True)))

    def undo(self, z: torch.Tensor) -> torch.Tensor:
        """Old latents [B, latents] from kept and new ones ``z`` [B, latents]."""
        return torch.where(self.kept, z, self.back(z))

    def encode(self, images: torch.Tensor) -> Posterior:
        """Posterior of kept and new latents [B, latents] for ``images`` [B, channels, 64, 64]."""
        return self.anew(self.model.encode(images))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Logits [B, channels, 64, 64] of kept and new latents ``z`` [B, latents]."""
        return self.model.decode(self.undo(z))


def layers(inputs: int, outputs: int) -> nn.Sequential:
    """Two hidden layers."""
    return nn.Sequential(
        nn.Linear(inputs, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH), nn.SiLU(), nn.Linear(WIDTH, outputs)
    )


def squared_error(code: Posterior, guess: torch.Tensor) -> torch.Tensor:
    """(z - guess)^2 / (2 variance) of each latent, [B, latents]: an error in posterior deviations, squared and halved.

    Times the price that was paid for the code, that is what it costs in nats of distortion (chapter 5, equation 10).
    """
    return (code.mean - guess).square() / (2 * code.log_variance.exp())


def recode(
    model: BurgessVAE, images, kept: torch.Tensor, price: float, dear: float = 50.0, steps: int = 12_000, seed: int = 0
) -> Recoded:
    """``Recoded`` for codes of ``model`` [latents], whose nats were bought at ``price``.

    Minimises ``price`` squared_error + beta R of the new latents (chapter 5, equation 11). Beta falls evenly, in its
    logarithm, from ``dear`` to ``price`` over four fifths of ``steps``. ``images`` is an ImageSet; no label is used.
    """
    device = next(model.parameters()).device
    generator = torch.Generator(device).manual_seed(seed)
    recoded = Recoded(model.eval(), kept.to(device), seed).to(device)
    code = codes(model, images, generator)
    learning = [*recoded.there.parameters(), *recoded.back.parameters()]
    optimiser = torch.optim.Adam(learning, LR)
    for step in range(steps):
        beta = dear * (price / dear) ** min(1, step / (0.8 * steps))
        for group in optimiser.param_groups:
            group["lr"] = LR * min(1, (step + 1) / WARMUP, (steps - step) / (0.2 * steps))
        some = torch.randint(len(code.mean), (BATCH,), generator=generator, device=device)
        old = Posterior(*(part[some] for part in code))
        new = recoded.anew(old)
        distortion = price * squared_error(old, recoded.undo(new.rsample(generator)))
        loss = (distortion + beta * new.kl())[:, ~recoded.kept].sum(dim=1).mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learning, STEEPEST)
        optimiser.step()
    return recoded.requires_grad_(False).eval()


@torch.no_grad()
def codes(model: BurgessVAE, images, generator: torch.Generator) -> Posterior:
    """Posterior [PICTURES, latents] of pictures drawn at random."""
    device = next(model.parameters()).device
    images = images.to(device)
    drawn = torch.randint(len(images), (PICTURES,), generator=generator, device=device)
    parts = [model.encode(images[some]) for some in drawn.split(500)]
    return Posterior(*(torch.cat(part) for part in zip(*parts, strict=True)))
