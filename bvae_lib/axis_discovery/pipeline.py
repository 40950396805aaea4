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

# Parts of a training that are given in steps, and the least that each may be: a trial of few steps has fewer of them.
PERIODS = {"warmup": 0, "cooldown": 0, "stagger_steps": 0, "anneal_steps": 1}

Network = BurgessVAE | TwoStageVAE
Prepared = tuple[Network, Objective, History | None]  # what to train, by what, and what was recorded so far


@dataclass
class Context:
    """What a phase needs of the run that it is a part of."""

    earlier: Callable[[str], tuple[Any, History]]  #: model and History of a recipe by name
    images: ImageSet | torch.Tensor
    options: dict[str, Any]  #: arguments of ``fit`` in place of those of a recipe, such as seed, device and checkpoint

    def at_most(self, steps: int) -> int:
        """Return ``steps``, or those that the options ask for where that is fewer."""
        return min(steps, self.options.get("steps", steps))

    def part(self, steps: int, suffix: str) -> dict[str, Any]:
        """Return the options for a part of ``steps`` steps, whose checkpoint ends in ``suffix``."""
        checkpoint = self.options.get("checkpoint")
        beside = Path(checkpoint).with_suffix(suffix) if checkpoint else None
        steps = self.at_most(steps)
        asked = {name: min(self.options[name], steps) for name in ("warmup", "cooldown") if name in self.options}
        return self.options | asked | {"steps": steps, "checkpoint": beside}

    def fit(self, model: Network, objective: Objective, arguments: dict[str, Any], suffix: str) -> History:
        """Train one phase by a recipe's ``arguments`` of ``fit``; its checkpoint ends in ``suffix``."""
        options = self.part(arguments["steps"], suffix)
        options = with_optimizer(shortened(arguments, options["steps"]) | options, model)
        history = fit(model, self.images, objective, **options)
        if not reached(history, options["steps"]):
            raise KeyboardInterrupt  # which fit has caught: what comes next would begin from half of this phase
        return history


def shortened(arguments: dict[str, Any], steps: int) -> dict[str, Any]:
    """Return the ``arguments`` of a training for at most ``steps`` steps: its periods shrink in proportion."""
    whole = arguments["steps"]
    steps = min(steps, whole)
    periods = {n: max(least, arguments[n] * steps // whole) for n, least in PERIODS.items() if n in arguments}
    return arguments | periods | {"steps": steps}


def reached(history: History, steps: int) -> bool:
    """Return whether a run came to its last step; Ctrl-C ends it before."""
    return bool((history.step >= steps).any())


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


def prepare(recipe: dict[str, Any], model: Network, objective: Objective, context: Context) -> Prepared:
    """Do what comes before the last training of a recipe.

    Args:
        recipe: of ``zoo.RECIPES``.
        model: the recipe's ``network``, with its first weights.
        objective: that the recipe names.
        context: the run.

    Returns:
        The model to train, the objective to train it by, and what was recorded so far, None for most recipes.
    """
    discovery = recipe.get("discovery")
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
    kl, price = history.kl_per_latent[-1], float(history.price[-1])
    mask = torch.as_tensor(kl >= min(kl.max(), metrics.ACTIVE))  # the largest at least: after a trial none is active
    arguments = discovery["fit"]
    kl_from_step = discovery["kl_from_step"] * context.at_most(arguments["steps"]) // arguments["steps"]
    decoder_only = DistillationObjective(BetaVAE(1), teacher, mask, price=price)
    distill = DistillationObjective(objective, teacher, mask, kl_from_step, price)
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
    stages = [shortened(stage, context.at_most(stage["steps"])) for stage in discovery["stages"]]
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
