"""A student: a new network that learns from an earlier one, its teacher, and finds what is left.

A code that has settled on position and size is a plateau: its features hold nothing else, and neither a lower price nor
another optimizer gets it off (appendix A). A new network finds the rest quickly where position and size need not be
found first. So its decoder is given those latents from the teacher's posterior and the others from its own encoder,
which is trained at the same time to agree with the teacher. After that it goes on alone: the student is the network of
Burgess et al. (2018), as it was.
"""

import math
from typing import Any

import torch

from .._runtime.arguments import number, whole_number
from ..models import VAE, Posterior
from ..models._inputs import latent_mask
from ..objectives import PricedRate, Terms
from .objective_wrapper import ObjectiveWrapper


class DistillationObjective(ObjectiveWrapper):
    """``objective`` of what the decoder is given, plus KL(student || teacher) of the teacher's latents (Eq. A.1).

    For the latents of ``teacher_mask`` the decoder is given the teacher's posterior, which has the teacher's rate; only
    the others have a price that the student can act on. Until step ``kl_from_step`` the divergence does not count:
    features that must encode position and size from the first step on learn less of the rest.

    Args:
        objective: of the student.
        teacher: has ``encode``; its weights are frozen.
        teacher_mask: [latents], True for those that the teacher gives.
        kl_from_step: first step at which the divergence counts.
        price: at which the teacher was trained, nats of distortion per nat of rate. Its posteriors are made as narrow
            as at a price of 1: the best variance is about the price over the curvature of D (Eq. 3.9).

    Raises:
        ValueError: for a mask of another shape, or one without any True; for a step or a price out of range.
    """

    teacher_mask: torch.Tensor

    def __init__(
        self,
        objective: PricedRate,
        teacher: VAE,
        teacher_mask: torch.Tensor,
        kl_from_step: int = 0,
        price: float = 1.0,
    ):
        super().__init__(objective)
        teacher_mask = latent_mask("teacher_mask", teacher_mask, teacher.latents)
        if not teacher_mask.any():
            raise ValueError(f"teacher_mask must be True for one latent at least, not {teacher_mask.tolist()}")
        self.kl_from_step = whole_number("kl_from_step", kl_from_step, 0)
        self.teacher_price = number("price", price, above=0)
        self.teacher = teacher.requires_grad_(False)
        self.register_buffer("teacher_mask", teacher_mask.clone())  # a checkpoint stores no tensor twice

    def forward(self, model: VAE, images: torch.Tensor, step: int, generator: torch.Generator | None = None) -> Terms:
        """Decode the teacher's latents and the student's own, and add the divergence between the two.

        Raises:
            ValueError: where student and teacher differ in channels or latents.
        """
        shapes = [(network.channels, network.latents) for network in (model, self.teacher)]
        if shapes[0] != shapes[1]:
            raise ValueError(
                f"student and teacher must have the same (channels, latents), not {shapes[0]}, {shapes[1]}"
            )
        student, teacher = model.encode(images), self.teacher.encode(images)
        teacher = teacher._replace(log_variance=teacher.log_variance - math.log(self.teacher_price))
        given = Posterior(*(torch.where(self.teacher_mask, t, s) for s, t in zip(student, teacher, strict=True)))
        terms = self.objective.terms(given, model.decode(given.rsample(generator)), images, step)
        if step < self.kl_from_step:
            return terms
        divergence = student.select(self.teacher_mask).kl_to(teacher.select(self.teacher_mask))
        return terms._replace(loss=terms.loss + divergence.sum(dim=1).mean())  # Eq. A.1

    def settings(self) -> dict[str, Any]:
        """Return the names and arguments of both objectives, the mask as a list of latents."""
        masked = self.teacher_mask.nonzero()[:, 0].tolist()
        arguments = {"teacher_mask": masked, "kl_from_step": self.kl_from_step, "price": self.teacher_price}
        return super().settings() | arguments
