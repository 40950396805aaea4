"""New axes for a code that has none: the code itself is coded again, at a price that falls slowly.

Latents that were bought all at once share what they tell, and pay for more nats than they need. To turn them onto axes
the price would have to fall slowly while nothing has settled, which takes too many steps with pictures. With codes a
step takes a tenth of the time, and what matters can be seen from the start, since the code tells it. No picture is
needed to say what an error costs: a posterior is as precise as pays, so its variance tells (chapter 5, equation 10).
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from statistics import fmean

import torch
from torch import nn

from .models import BurgessVAE, Posterior

WIDTH, BATCH, LR, WARMUP = 256, 256, 2e-3, 200
PICTURES = 30_000  # whose codes it learns from
JUDGED = 500  # steps whose mean loss says what a start costs: batches differ
STEEPEST = 50.0  # norm of the gradient, cut there: a posterior that is sure of itself makes errors dear


class Recoded(nn.Module):
    """``model`` with new latents in the place of those that are not ``kept``, a mask [latents].

    Two networks with two hidden layers, with weights drawn from ``seed``, lead from the old code to the new one and
    back. With an ``elder`` model the kept latents are the elder's, which keep their means and learn how precise to be,
    and all of the old code is guessed from them and the new ones. New latents that are not ``open`` are silent.
    Raises ValueError where nothing is left to recode, or the two models differ in channels or latents.
    """

    def __init__(self, model: BurgessVAE, kept: torch.Tensor, seed: int = 0, elder: BurgessVAE | None = None):
        super().__init__()
        shapes = [(network.channels, network.latents) for network in (model, elder or model)]
        if shapes[0] != shapes[1]:
            raise ValueError(f"model and elder must have the same (channels, latents), not {shapes[0]}, {shapes[1]}")
        if kept.shape != (model.latents,) or kept.all():
            raise ValueError(f"kept must be a mask of some of the {model.latents} latents, not {kept.tolist()}")
        self.model, self.channels, self.latents = model.requires_grad_(False), model.channels, model.latents
        self.elder = elder.requires_grad_(False) if elder else None
        self.register_buffer("kept", kept)
        self.register_buffer("open", ~kept)
        said = model.latents * (2 if elder else 1)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.there, self.back = layers(said, 2 * model.latents), layers(model.latents, model.latents)

    def old(self, images: torch.Tensor) -> Posterior:
        """Posterior [B, latents] of the model; with an elder its latents follow, [B, 2 latents]."""
        networks = (self.model, self.elder) if self.elder else (self.model,)
        parts = zip(*(network.encode(images) for network in networks), strict=True)
        return Posterior(*(torch.cat(part, dim=1) for part in parts))

    def anew(self, old: Posterior) -> Posterior:
        """Posterior [B, latents] of kept and new latents, from what ``old`` gives."""
        new = Posterior(*self.there(old.mean).chunk(2, dim=1))
        kept = Posterior(*(part[:, -self.latents :] for part in old))
        if self.elder:
            kept = kept._replace(log_variance=kept.log_variance + new.log_variance)
        return Posterior(*(torch.where(self.kept, k, n * self.open) for k, n in zip(kept, new, strict=True)))

    def undo(self, z: torch.Tensor) -> torch.Tensor:
        """Old latents [B, latents] of the model from kept and new ones ``z`` [B, latents]."""
        return self.back(z) if self.elder else torch.where(self.kept, z, self.back(z))

    def encode(self, images: torch.Tensor) -> Posterior:
        """Posterior of kept and new latents [B, latents] for ``images`` [B, channels, 64, 64]."""
        return self.anew(self.old(images))

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
    model: BurgessVAE,
    images,
    kept: torch.Tensor,
    price: float,
    dear: float = 50.0,
    steps: int = 12_000,
    seed: int = 0,
    elder: BurgessVAE | None = None,
    lag: int = 0,
    fall: int | None = None,
    starts: int = 1,
) -> Recoded:
    """``Recoded`` for codes of ``model`` [latents], whose nats were bought at ``price``.

    Minimises ``price`` squared_error + beta R (chapter 5, equations 11 and 12). The new latents open one after another,
    ``lag`` steps apart, and those whose turn never comes are silent. From then on the beta of each falls evenly, in its
    logarithm, from ``dear`` to ``price`` within ``fall`` steps, by default four fifths of all; kept latents cost
    ``price`` throughout. Of several ``starts``, each with first weights of its own, the one goes on that costs least
    when the second latent has come down to ``price``. ``images`` is an ImageSet; no label is used.
    """
    device, fall = next(model.parameters()).device, fall or round(0.8 * steps)
    elder = elder.eval().to(device) if elder else None
    seeds = [seed + 100 * i for i in range(starts)]
    generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]
    tries = [Recoded(model.eval(), kept.to(device), seed, elder).to(device) for seed in seeds]
    code = codes(tries[0], images, generators[0])
    runs = [learn(*one, code, price, dear, steps, lag, fall) for one in zip(tries, generators, strict=True)]
    costs = [fmean(deque(islice(run, lag + fall), maxlen=JUDGED)) for run in runs]
    cheapest = costs.index(min(costs))
    deque(runs[cheapest], maxlen=0)  # on to the end
    return tries[cheapest].requires_grad_(False).eval()


def learn(
    recoded: Recoded,
    generator: torch.Generator,
    code: Posterior,
    price: float,
    dear: float,
    steps: int,
    lag: int,
    fall: int,
) -> Iterator[float]:
    """Train the two networks of ``recoded``; the loss of each step."""
    opening = lag * ((~recoded.kept).cumsum(0) - 1)
    learning = [*recoded.there.parameters(), *recoded.back.parameters()]
    optimiser = torch.optim.Adam(learning, LR)
    for step in range(steps):
        fallen = ((step - opening) / fall).clamp(0, 1)
        beta = torch.where(recoded.kept, price, dear * (price / dear) ** fallen)
        recoded.open = ~recoded.kept & (step >= opening)
        for group in optimiser.param_groups:
            group["lr"] = LR * min(1, (step + 1) / WARMUP, (steps - step) / (0.2 * steps))
        some = torch.randint(len(code.mean), (BATCH,), generator=generator, device=code.mean.device)
        old = Posterior(*(part[some] for part in code))
        new, meant = recoded.anew(old), Posterior(*(part[:, : recoded.latents] for part in old))
        distortion = price * squared_error(meant, recoded.undo(new.rsample(generator)))
        loss = (distortion + beta * new.kl()).sum(dim=1).mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learning, STEEPEST)
        optimiser.step()
        yield loss.item()


@torch.no_grad()
def codes(recoded: Recoded, images, generator: torch.Generator) -> Posterior:
    """What is recoded, [PICTURES, ...], of pictures drawn at random."""
    images = images.to(recoded.kept.device)
    drawn = torch.randint(len(images), (PICTURES,), generator=generator, device=recoded.kept.device)
    parts = [recoded.old(images[some]) for some in drawn.split(500)]
    return Posterior(*(torch.cat(part) for part in zip(*parts, strict=True)))
