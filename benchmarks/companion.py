"""Past position and scale, axes kept: python benchmarks/companion.py --seed 0.

A network that has learned position and scale under a high price stops there: its distortion stays near 105 nats
whatever a nat costs, because nothing in its encoder's features tells an angle (RESULTS.md). What gets past is
a companion: a second, wide code of 64 latents at a price of 0.1, read from the same features and with a decoder of its
own. For it every angle pays at once, so the features that it needs are there when the price of the ten latents has
fallen far enough for them to want an angle too. The two losses are added; nothing else ties the two codes. When
training ends the companion is thrown away, and what is left is the network of Burgess et al. (2018).

1. head start  the companion alone, so that there are features to read.
2. together    the ten latents under a budget that grows as in the zoo's dsprites-early.

13 to 20 minutes on one core that is fast at bfloat16. Progress goes to standard output, weights and companion to
runs/companion-seed*.safetensors every 1,000 steps, and a run that was cut off goes on from there with fresh moments.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save

from bvae_lib.atomic import write_atomically
from bvae_lib.cpu import flush_denormals, keep_freed_memory
from bvae_lib.data import DSprites
from bvae_lib.metrics import ACTIVE, mig
from bvae_lib.models import BurgessVAE, Posterior
from bvae_lib.objectives import BetaVAE, Constrained, bernoulli_reconstruction
from bvae_lib.pairs import angle_readout, angle_shares, distinct_pairs, visible_shares
from bvae_lib.training import pick_precision
from bvae_lib.zoo.recipes import EARLY

BATCH, EVERY = 64, 1_000
HEAD_START, STEPS, WARMUP, COOLDOWN = 3_000, 12_000, 500, 2_000
RATES = {"axes": 8e-3, "features": 2e-3, "companion": 1e-3}  # learning rates of Adam, once warm
WIDE, LOW = 64, 0.1  # latents of the companion, and what it pays for a nat


class Pair(torch.nn.Module):
    """``model`` and its companion, which reads the features of the model's encoder."""

    def __init__(self, seed: int):
        super().__init__()
        self.model, wide = BurgessVAE(seed=seed), BurgessVAE(latents=WIDE, seed=seed + 100)
        self.head, self.decoder = wide.encoder[-1], wide.decoder
        self.register_buffer("done", torch.tensor(0))
        self.register_buffer("multiplier", torch.tensor(EARLY["multiplier"]))

    @property
    def features(self) -> torch.nn.Sequential:
        """The encoder without its head: images -> 256 features, from which both codes are read linearly."""
        return self.model.encoder[:-1]

    def groups(self, together: bool) -> list[dict]:
        """Parameters by learning rate; before the two learn together features go at the companion's."""
        axes = [*self.model.encoder[-1].parameters(), *self.model.decoder.parameters()]
        companion = [*self.head.parameters(), *self.decoder.parameters()]
        rate = RATES["features"] if together else RATES["companion"]
        return [
            {"params": companion, "lr": RATES["companion"]},
            {"params": [*self.features.parameters()], "lr": rate},
        ] + [{"params": axes, "lr": RATES["axes"]}] * together

    def forward(self, batch: torch.Tensor, together: bool, generator: torch.Generator) -> list:
        """Logits and posterior of the companion, then of the model where the two learn together."""
        features = self.features(batch.contiguous(memory_format=torch.channels_last))
        codes = [(self.head, self.decoder)] + [(self.model.encoder[-1], self.model.decoder)] * together
        told = []
        for head, decoder in codes:
            posterior = Posterior(*head(features).float().chunk(2, dim=1))
            told.append((decoder(posterior.rsample(generator)).float(), posterior))
        return told


def train(pair: Pair, sprites: DSprites, seed: int, path: Path) -> None:
    autocast = pick_precision("auto", torch.device("cpu")) == "bfloat16"
    companion, axes = BetaVAE(LOW), Constrained(**EARLY)
    axes.multiplier = pair.multiplier  # kept with the weights
    pair.to(memory_format=torch.channels_last)
    start, optimiser = time.perf_counter(), None
    for step in range(int(pair.done), HEAD_START + STEPS):
        together, age = step >= HEAD_START, step - HEAD_START
        if optimiser is None or age == 0:
            optimiser = torch.optim.Adam(pair.groups(together))
            rates = [group["lr"] for group in optimiser.param_groups]
        share = min(1.0, (age + 1) / WARMUP, (STEPS - age) / COOLDOWN) if together else min(1.0, (step + 1) / WARMUP)
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = share * rate
        generator = torch.Generator().manual_seed(seed * 1_000_000 + step)
        batch = sprites[torch.randint(len(sprites), (BATCH,), generator=generator)]
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            told = pair(batch, together, generator)
        losses = [goal(seen[0], batch, seen[1], age) for goal, seen in zip((companion, axes), told, strict=False)]
        optimiser.zero_grad()
        sum(loss for loss, _, _ in losses).backward()
        optimiser.step()
        if together:
            axes.update(losses[1][2].detach().sum(), age)
        if (step + 1) % EVERY == 0:
            pair.done.fill_(step + 1)
            with write_atomically(path) as file:
                file.write(save({name: tensor.contiguous() for name, tensor in pair.state_dict().items()}))
            told_now = measure(pair, sprites) if together else f"companion's D {losses[0][1]:.1f}"
            print(f"{step + 1:6,} steps, {time.perf_counter() - start:.0f} s: {told_now}", flush=True)


@torch.no_grad()
def measure(pair: Pair, sprites: DSprites) -> str:
    """Distortion, rate, MIG and pairs of 10,000 random pictures, in a line; faint latents count as silent."""
    indices = torch.randint(len(sprites), (10_000,), generator=torch.Generator().manual_seed(0))
    model, noise, seen, D = pair.model, torch.Generator().manual_seed(0), [], 0.0
    for chunk in indices.split(500):
        features = pair.features(sprites[chunk])
        posterior = Posterior(*model.encoder[-1](features).chunk(2, dim=1))
        D += bernoulli_reconstruction(model.decode(posterior.rsample(noise)), sprites[chunk]).item() / 20
        seen.append((posterior.mean, posterior.kl(), features))
    codes, kls, features = (torch.cat(parts) for parts in zip(*seen, strict=True))
    kl, factors = kls.mean(dim=0), sprites.factors(indices)
    codes[:, kl < ACTIVE] = 0
    told = visible_shares(codes, factors)
    best = ", ".join(f"{name} {share:.2f}" for name, share in zip(sprites.factor_names, told.max(axis=0), strict=True))
    angles = np.round(angle_shares(codes, factors).max(axis=0), 2).tolist()
    dearest = [round(nats, 1) for nats in kl.sort(descending=True).values.tolist() if nats > 0.1]
    return (
        f"price {pair.multiplier:.2f}, D {D:.1f}, R {kl.sum():.1f} {dearest}, MIG {mig(codes, factors).mean:.3f}, "
        f"{len(distinct_pairs(told))} pairs; best shares {best}; angle of square, ellipse, heart {angles}, "
        f"in the features {np.round(angle_readout(features, factors), 2).tolist()}"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--seed", type=int, default=0)
    seed = arguments.parse_args().seed
    flush_denormals()
    keep_freed_memory()
    path = Path(f"runs/companion-seed{seed}.safetensors")
    path.parent.mkdir(exist_ok=True)
    pair = Pair(seed)
    if path.exists():
        pair.load_state_dict(load_file(path))
    train(pair, DSprites(device="cpu"), seed, path)


if __name__ == "__main__":
    main()
