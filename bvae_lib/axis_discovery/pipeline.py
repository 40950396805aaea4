"""The phases that come before the last training of appendix A's models, each a method that a recipe names."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from .. import metrics
from ..data import ImageSet
from ..history import History
from ..models import BurgessVAE
from ..objectives import BetaVAE, PricedRate
from ..training import fit
from .auxiliary_decoder import JointObjective, copy_features
from .distillation import DistillationObjective
from .ica import align_axes
from .latent_vae import LatentVAE, TwoStageVAE
from .muon import muon
from .second_stage import fit_second_stage

Prepared = tuple[nn.Module, Any, History | None]  # model, objective and what was recorded so far


@dataclass
class Context:
    """What a phase needs of the run that it is a part of."""

    earlier: Callable[[str], tuple[Any, History]]  # model and History of a recipe by name
    images: ImageSet
    options: dict[str, Any]  # arguments of ``fit`` that take the place of a recipe's: seed, device, checkpoint, ...

    def at_most(self, steps: int) -> int:
        """Return ``steps``, or those that the options ask for where that is fewer."""
        return min(steps, self.options.get("steps", steps))

    def part(self, steps: int, suffix: str) -> dict[str, Any]:
        """Return the options for a part of ``steps`` steps, whose checkpoint ends in ``suffix``."""
        checkpoint = self.options.get("checkpoint")
        beside = Path(checkpoint).with_suffix(suffix) if checkpoint else None
        return self.options | {"steps": self.at_most(steps), "checkpoint": beside}


def fit_arguments(arguments: dict[str, Any], model: nn.Module) -> dict[str, Any]:
    """Replace the optimizer "muon" of a recipe's arguments of ``fit`` by Muon for the layers of ``model``."""
    if arguments.get("optimizer") != "muon":
        return arguments
    chains = model.learning_chains() if isinstance(model, TwoStageVAE) else [model.encoder, model.decoder]
    return arguments | {"optimizer": muon(*chains)}


def network(recipe: dict[str, Any], seed: int = 0) -> BurgessVAE | TwoStageVAE:
    """Build the network that a recipe trains, with weights drawn from ``seed``."""
    model = BurgessVAE(**recipe["network"], seed=seed)
    discovery = recipe.get("discovery", {})
    if discovery.get("method") != "staged":
        return model
    reference = BurgessVAE(**recipe["network"], seed=seed)
    del reference.decoder  # only its encoder is used
    staged = TwoStageVAE(model, reference)
    for _ in discovery["stages"]:
        staged.append(LatentVAE(torch.zeros(model.latents, dtype=torch.bool), seed, with_reference=True))
    return staged


def prepare(recipe: dict[str, Any], objective: PricedRate, seed: int, context: Context) -> Prepared:
    """Do what comes before the last training of a recipe.

    Args:
        recipe: of ``zoo.RECIPES``.
        objective: that the recipe names.
        seed: of the first weights.
        context: the run.

    Returns:
        The model to train, the objective to train it by, and what was recorded so far, None for most recipes.
    """
    model, discovery = network(recipe, seed), recipe.get("discovery")
    if discovery is None:
        return model, objective, None
    return METHODS[discovery["method"]](discovery, model, objective, context)


def auxiliary(how: dict[str, Any], model: BurgessVAE, objective: PricedRate, context: Context) -> Prepared:
    """Train a wide auxiliary code alone; the model begins with its features and is trained jointly with it."""
    wide = BurgessVAE(model.channels, how["latents"], seed=context.options["seed"] + 100)  # other weights than its own
    part = context.part(how["fit"]["steps"], ".auxiliary")
    fit(wide, context.images, BetaVAE(how["price"]), **fit_arguments(how["fit"], wide) | part)
    copy_features(wide, model)
    return model, JointObjective(objective, wide, how["price"]), None


def distillation(how: dict[str, Any], model: BurgessVAE, objective: PricedRate, context: Context) -> Prepared:
    """Train the model with an earlier one as its teacher.

    For the first ``decoder_only_steps`` the decoder alone learns, to draw from the teacher's latents; then all, and
    from ``kl_from_step`` on the student must agree with the teacher.
    """
    teacher, history = context.earlier(how["teacher"])
    mask, price = torch.as_tensor(history.kl_per_latent[-1] >= metrics.ACTIVE), float(history.price[-1])
    arguments = fit_arguments(how["fit"], model)
    model.encoder.requires_grad_(False)
    decoder_only = DistillationObjective(BetaVAE(1), teacher, mask, price=price)
    fit(model, context.images, decoder_only, **arguments | context.part(how["decoder_only_steps"], ".decoder-only"))
    model.encoder.requires_grad_(True)
    distill = DistillationObjective(objective, teacher, mask, how["kl_from_step"], price)
    recorded = fit(model, context.images, distill, **arguments | context.part(how["fit"]["steps"], ".distillation"))
    return model, objective, recorded


def second_stage(how: dict[str, Any], context: Context) -> TwoStageVAE:
    """Give the code of an earlier model new axes.

    Its ``frozen`` latents of the largest KL stay, or those of a ``reference`` take their place, the first two of which
    are rotated onto axes before; the others are found again, in ``stages``.
    """
    model, history = context.earlier(how["model"])
    reference, ranked = context.earlier(how["reference"]) if "reference" in how else (None, history)
    frozen = torch.as_tensor(ranked.kl_per_latent[-1]).topk(how["frozen"]).indices.tolist()
    seed, price = context.options["seed"], float(history.price[-1])
    if reference:
        align_axes(reference, frozen[:2], context.images, seed)
        del reference.decoder  # only its encoder is used
    stages = [stage | {"steps": context.at_most(stage["steps"])} for stage in how["stages"]]
    return fit_second_stage(model, context.images, frozen, price, stages, seed, reference)


def refit(how: dict[str, Any], model: BurgessVAE, objective: PricedRate, context: Context) -> Prepared:
    """Give the model the weights of an earlier one, and train it to encode as that one does in new axes."""
    teacher, arguments = second_stage(how, context), how["fit"]
    model.load_state_dict(teacher.model.state_dict())
    everything = torch.ones(model.latents, dtype=torch.bool)
    distill = DistillationObjective(BetaVAE(1), teacher, everything)
    part = context.part(arguments["steps"], ".refit")
    return model, objective, fit(model, context.images, distill, **fit_arguments(arguments, model) | part)


def staged(how: dict[str, Any], model: nn.Module, objective: PricedRate, context: Context) -> Prepared:
    """Train an earlier model with new axes as one network, in place of ``model``."""
    return second_stage(how, context), objective, None


METHODS = {"auxiliary": auxiliary, "distillation": distillation, "refit": refit, "staged": staged}
