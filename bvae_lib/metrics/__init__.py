"""Measures of a trained model: rate, distortion, and how far its latents follow factors."""

from .alignment import AxisAlignment, axis_alignment
from .capacity_curves import ExplicitnessSize, explicitness_size
from .correlation import MCC, SAP, mcc, sap
from .dci import DCI, MED, dci, med
from .infomec import InfoMEC, infomec
from .information import (
    ACTIVE,
    BINS,
    FOLLOWS,
    MIG,
    Label,
    assign_factors,
    factor_entropies,
    mig,
    mutual_information,
    normalized_mutual_information,
    silence,
)
from .intervals import Interval, t_interval
from .interventions import BetaVAEScore, FactorVAEScore, beta_vae, factor_vae
from .measures import all_measures
from .minibatch_bias import MinibatchBias, minibatch_bias
from .modularity import Explicitness, Modularity, explicitness, modularity
from .perturbation import noise_cost, rotated_rate_distortion
from .posterior_mig import posterior_mig
from .rate_split import RateSplit, split_rate
from .report import encode_dataset, rate_distortion_bounds, report
from .stability import UDR, udr
from .toy_codes import toy_codes

__all__ = [
    "ACTIVE",
    "BINS",
    "DCI",
    "FOLLOWS",
    "MCC",
    "MED",
    "MIG",
    "SAP",
    "UDR",
    "AxisAlignment",
    "BetaVAEScore",
    "Explicitness",
    "ExplicitnessSize",
    "FactorVAEScore",
    "InfoMEC",
    "Interval",
    "Label",
    "MinibatchBias",
    "Modularity",
    "RateSplit",
    "all_measures",
    "assign_factors",
    "axis_alignment",
    "beta_vae",
    "dci",
    "encode_dataset",
    "explicitness",
    "explicitness_size",
    "factor_entropies",
    "factor_vae",
    "infomec",
    "mcc",
    "med",
    "mig",
    "minibatch_bias",
    "modularity",
    "mutual_information",
    "noise_cost",
    "normalized_mutual_information",
    "posterior_mig",
    "rate_distortion_bounds",
    "report",
    "rotated_rate_distortion",
    "sap",
    "silence",
    "split_rate",
    "t_interval",
    "toy_codes",
    "udr",
]
