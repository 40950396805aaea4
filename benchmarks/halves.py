"""Each half of the network alone, with the factors given: python benchmarks/halves.py.

A diagnosis and no recipe, as it uses labels. The decoder of Burgess et al. (2018) draws from the factors themselves,
the encoder is asked for them: place, size, shape, and cosine and sine of the angle that can be seen. Whoever stays on a
plateau where each half alone does not, stays for want of a code on which both agree (appendix A).
"""

import math

import torch

from bvae_lib.data import DSprites
from bvae_lib.models import BurgessVAE
from bvae_lib.objectives import bernoulli_reconstruction
from bvae_lib.axis_discovery.orientation import PERIODS, SHAPE
from bvae_lib.training import OPTIMIZERS

STEPS, EVERY, BATCH = 1_250, 250, 64
RATES = {"adam": 2e-3, "muon": 1e-3}
ANGLE = slice(6, 8)  # columns of what is given


def given(factors: torch.Tensor) -> torch.Tensor:
    """``factors`` [B, 5] as numbers of about unit size, [B, 8]: x, y, size, three shapes, cosine and sine."""
    shape, size, orientation, x, y = factors.unbind(dim=1)
    angle = orientation * (2 * math.pi / 39) * (2 * math.pi / torch.tensor(PERIODS)[shape])
    columns = [(x - 15.5) / 9.2, (y - 15.5) / 9.2, (size - 2.5) / 1.7]
    columns += [1.5 * (shape == kind) for kind in range(3)] + [1.4 * angle.cos(), 1.4 * angle.sin()]
    return torch.stack([column.float() for column in columns], dim=1)


def halves(sprites: DSprites, optimizer: str) -> None:
    """Train both halves side by side, neither of which hears the other, and print what they reach."""
    model = BurgessVAE(latents=4)  # its head has eight numbers
    model.decoder[0] = BurgessVAE(latents=8, seed=1).decoder[0]
    model = model.to(memory_format=torch.channels_last)
    rate, generator, drawn = RATES[optimizer], torch.Generator().manual_seed(0), []
    optimiser = OPTIMIZERS[optimizer](model.parameter_groups(), rate)
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 100, 2 * (STEPS - step) / STEPS)
        indices = torch.randint(len(sprites), (BATCH,), generator=generator)
        images, factors = sprites[indices], given(sprites.factors(indices))
        distortion = bernoulli_reconstruction(model.decoder(factors).float(), images)
        error = (encoded(model, images) - factors).square().sum(dim=1).mean()
        optimiser.zero_grad()
        (distortion + error).backward()
        optimiser.step()
        drawn.append(distortion.item())
        if (step + 1) % EVERY == 0:
            heard = " | ".join(f"{r2:.2f}" for r2 in angle_heard(model, sprites))
            print(f"| {optimizer} | {step + 1:,} | {sum(drawn[-EVERY:]) / EVERY:.1f} | {heard} |", flush=True)


def encoded(model: BurgessVAE, images: torch.Tensor) -> torch.Tensor:
    """The eight numbers of the head, [B, 8]."""
    return model.encoder[-1](model.features(images))


@torch.no_grad()
def angle_heard(model: BurgessVAE, sprites: DSprites, pictures: int = 3_000) -> list[float]:
    """R^2 of what the encoder says of the angle, for each shape."""
    indices = torch.randint(len(sprites), (pictures,), generator=torch.Generator().manual_seed(1))
    factors = sprites.factors(indices)
    angle = given(factors)[:, ANGLE]
    missed = torch.cat([encoded(model, sprites[some])[:, ANGLE] for some in indices.split(500)]) - angle
    of_shape = [factors[:, SHAPE] == shape for shape in range(len(PERIODS))]
    return [1 - (missed[of].square().sum() / angle[of].square().sum()).item() for of in of_shape]


if __name__ == "__main__":
    print("| | Step | D, of the last 250 | R^2 of the angle: square | ellipse | heart |\n" + "| --- " * 6 + "|")
    drawn = DSprites()
    for name in RATES:
        halves(drawn, name)
