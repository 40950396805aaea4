"""A code that is coded again, as a network: the latents of a model, and new ones in the place of some of them.

Both halves are longer than those of Burgess et al. (2018). The encoder of an earlier model may stand beside the model's
own, recoders behind both; the way back stands before the decoder. ``recode.py`` makes recoders from codes alone; after
that ``fit`` trains the whole with pictures, and what was found before stays.
"""

import torch
from torch import nn

from .burgess import BurgessVAE, hidden_apart
from .posterior import Posterior, check_latents

WIDTH = 256  # of hidden layers


class Recoder(nn.Module):
    """New latents in the place of those that are not ``kept``, a mask [latents], by codes alone.

    Two networks with two hidden layers, with weights drawn from ``seed``, lead from the old code to the new one and
    back. With ``elder``, another code of the same pictures follows the old one: the kept latents are the elder's, which
    keep their means and learn how precise to be, and all of the old code is guessed from them and the new ones. New
    latents that are not ``open`` are silent. Raises ValueError where nothing is left to recode.
    """

    def __init__(self, kept: torch.Tensor, seed: int = 0, elder: bool = False):
        super().__init__()
        if kept.all():
            raise ValueError(f"kept must be a mask of some of the {len(kept)} latents, not {kept.tolist()}")
        self.latents, self.elder = len(kept), elder
        self.register_buffer("kept", kept.clone())  # a checkpoint keeps no tensor twice
        self.register_buffer("open", ~kept)
        said = self.latents * (2 if elder else 1)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.there, self.back = layers(said, 2 * self.latents), layers(self.latents, self.latents)

    def forward(self, old: Posterior) -> Posterior:
        """Posterior [B, latents] of kept and new latents, from the old code, and that of the elder behind it."""
        new = Posterior(*self.there(old.mean).float().chunk(2, dim=1))
        kept = Posterior(*(part[:, -self.latents :] for part in old))
        if self.elder:
            kept = kept._replace(log_variance=kept.log_variance + new.log_variance)
        return Posterior(*(torch.where(self.kept, k, n * self.open) for k, n in zip(kept, new, strict=True)))

    def undo(self, z: torch.Tensor) -> torch.Tensor:
        """Old latents [B, latents] from kept and new ones ``z`` [B, latents]."""
        return self.back(z) if self.elder else torch.where(self.kept, z, self.back(z))


class Recoded(nn.Module):
    """``model`` with the latents of the last of its ``recoders``, each of which is the elder of the next one.

    The first has ``elder``, where there is one, another model. When it is trained, features and kept latents stay as
    they are: the decoder of ``model`` learns, and the last recoder. Raises ValueError where model and elder differ in
    channels or latents.
    """

    reconstruct = BurgessVAE.reconstruct

    def __init__(self, model: BurgessVAE, elder: BurgessVAE | None = None):
        super().__init__()
        shapes = [(network.channels, network.latents) for network in (model, elder or model)]
        if shapes[0] != shapes[1]:
            raise ValueError(f"model and elder must have the same (channels, latents), not {shapes[0]}, {shapes[1]}")
        self.model, self.elder, self.channels, self.latents = model, elder, model.channels, model.latents
        self.recoders = nn.ModuleList()

    def append(self, recoder: Recoder) -> None:
        """Recode once more. From the code before nothing needs to lead back."""
        if self.recoders:
            del self.recoders[-1].back
        self.recoders.append(recoder)

    def old(self, images: torch.Tensor) -> Posterior:
        """Posterior [B, latents] of the model; an elder's latents follow, [B, 2 latents]."""
        networks = (self.model, self.elder) if self.elder else (self.model,)
        return beside(*(network.encode(images) for network in networks))

    def encode(self, images: torch.Tensor) -> Posterior:
        """Posterior of kept and new latents [B, latents] for ``images`` [B, channels, 64, 64]."""
        with torch.no_grad():
            old = self.old(images)
            code = first(old, self.latents)
            for recoder in self.recoders[:-1]:
                old = beside(code, recoder(old))
        return self.recoders[-1](old)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Logits [B, channels, 64, 64] of kept and new latents ``z`` [B, latents]."""
        check_latents(z, self.latents)
        return self.model.decode(self.recoders[-1].undo(z))

    @property
    def decoder(self) -> nn.Sequential:
        """With an elder, the layers from latents to logits: the way back, then the model's decoder."""
        return nn.Sequential(*self.recoders[-1].back, *self.model.decoder)

    def parameter_groups(self) -> list[dict]:
        """For ``fit``: those that learn, in which matrices between hidden units are apart, as in the model."""
        learning = [self.model.decoder, self.recoders[-1].there, self.recoders[-1].back]
        return hidden_apart(learning, [p for chain in learning for p in chain.parameters()])

    def silence(self, latents: torch.Tensor) -> None:
        """Put the posterior of ``latents``, a mask [latents], on the prior whatever the image: they send 0 nats."""
        last = self.recoders[-1]
        last.kept, last.open = (mask & ~latents.to(mask.device) for mask in (last.kept, last.open))


def beside(*codes: Posterior) -> Posterior:
    """Codes [B, ...] of the same pictures, the latents of one behind those of the other."""
    return Posterior(*(torch.cat(part, dim=1) for part in zip(*codes, strict=True)))


def first(code: Posterior, latents: int) -> Posterior:
    """The first ``latents`` of a code."""
    return Posterior(*(part[:, :latents] for part in code))


def layers(inputs: int, outputs: int) -> nn.Sequential:
    """Two hidden layers."""
    return nn.Sequential(
        nn.Linear(inputs, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH), nn.SiLU(), nn.Linear(WIDTH, outputs)
    )
