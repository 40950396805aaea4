"""Measure models of the zoo by all metrics, and add each to bvae_lib/zoo/measures.csv as it is done.

    python tools/measure.py                  # every dSprites model that the table lacks
    python tools/measure.py dsprites-early   # these, again

A model takes two minutes of one core, half of them for encoding all 737,280 images. What is cut off begins again with
the model that it was at.
"""

import sys

from bvae_lib import DSprites, zoo
from bvae_lib.zoo.measured import TABLE, add, measure

MEAN = "dsprites-mean-"  # chapter 5's mistake: no latent of theirs is active


def missing() -> list[str]:
    """Names of the dSprites models that the table does not have yet."""
    done = set(zoo.measures().index) if TABLE.exists() else set()
    named = [name for name in zoo.names() if name.startswith("dsprites-") and not name.startswith(MEAN)]
    return [name for name in named if name not in done]


def main(names: list[str]) -> None:
    images = DSprites(device="cpu")
    for name in names or missing():
        row = measure(name, images)
        add(row)
        print(f"{name}: {row['seconds']} s, MIG {row['mig']:.3f}, R {row['R']:.2f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
