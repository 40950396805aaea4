"""The phases that come before the last training of appendix A's models, each a method that a recipe names."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from .. import metrics
from ..data import ImageSet
from ..history import History
from ..models import BurgessVAE
from ..objectives import BetaVAE, Objective, PricedRate
from ..training import fit
from .auxiliary_decoder import JointObjective, copy_features
from .distillation import DistillationObjective
from .ica import align_axes
from .latent_vae import LatentVAE, TwoStageVAE
from .muon import muon
from .second_stage import fit_second_stage

Network = BurgessVAE | TwoStageVAE
Prepared = tuple[Network, Objective, History | None]  # what to train, by what, and what was recorded so far


@dataclass
class Context:
    """What a phase needs of the run that it is a part of."""

    earlier: Callable[[str], tuple[Any, History]]  #: model and History of a recipe by name
    images: ImageSet
    options: dict[str, Any]  #: arguments of ``fit`` in place of those of a recipe, such as seed, device and checkpoint

    def at_most(self, steps: int) -> int:
        """Return ``steps``, or those that the options ask for where that is fewer."""
        return min(steps, self.options.get("steps", steps))

    def part(self, steps: int, suffix: str) -> dict[str, Any]:
        """Return the options for a part of ``steps`` steps, whose checkpoint ends in ``suffix``."""
        checkpoint = self.options.get("checkpoint")
        beside = Path(checkpoint).with_suffix(suffix) if checkpoint else None
        return self.options | {"steps": self.at_most(steps), "checkpoint": beside}

    def fit(self, model: Network, objective: Objective, arguments: dict[str, Any], suffix: str) -> History:
        """Train one phase by a recipe's ``arguments`` of ``fit``; its checkpoint ends in ``suffix``."""
        options = arguments | self.part(arguments["steps"], suffix)
        return fit(model, self.images, objective, **with_optimizer(options, model))


def with_optimizer(arguments: dict[str, Any], model: Network) -> dict[str, Any]:
    """Replace the optimizer "muon" among arguments of ``fit`` by Muon for the layers of ``model``."""
    if arguments.get("optimizer") != "muon":
        return arguments
    chains = model.learning_chains() if isinstance(model, TwoStageVAE) else [model.encoder, model.decoder]
    return arguments | {"optimizer": muon(*chains)}


def network(recipe: dict[str, Any], seed: int = 0) -> Network:
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


def auxiliary(discovery: dict[str, Any], model: BurgessVAE, objective: PricedRate, context: Context) -> Prepared:
    """Train a wide auxiliary code alone; the model begins with its features and is trained jointly with it."""
    seed, price = context.options["seed"] + 100, discovery["price"]  # other first weights than the model's
    wide = BurgessVAE(model.channels, discovery["latents"], seed=seed)
    context.fit(wide, BetaVAE(price), discovery["fit"], ".auxiliary")
    copy_features(wide, model)
    return model, JointObjective(objective, wide, price), None


def distillation(discovery: dict[str, Any], model: BurgessVAE, objective: PricedRate, context: Context) -> Prepared:
    """Train the model with an earlier one as its teacher.

    For the first ``decoder_only_steps`` the decoder alone learns, to decode the teacher's latents; then all learns, and
    from ``kl_from_step`` on the student must agree with the teacher.
    """
    teacher, history = context.earlier(discovery["teacher"])
    mask, price = torch.as_tensor(history.kl_per_latent[-1] >= metrics.ACTIVE), float(history.price[-1])
    arguments = discovery["fit"]
    decoder_only = DistillationObjective(BetaVAE(1), teacher, mask, price=price)
    distill = DistillationObjective(objective, teacher, mask, discovery["kl_from_step"], price)
    model.encoder.requires_grad_(False)
    context.fit(model, decoder_only, arguments | {"steps": discovery["decoder_only_steps"]}, ".decoder-only")
    model.encoder.requires_grad_(True)
    return model, objective, context.fit(model, distill, arguments, ".distillation")


def second_stage(discovery: dict[str, Any], context: Context) -> TwoStageVAE:
    """Give the code of an earlier model new axes.

    Its ``frozen`` latents of the largest KL stay, or those of a ``reference`` replace them, whose first two are rotated
    onto axes; the others are replaced in ``stages``.
    """
    model, history = context.earlier(discovery["model"])
    reference, ranked = context.earlier(discovery["reference"]) if "reference" in discovery else (None, history)
    frozen = torch.as_tensor(ranked.kl_per_latent[-1]).topk(discovery["frozen"]).indices.tolist()
    seed, price = context.options["seed"], float(history.price[-1])
    if reference:
        align_axes(reference, frozen[:2], context.images, seed)
        del reference.decoder  # only its encoder is used
    stages = [stage | {"steps": context.at_most(stage["steps"])} for stage in discovery["stages"]]
    return fit_second_stage(model, context.images, frozen, price, stages, seed, reference)


def refit(discovery: dict[str, Any], model: BurgessVAE, objective: PricedRate, context: Context) -> Prepared:
    """Give the model the weights of an earlier one, and train it to encode as that one does in new axes."""
    teacher = second_stage(discovery, context)
    model.load_state_dict(teacher.model.state_dict())
    distill = DistillationObjective(BetaVAE(1), teacher, torch.ones(model.latents, dtype=torch.bool))
    return model, objective, context.fit(model, distill, discovery["fit"], ".refit")


def staged(discovery: dict[str, Any], model: Network, objective: PricedRate, context: Context) -> Prepared:
    """Give an earlier model new axes; all of it is then trained as one network, in place of ``model``."""
    return second_stage(discovery, context), objective, None


METHODS: dict[str, Callable[..., Prepared]] = {
    "auxiliary": auxiliary,
    "distillation": distillation,
    "refit": refit,
    "staged": staged,
}
