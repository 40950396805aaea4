"""What a beta-VAE minimises: distortion, plus a price for every nat of rate.

Distortion D = E_q[-log p(x|z)] and rate R = KL(q(z|x) || p(z)) are in nats per image: summed over pixels and
latents, averaged over the batch. The objectives differ in how they price the rate; ``price`` is the slope of
what is added, in nats of distortion for one nat of rate.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.autograd.function import once_differentiable

from .models import Posterior


class CrossEntropy(torch.autograd.Function):
    """-log p of Bernoulli pixels, summed: F.binary_cross_entropy_with_logits, whose log1p is slow on a CPU."""

    @staticmethod
    def forward(ctx, logits, images):
        ctx.save_for_backward(logits, images)
        softplus = logits.relu() + logits.abs().neg_().exp_().add_(1).log_()  # log(1 + e^logit), never e^90
        return (softplus - logits * images).sum()

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        logits, images = ctx.saved_tensors
        return grad * (logits.sigmoid() - images), None


def bernoulli_reconstruction(logits: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    """-log p(x|z) for Bernoulli pixels, from logits and images [B, C, H, W] (chapter 1, equation 5).

    Summed over pixels, averaged over the batch: nats per image, a scalar.
    """
    return CrossEntropy.apply(logits.float(), images) / len(images)


def gaussian_reconstruction(logits: torch.Tensor, images: torch.Tensor, sigma: float = 1.0) -> torch.Tensor:
    """-log p(x|z) for pixels N(sigmoid(logits), sigma^2): nats per image, a scalar.

    The constant log(sigma sqrt(2 pi)) of each pixel is counted, so that figures at different sigma compare.
    """
    squares = F.mse_loss(logits.float().sigmoid(), images, reduction="sum") / len(images)
    return squares / (2 * sigma**2) + images[0].numel() * (math.log(sigma) + 0.5 * math.log(2 * math.pi))


LIKELIHOODS = {"bernoulli": bernoulli_reconstruction, "gaussian": gaussian_reconstruction}


class Objective(nn.Module):
    """Common to all: loss = reconstruction + penalty(rate). Subclasses say what a nat of rate costs.

    ``reduction="mean"`` is a mistake kept for the lesson of chapter 1: it averages the reconstruction over the D
    pixels and still sums the KL over latents, which is the same as a price D times as high.
    """

    def __init__(self, likelihood: str = "bernoulli", reduction: str = "sum"):
        super().__init__()
        if likelihood not in LIKELIHOODS:
            raise ValueError(f"likelihood must be one of {sorted(LIKELIHOODS)}, not {likelihood!r}")
        if reduction not in ("sum", "mean"):
            raise ValueError(f'reduction must be "sum" (nats per image) or "mean" (the mistake), not {reduction!r}')
        self.likelihood, self.reduction = likelihood, reduction

    def forward(self, logits: torch.Tensor, images: torch.Tensor, posterior: Posterior, step: int):
        """The loss to minimise, the reconstruction (nats per image) and the batch-mean KL [latents] (nats)."""
        reconstruction = LIKELIHOODS[self.likelihood](logits, images)
        kl = posterior.kl().mean(dim=0)
        weight = 1 / images[0].numel() if self.reduction == "mean" else 1
        return weight * reconstruction + self.penalty(kl.sum(), step), reconstruction, kl

    def effective_price(self, rate: torch.Tensor, step: int, pixels: int) -> torch.Tensor | float:
        """Nats of (summed) reconstruction paid for a nat of rate: the mean makes ``price`` ``pixels`` times as high."""
        return self.price(rate, step) * (pixels if self.reduction == "mean" else 1)

    def penalty(self, rate: torch.Tensor, step: int) -> torch.Tensor:
        """What ``rate`` nats add to the loss at this step."""
        raise NotImplementedError

    def price(self, rate: torch.Tensor, step: int) -> torch.Tensor | float:
        """The slope of ``penalty``: what one more nat adds."""
        raise NotImplementedError

    def target(self, step: int) -> float:
        """The rate asked for at this step, in nats; NaN where none is."""
        return math.nan

    def update(self, rate: torch.Tensor, step: int) -> None:
        """Move what the objective itself learns, after each step of the optimiser."""

    def settings(self) -> dict:
        """Name and arguments as plain values: what a History and a checkpoint say of the objective."""
        arguments = {k: v for k, v in vars(self).items() if not k.startswith("_") and k != "training"}
        return {"name": type(self).__name__} | arguments


class BetaVAE(Objective):
    """D + beta R (Higgins et al. 2017, equation 4; chapter 2, equation 7), with beta = 1 the negative ELBO (chapter 1,
    equation 4)."""

    def __init__(self, beta: float = 1.0, likelihood: str = "bernoulli", reduction: str = "sum"):
        super().__init__(likelihood, reduction)
        self.beta = at_least(0, beta=beta)

    def penalty(self, rate, step):
        return self.beta * rate

    def price(self, rate, step):
        return self.beta


class Scheduled(Objective):
    """An objective whose target rate C grows from ``start`` to ``stop`` nats, evenly over ``steps`` steps."""

    def __init__(self, start: float, stop: float, steps: int, likelihood: str, reduction: str):
        super().__init__(likelihood, reduction)
        self.start, self.stop = at_least(0, start=start), at_least(0, stop=stop)
        self.steps = at_least(1, steps=steps)

    def target(self, step):
        return self.start + (self.stop - self.start) * min(step / self.steps, 1.0)


class Capacity(Scheduled):
    """D + gamma |R - C| (Burgess et al. 2018, equation 8), or with the hinge D + gamma max(R - C, 0).

    R is the mean over the batch. Below C the absolute value pays for every nat that is added, price -gamma; there
    the hinge costs nothing.
    """

    def __init__(
        self,
        gamma: float = 1000.0,
        start: float = 0.5,
        stop: float = 25.0,
        steps: int = 100_000,
        penalty: str = "absolute",
        likelihood: str = "bernoulli",
        reduction: str = "sum",
    ):
        super().__init__(start, stop, steps, likelihood, reduction)
        if penalty not in ("absolute", "hinge"):
            raise ValueError(f'penalty must be "absolute" or "hinge", not {penalty!r}')
        self.gamma, self.kind = at_least(0, gamma=gamma), penalty

    def penalty(self, rate, step):
        excess = rate - self.target(step)
        return self.gamma * (excess.relu() if self.kind == "hinge" else excess.abs())

    def price(self, rate, step):
        sign = (rate - self.target(step)).sign()
        return self.gamma * (sign.relu() if self.kind == "hinge" else sign)


class Constrained(Scheduled):
    """Minimise D subject to R <= C: the KKT multiplier is the price, by dual ascent (chapter 2, equations 1 and 11).

    The loss is the Lagrangian D + multiplier (R - C), equation 2 there with its sign turned. After each step the
    multiplier moves as multiplier * exp(``speed`` * clip(R - C, -1, 1)): up where the budget is overspent, down towards
    ``least`` where it is not. It starts at a high price, so that latents wake one by one. With a ``least`` of 1 nats
    that the budget allows but the ELBO would not buy are not bought: R may stay below C.
    """

    def __init__(
        self,
        start: float = 0.5,
        stop: float = 25.0,
        steps: int = 20_000,
        multiplier: float = 100.0,
        speed: float = 0.01,
        least: float = 0.0,
        likelihood: str = "bernoulli",
        reduction: str = "sum",
    ):
        super().__init__(start, stop, steps, likelihood, reduction)
        self.initial, self.speed = at_least(0, multiplier=multiplier), at_least(0, speed=speed)
        self.least = at_least(0, least=least)
        self.register_buffer("multiplier", torch.tensor(float(multiplier)))

    def penalty(self, rate, step):
        return self.multiplier.clone() * (rate - self.target(step))

    def price(self, rate, step):
        return self.multiplier.clone()

    @torch.no_grad()
    def update(self, rate, step):
        self.multiplier.mul_((self.speed * (rate - self.target(step)).clamp(-1, 1)).exp()).clamp_(min=self.least)


class Around(Objective):
    """Common to objectives that add to the loss of another one, whose price, target and multiplier they keep."""

    def __init__(self, objective: Objective):
        super().__init__(objective.likelihood, objective.reduction)
        self.objective = objective

    def price(self, rate, step):
        return self.objective.price(rate, step)

    def target(self, step):
        return self.objective.target(step)

    def update(self, rate, step):
        self.objective.update(rate, step)


def at_least(bound: float, **named: float) -> float:
    """The one value named, or ValueError where it is below ``bound`` or not a finite number."""
    ((name, value),) = named.items()
    if not (math.isfinite(value) and value >= bound):
        raise ValueError(f"{name} must be a finite number of at least {bound}, not {value}")
    return value
