"""All measures that codes and factors allow, with how far they spread."""

from __future__ import annotations  # the API pages then say ArrayLike, not what it stands for

import math

import numpy as np
from numpy.typing import ArrayLike

from .._runtime.arguments import seed_number, whole_number
from .capacity_curves import explicitness_size
from .correlation import mcc, sap
from .dci import dci, med
from .infomec import infomec
from .information import check, mig, varied
from .modularity import explicitness, modularity


def all_measures(
    codes: ArrayLike, factors: ArrayLike, resamples: int = 5, seed: int = 0
) -> dict[str, dict[str, float]]:
    """Compute every measure of codes and factors, each with its spread.

    Codes of latents at the prior should be constant (``silence``). Modularity and DCI-ES, which would count constant
    latents, are of the others. DCI's regressor is "trees". The beta-VAE and FactorVAE metrics draw images of their
    own, and MIG by the posterior needs its variances: neither is among them. DCI-ES takes the first factor for
    categorical, as dSprites' shape is.

    Args:
        codes: posterior means, [N, latents].
        factors: classes, [N, factors].
        resamples: random halves of the rows on which all is computed again; their standard deviation is about the
            standard error of the figure of all rows. NaN for fewer than two.
        seed: of the halves and of what is random in the measures.

    Returns:
        For each measure by its name ``value`` and ``error``, as plain numbers.

    Raises:
        ValueError: as ``mutual_information``, and for fewer than 0 resamples.
    """
    codes, factors = check(codes, factors)
    resamples, rng = whole_number("resamples", resamples, least=0), np.random.default_rng(seed_number(seed) % 2**64)
    values = measure(codes, factors, seed)
    halves = [np.sort(rng.permutation(len(codes))[: max(len(codes) // 2, 1)]) for _ in range(resamples)]
    again = [measure(codes[half], factors[half], seed) for half in halves]
    spread = {name: np.std([each[name] for each in again], ddof=1) if resamples > 1 else math.nan for name in values}
    return {name: {"value": value, "error": float(spread[name])} for name, value in values.items()}


def measure(codes: np.ndarray, factors: np.ndarray, seed: int) -> dict[str, float]:
    """Return the measures of one sample by their names."""
    loud = codes[:, varied(codes)] if varied(codes).any() else codes
    trees, shares = dci(codes, factors, seed=seed), med(codes, factors)
    curves, by_neighbours = explicitness_size(loud, factors, seed=seed), infomec(codes, factors, seed=seed)
    return {
        "mig": mig(codes, factors).mean,
        "sap": sap(codes, factors).mean,
        "modularity": modularity(loud, factors).mean,
        "explicitness": explicitness(codes, factors).mean,
        "mcc": mcc(codes, factors).mean,
        "infom": by_neighbours.infom,
        "infoc": by_neighbours.infoc,
        "infoe": by_neighbours.infoe,
        f"dci_{trees.regressor}_disentanglement": trees.disentanglement,
        f"dci_{trees.regressor}_completeness": trees.completeness,
        f"dci_{trees.regressor}_informativeness": trees.informativeness,
        "dci_es_explicitness": curves.explicitness,
        "dci_es_size": curves.size,
        "med_disentanglement": shares.disentanglement,
        "med_completeness": shares.completeness,
    }
