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

from .models import BurgessVAE, Posterior, Recoded, Recoder, beside, codes, first

BATCH, LR, WARMUP = 256, 2e-3, 200
PICTURES = 30_000  # whose codes it learns from
JUDGED = 500  # steps whose mean loss says what a start costs: batches differ
STEEPEST = 50.0  # norm of the gradient, cut there: a posterior that is sure of itself makes errors dear


def squared_error(code: Posterior, guess: torch.Tensor) -> torch.Tensor:
    """(z - guess)^2 / (2 variance) of each latent, [B, latents]: an error in posterior deviations, squared and halved.

    Times the price that was paid for the code, that is what it costs in nats of distortion (chapter 5, equation 10).
    """
    return (code.mean - guess).square() / (2 * code.log_variance.exp())


def recode(
    model: BurgessVAE,
    images,
    kept: list[int],
    price: float,
    stages: list[dict],
    seed: int = 0,
    elder: BurgessVAE | None = None,
) -> Recoded:
    """``Recoded`` for codes of ``model``, whose nats were bought at ``price``, in ``stages`` (arguments of ``learn``).

    The latents ``kept`` stay as they are, or those of an ``elder`` model take their place. What a stage has opened the
    next one keeps, but for one latent where it says ``again``: that, counted in the order in which they were found,
    beginning with ``kept``, is found anew. Of several ``starts`` of a stage, each with first weights of its own, the
    one goes on that costs least when the price of its last latent has come down. ``images`` is an ImageSet; no label is
    used.
    """
    device, found = next(model.parameters()).device, [*kept]
    # What a start finds hangs on how sums are rounded, and that on how weights lie in memory.
    recoded = Recoded(model, elder).to(device).to(memory_format=torch.contiguous_format)
    old = codes(recoded.old, images, PICTURES, torch.Generator(device).manual_seed(seed))
    code = first(old, recoded.latents)
    for stage in stages:
        again = stage.get("again", len(found))
        how = {name: value for name, value in stage.items() if name != "again"}
        held = torch.zeros(recoded.latents, dtype=torch.bool)
        held[[*found[:again], *found[again + 1 :]]] = True
        recoder = cheapest(held.to(device), old, price, seed, elder is not None or len(recoded.recoders) > 0, **how)
        recoded.append(recoder)
        found[again : again + 1] = recoder.open.nonzero()[:, 0].tolist()
        with torch.no_grad():
            old = beside(code, recoder(old))
    return recoded.eval()


def cheapest(
    kept: torch.Tensor, old: Posterior, price: float, seed: int, elder: bool, starts: int = 1, **stage
) -> Recoder:
    """A Recoder that has learned by a ``stage``: of several ``starts`` the one that costs least."""
    seeds = [seed + 100 * i for i in range(starts)]
    tries = [Recoder(kept, seed, elder).to(kept.device) for seed in seeds]
    generators = [torch.Generator(kept.device).manual_seed(seed) for seed in seeds]
    runs = [learn(*one, old, price, **stage) for one in zip(tries, generators, strict=True)]
    down = stage.get("lag", 0) * (stage.get("opens", 1) - 1) + stage["fall"]
    costs = [fmean(deque(islice(run, down), maxlen=JUDGED)) for run in runs]
    best = costs.index(min(costs))
    deque(runs[best], maxlen=0)  # on to the end
    return tries[best]


def learn(
    recoder: Recoder,
    generator: torch.Generator,
    old: Posterior,
    price: float,
    dear: float,
    steps: int,
    fall: int,
    opens: int | None = None,
    lag: int = 0,
    cheap: float | None = None,
) -> Iterator[float]:
    """Train ``recoder`` for codes ``old`` [N, ...]; the loss of each step.

    Minimises ``price`` squared_error + beta R (chapter 5, equations 11 and 12). The first ``opens`` of the new latents,
    by default all, open ``lag`` steps apart, and the others stay silent. From then on the beta of each falls evenly, in
    its logarithm, from ``dear`` to ``cheap``, by default ``price``, within ``fall`` steps; kept latents cost ``price``
    throughout.
    """
    cheap = cheap or price
    rank = (~recoder.kept).cumsum(0) - 1
    sold = ~recoder.kept & (rank < (len(rank) if opens is None else opens))
    learning = [*recoder.parameters()]
    optimiser = torch.optim.Adam(learning, LR)
    for step in range(steps):
        fallen = ((step - lag * rank) / fall).clamp(0, 1)
        beta = torch.where(recoder.kept, price, dear * (cheap / dear) ** fallen)
        recoder.open = sold & (step >= lag * rank)
        for group in optimiser.param_groups:
            group["lr"] = LR * min(1, (step + 1) / WARMUP, (steps - step) / (0.2 * steps))
        some = torch.randint(len(old.mean), (BATCH,), generator=generator, device=old.mean.device)
        batch = Posterior(*(part[some] for part in old))
        new = recoder(batch)
        distortion = price * squared_error(first(batch, recoder.latents), recoder.undo(new.rsample(generator)))
        loss = (distortion + beta * new.kl()).sum(dim=1).mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learning, STEEPEST)
        optimiser.step()
        yield loss.item()
