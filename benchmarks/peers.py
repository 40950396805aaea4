"""Milliseconds a step of `fit`, of the bare loop and of public code: python benchmarks/peers.py [BATCH [THREADS]].

bare    forward, backward and step of the same network on one ready batch: what there is to compute
fit     bvae_lib.training.fit on dSprites
Dubois  the loop of YannDubs/disentangling-vae: each image to float by itself, sigmoids into the cross-entropy, the loss
        read and a progress bar drawn after every step
Konny   the loop of 1Konny/Beta-VAE: a float32 array, two loading processes, a progress bar
Li      the loop of Lidonghao1996/MATH-5472-project1, the report: the same array and processes, AMSGrad, three figures
        read after every step

All train the network of Burgess et al. (2018) with an absolute penalty on the rate; the last three, written anew here
with what they do in a step and nothing else, have PyTorch's own layers and layout, as their authors have. Each loop
has a process of its own, as it would have with its users: what the library sets when it is imported
(bvae_lib._runtime) XX"""

import itertools
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

IMAGES, TURN, ROUNDS = 8_192, 2_048, 6  # images that the public loops draw from; images of one turn; turns of each
GAMMA, START, STOP, STEPS = 1000.0, 0.5, 25.0, 100_000  # of the capacity
QUIET = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  (progress bars are drawn, and not shown)
Loop = Callable[[int], None]  # so many steps


def bare(precision: str, device: str, images: Any, batch_size: int) -> Loop:
    from bvae_lib.models import BurgessVAE
    from bvae_lib.objectives import bernoulli_reconstruction

    import torch

    batch = torch.from_numpy(images[:batch_size]).float()[:, None].to(device)
    model = BurgessVAE().to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), 5e-4)

    def run(steps: int) -> None:
        for _ in range(steps):
            with torch.autocast(device, torch.bfloat16, enabled=precision == "bfloat16"):
                posterior = model.encode(batch)
                logits = model.decode(posterior.rsample())
                rate = posterior.kl().sum(dim=1).mean()
                loss = bernoulli_reconstruction(logits, batch) + GAMMA * (rate - START).abs()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return run


def ours(precision: str, device: str, images: Any, batch_size: int) -> Loop:
    from bvae_lib import BurgessVAE, Capacity, DSprites, fit

    model, sprites, objective = BurgessVAE(), DSprites(device=device), Capacity(GAMMA, START, STOP, STEPS)
    options = {"device": device, "precision": precision, "progress": False}
    return lambda steps: fit(model, sprites, objective, steps, batch_size, **options)


def layers() -> tuple[Any, Any]:
    """Build encoder and decoder of Burgess et al. (2018, section A.1) of PyTorch's own layers."""
    from torch import nn

    encoder = nn.Sequential(
        nn.Conv2d(1, 32, 4, 2, 1), nn.ReLU(True),
        nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(True),
        nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(True),
        nn.Conv2d(32, 32, 4, 2, 1), nn.ReLU(True),
        nn.Flatten(),
        nn.Linear(512, 256), nn.ReLU(True),
        nn.Linear(256, 256), nn.ReLU(True),
        nn.Linear(256, 20),
    )  # fmt: skip
    decoder = nn.Sequential(
        nn.Linear(10, 256), nn.ReLU(True),
        nn.Linear(256, 256), nn.ReLU(True),
        nn.Linear(256, 512), nn.ReLU(True),
        nn.Unflatten(1, (32, 4, 4)),
        nn.ConvTranspose2d(32, 32, 4, 2, 1), nn.ReLU(True),
        nn.ConvTranspose2d(32, 32, 4, 2, 1), nn.ReLU(True),
        nn.ConvTranspose2d(32, 32, 4, 2, 1), nn.ReLU(True),
        nn.ConvTranspose2d(32, 1, 4, 2, 1),
    )  # fmt: skip
    return encoder, decoder


def forever(loader: Any) -> Iterator[Any]:
    while True:
        yield from loader


def dubois(device: str, images: Any, batch_size: int) -> Loop:
    import numpy as np
    import torch
    import torch.nn.functional as F
    from torch import nn
    from torch.utils.data import DataLoader, Dataset
    from torchvision.transforms import ToTensor
    from tqdm import trange

    class Sprites(Dataset):
        to_tensor, factors = ToTensor(), np.zeros((len(images), 6))

        def __len__(self) -> int:
            return len(images)

        def __getitem__(self, index: int) -> tuple[torch.Tensor, np.ndarray]:
            return self.to_tensor(images[index][..., None] * 255), self.factors[index]

    encoder, decoder = layers()
    for network in (encoder, decoder):
        for layer in network:
            if isinstance(layer, nn.ReLU):
                layer.inplace = False  # torch.relu there
    encoder.to(device), decoder.to(device)
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], 5e-4)
    batches, count = forever(DataLoader(Sprites(), batch_size, shuffle=True)), itertools.count(1)

    def run(steps: int) -> None:
        with trange(steps, leave=False, file=QUIET) as bar:
            for data, _ in itertools.islice(batches, steps):
                step = next(count)
                data = data.to(device)
                mean, log_variance = encoder(data).view(-1, 10, 2).unbind(-1)
                z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
                distortion = F.binary_cross_entropy(decoder(z).sigmoid(), data, reduction="sum") / len(data)
                kl = 0.5 * (-1 - log_variance + mean.pow(2) + log_variance.exp()).mean(dim=0)
                capacity = min(START + (STOP - START) * step / STEPS, STOP)
                loss = distortion + GAMMA * (kl.sum() - capacity).abs()
                if step % 50 == 1:
                    [figure.item() for figure in (distortion, *kl, loss)]
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                bar.set_postfix(loss=loss.item())
                bar.update()

    return run


