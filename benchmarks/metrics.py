"""What the metrics of one model cost, and what one encoding saves: python benchmarks/metrics.py [name of a model].

once    all 737,280 images of dSprites are encoded once; every metric looks its codes up
naive   each batch of a metric draws its images and encodes them, as most implementations do
        (of the naive side VOTES batches are timed, and scaled to as many as the metric asks for)

Both take turns in one run. Seconds of the CPU are of all threads together; ratios hold on a busy machine too.
"""

import sys
import time
from collections.abc import Callable

from bvae_lib import DSprites, metrics, zoo

import numpy as np
import torch

VOTES, TURNS = 30, 3  # batches of the naive side in each turn
ASKED = 15_000  # batches that either metric asks for, with those for the score
SAMPLE = 10_000  # images for metrics of codes and factors


def seconds(call: Callable[[], object]) -> tuple[float, float, object]:
    """Wall and CPU seconds of ``call``, and what it returns."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = call()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def line(name: str, wall: float, cpu: float, found: object = "") -> None:
    value = getattr(found, "mean", "")
    print(f"{name:44s} {wall:8.2f} {cpu:8.2f}  {value if isinstance(value, str) else f'{value:.4f}'}", flush=True)


@torch.no_grad()
def main(name: str = "dsprites-early") -> None:
    sprites, model = DSprites(device="cpu"), zoo.load(name)[0].eval()
    print(f"{name}, {torch.get_num_threads()} threads\n{'':44s} {'wall s':>8s} {'CPU s':>8s}  value")
    wall, cpu, posterior = seconds(lambda: metrics.encode_dataset(model, sprites))
    line("encode all of dSprites", wall, cpu)
    encoded = cpu
    codes = torch.from_numpy(metrics.silence(posterior.mean, posterior.kl().mean(dim=0).clamp(min=0)))

    def looked_up(classes: np.ndarray) -> torch.Tensor:
        return codes[sprites.index(classes)]

    def as_it_goes(classes: np.ndarray) -> torch.Tensor:
        return model.encode(sprites[sprites.index(classes)]).mean

    held = {"beta-VAE metric": metrics.beta_vae, "FactorVAE metric, variances of all": metrics.factor_vae}
    best = {}  # CPU seconds, the least of each side
    for _ in range(TURNS):
        for title, metric in held.items():
            wall, cpu, found = seconds(lambda metric=metric: metric(looked_up, sprites.factor_sizes))
            best[title] = min(best.get(title, (wall, cpu, found)), (wall, cpu, found), key=lambda part: part[1])
            settings = {} if metric is metrics.beta_vae else {"variances": 640}
            few = {"votes": VOTES - 10, "evaluated": 10} | settings
            _, cpu, _ = seconds(lambda metric=metric, few=few: metric(as_it_goes, sprites.factor_sizes, **few))
            best[title, "naive"] = min(best.get((title, "naive"), cpu), cpu)
    total = 0.0
    for title in held:
        line(title, *best[title])
        total += best[title][1]

    rows = np.random.default_rng(0).integers(0, len(sprites), SAMPLE)
    sample, factors = codes[rows], sprites.factors(rows)
    calls = {
        "MIG": lambda: metrics.mig(sample, factors),
        "MIG of the posterior, all images": lambda: metrics.posterior_mig(posterior, sprites.factors(slice(None))),
        "SAP": lambda: metrics.sap(sample, factors),
        "SAP, discrete": lambda: metrics.sap(sample, factors, discrete=True),
        "modularity": lambda: metrics.modularity(sample, factors),
        "explicitness": lambda: metrics.explicitness(sample, factors),
        "MCC": lambda: metrics.mcc(sample, factors),
        "MED": lambda: metrics.med(sample, factors),
        "InfoMEC": lambda: metrics.infomec(sample, factors),
        "DCI by trees": lambda: metrics.dci(sample, factors),
        "E and S of DCI-ES": lambda: metrics.explicitness_size(sample, factors),
    }
    for title, call in calls.items():
        wall, cpu, found = seconds(call)
        line(title, wall, cpu, found)
        total += cpu
    line("all metrics, once encoded", float("nan"), total)
    naive = {title: best[title, "naive"] * ASKED / VOTES for title in held}
    for title in held:
        print(f"{title}: naive {naive[title]:.0f} CPU s, {naive[title] / best[title][1]:.0f} times a look-up")
    whole = encoded + sum(best[title][1] for title in held)
    print(f"both, with the encoding: {sum(naive.values()) / whole:.1f} times as fast as encoding as it goes")


if __name__ == "__main__":
    main(*sys.argv[1:])
