"""Objectives that put a cost on the whole rate; ``price`` is the slope of that cost, in nats of D per nat of R."""

from typing import Any

import torch

from .._runtime.arguments import number, whole_number
from ..likelihoods import LIKELIHOODS
from ..models import VAE, Posterior
from .contract import Objective, Terms


class PricedRate(Objective):
    """Common to objectives of one encoder and decoder: reconstruction + cost(rate). Subclasses define the cost.

    Args:
        likelihood: "bernoulli" or "gaussian", of the pixels.
        reduction: "sum", or "mean", the mistake that chapter 1 studies: the reconstruction is averaged over pixels and
            the KL still summed over latents, which multiplies the price by the number of pixels.
    """

    def __init__(self, likelihood: str = "bernoulli", reduction: str = "sum"):
        super().__init__()
        if likelihood not in LIKELIHOODS:
            raise ValueError(f"likelihood must be one of {sorted(LIKELIHOODS)}, not {likelihood!r}")
        if reduction not in ("sum", "mean"):
            raise ValueError(f'reduction must be "sum" (nats per image) or "mean" (the mistake), not {reduction!r}')
        self.likelihood, self.reduction = likelihood, reduction

    def forward(self, model: VAE, images: torch.Tensor, step: int, generator: torch.Generator | None = None) -> Terms:
        """Encode, draw z, decode, and add the cost of the rate to the reconstruction."""
        return self.draw(model, images, step, generator)[2]

    def draw(
        self, model: VAE, images: torch.Tensor, step: int, generator: torch.Generator | None = None
    ) -> tuple[Posterior, torch.Tensor, Terms]:
        """Do what ``forward`` does, and return the posterior and z [B, latents] too.

        Raises:
            TypeError: where the model encodes to something else than a Posterior.
        """
        posterior = model.encode(images)
        if not isinstance(posterior, Posterior):
            raise TypeError(f"encode must return Posterior(mean, log_variance), not {type(posterior).__name__}")
        z = posterior.rsample(generator)
        return posterior, z, self.terms(posterior, model.decode(z), images, step)

    def terms(self, posterior: Posterior, logits: torch.Tensor, images: torch.Tensor, step: int) -> Terms:
        """Evaluate the objective where posterior and decoded image are known already.

        With ``reduction="mean"`` the reconstruction is divided by the number of pixels and the KL is not (Eq. 1.5).

        Args:
            posterior: [B, latents], of which the rate is counted.
            logits: [B, channels, H, W], decoded from a draw of it.
            images: [B, channels, H, W] in [0, 1].
            step: steps of the optimizer before this one.

        Raises:
            ValueError: where the three do not pair up, and as ``bernoulli_reconstruction``.
        """
        reconstruction = LIKELIHOODS[self.likelihood](logits, images)
        if posterior.mean.ndim != 2 or len(posterior.mean) != len(images):
            raise ValueError(f"posterior must be [{len(images)}, latents] as images, not {list(posterior.mean.shape)}")
        kl = posterior.kl().mean(dim=0)
        weight = 1 / images[0].numel() if self.reduction == "mean" else 1
        return Terms(weight * reconstruction + self.cost(kl.sum(), step), reconstruction, kl)  # Eq. 1.5

    def cost(self, rate: torch.Tensor, step: int) -> torch.Tensor:
        """Return what ``rate`` nats add to the loss at this step."""
        raise NotImplementedError(f"{type(self).__name__} must define cost(rate, step)")

    def slope(self, rate: torch.Tensor, step: int) -> torch.Tensor | float:
        """Return the derivative of ``cost`` with respect to the rate."""
        raise NotImplementedError(f"{type(self).__name__} must define slope(rate, step)")

    def price(self, rate: torch.Tensor, step: int, pixels: int) -> torch.Tensor | float:
        """Return the nats of summed distortion per nat of rate: with the mean ``pixels`` times the slope."""
        return self.slope(rate, step) * (pixels if self.reduction == "mean" else 1)

    def settings(self) -> dict[str, Any]:
        """Return the class's name and the arguments of its constructor, as plain values."""
        return super().settings() | {"likelihood": self.likelihood, "reduction": self.reduction}


class BetaVAE(PricedRate):
    """D + beta R (Higgins et al. 2017, equation 4; Eq. 2.4); with beta = 1 the negative ELBO (Eq. 1.1).

    Args:
        beta: nats of distortion per nat of rate, at least 0.
        likelihood: "bernoulli" or "gaussian".
        reduction: "sum" or "mean", see ``PricedRate``.
    """

    def __init__(self, beta: float = 1.0, likelihood: str = "bernoulli", reduction: str = "sum"):
        super().__init__(likelihood, reduction)
        self.beta = number("beta", beta, least=0)

    def cost(self, rate: torch.Tensor, step: int) -> torch.Tensor:
        """Return beta R."""
        return self.beta * rate  # Eq. 1.1, Eq. 2.4

    def slope(self, rate: torch.Tensor, step: int) -> float:
        """Return beta."""
        return self.beta

    def settings(self) -> dict[str, Any]:
        """Return the class's name and the arguments of its constructor, as plain values."""
        return super().settings() | {"beta": self.beta}


