"""New axes for a code that has none: a second VAE encodes the code itself, at a price that falls slowly.

Latents that became active all at once share what they carry, and use more nats than they need. To rotate them onto
axes the price would have to fall slowly while nothing has settled, which takes too many steps with images. With codes a
step takes a tenth of the time, and what matters can be seen from the start, since the code holds it. No image is needed
to say what an error costs: a posterior is as narrow as pays, so its variance says it (appendix A).
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from statistics import fmean
from typing import Any

import torch
from torch import nn

from .._runtime.arguments import number, same_shape, seed_number, whole_number
from ..data import ImageSet
from ..data.base import as_images
from ..metrics import encode_dataset
from ..models import BurgessVAE, Posterior, concatenate
from ..models._inputs import latent_numbers
from ..training import lr_schedule
from .latent_vae import LatentVAE, TwoStageVAE

BATCH, LR, WARMUP = 256, 2e-3, 200
IMAGES = 30_000  # whose codes it learns from
JUDGED = 500  # steps whose mean loss says what a restart costs: batches differ
MAX_GRADIENT = 50.0  # norm at which the gradient is clipped: a narrow posterior makes errors expensive

# Whole numbers of a stage and the least of each, and its prices; see ``train_latent_vae`` and ``fit_second_stage``.
COUNTS = {"steps": 1, "anneal_steps": 1, "num_new": 1, "stagger_steps": 0, "num_restarts": 1, "relearn": 0}
BETAS = ("beta_start", "beta_end")
REQUIRED = {"beta_start", "steps", "anneal_steps"}


def latent_distortion(code: Posterior, guess: torch.Tensor) -> torch.Tensor:
    """Compute the squared error of a guess in posterior standard deviations, halved (Eq. A.2).

    Times the price that was paid for the code, that is what the error costs in nats of distortion.

    Args:
        code: [B, latents].
        guess: of its means, [B, latents].

    Returns:
        (mean - guess)^2 / (2 variance), [B, latents].

    Raises:
        ValueError: where the shapes differ.
    """
    same_shape(mean=code.mean, log_variance=code.log_variance, guess=guess)
    return (code.mean - guess).square() / (2 * code.log_variance.exp())  # Eq. A.2


def fit_second_stage(
    model: BurgessVAE,
    images: ImageSet | torch.Tensor,
    frozen: list[int],
    price: float,
    stages: list[dict[str, Any]],
    seed: int = 0,
    reference: BurgessVAE | None = None,
) -> TwoStageVAE:
    """Train second-stage VAEs on the codes of ``model``, one after another; no label is used.

    What a stage has made active the next one freezes. A stage with ``relearn`` replaces one of these latents too: its
    number in the order in which they were found, beginning with ``frozen``. Of several ``num_restarts`` of a stage,
    each with first weights of its own, the one goes on that costs least when the price of its last latent has fallen.

    Args:
        model: whose code it is.
        images: an ImageSet or a tensor.
        frozen: latents that stay as they are, or are those of ``reference``.
        price: nats of distortion per nat of rate, at which the model was trained.
        stages: arguments of ``train_latent_vae`` for each stage, with ``num_restarts`` and ``relearn``.
        seed: of images, weights and batches.
        reference: another model, whose latents ``frozen`` replace those of the model.

    Returns:
        Model and stages as one network.

    Raises:
        ValueError: for arguments out of range, before anything is trained.
    """
    if not stages:
        raise ValueError("stages is empty: at least one must be trained")
    for stage in stages:
        check_stage(stage)
    price, seed, images = number("price", price, above=0), seed_number(seed), as_images(images)
    frozen = latent_numbers("frozen", frozen, model.latents)
    device, found = next(model.parameters()).device, [*frozen]
    # What a restart finds depends on how sums are rounded, and that on how weights are laid out in memory.
    network = TwoStageVAE(model, reference).to(device).to(memory_format=torch.contiguous_format)
    images, generator = images.to(device), torch.Generator(device).manual_seed(seed)
    indices = torch.randint(len(images), (IMAGES,), generator=generator, device=device)
    encoders = [model] if reference is None else [model, reference]
    codes = [to_device(encode_dataset(encoder, images, indices), device) for encoder in encoders]
    code, old = codes[0], concatenate(*codes)
    for stage in stages:
        relearn = stage.get("relearn", len(found))
        arguments = {name: value for name, value in stage.items() if name != "relearn"}
        mask = torch.zeros(network.latents, dtype=torch.bool)
        mask[[*found[:relearn], *found[relearn + 1 :]]] = True
        with_reference = reference is not None or len(network.stages) > 0
        fitted = best_of_restarts(mask.to(device), old, price, seed, with_reference, **arguments)
        network.append(fitted)
        found[relearn : relearn + 1] = fitted.active.nonzero()[:, 0].tolist()
        with torch.no_grad():
            old = concatenate(code, fitted.encode(old))
    return network.eval()


def check_stage(stage: dict[str, Any]) -> None:
    """Raise ValueError for arguments with which a stage cannot be trained."""
    if not REQUIRED <= stage.keys() <= {*COUNTS, *BETAS}:
        raise ValueError(f"a stage must have {sorted(REQUIRED)}, and may have {[*COUNTS, *BETAS]}, not {[*stage]}")
    for name, value in stage.items():
        if name in COUNTS:
            whole_number(name, value, COUNTS[name])
        else:
            number(name, value, above=0)


def to_device(posterior: Posterior, device: torch.device) -> Posterior:
    """Move a posterior to ``device``."""
    return Posterior(*(part.to(device) for part in posterior))


def best_of_restarts(
    frozen: torch.Tensor,
    old: Posterior,
    price: float,
    seed: int,
    with_reference: bool,
    num_restarts: int = 1,
    **stage: Any,
) -> LatentVAE:
    """Train a LatentVAE by a ``stage``, several times from other weights, and return the one that costs least."""
    seeds = [seed + 100 * i for i in range(num_restarts)]
    candidates = [LatentVAE(frozen, seed, with_reference).to(frozen.device) for seed in seeds]
    generators = [torch.Generator(frozen.device).manual_seed(seed) for seed in seeds]
    runs = [train_latent_vae(*one, old, price, **stage) for one in zip(candidates, generators, strict=True)]
    annealed = stage.get("stagger_steps", 0) * (stage.get("num_new", 1) - 1) + stage["anneal_steps"]
    costs = [fmean(deque(islice(run, annealed), maxlen=JUDGED)) for run in runs]
    best = costs.index(min(costs))
    deque(runs[best], maxlen=0)  # on to the end
    return candidates[best]


def train_latent_vae(
    stage: LatentVAE,
    generator: torch.Generator,
    old: Posterior,
    price: float,
    beta_start: float,
    steps: int,
    anneal_steps: int,
    num_new: int | None = None,
    stagger_steps: int = 0,
    beta_end: float | None = None,
) -> Iterator[float]:
    """Train ``stage`` on codes, in place: minimise ``price`` latent_distortion + beta R (Eq. A.3).

    New latents become active one after another, ``stagger_steps`` apart. From then on the beta of each falls evenly,
    in its logarithm, from ``beta_start`` to ``beta_end`` within ``anneal_steps`` steps; frozen latents cost ``price``
    throughout.

    Args:
        stage: to be trained.
        generator: of batches and noise, on the device of the codes.
        old: codes [N, latents], those of a reference behind them.
        price: nats of distortion per nat of rate, at which the codes were trained.
        beta_start: price of a new latent when it becomes active.
        steps: of the optimizer.
        anneal_steps: over which the price of a new latent falls.
        num_new: new latents that become active, by default all; the others stay at the prior.
        stagger_steps: between one new latent and the next.
        beta_end: price at which a new latent ends, by default ``price``.

    Yields:
        The loss of each step, in nats.
    """
    beta_end = beta_end or price
    rank = (~stage.frozen).cumsum(0) - 1
    wanted = ~stage.frozen & (rank < (len(rank) if num_new is None else num_new))
    learning = [*stage.parameters()]
    optimizer = torch.optim.Adam(learning, LR)
    for step in range(steps):
        annealed = ((step - stagger_steps * rank) / anneal_steps).clamp(0, 1)
        beta = torch.where(stage.frozen, price, beta_start * (beta_end / beta_start) ** annealed)
        stage.active = wanted & (step >= stagger_steps * rank)
        for group in optimizer.param_groups:
            group["lr"] = LR * lr_schedule(step, steps, WARMUP, cooldown=0.2 * steps)
        rows = torch.randint(len(old.mean), (BATCH,), generator=generator, device=old.mean.device)
        batch = Posterior(*(part[rows] for part in old))
        new = stage.encode(batch)
        guess = stage.decode(new.rsample(generator))
        distortion = price * latent_distortion(batch.select(slice(stage.latents)), guess)
        loss = (distortion + beta * new.kl()).sum(dim=1).mean()  # Eq. A.3
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learning, MAX_GRADIENT)
        optimizer.step()
        yield loss.item()