def of_an_array(device: str, images: Any, batch_size: int, amsgrad: bool, summed: bool, reads: bool) -> Loop:
    """What the loops of Konny and of Li have in common."""
    import torch
    import torch.nn.functional as F
    from torch.utils.data import DataLoader, TensorDataset
    from tqdm import tqdm

    encoder, decoder = (network.to(device) for network in layers())
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], 5e-4, amsgrad=amsgrad)
    array = torch.from_numpy(images).unsqueeze(1).float()
    workers = {"num_workers": 2, "pin_memory": device == "cuda", "drop_last": True}
    batches, count = forever(DataLoader(TensorDataset(array), batch_size, shuffle=True, **workers)), itertools.count(1)

    def run(steps: int) -> None:
        bar = tqdm(total=steps, file=QUIET)
        for (batch,) in itertools.islice(batches, steps):
            step = next(count)
            batch = batch.to(device)
            moments = encoder(batch)
            mean, log_variance = moments[:, :10], moments[:, 10:]
            logits = decoder(mean + log_variance.div(2).exp() * torch.randn_like(mean))
            distortion = F.binary_cross_entropy_with_logits(logits, batch, reduction="sum")
            distortion = distortion if summed else distortion / len(batch)
            kl = -0.5 * (1 + log_variance - mean.pow(2) - log_variance.exp())
            rate, _ = kl.sum(dim=1).mean(), kl.mean(dim=0)
            capacity = torch.tensor(min(START + (STOP - START) * step / STEPS, STOP), device=device)
            loss = distortion + GAMMA * (rate - capacity).abs()
            if reads:
                [figure.item() for figure in (distortion, rate, loss)]
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            bar.update()
        bar.close()

    return run


LOOPS = {
    "bare, float32": partial(bare, "float32"),
    "fit, float32": partial(ours, "float32"),
    "bare, bfloat16": partial(bare, "bfloat16"),
    "fit, bfloat16": partial(ours, "bfloat16"),
    "Dubois": dubois,
    "Konny": partial(of_an_array, amsgrad=False, summed=False, reads=False),
    "Li": partial(of_an_array, amsgrad=True, summed=True, reads=True),
}
PUBLIC = ("Dubois", "Konny", "Li")


def draw(count: int) -> tuple[Any, str]:
    """In a process of its own: images of dSprites as the archive has them, uint8 [count, 64, 64]; and the device."""
    from bvae_lib import DSprites

    import torch

    return DSprites(device="cpu").sample(count)[:, 0].byte().numpy(), "cuda" if torch.cuda.is_available() else "cpu"


def serve(name: str, device: str, images: Any, batch_size: int, threads: int, connection: Connection) -> None:
    """In a process of its own: as many steps of the loop ``name`` as come; milliseconds a step go back."""
    run = LOOPS[name](device, images, batch_size)
    import torch

    clock = time.process_time if device == "cpu" and threads == 1 else time.perf_counter
    run(3)  # kernels are chosen and threads started before anything is timed
    connection.send("ready")
    while steps := connection.recv():
        start = clock()
        run(steps)
        if device == "cuda":
            torch.cuda.synchronize()
        connection.send(1000 * (clock() - start) / steps)


def measure(device: str, images: Any, batch_size: int, threads: int) -> dict[str, float]:
    """Return milliseconds a step of each loop, in its fastest turn."""
    os.environ["OMP_NUM_THREADS"] = str(threads)
    spawn, connections = multiprocessing.get_context("spawn"), {}
    for name in LOOPS:
        connections[name], theirs = spawn.Pipe()
        spawn.Process(target=serve, args=(name, device, images, batch_size, threads, theirs)).start()
        theirs.close()  # so that the end of a process that fails is noticed
        connections[name].recv()  # one after another, here as below

    def turn(name: str) -> float:
        connections[name].send(max(2, TURN // batch_size))
        return connections[name].recv()

    turns = [{name: turn(name) for name in LOOPS} for _ in range(ROUNDS)]
    for connection in connections.values():
        connection.send(0)
    return {name: min(of[name] for of in turns) for name in LOOPS}


def main() -> None:
    asked = [int(word) for word in sys.argv[1:]]
    batches, threads = asked[:1] or [64, 256, 1024], asked[1:] or [1, 2]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        images, device = pool.apply(draw, (IMAGES,))
    print(f"milliseconds a step, on {device}; the fastest public loop as a multiple of fit")
    print(f"| Batch | Threads | {' | '.join(LOOPS)} | public / fit, float32 | public / fit, bfloat16 |")
    print("| --- " * (len(LOOPS) + 4) + "|")
    for batch_size, count in itertools.product(batches, threads):
        took = measure(device, images, batch_size, count)
        public = min(took[name] for name in PUBLIC)
        gains = [f"{public / took[name]:.2f}" for name in ("fit, float32", "fit, bfloat16")]
        figures = " | ".join([*(f"{took[name]:.1f}" for name in LOOPS), *gains])
        print(f"| {batch_size} | {count} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
