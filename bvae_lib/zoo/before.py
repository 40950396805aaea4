"""What a recipe may have trained before its model goes on alone: a companion, a lesson, a lesson in new axes.

``options`` are those of the model's own training. Nothing here gets more steps than are asked for there, and with a
checkpoint each part keeps its state beside that, under a suffix of its own.
"""

from collections.abc import Callable
from pathlib import Path

import torch

from .. import metrics
from ..axes import straighten
from ..data import ImageSet
from ..history import History
from ..models import BurgessVAE, Recoded
from ..objectives import BetaVAE, Objective
from ..recode import recode
from ..taught import Lesson, Taught
from ..training import fit

Earlier = Callable[[str], tuple[BurgessVAE, History]]  # the model of a recipe by name


def no_more(options: dict, steps: int) -> int:
    """``steps``, or those that ``options`` ask for where that is fewer."""
    return min(steps, options.get("steps", steps))


def part(options: dict, steps: int, suffix: str) -> dict:
    """``options`` for a part of ``steps`` steps, whose checkpoint ends in ``suffix``."""
    checkpoint = options.get("checkpoint")
    beside = Path(checkpoint).with_suffix(suffix) if checkpoint else None
    return options | {"steps": no_more(options, steps), "checkpoint": beside}


def train_companion(companion: dict, images: ImageSet, options: dict) -> BurgessVAE:
    """The wide code of a recipe's ``companion``, trained alone: its features are those that the model begins with."""
    channels = images[torch.tensor([0])].shape[1]
    wide = BurgessVAE(channels, companion["latents"], seed=options["seed"] + 100)  # other weights than the model's
    how = companion["fit"] | part(options, companion["fit"]["steps"], ".companion")
    fit(wide, images, BetaVAE(companion["price"]), **how)
    return wide


def teach(
    teacher: dict, earlier: Earlier, model: BurgessVAE, objective: Objective, images: ImageSet, options: dict
) -> History:
    """Train ``model`` by the lesson of a recipe's ``teacher``, an earlier model.

    For the first ``listens`` steps the decoder alone learns, to draw what it is told; then all, and from step
    ``speaks`` on the model says it too.
    """
    elder, spoken = earlier(teacher["recipe"])
    told, how = torch.as_tensor(spoken.kl_per_latent[-1] >= metrics.ACTIVE), teacher["fit"]
    pupil = Taught(model, elder, told, price=float(spoken.price[-1]))
    model.encoder.requires_grad_(False)
    fit(pupil, images, Lesson(BetaVAE(1), told), **how | part(options, teacher["listens"], ".listens"))
    model.encoder.requires_grad_(True)
    lesson = Lesson(objective, told, teacher["speaks"])
    return fit(pupil, images, lesson, **how | part(options, how["steps"], ".lesson"))


def recoded(how: dict, earlier: Earlier, images: ImageSet, options: dict) -> Recoded:
    """An earlier model whose code is given new axes, as ``how`` says.

    The ``kept`` loudest latents stay, or those of an ``elder`` take their place, the two loudest of which are first
    turned onto axes; the others are recoded, in ``stages``.
    """
    model, spoken = earlier(how["recipe"])
    elder, loud = earlier(how["elder"]) if "elder" in how else (None, spoken)
    kept = torch.as_tensor(loud.kl_per_latent[-1]).topk(how["kept"]).indices.tolist()
    if elder:
        straighten(elder, kept[:2], images, options["seed"])
        del elder.decoder  # it is only heard
    stages = [stage | {"steps": no_more(options, stage["steps"])} for stage in how["stages"]]
    return recode(model, images, kept, float(spoken.price[-1]), stages, options["seed"], elder)


def learn_anew(anew: dict, earlier: Earlier, model: BurgessVAE, images: ImageSet, options: dict) -> History:
    """Give ``model`` the weights of an earlier one, and teach it that one's code in new axes."""
    teacher, how = recoded(anew, earlier, images, options), anew["fit"]
    model.load_state_dict(teacher.model.state_dict())
    everything = torch.ones(model.latents, dtype=torch.bool)
    pupil, lesson = Taught(model, teacher, everything), Lesson(BetaVAE(1), everything)
    return fit(pupil, images, lesson, **how | part(options, how["steps"], ".anew"))
