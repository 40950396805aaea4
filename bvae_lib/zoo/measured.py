"""What all metrics give for the models of the zoo that were trained on dSprites: measures.csv, a row a model."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from .. import metrics
from .._runtime.atomic import write_atomically
from ..data import DSprites
from .lookup import check_known
from .recipes import RECIPES
from .registry import commit, load

if TYPE_CHECKING:
    import pandas

TABLE = Path(__file__).parent / "measures.csv"
SAMPLE = 10_000  # images for the metrics that need pairs of codes and factors only
SEED = re.compile(r"dsprites-(?P<kind>.+?)(-seed(?P<seed>\d+))?")  # names of models
HALVES = 3  # of the sample, and seeds of what draws images of its own: for the spread
DRAWING: dict[str, Callable] = {"beta_vae": metrics.beta_vae, "factor_vae": metrics.factor_vae}


def measures() -> pandas.DataFrame:
    """Read what all metrics give for the zoo's dSprites models; ``python tools/measure.py`` writes it.

    Returns:
        A row for each model, by its name. ``D`` and ``R`` in nats per image, of its card; the three parts of the rate,
        ``mutual_information``, ``total_correlation`` and ``dimension_wise_kl``, and ``split_error``, as
        ``metrics.split_rate`` gives them over all images; the metrics, each with its spread in a column of the same
        name and ``_error`` behind it; ``n``, images in the sample; ``seconds`` that it took, and ``commit`` of the
        library. Silent latents are constant (``metrics.silence``); ``mig_raw`` is of codes as they are encoded.

    Raises:
        ValueError: where the file is missing or something else.
    """
    import pandas

    try:
        table = pandas.read_csv(TABLE, encoding="utf-8")
        return table.set_index("model").astype({"n": int, "R": float, "mig": float, "mig_error": float})
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(
            f"{TABLE} is no table of measures ({error}); restore it (git checkout), or write it again "
            "(python tools/measure.py)"
        ) from error


def paired(first: str, second: str) -> pandas.DataFrame:
    """Compare two kinds of dSprites models seed by seed: what the first measures less what the second does.

    Args:
        first: a kind, a model's name without "dsprites-" and seed, such as "tcvae"; a model named without a seed, such
            as "dsprites-beta4", is seed 0 of its kind.
        second: the kind that is subtracted.

    Returns:
        The differences, a row for each seed of which both are in ``measures``, with its columns that are measured.

    Raises:
        KeyError: for a kind that no recipe has.
        ValueError: as ``measures``.
    """
    table = measures().select_dtypes("number").drop(columns=["n", "seconds"], errors="ignore")
    kinds = {name: found for name in RECIPES if (found := SEED.fullmatch(name))}
    of = []
    for kind in (first, second):
        check_known("kind of dSprites model", kind, {found["kind"] for found in kinds.values()})
        seeds = {name: int(found["seed"] or 0) for name, found in kinds.items() if found["kind"] == kind}
        of.append(table[table.index.isin(seeds)].rename(index=seeds).rename_axis("seed"))
    both = of[0].index.intersection(of[1].index).sort_values()
    return of[0].loc[both] - of[1].loc[both]


def measure(name: str, images: DSprites, seed: int = 0) -> dict[str, Any]:
    """Measure one model by all metrics; minutes, most of them for encoding all images.

    Args:
        name: of a model of the zoo that was trained on dSprites.
        images: all of dSprites.
        seed: of the sample, and of all that is drawn.

    Returns:
        The row of ``measures``, with ``model``.

    Raises:
        KeyError: for a name that is not here.
        ValueError: for a model of other images.
    """
    start = time.perf_counter()
    model, _, card = load(name)
    if card.recipe["data"] != "dsprites":
        raise ValueError(f"name must be of a model of dSprites, not of {card.recipe['data']}, as {name!r} is")
    posterior = metrics.encode_dataset(model, images)
    codes = torch.from_numpy(metrics.silence(posterior.mean, posterior.kl().mean(dim=0).clamp(min=0)))
    rows = torch.randint(len(images), (SAMPLE,), generator=torch.Generator().manual_seed(seed))
    factors = images.factors(rows)
    found = metrics.all_measures(codes[rows], factors, HALVES, seed)
    found["mig_raw"] = {"value": metrics.mig(posterior.mean[rows], factors).mean, "error": math.nan}
    whole = metrics.posterior_mig(posterior, images.factors(slice(None))).mean
    found["posterior_mig"] = {"value": whole, "error": math.nan}  # of all images, and nothing is drawn

    def looked_up(classes: np.ndarray) -> torch.Tensor:
        return codes[images.index(classes)]

    for title, metric in DRAWING.items():
        drawn = [metric(looked_up, images.factor_sizes, seed=seed + i).mean for i in range(HALVES)]
        found[title] = {"value": float(np.mean(drawn)), "error": float(np.std(drawn, ddof=1))}
    split = metrics.split_rate(posterior, seed=seed)
    row = {"model": name, "D": card.distortion, "R": split.rate, "mutual_information": split.mutual_information}
    row |= {"total_correlation": split.total_correlation, "dimension_wise_kl": split.dimension_wise_kl}
    row |= {"split_error": split.error}
    for title, each in found.items():
        row |= {title: each["value"], f"{title}_error": each["error"]}
    return row | {"n": SAMPLE, "seconds": round(time.perf_counter() - start), "commit": commit()}


def add(row: dict[str, Any]) -> None:
    """Add a row of ``measure`` to the table, in place of an older one of the same model."""
    import pandas

    new = pandas.DataFrame([row])
    if TABLE.exists():
        old = measures().reset_index()
        new = pandas.concat([old[old["model"] != row["model"]], new])
    with write_atomically(TABLE, "w") as file:
        new.round(6).to_csv(file, index=False, lineterminator="\n")
