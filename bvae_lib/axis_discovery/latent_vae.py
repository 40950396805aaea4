"""A VAE on the codes of another one (a second stage, Dai and Wipf 2019), and the two as one network.

Both halves are longer than those of Burgess et al. (2018). The encoder of a reference model may stand beside the
model's own, and second-stage encoders behind both; the last second-stage decoder stands before the model's decoder.
``second_stage.py`` trains the stages on codes alone; after that ``fit`` trains the whole on images, and what was found
before stays.
"""

import torch
from torch import nn

from .._runtime.seeded import seeded
from ..models import VAE, BurgessVAE, Posterior, concatenate
from ..models._inputs import as_input, latent_mask

WIDTH = 256  # of hidden layers


class LatentVAE(nn.Module):
    """New latents in place of those that are not ``frozen``, computed from codes alone.

    Two networks with two hidden layers, with weights drawn from ``seed``, lead from the old code to the new one and
    back. With a reference, another code of the same images follows the old one: the frozen latents are then those of
    the reference, whose means stay and whose variance is learned, and all of the old code is predicted from them and
    the new ones. New latents that are not ``active`` stay at the prior.

    Args:
        frozen: mask [latents], True for those that stay.
        seed: of the first weights.
        with_reference: whether codes of a reference follow the old ones.

    Raises:
        ValueError: where every latent is frozen.
    """

    frozen: torch.Tensor
    active: torch.Tensor

    def __init__(self, frozen: torch.Tensor, seed: int = 0, with_reference: bool = False):
        super().__init__()
        frozen = latent_mask("frozen", frozen, len(frozen))
        if frozen.all():
            raise ValueError(f"frozen must be a mask of some of the {len(frozen)} latents, not {frozen.tolist()}")
        self.latents, self.with_reference = len(frozen), with_reference
        self.register_buffer("frozen", frozen.clone())  # a checkpoint stores no tensor twice
        self.register_buffer("active", ~frozen)
        inputs = self.latents * (2 if with_reference else 1)
        with seeded(seed):
            self.encoder, self.decoder = mlp(inputs, 2 * self.latents), mlp(self.latents, self.latents)

    def encode(self, old: Posterior) -> Posterior:
        """Compute frozen and new latents [B, latents] from the old code and that of the reference behind it."""
        new = Posterior.from_head(self.encoder(old.mean))
        frozen = old.select(slice(-self.latents, None))
        if self.with_reference:
            frozen = frozen._replace(log_variance=frozen.log_variance + new.log_variance)
        return Posterior(*(torch.where(self.frozen, f, n * self.active) for f, n in zip(frozen, new, strict=True)))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Predict the old latents [B, latents] from frozen and new ones ``z`` [B, latents]."""
        return self.decoder(z) if self.with_reference else torch.where(self.frozen, z, self.decoder(z))


class DecodeLatents(nn.Module):
    """``LatentVAE.decode`` as a layer, where it is more than the chain of its decoder's layers."""

    def __init__(self, stage: LatentVAE):
        super().__init__()
        self.stage = stage

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Predict the old latents from ``z`` [B, latents]."""
        return self.stage.decode(z)


class TwoStageVAE(VAE):
    """``model`` with the latents of the last of its ``stages``, each of which is the reference of the next one.

    The reference of the first stage is ``reference``, another model, where there is one. When the whole is trained,
    features and frozen means stay as they are: the decoder of ``model`` learns, and the last stage.

    Args:
        model: whose code the stages encode.
        reference: whose latents may replace those of the model.

    Raises:
        ValueError: where the two differ in channels or latents.
    """

    stages: list[LatentVAE]

    def __init__(self, model: BurgessVAE, reference: BurgessVAE | None = None):
        super().__init__()
        shapes = [(network.channels, network.latents) for network in (model, reference or model)]
        if shapes[0] != shapes[1]:
            raise ValueError(
                f"model and reference must have the same (channels, latents), not {shapes[0]}, {shapes[1]}"
            )
        self.model, self.reference = model, reference
        self.channels, self.latents = model.channels, model.latents
        self.stages = nn.ModuleList()  # type: ignore[assignment]
        model.encoder.requires_grad_(False)
        if reference:
            reference.requires_grad_(False)

    def append(self, stage: LatentVAE) -> None:
        """Add a stage, and drop the decoder of the stage before, which nothing reads any more."""
        if self.stages:
            self.stages[-1].requires_grad_(False)
            del self.stages[-1].decoder
        self.stages.append(stage)

    def encode(self, images: torch.Tensor) -> Posterior:
        """Compute the posterior of frozen and new latents [B, latents] for ``images`` [B, channels, 64, 64]."""
        with torch.no_grad():
            code = self.model.encode(images)
            old = concatenate(code, self.reference.encode(images)) if self.reference else code
            for stage in self.stages[:-1]:
                old = concatenate(code, stage.encode(old))
        return self.stages[-1].encode(old)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Compute the logits [B, channels, 64, 64] of frozen and new latents ``z`` [B, latents]."""
        return self.decoder(as_input("z", z, self.model.decoder, (self.latents,))).float()

    @property
    def decoder(self) -> nn.Sequential:
        """The layers from latents to logits, those of the last stage and then those of the model."""
        last = self.stages[-1]
        first = last.decoder if last.with_reference else [DecodeLatents(last)]
        return nn.Sequential(*first, *self.model.decoder)

    def learning_chains(self) -> list[nn.Sequential]:
        """Return the chains of layers that learn, for ``muon``."""
        return [self.model.decoder, self.stages[-1].encoder, self.stages[-1].decoder]

    def prune_latents(self, mask: torch.Tensor) -> None:
        """Set the posterior of the latents of ``mask`` [latents] to the prior: from then on they carry 0 nats."""
        mask = latent_mask("mask", mask, self.latents)
        last = self.stages[-1]
        last.frozen, last.active = (old & ~mask.to(old.device) for old in (last.frozen, last.active))


def mlp(inputs: int, outputs: int) -> nn.Sequential:
    """Make a network with two hidden layers."""
    return nn.Sequential(
        nn.Linear(inputs, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH), nn.SiLU(), nn.Linear(WIDTH, outputs)
    )
