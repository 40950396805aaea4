"""What appendix A's models are trained by, as plain values; ``zoo.recipes`` makes recipes of them.

Each ``discovery`` names the method of ``pipeline.METHODS`` that comes before, or goes along with, the last training.
"""

from typing import Any

Plain = dict[str, Any]

BATCH: Plain = {"batch_size": 64, "lr": 1e-3}

# A wide code makes features first, and stays beside the model while that learns.
AUXILIARY: Plain = {
    "method": "auxiliary",
    "latents": 64,
    "price": 0.1,
    "fit": BATCH | {"optimizer": "adam", "steps": 6_000, "warmup": 300, "cooldown": 2_000},
}
# On the chairs Muon makes such features in fewer steps.
AUXILIARY_CHAIRS = AUXILIARY | {"fit": AUXILIARY["fit"] | {"optimizer": "muon", "steps": 4_000}}

# dsprites-early gives a new network position and size; it finds the rest and then goes on alone.
# Muon, as the decoder must learn to read a new code quickly; and nats cost little until the capacity is used.
DISTILLATION: Plain = {
    "method": "distillation",
    "teacher": "dsprites-early",
    "decoder_only_steps": 400,
    "kl_from_step": 1_500,
    "fit": BATCH | {"optimizer": "muon", "steps": 3_000, "warmup": 100},
}
LOW_PRICE: Plain = {"start": 25.0, "stop": 25.0, "steps": 1, "multiplier": 10.0, "speed": 0.01, "floor": 0.3}
DISTILLED_FIT: Plain = {"steps": 4_000, "lr": 1e-3, "optimizer": "muon", "warmup": 100, "cooldown": 4_000}

# The distilled code in new axes: the three latents of position and size stay, the others are replaced, at a price that
# falls from where the first becomes active. A capacity a little below 25, which no single measurement then exceeds.
REFIT: Plain = {
    "method": "refit",
    "frozen": 3,
    "stages": [{"beta_start": 50.0, "steps": 12_000, "anneal_steps": 9_600}],
    "fit": BATCH | {"optimizer": "muon", "steps": 1_500, "warmup": 100},
}
CAPACITY_USED = LOW_PRICE | {"start": 24.8, "stop": 24.8, "multiplier": 1.0}
REFIT_FIT = DISTILLED_FIT | {"steps": 9_000, "cooldown": 9_000}

# The refitted code, encoded one latent after another. Position, rotated onto its axes, and size are those of
# dsprites-early; then orientation, alone, until it covers all angles; then one more, the shape. Of sixteen restarts the
# one that costs least goes on. With the shape known, size is relearned, at a price at which only the coarsest of it
# pays; then orientation. All are frozen when the others become active, and while the network learns to draw.
ONE_LATENT: Plain = {"beta_start": 50.0, "steps": 3_000, "anneal_steps": 2_000, "num_new": 1}
SIZE, ORIENTATION = 2, 3  # in the order in which they are found
STAGED: Plain = {
    "method": "staged",
    "reference": "dsprites-early",
    "frozen": 3,
    "stages": [
        {
            "beta_start": 50.0,
            "steps": 8_000,
            "anneal_steps": 2_000,
            "num_new": 2,
            "stagger_steps": 4_000,
            "num_restarts": 16,
        },
        ONE_LATENT | {"relearn": SIZE, "beta_end": 50.0},
        ONE_LATENT | {"relearn": ORIENTATION},
        {"beta_start": 50.0, "steps": 6_000, "anneal_steps": 3_000},
    ],
}
STAGED_FIT = DISTILLED_FIT | {"steps": 6_000, "cooldown": 6_000}
