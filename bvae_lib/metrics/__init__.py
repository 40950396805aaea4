"""Measures of a trained model: rate, distortion, and how far its latents follow factors."""

from .alignment import AxisAlignment, axis_alignment
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
from .perturbation import noise_cost, rotated_rate_distortion
from .report import encode_dataset, rate_distortion_bounds, report

__all__ = [
    "ACTIVE",
    "BINS",
    "FOLLOWS",
    "MIG",
    "AxisAlignment",
    "Interval",
    "Label",
    "assign_factors",
    "axis_alignment",
    "encode_dataset",
    "factor_entropies",
    "mig",
    "mutual_information",
    "noise_cost",
    "normalized_mutual_information",
    "rate_distortion_bounds",
    "report",
    "rotated_rate_distortion",
    "silence",
    "t_interval",
]
