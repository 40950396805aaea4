"""Images per second of `fit`, beside the limit and beside what most public code does: python benchmarks/training.py.

limit       the bare forward, backward and step of the same network on one ready batch
fit         bvae_lib.training.fit on dSprites
DataLoader  float32 tensors in a TensorDataset and a DataLoader, layers in PyTorch's own layout, .item() every step

The three take turns, a few seconds each, for several rounds. Ratios are taken within a round, so that a machine that
is slow for a while is slow for all three, and the median over rounds is printed.
"""

import statistics
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from bvae_lib.data import DSprites
from bvae_lib.device import pick_device
from bvae_lib.models import BurgessVAE
from bvae_lib.objectives import BetaVAE
from bvae_lib.training import fit, pick_precision

BATCH, STEPS, ROUNDS = 64, 60, 7


def limit(device: torch.device, batch: torch.Tensor) -> Callable[[], None]:
    model = BurgessVAE().to(device, memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(model.parameters(), 5e-4)
    autocast = pick_precision("auto", device) == "bfloat16"

    def run():
        for _ in range(STEPS):
            with torch.autocast(device.type, torch.bfloat16, enabled=autocast):
                posterior = model.encode(batch)
                logits = model.decode(posterior.rsample())
            loss = F.binary_cross_entropy_with_logits(logits, batch, reduction="sum") / BATCH
            loss = loss + posterior.kl().sum(dim=1).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    return run


def ours(device: torch.device, sprites: DSprites) -> Callable[[], None]:
    model = BurgessVAE()
    return lambda: fit(model, sprites, BetaVAE(1), STEPS, BATCH, device=device, progress=False)


def data_loader(device: torch.device, images: torch.Tensor) -> Callable[[], None]:
    model = BurgessVAE().to(device)
    optimiser = torch.optim.Adam(model.parameters(), 5e-4)
    loader = DataLoader(TensorDataset(images), BATCH, shuffle=True)

    def encode(batch: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return model.encoder(batch).chunk(2, dim=1)  # without the channels_last that model.encode begins with

    def run():
        losses = []
        for _, (batch,) in zip(range(STEPS), loader, strict=False):
            batch = batch.to(device)
            mean, log_variance = encode(batch)
            z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
            logits = model.decoder(z)
            loss = F.binary_cross_entropy_with_logits(logits, batch, reduction="sum") / BATCH
            loss = loss - 0.5 * (1 + log_variance - mean.pow(2) - log_variance.exp()).sum(dim=1).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())

    return run


def seconds(run: Callable[[], None], device: torch.device) -> float:
    start = time.perf_counter()
    run()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def main() -> None:
    device = pick_device()
    start = time.perf_counter()
    sprites = DSprites(device=device)
    print(f"dSprites: {len(sprites):,} images drawn in {time.perf_counter() - start:.2f} s, {device}")
    ready = sprites.sample(BATCH)
    runs = {
        "limit": limit(device, ready),
        "fit": ours(device, sprites),
        "DataLoader": data_loader(device, sprites.sample(BATCH * STEPS).cpu()),
    }
    for run in runs.values():  # kernels are chosen and threads started before anything is timed
        run()
    rounds = [{name: seconds(run, device) for name, run in runs.items()} for _ in range(ROUNDS)]
    for name in runs:
        rate = BATCH * STEPS / statistics.median(r[name] for r in rounds)
        print(f"{name:10s} {rate:8.0f} images/s")
    print(f"fit / limit      {statistics.median(r['limit'] / r['fit'] for r in rounds):.2f}")
    print(f"fit / DataLoader {statistics.median(r['DataLoader'] / r['fit'] for r in rounds):.2f}")


if __name__ == "__main__":
    main()
