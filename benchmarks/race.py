"""Who disentangles first: steps and seconds to a MIG of 0.25 and of 0.35: python benchmarks/race.py.

The same images, network, first weights, batches and machine for every objective. Each is trained for STEPS steps and
measured every EVERY of them: MIG as in the cards of the zoo, from IMAGES images. Then all take turns at a few steps
each, with nothing else running, and the median is what a step costs: seconds are steps times that.

The state is stored in runs/race.json, from which a run that was cut off goes on; the table goes to standard output and
with the curves to benchmarks/race.json.
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bvae_lib import metrics
from bvae_lib._runtime.atomic import write_atomically
from bvae_lib.axis_discovery.objective_wrapper import ObjectiveWrapper
from bvae_lib.data import DSprites
from bvae_lib.models import BurgessVAE
from bvae_lib.objectives import BetaVAE, Capacity, Constrained, PricedRate, Terms
from bvae_lib.training import fit
from bvae_lib.zoo.recipes import EARLY, RECIPES

import torch

STEPS, EVERY, IMAGES, MARKS = 4_500, 500, 10_000, (0.25, 0.35)
STATE, SHOWN = Path("runs/race.json"), Path(__file__).with_name("race.json")

EARLY_FIT = {key: RECIPES["dsprites-early"]["fit"][key] for key in ("lr", "warmup", "cooldown")}
SLOWLY = {"start": 0.0, "stop": 25.0, "steps": 100_000}  # as the paper opens the channel
RACERS = {f"beta = {beta}": (partial(BetaVAE, beta), EARLY_FIT) for beta in (1, 2, 4, 8, 16)}
RACERS |= {
    "|KL - C|, the paper's": (partial(Capacity, 1000.0, **SLOWLY), {"lr": 5e-4}),
    "|KL - C|, its users'": (partial(Capacity, 100.0, **SLOWLY), {"lr": 5e-4}),
    "hinge": (partial(Capacity, 1000.0, 0.5, 25.0, EARLY["steps"], "hinge"), {"lr": 5e-4}),
    "multiplier": (partial(Constrained, **EARLY), EARLY_FIT),
}


class Watched(ObjectiveWrapper):
    """An objective that calls ``look`` with the number of steps done, every EVERY steps."""

    def __init__(self, objective: PricedRate, look: Callable[[int], None]):
        super().__init__(objective)
        self.look = look

    def forward(self, *batch: Any) -> Terms:
        return self.objective(*batch)

    def update(self, rate: torch.Tensor, step: int) -> None:
        super().update(rate, step)
        if (step + 1) % EVERY == 0:
            self.look(step + 1)


def race(name: str, seed: int, sprites: DSprites) -> dict[str, list]:
    """MIG of one racer after every EVERY steps."""
    make, how = RACERS[name]
    model, curve = BurgessVAE(seed=seed), {"step": [], "mig": [], "rate": []}
    indices = torch.randint(len(sprites), (IMAGES,), generator=torch.Generator().manual_seed(0))
    factors = sprites.factors(indices)

    def look(step: int) -> None:
        posterior = metrics.encode_dataset(model, sprites, indices)
        curve["step"].append(step)
        curve["mig"].append(metrics.mig(posterior.mean, factors).mean)
        curve["rate"].append(posterior.kl().sum(dim=1).mean().item())

    fit(model, sprites, Watched(make(), look), STEPS, seed=seed, progress=False, **how)
    return curve


def pace(sprites: DSprites, rounds: int = 5, steps: int = 20) -> dict[str, float]:
    """Seconds a step of each racer, which take turns; the median over rounds."""
    models = {name: BurgessVAE() for name in RACERS}
    seconds = {name: [] for name in RACERS}
    for done in range(rounds + 1):
        for name, (make, _) in RACERS.items():
            start = time.perf_counter()
            fit(models[name], sprites, make(), steps, progress=False)
            if done:  # the first round warms up
                seconds[name].append((time.perf_counter() - start) / steps)
    return {name: statistics.median(values) for name, values in seconds.items()}


def first(curve: dict[str, list], mark: float) -> int | None:
    """Steps after which MIG first reached ``mark``; None where it never did."""
    return next((step for step, mig in zip(curve["step"], curve["mig"], strict=True) if mig >= mark), None)


def table(curves: dict[str, list[dict]], paces: dict[str, float]) -> str:
    """Markdown: for each racer and mark the median over seeds in seconds and steps, and the best MIG of each seed."""
    rows = ["| | " + " | ".join(f"MIG {mark}" for mark in MARKS) + " | best MIG, a seed each |", "| --- " * 4 + "|"]
    for name, runs in curves.items():
        cells = []
        for mark in MARKS:
            steps = sorted(first(run, mark) or float("inf") for run in runs)[len(runs) // 2]
            cells.append("not reached" if steps == float("inf") else f"{steps * paces[name]:.0f} s ({steps:,} steps)")
        best = ", ".join(f"{max(run['mig']):.2f}" for run in runs)
        escaped = name.replace("|", r"\|")
        rows.append(f"| {escaped} | {' | '.join(cells)} | {best} |")
    return "\n".join(rows)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--seeds", type=int, default=1, help="seeds of each racer that runs")
    arguments.add_argument("--racers", nargs="+", default=[*RACERS], choices=[*RACERS], help="who runs; else all")
    options = arguments.parse_args()
    sprites = DSprites()
    done = json.loads(STATE.read_text(encoding="utf-8")) if STATE.exists() else {}
    for seed in range(options.seeds):
        for name in options.racers:
            if f"{name}/{seed}" not in done:
                done[f"{name}/{seed}"] = race(name, seed, sprites)
                print(f"{name}, seed {seed}: best MIG {max(done[f'{name}/{seed}']['mig']):.2f}", flush=True)
                STATE.parent.mkdir(exist_ok=True)
                with write_atomically(STATE, "w") as file:
                    json.dump(done, file)
    curves = {name: [run for key, run in done.items() if key.rpartition("/")[0] == name] for name in RACERS}
    paces = pace(sprites)
    machine = f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}"
    with write_atomically(SHOWN, "w") as file:
        json.dump({"machine": machine, "steps": STEPS, "seconds_a_step": paces, "curves": curves}, file)
    print(f"{machine}\n\n{table(curves, paces)}")


if __name__ == "__main__":
    main()