class ScheduledCapacity(PricedRate):
    """Common to objectives whose capacity C grows from ``start`` to ``stop`` nats, evenly over ``steps`` steps."""

    def __init__(self, start: float, stop: float, steps: int, likelihood: str, reduction: str):
        super().__init__(likelihood, reduction)
        self.start, self.stop = number("start", start, least=0), number("stop", stop, least=0)
        self.steps = whole_number("steps", steps, 1)

    def capacity(self, step: int) -> float:
        """Return the capacity C at this step, in nats per image."""
        return self.start + (self.stop - self.start) * min(step / self.steps, 1.0)

    def settings(self) -> dict[str, Any]:
        """Return the class's name and the arguments of its constructor, as plain values."""
        return super().settings() | {"start": self.start, "stop": self.stop, "steps": self.steps}


class Capacity(ScheduledCapacity):
    """``D + gamma |R - C|`` (Burgess et al. 2018, equation 8; Eq. 5.1), or with a hinge in place of the absolute value.

    With the hinge it is ``D + gamma max(0, R - C)`` (Eq. 5.2). R is the mean over the batch. Below C the absolute value
    rewards every nat that is added, slope -gamma; there the hinge costs nothing.

    Args:
        gamma: weight of the penalty, nats of distortion per nat off the capacity, at least 0.
        start: capacity C at step 0, in nats.
        stop: capacity C from step ``steps`` on, in nats.
        steps: over which the capacity grows.
        penalty: "absolute" or "hinge".
        likelihood: "bernoulli" or "gaussian".
        reduction: "sum" or "mean", see ``PricedRate``.
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
        self.gamma, self.penalty = number("gamma", gamma, least=0), penalty

    def cost(self, rate: torch.Tensor, step: int) -> torch.Tensor:
        """Return ``gamma |R - C|``, or ``gamma max(0, R - C)``."""
        excess = rate - self.capacity(step)
        if self.penalty == "hinge":
            return self.gamma * excess.relu()  # Eq. 5.2
        return self.gamma * excess.abs()  # Eq. 5.1

    def slope(self, rate: torch.Tensor, step: int) -> torch.Tensor:
        """Return gamma above C, and below it -gamma for the absolute value and 0 for the hinge."""
        sign = (rate - self.capacity(step)).sign()
        return self.gamma * (sign.relu() if self.penalty == "hinge" else sign)

    def settings(self) -> dict[str, Any]:
        """Return the class's name and the arguments of its constructor, as plain values."""
        return super().settings() | {"gamma": self.gamma, "penalty": self.penalty}


class StaircaseCapacity(Capacity):
    """``Capacity`` whose C moves in stairs: it is set anew every ``stair`` steps, as the report's code does.

    Args:
        stair: steps between two moves of C.
        arguments: of ``Capacity``.
    """

    def __init__(self, stair: int = 1_000, **arguments: Any):
        super().__init__(**arguments)
        self.stair = whole_number("stair", stair, 1)

    def capacity(self, step: int) -> float:
        """Return the capacity C at this step, in nats per image."""
        return super().capacity(step - step % self.stair)

    def settings(self) -> dict[str, Any]:
        """Return the class's name and the arguments of its constructor, as plain values."""
        return super().settings() | {"stair": self.stair}


class Constrained(ScheduledCapacity):
    """Minimise D subject to R <= C: the KKT multiplier is the price, found by dual ascent (Eq. 2.1, Eq. 2.5).

    The loss is the Lagrangian D + multiplier (R - C), Eq. 2.2 with its sign turned. After each step of the optimizer
    the multiplier goes up where the rate is above the capacity, and down towards ``floor`` where it is below. It starts
    at a high price, so that latents start to pay one by one. With a ``floor`` of 1, nats that the capacity allows but
    that do not pay under the ELBO are not spent: R may stay below C.

    Args:
        start: capacity C at step 0, in nats.
        stop: capacity C from step ``steps`` on, in nats.
        steps: over which the capacity grows.
        multiplier: at step 0, nats of distortion per nat of rate.
        speed: step size of the dual ascent, on the logarithm of the multiplier.
        floor: least value of the multiplier.
        likelihood: "bernoulli" or "gaussian".
        reduction: "sum" or "mean", see ``PricedRate``.
    """

    multiplier: torch.Tensor

    def __init__(
        self,
        start: float = 0.5,
        stop: float = 25.0,
        steps: int = 20_000,
        multiplier: float = 100.0,
        speed: float = 0.01,
        floor: float = 0.0,
        likelihood: str = "bernoulli",
        reduction: str = "sum",
    ):
        super().__init__(start, stop, steps, likelihood, reduction)
        self.initial_multiplier = number("multiplier", multiplier, least=0)
        self.speed, self.floor = number("speed", speed, least=0), number("floor", floor, least=0)
        self.register_buffer("multiplier", torch.tensor(float(self.initial_multiplier)))

    def cost(self, rate: torch.Tensor, step: int) -> torch.Tensor:
        """Return multiplier (R - C)."""
        return self.multiplier.clone() * (rate - self.capacity(step))  # Eq. 2.2

    def slope(self, rate: torch.Tensor, step: int) -> torch.Tensor:
        """Return the multiplier."""
        return self.multiplier.clone()

    @torch.no_grad()
    def update(self, rate: torch.Tensor, step: int) -> None:
        """Multiply the multiplier by exp(speed * clip(R - C, -1, 1)), and keep it at ``floor`` or above."""
        excess = (rate - self.capacity(step)).clamp(-1, 1)  # above 0 where R <= C is broken, Eq. 2.1
        self.multiplier.mul_((self.speed * excess).exp()).clamp_(min=self.floor)  # Eq. 2.5

    def settings(self) -> dict[str, Any]:
        """Return the class's name and the arguments of its constructor, as plain values."""
        arguments = {"multiplier": self.initial_multiplier, "speed": self.speed, "floor": self.floor}
        return super().settings() | arguments
