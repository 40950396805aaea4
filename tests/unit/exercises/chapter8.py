"""Answers to the exercises of chapter 8."""

from bvae_lib import metrics
from bvae_lib.full_batch import solve_full_batch
from bvae_lib.models import LinearVAE, gaussian_source

import numpy as np

from .answers import Answers

TOYS = metrics.toy_codes((3, 6, 40, 32, 32))
JUDGES = {"mig": "rotated", "dci": "rotated", "mcc": "rotated", "infom": "noisy", "factor_vae": "equal"}

METRICS = ("mig", "sap", "modularity", "explicitness", "mcc", "infomec", "dci", "beta_vae", "factor_vae")
ORDERS = [np.random.default_rng(0).permutation(size) for size in (3, 6, 40, 32, 32)]


def jumbled(classes):
    """Each factor in a latent of its own, its classes in no order."""
    return np.column_stack([order[classes[:, k]] for k, order in enumerate(ORDERS)])


def lone(classes):
    return classes[:, [3]]


BROKEN = dict.fromkeys(METRICS, jumbled) | dict.fromkeys(("sap", "mcc"), TOYS["rotated"])


def as_printed(codes, factors):
    """The code of the question."""
    latents = codes.reshape(codes.shape[1], codes.shape[0])
    rows = [metrics.mutual_information(z[:, None], factors)[0] for z in latents]
    second, best = np.sort(rows, axis=0)[-2:]
    return ((best - second) / metrics.factor_entropies(factors)).mean()


def by_columns(codes, factors):
    rows = [metrics.mutual_information(codes[:, [j]], factors)[0] for j in range(codes.shape[1])]
    second, best = np.sort(rows, axis=0)[-2:]
    return ((best - second) / metrics.factor_entropies(factors)).mean()


def stability(variances, seeds=range(3)):
    source, means, kl = gaussian_source(variances, n=1000), [], []
    for seed in seeds:
        model = LinearVAE(2, latents=2, seed=seed).double()
        solve_full_batch(model, source, 1.0)
        posterior = metrics.encode_dataset(model, source)
        means.append(posterior.mean)
        kl.append(posterior.kl().mean(dim=0))
    return metrics.udr(means, kl)


FREE, FIXED = stability((4, 4)), stability((8, 2))

ANSWERS: dict[str, Answers] = {
    "8.1": Answers(
        right=[
            BROKEN,
            BROKEN
            | dict.fromkeys(("modularity", "mcc"), lone)
            | dict.fromkeys(("beta_vae", "factor_vae"), TOYS["rotated"]),
        ],
        wrong=[
            dict.fromkeys(METRICS, TOYS["perfect"]),  # good for something
            dict.fromkeys(METRICS, TOYS["rotated"]),  # MIG sees it
            dict.fromkeys(METRICS, TOYS["random"]),
            BROKEN | {"mcc": TOYS["noisy"]},
            BROKEN | {"sap": jumbled},
            {"mig": jumbled},
        ],
    ),
    "8.2": Answers(
        right=[JUDGES, dict(sorted(JUDGES.items()))],
        wrong=[
            dict.fromkeys(JUDGES, "noisy"),
            dict.fromkeys(JUDGES, "rotated"),
            JUDGES | {"infom": "rotated"},
            JUDGES | {"factor_vae": "noisy"},
            {"mig": "rotated"},
        ],
    ),
    "8.3": Answers(
        right=[by_columns, lambda codes, factors: metrics.mig(codes, factors).mean],
        wrong=[as_printed, lambda codes, factors: 0.9, lambda codes, factors: metrics.sap(codes, factors).mean],
    ),
    "8.4": Answers(
        right=[(FREE, FIXED), (stability((4, 4), range(3, 6)), stability((8, 2), range(3, 6)))],
        wrong=[(FIXED, FREE), (FIXED, FIXED), (FREE, FREE), (stability((4, 4), range(2)), stability((8, 2), range(2)))],
    ),
}
