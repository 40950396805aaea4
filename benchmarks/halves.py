"""Each half of the network alone, with the factors given: python benchmarks/halves.py.

A diagnosis and no recipe, as it uses labels. The decoder of Burgess et al. (2018) draws from the factors themselves,
and the encoder predicts them: position, size, shape, and cosine and sine of the visible angle. A network that stays on
a plateau, where each half alone does not, lacks a code on which both agree (appendix A).
"""

import math

from bvae_lib.axis_discovery.muon import muon
from bvae_lib.axis_discovery.orientation import PERIODS, SHAPE
from bvae_lib.data import DSprites
from bvae_lib.models import BurgessVAE
from bvae_lib.objectives import bernoulli_reconstruction
from bvae_lib.training import lr_schedule

import torch

STEPS, EVERY, BATCH = 1_250, 250, 64
RATES = {"adam": 2e-3, "muon": 1e-3}
ANGLE = slice(6, 8)  # columns of ``numbers``


def numbers(factors: torch.Tensor) -> torch.Tensor:
    """Write factors [B, 5] as numbers of about unit size [B, 8]: x, y, size, three shapes, cosine and sine."""
    shape, size, orientation, x, y = factors.unbind(dim=1)
    angle = orientation * (2 * math.pi / 39) * (2 * math.pi / torch.tensor(PERIODS)[shape])
    columns = [(x - 15.5) / 9.2, (y - 15.5) / 9.2, (size - 2.5) / 1.7]
    columns += [1.5 * (shape == kind) for kind in range(3)] + [1.4 * angle.cos(), 1.4 * angle.sin()]
    return torch.stack([column.float() for column in columns], dim=1)


def halves(sprites: DSprites, optimizer: str) -> None:
    """Train both halves side by side, without anything between them, and print what they reach."""
    model = BurgessVAE(latents=4)  # its head has eight numbers
    model.decoder[0] = BurgessVAE(latents=8, seed=1).decoder[0]
    model = model.to(memory_format=torch.channels_last)
    rate, generator, distortions = RATES[optimizer], torch.Generator().manual_seed(0), []
    factory = muon(model.encoder, model.decoder) if optimizer == "muon" else torch.optim.Adam
    optim = factory([{"params": [*model.parameters()], "lr": rate}])
    for step in range(STEPS):
        for group in optim.param_groups:
            group["lr"] = rate * lr_schedule(step, STEPS, warmup=100, cooldown=STEPS / 2)
        indices = torch.randint(len(sprites), (BATCH,), generator=generator)
        images, wanted = sprites[indices], numbers(sprites.factors(indices))
        distortion = bernoulli_reconstruction(model.decoder(wanted).float(), images)
        error = (model.encoder(images) - wanted).square().sum(dim=1).mean()
        optim.zero_grad()
        (distortion + error).backward()
        optim.step()
        distortions.append(distortion.item())
        if (step + 1) % EVERY == 0:
            angle = " | ".join(f"{r2:.2f}" for r2 in angle_r2(model, sprites))
            print(f"| {optimizer} | {step + 1:,} | {sum(distortions[-EVERY:]) / EVERY:.1f} | {angle} |", flush=True)


@torch.no_grad()
def angle_r2(model: BurgessVAE, sprites: DSprites, n: int = 3_000) -> list[float]:
    """Compute R^2 of the angle that the encoder predicts, for each shape, from ``n`` images."""
    indices = torch.randint(len(sprites), (n,), generator=torch.Generator().manual_seed(1))
    factors = sprites.factors(indices)
    angle = numbers(factors)[:, ANGLE]
    missed = torch.cat([model.encoder(sprites[some])[:, ANGLE] for some in indices.split(500)]) - angle
    of_shape = [factors[:, SHAPE] == shape for shape in range(len(PERIODS))]
    return [1 - (missed[of].square().sum() / angle[of].square().sum()).item() for of in of_shape]


if __name__ == "__main__":
    print("| | Step | D, of the last 250 | R^2 of the angle: square | ellipse | heart |\n" + "| --- " * 6 + "|")
    dsprites = DSprites()
    for name in RATES:
        halves(dsprites, name)
