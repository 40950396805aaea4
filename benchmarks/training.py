"""Images per second of `fit`, beside the limit and beside what most public code does: python benchmarks/training.py.

limit       the bare forward, backward and step of the same network on one ready batch
fit         bvae_lib.training.fit on dSprites
DataLoader  float32 tensors in a TensorDataset and a DataLoader, layers in PyTorch's own layout, .item() every step

Each has a process of its own, as it would have with its users: what the library sets for a process when it is imported
(bvae_lib._runtime) does not reach the DataLoader loop, which never imports it, nor does this process. The three take
turns, a few seconds each, for several rounds, while the other two wait. Ratios are taken within a round, so that a
machine that is slow for a while is slow for all three, and the median over rounds is printed.
"""

import multiprocessing
import statistics
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

BATCH, STEPS, ROUNDS = 64, 60, 7


def limit(device: str, images: Any) -> Callable[[], None]:
    from bvae_lib.models import BurgessVAE
    from bvae_lib.objectives import bernoulli_reconstruction
    from bvae_lib.training import pick_precision

    import torch

    batch = torch.from_numpy(images[:BATCH]).to(device)
    model = BurgessVAE().to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), 5e-4)
    autocast = pick_precision("auto", torch.device(device)) == "bfloat16"

    def run() -> None:
        for _ in range(STEPS):
            with torch.autocast(device, torch.bfloat16, enabled=autocast):
                posterior = model.encode(batch)
                logits = model.decode(posterior.rsample())
            loss = bernoulli_reconstruction(logits, batch) + posterior.kl().sum(dim=1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return run


def ours(device: str, images: Any) -> Callable[[], None]:
    from bvae_lib import BetaVAE, BurgessVAE, DSprites, fit

    model, sprites = BurgessVAE(), DSprites(device=device)
    return lambda: fit(model, sprites, BetaVAE(1), STEPS, BATCH, device=device, progress=False)


def data_loader(device: str, images: Any) -> Callable[[], None]:
    import torch
    import torch.nn.functional as F
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    # Burgess et al. (2018, section A.1) in PyTorch's own layers, as public code has them.
    encoder = nn.Sequential(
        nn.Conv2d(1, 32, 4, 2, 1), nn.ReLU(),
        nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(),
        nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(),
        nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(),
        nn.Flatten(),
        nn.Linear(512, 256), nn.ReLU(),
        nn.Linear(256, 256), nn.ReLU(),
        nn.Linear(256, 20),
    ).to(device)  # fmt: skip
    decoder = nn.Sequential(
        nn.Linear(10, 256), nn.ReLU(),
        nn.Linear(256, 256), nn.ReLU(),
        nn.Linear(256, 512), nn.ReLU(),
        nn.Unflatten(1, (32, 4, 4)),
        nn.ConvTranspose2d(32, 32, 4, 2, 1), nn.ReLU(),
        nn.ConvTranspose2d(32, 32, 4, 2, 1), nn.ReLU(),
        nn.ConvTranspose2d(32, 32, 4, 2, 1), nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, 2, 1),
    ).to(device)  # fmt: skip
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], 5e-4)
    loader = DataLoader(TensorDataset(torch.from_numpy(images)), BATCH, shuffle=True)

    def run() -> None:
        losses = []
        for (batch,) in loader:
            batch = batch.to(device)
            mean, log_variance = encoder(batch).chunk(2, dim=1)
            logits = decoder(mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean))
            loss = F.binary_cross_entropy_with_logits(logits, batch, reduction="sum") / BATCH
            loss = loss - 0.5 * (1 + log_variance - mean.pow(2) - log_variance.exp()).sum(dim=1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())

    return run


LOOPS = {"limit": limit, "fit": ours, "DataLoader": data_loader}


def draw(count: int) -> tuple[Any, str]:
    """In a process of its own: images of dSprites as float32 [count, 1, 64, 64], and the device to train on."""
    from bvae_lib import DSprites

    import torch

    return DSprites(device="cpu").sample(count).numpy(), "cuda" if torch.cuda.is_available() else "cpu"


def serve(name: str, device: str, images: Any, connection: Connection) -> None:
    """In a process of its own: the loop ``name``, once for every word that comes; its seconds go back."""
    run = LOOPS[name](device, images)
    import torch

    run()  # kernels are chosen and threads started before anything is timed
    connection.send("ready")
    while connection.recv() == "go":
        start = time.perf_counter()
        run()
        if device == "cuda":
            torch.cuda.synchronize()
        connection.send(time.perf_counter() - start)


def main() -> None:
    spawn, connections = multiprocessing.get_context("spawn"), {}
    with spawn.Pool(1) as pool:
        images, device = pool.apply(draw, (BATCH * STEPS,))
    for name in LOOPS:
        connections[name], theirs = spawn.Pipe()
        spawn.Process(target=serve, args=(name, device, images, theirs), daemon=True).start()
        connections[name].recv()  # one after another, here as below

    def seconds(name: str) -> float:
        connections[name].send("go")
        return connections[name].recv()

    rounds = [{name: seconds(name) for name in LOOPS} for _ in range(ROUNDS)]
    for connection in connections.values():
        connection.send("stop")
    for name in LOOPS:
        rate = BATCH * STEPS / statistics.median(r[name] for r in rounds)
        print(f"{name:10s} {rate:8.0f} images/s")
    print(f"fit / limit      {statistics.median(r['limit'] / r['fit'] for r in rounds):.2f}")
    print(f"fit / DataLoader {statistics.median(r['DataLoader'] / r['fit'] for r in rounds):.2f}, on {device}")


if __name__ == "__main__":
    main()
