"""An auxiliary decoder keeps features that the model's few latents will need later.

Under a high price only position and scale pay, and an encoder that is trained for them alone comes to hold nothing
else: what would pay next, at a lower price, is then no longer in the features (appendix A). The auxiliary code has many
latents at a low price, reads the same features and has a decoder of its own, so everything pays at once. The two losses
are added, and nothing else ties the two codes. After training the auxiliary code is thrown away: the model is the
network of Burgess et al. (2018), as it was.
"""

from typing import Any

import torch

from ..models import BurgessVAE, Posterior
from ..objectives import BetaVAE, PricedRate, Terms
from .objective_wrapper import ObjectiveWrapper

LR_FACTOR = 1 / 8  # learning rate of features and auxiliary code, as a share of that of the model's head and decoder


def copy_features(source: BurgessVAE, target: BurgessVAE) -> None:
    """Give ``target`` the encoder of ``source``, up to its head.

    Raises:
        ValueError: where the two have different channels.
    """
    if source.channels != target.channels:
        raise ValueError(f"both networks must have the same channels, not {source.channels} and {target.channels}")
    target.encoder[:-1].load_state_dict(source.encoder[:-1].state_dict())


class JointObjective(ObjectiveWrapper):
    """``objective`` for a model, plus D + ``price`` R of an auxiliary code that reads the model's features.

    Figures (reconstruction, KL, price) are those of the model. Head and decoder of the auxiliary code belong to the
    objective and learn along, they and the features at an eighth of the learning rate.

    Args:
        objective: of the model.
        auxiliary: network whose head and decoder are used; see ``copy_features``.
        price: nats of distortion per nat of the auxiliary code's rate, at least 0.

    Raises:
        TypeError: for an objective without a price, or an auxiliary network without head and decoder.
    """

    def __init__(self, objective: PricedRate, auxiliary: BurgessVAE, price: float = 0.1):
        super().__init__(objective)
        if not isinstance(auxiliary, BurgessVAE):
            raise TypeError(f"auxiliary must be a BurgessVAE, not {type(auxiliary).__name__}")
        self.auxiliary = BetaVAE(price, objective.likelihood, objective.reduction)
        self.head, self.decoder = auxiliary.head, auxiliary.decoder

    def forward(  # type: ignore[override]  # of all models only a BurgessVAE has features
        self, model: BurgessVAE, images: torch.Tensor, step: int, generator: torch.Generator | None = None
    ) -> Terms:
        """Add the two losses; the features are computed once."""
        features = model.features(images)
        own = Posterior.from_head(model.head(features))
        wide = Posterior.from_head(self.head(features))
        terms = self.objective.terms(own, model.decode(own.rsample(generator)), images, step)
        drawn = self.decoder(wide.rsample(generator)).float()
        return terms._replace(loss=terms.loss + self.auxiliary.terms(wide, drawn, images, step).loss)

    def parameter_groups(self, model: BurgessVAE) -> list[dict[str, Any]]:  # type: ignore[override]
        """Return the model's head and decoder at the full learning rate, and the rest at an eighth of it."""
        own = [*model.head.parameters(), *model.decoder.parameters()]
        rest = [*model.encoder[:-1].parameters(), *self.head.parameters(), *self.decoder.parameters()]
        return [{"params": own}, {"params": rest, "lr_factor": LR_FACTOR}]

    def settings(self) -> dict[str, Any]:
        """Return the names and arguments of both objectives."""
        return super().settings() | {"auxiliary": self.auxiliary.settings()}
