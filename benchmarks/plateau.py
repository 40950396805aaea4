"""After position and scale: what gets a network off the plateau: python benchmarks/plateau.py --seed 0.

A network that has learned position and scale stops there: its distortion stays near 105 nats whatever a nat costs. This
is the recipe that has passed the plateau and kept the axes, in four phases on dSprites (RESULTS.md has the others):

1. features  beta = 1 with orthogonalised updates. All ten latents open, and none follows a factor.
2. axes      The code is forgotten: a new head of the encoder and a new first layer of the decoder. Convolutions are
             kept as they are. Adam at a high rate, under a budget that grows, turns position and scale onto axes.
3. waking    Orthogonalised updates again, at a price of 1, still with the convolutions kept.
4. finish    The same for all layers.

Weights after each phase are kept in runs/plateau-seed*.safetensors, and a run that was cut off goes on with the next
phase. About 25 minutes on one core.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save
from torch import nn

from bvae_lib.atomic import write_atomically
from bvae_lib.cpu import flush_denormals, keep_freed_memory
from bvae_lib.data import DSprites
from bvae_lib.metrics import mig
from bvae_lib.models import BurgessVAE
from bvae_lib.models.burgess import keep_variance
from bvae_lib.objectives import BetaVAE, Constrained, Objective, bernoulli_reconstruction
from bvae_lib.pairs import angle_shares, distinct_pairs, visible_shares

BATCH, EVERY = 64, 1_000
BUDGET = {"start": 0.5, "stop": 9.0, "steps": 3_500, "multiplier": 100.0, "speed": 0.01}


class Muon(torch.optim.Optimizer):
    """Jordan et al. (2024): momentum, then the nearest orthogonal matrix, so that weak directions move as strong ones.

    Kernels count as matrices with a row for each first index.
    """

    def __init__(self, weights: list[torch.Tensor], lr: float = 0.02, momentum: float = 0.95):
        super().__init__(weights, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for weight in group["params"]:
                mean = self.state[weight].setdefault("mean", torch.zeros_like(weight))
                mean.lerp_(weight.grad, 1 - group["momentum"])
                update = orthogonal(weight.grad.lerp(mean, group["momentum"]).flatten(1)).view_as(weight)
                weight.sub_(update * max(1, weight.shape[0] / weight[0].numel()) ** 0.5, alpha=group["lr"])


def orthogonal(matrix: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """``matrix`` with all its singular values near 1, by the Newton-Schulz iteration of Jordan et al. (2024)."""
    if matrix.shape[0] > matrix.shape[1]:
        return orthogonal(matrix.T, steps).T
    matrix = matrix / (matrix.norm() + 1e-7)
    for _ in range(steps):
        gram = matrix @ matrix.T
        matrix = 3.4445 * matrix + (-4.7750 * gram + 2.0315 * gram @ gram) @ matrix
    return matrix


def layers(half: nn.Sequential) -> list[nn.Module]:
    return [layer for layer in half if hasattr(layer, "weight")]


def hidden(model: BurgessVAE) -> list[torch.Tensor]:
    """Weights from hidden units to hidden units: all but those that touch pixels or latents."""
    return [layer.weight for half in (model.encoder, model.decoder) for layer in layers(half)[1:-1]]


def keep_convolutions(model: BurgessVAE, kept: bool) -> None:
    for layer in layers(model.encoder) + layers(model.decoder):
        for parameter in layer.parameters():
            parameter.requires_grad_(not kept or isinstance(layer, nn.Linear))


def forget_code(model: BurgessVAE, seed: int) -> None:
    """A new head of the encoder, at the prior, and a new first layer of the decoder."""
    torch.manual_seed(seed)
    head, first = layers(model.encoder)[-1], layers(model.decoder)[0]
    keep_variance(head)
    keep_variance(first)
    nn.init.zeros_(head.weight)


def train(model, sprites, objective: Objective, steps: int, lr: float, muon: bool, warmup: int, cooldown: int, seed):
    """As ``training.fit``, but for parameters that are kept as they are, and Muon for hidden weights."""
    learning = [p for p in model.parameters() if p.requires_grad]
    of_muon = {id(weight) for weight in hidden(model)} if muon else set()
    optimisers = [torch.optim.Adam([p for p in learning if id(p) not in of_muon], lr)]
    if muon:
        optimisers.append(Muon([p for p in learning if id(p) in of_muon]))
    rates = [optimiser.param_groups[0]["lr"] for optimiser in optimisers]
    generator = torch.Generator().manual_seed(seed)
    model.to(memory_format=torch.channels_last).train()
    for step in range(steps):
        share = min(1.0, (step + 1) / max(1, warmup), (steps - step) / max(1, cooldown))
        batch = sprites[torch.randint(len(sprites), (BATCH,), generator=generator)]
        posterior = model.encode(batch)
        loss, _, kl = objective(model.decode(posterior.rsample(generator)), batch, posterior, step)
        model.zero_grad()
        loss.backward()
        for optimiser, rate in zip(optimisers, rates, strict=True):
            optimiser.param_groups[0]["lr"] = share * rate
            optimiser.step()
        objective.update(kl.detach().sum(), step)
        if (step + 1) % EVERY == 0 or step + 1 == steps:
            print(f"  {step + 1:5,} steps: {measure(model.eval(), sprites)}", flush=True)
            model.train()
    return model.eval()


@torch.no_grad()
def measure(model: BurgessVAE, sprites: DSprites) -> str:
    """Distortion, rate, MIG and pairs of 10,000 random pictures, in a line."""
    indices = torch.randint(len(sprites), (10_000,), generator=torch.Generator().manual_seed(0))
    noise, means, kls, D = torch.Generator().manual_seed(0), [], [], 0.0
    for chunk in indices.split(500):
        posterior = model.encode(sprites[chunk])
        D += bernoulli_reconstruction(model.decode(posterior.rsample(noise)), sprites[chunk]).item() / 20
        means.append(posterior.mean)
        kls.append(posterior.kl())
    codes, kl, factors = torch.cat(means), torch.cat(kls).mean(dim=0), sprites.factors(indices)
    told = visible_shares(codes, factors) * (kl.numpy()[:, None] > 0.01)
    best = ", ".join(f"{name} {share:.2f}" for name, share in zip(sprites.factor_names, told.max(axis=0), strict=True))
    angles = np.round(angle_shares(codes, factors).max(axis=0), 2).tolist()
    return (
        f"D {D:.1f}, R {kl.sum():.1f}, MIG {mig(codes, factors).mean:.3f}, {len(distinct_pairs(told))} pairs; best "
        f"shares {best}; angle of square, ellipse, heart {angles}"
    )


def features(model, sprites, seed):
    train(model, sprites, BetaVAE(1), 5_000, 1e-3, True, warmup=0, cooldown=1_500, seed=seed)


def axes(model, sprites, seed):
    forget_code(model, seed)
    keep_convolutions(model, True)
    train(model, sprites, Constrained(**BUDGET), 4_000, 8e-3, False, warmup=500, cooldown=1_000, seed=seed)


def waking(model, sprites, seed):
    keep_convolutions(model, True)
    train(model, sprites, BetaVAE(1), 2_000, 1e-3, True, warmup=100, cooldown=0, seed=seed + 1)


def finish(model, sprites, seed):
    keep_convolutions(model, False)
    train(model, sprites, BetaVAE(1), 3_000, 1e-3, True, warmup=100, cooldown=1_500, seed=seed + 2)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--seed", type=int, default=0)
    seed = arguments.parse_args().seed
    flush_denormals()
    keep_freed_memory()
    sprites, model, folder = DSprites(device="cpu"), BurgessVAE(seed=seed), Path("runs")
    folder.mkdir(exist_ok=True)
    for phase in (features, axes, waking, finish):
        kept = folder / f"plateau-seed{seed}-{phase.__name__}.safetensors"
        if kept.exists():
            model.load_state_dict(load_file(kept))
            continue
        print(f"{phase.__name__}, seed {seed}", flush=True)
        start = time.perf_counter()
        phase(model, sprites, seed)
        with write_atomically(kept) as file:
            file.write(save({name: tensor.contiguous() for name, tensor in model.state_dict().items()}))
        print(f"  {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
