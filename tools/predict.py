"""Write down what runs with the report's weights should show, from runs that the zoo has; committed before they begin.

    python tools/predict.py

Chapter 5 grades these numbers. A file that is there already is left alone: a prediction is written once.
"""

import json
from pathlib import Path
from typing import Any

from bvae_lib import zoo
from bvae_lib.theory.penalty import meeting

FILE = Path(__file__).resolve().parents[1] / "bvae_lib" / "zoo" / "predictions" / "report-weights.json"
AWAKE = 0.1  # nats of a latent that counts as awake
EARLY = 200  # steps: the first look at how many latents jump at once
# Of each penalised run: the multiplier's run that says what a nat is worth, and the run at the nearest fixed price.
SOURCES = {
    "dsprites-report64": ("dsprites-early", "dsprites-price-16"),
    "chairs-report64": ("chairs-constrained", "chairs-beta"),
}
# What counts as borne out, for the median over seeds.
CRITERIA = {
    "rate_held": "before the capacity is met, from step 2,000 on, R is within 15 % of this",
    "capacity_met": "the first C with R <= 1.05 C is within 15 % of this",
    "latents_at_first": "latents above 0.1 nats at step 200; at most 2 off",
    "latents_when_met": "latents above 0.1 nats at that step; at most 1 off",
    "same_until_met": "before the capacity is met, R of hinge and absolute value differ by less than 5 % on average",
}
KNOWN = (
    "One run of 1,500 steps on dSprites at weight 15.6 had been seen: R 4.5 nats over ten latents at C = 0.72, and 5.1 "
    "over five at C = 1.70; hinge 4.0 and 5.0."
)


def predict(run: str) -> dict[str, Any]:
    """Predict one of ``SOURCES`` from its multiplier's run and its run at a fixed price."""
    multiplier, fixed = (zoo.load(name)[1] for name in SOURCES[run])
    arguments = zoo.RECIPES[f"{run}-absolute-seed0"]["objective"]["arguments"]
    schedule = {key: arguments[key] for key in ("start", "stop", "steps")}
    met = meeting(multiplier.rate, multiplier.price, arguments["gamma"], **schedule)
    awake = (fixed.kl_per_latent > AWAKE).sum(axis=1)
    return {
        "weight": arguments["gamma"],
        "price_from": SOURCES[run][0],
        "latents_from": SOURCES[run][1],
        "rate_held": round(met.rate, 2),
        "capacity_met": round(met.capacity, 2),
        "step_met": met.step,
        "latents_at_first": int(awake[fixed.step == EARLY][0]),
        "latents_when_met": int(awake[-1]),
    }


if __name__ == "__main__":
    if FILE.exists():
        raise SystemExit(f"{FILE.name} is there: a prediction is written once, before its runs")
    FILE.parent.mkdir(exist_ok=True)
    predictions = {"known": KNOWN, "criteria": CRITERIA, "runs": {run: predict(run) for run in SOURCES}}
    FILE.write_text(json.dumps(predictions, indent=1) + "\n", encoding="utf-8")
    print(FILE.read_text(encoding="utf-8"))
