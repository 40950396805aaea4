"""Training on a whole source at once."""

from bvae_lib import BetaVAE, BurgessVAE
from bvae_lib.full_batch import fit_full_batch, solve_full_batch
from bvae_lib.models import LinearVAE
from bvae_lib.objectives import Objective

import numpy as np
import torch

from .rows import Accepted, Refused

SOURCE = torch.randn(20, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def full_batch(model=None, source=SOURCE, objective=None, steps=2, **options):
    model = LinearVAE(3, 2) if model is None else model
    return model, fit_full_batch(model, source, objective or BetaVAE(), steps, **options)


def sources_of_any_kind(folder):
    """A source is cast to the dtype of the weights, wherever it comes from."""
    expected, _ = full_batch(source=SOURCE.float())
    for source in (SOURCE, SOURCE.numpy(), SOURCE.float().numpy(), SOURCE.tolist()):
        model, _ = full_batch(source=source)
        assert all(torch.equal(a, b) for a, b in zip(model.parameters(), expected.parameters(), strict=True))
    for dtype in (torch.float32, torch.float64):
        rate, distortion = solve_full_batch(LinearVAE(3, 2).to(dtype), SOURCE.numpy(), np.float32(1))
        assert rate > 0
        assert np.isfinite(distortion)


ROWS = [
    Accepted("fit_full_batch", "a source of NumPy, of float32, of lists", sources_of_any_kind),
    Refused("fit_full_batch", "no steps", lambda _: full_batch(steps=0), ValueError, "steps must be .*not 0"),
    Refused("fit_full_batch", "a negative lr", lambda _: full_batch(lr=-1), ValueError, "lr must be .*not -1"),
    Refused("fit_full_batch", "a cooldown too long", lambda _: full_batch(cooldown=3), ValueError, "cooldown .*0 to 2"),
    Refused("fit_full_batch", "NaN", lambda _: full_batch(source=SOURCE * np.nan), ValueError, "source must be finite"),
    Refused("fit_full_batch", "one sample", lambda _: full_batch(source=SOURCE[0]), ValueError, r"\[n, n\], not \[3\]"),
    Refused("fit_full_batch", "no samples", lambda _: full_batch(source=SOURCE[:0]), ValueError, "source is empty"),
    Refused("fit_full_batch", "a BurgessVAE", lambda _: full_batch(BurgessVAE()), TypeError, "as LinearVAE has"),
    Refused(
        "fit_full_batch", "no price", lambda _: full_batch(objective=Objective()), TypeError, r"such as BetaVAE\(4\)"
    ),
    Refused(
        "fit_full_batch",
        "lr so high that the loss overflows",
        lambda _: full_batch(lr=1e30, steps=20),
        FloatingPointError,
        r"not finite at step \d+; try a lower lr than 1e\+30",
    ),
    Refused(
        "solve_full_batch",
        "a negative beta",
        lambda _: solve_full_batch(LinearVAE(3, 2), SOURCE, -1),
        ValueError,
        "beta must be .*not -1",
    ),
    Refused(
        "solve_full_batch",
        "a source of other width",
        lambda _: solve_full_batch(LinearVAE(4, 2), SOURCE, 1),
        ValueError,
        r"must have shape \[B, 4\], not \[20, 3\]",
    ),
]
