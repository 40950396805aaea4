"""Appendix A: objectives that wrap others, second stages, rotations, Muon."""

import json

from bvae_lib import BetaVAE, BurgessVAE, Posterior
from bvae_lib.axis_discovery.auxiliary_decoder import JointObjective, copy_features
from bvae_lib.axis_discovery.distillation import DistillationObjective
from bvae_lib.axis_discovery.ica import align_axes, ica_rotation
from bvae_lib.axis_discovery.latent_vae import LatentVAE, TwoStageVAE
from bvae_lib.axis_discovery.muon import Muon, muon
from bvae_lib.axis_discovery.orientation import (
    match_latents,
    orientation_probe_r2,
    symmetry_aware_nmi,
    visible_angle_nmi,
)
from bvae_lib.axis_discovery.second_stage import fit_second_stage, latent_distortion

import numpy as np
import torch
from torch import nn

from .rows import Accepted, Refused

NAN = float("nan")
X = torch.rand(2, 1, 64, 64, generator=torch.Generator().manual_seed(0))
MASK = torch.tensor([True, False, False])
STAGE = {"beta_start": 50.0, "steps": 5, "anneal_steps": 4}
FACTORS = np.zeros((6, 5), dtype=int)
FACTORS[:, 0] = [0, 0, 1, 1, 2, 2]


def small(latents=3, channels=1):
    return BurgessVAE(channels, latents)


def distillation(**changed):
    return DistillationObjective(**{"objective": BetaVAE(), "teacher": small(), "teacher_mask": MASK} | changed)


def second_stage(**changed):
    arguments = {"model": small(), "images": X, "frozen": [0], "price": 1.0, "stages": [STAGE]}
    return fit_second_stage(**arguments | changed)


def plain_settings(folder):
    mask = np.array([True, False, False])
    for objective in (
        distillation(teacher_mask=mask, kl_from_step=np.int64(3), price=np.float32(2)),
        JointObjective(BetaVAE(np.int64(1)), small(5), torch.tensor(0.5)),
    ):
        settings = objective.settings()
        assert json.loads(json.dumps(settings)) == settings


def weight_without_gradient(folder):
    """Muon passes over it, as Adam does."""
    layers = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 3), nn.Linear(3, 2))
    before = layers[1].weight.detach().clone()
    muon(layers)([{"params": [*layers.parameters()], "lr": 0.1}]).step()
    assert torch.equal(layers[1].weight, before)


ORIENTATION = {
    "visible_angle_nmi": visible_angle_nmi,
    "symmetry_aware_nmi": symmetry_aware_nmi,
    "orientation_probe_r2": orientation_probe_r2,
}

ROWS = [
    Accepted("DistillationObjective", "numbers of NumPy and PyTorch", plain_settings),
    *(
        Refused("DistillationObjective", what, lambda _, bad=bad: distillation(**bad), error, says)
        for what, bad, error, says in [
            ("a mask too short", {"teacher_mask": MASK[:2]}, ValueError, r"mask of 3 latents, .* not \[True, False\]"),
            ("numbers of latents", {"teacher_mask": [0, 1, 2]}, ValueError, r"True or False for each, not \[0, 1, 2\]"),
            ("a teacher that gives nothing", {"teacher_mask": MASK & ~MASK}, ValueError, "True for one latent"),
            ("a negative step", {"kl_from_step": -1}, ValueError, "kl_from_step must be .* at least 0, not -1"),
            ("a price of zero", {"price": 0.0}, ValueError, "price must be .* more than 0, not 0"),
            ("an objective around another", {"objective": distillation()}, TypeError, "not DistillationObjective"),
        ]
    ),
    Refused("DistillationObjective", "a student of other latents", lambda _: distillation()(small(4), X, 0), ValueError,
            r"the same \(channels, latents\), not \(1, 4\), \(1, 3\)"),
    Refused("JointObjective", "a negative price", lambda _: JointObjective(BetaVAE(), small(), -1), ValueError,
            "beta must be a finite number of at least 0, not -1"),
    Refused("JointObjective", "a decoder as auxiliary", lambda _: JointObjective(BetaVAE(), small().decoder), TypeError,
            "BurgessVAE, not Sequential"),
    Refused("JointObjective", "a price as objective", lambda _: JointObjective(4.0, small()), TypeError, "not float"),
    Refused("copy_features", "other channels", lambda _: copy_features(small(), small(channels=3)), ValueError,
            "the same channels, not 1 and 3"),
    *(
        Refused("fit_second_stage", what, lambda _, bad=bad: second_stage(**bad), error, says)
        for what, bad, error, says in [
            ("no stages", {"stages": []}, ValueError, "stages is empty"),
            ("an unknown argument", {"stages": [STAGE | {"lr": 1}]}, ValueError, "may have .* not .*'lr'"),
            ("no beta", {"stages": [STAGE, {"steps": 5, "anneal_steps": 4}]}, ValueError, "must have .*'beta_start'"),
            ("no steps in the last stage", {"stages": [STAGE, STAGE | {"steps": 0}]}, ValueError, "steps .* not 0"),
            ("a beta of zero", {"stages": [STAGE | {"beta_end": 0}]}, ValueError, "beta_end .* more than 0, not 0"),
            ("a price that is NaN", {"price": NAN}, ValueError, "price must be .* not nan"),
            ("a latent too many", {"frozen": [3]}, ValueError, "frozen must be a whole number from 0 to 2, not 3"),
            ("a latent alone", {"frozen": 0}, ValueError, "frozen must be a list of latents, not 0"),
            ("bytes", {"images": (X * 255).byte()}, ValueError, "divide bytes by 255"),
            ("a list of images", {"images": list(X)}, TypeError, "torch.stack"),
            ("a seed with a point", {"seed": 0.5}, ValueError, "seed must be a whole number, not 0.5"),
        ]
    ),
    Refused("latent_distortion", "one guess for all",
            lambda _: latent_distortion(Posterior(*torch.zeros(2, 4, 3)), torch.zeros(1, 3)), ValueError,
            r"guess must have the shape of mean, \[4, 3\], not \[1, 3\]"),
    Refused("LatentVAE", "every latent frozen", lambda _: LatentVAE(torch.ones(3).bool()), ValueError, "some of the 3"),
    Refused("LatentVAE", "numbers of latents", lambda _: LatentVAE(torch.tensor([0, 1])), ValueError, "True or False"),
    Refused("TwoStageVAE", "a reference of other latents", lambda _: TwoStageVAE(small(3), small(4)), ValueError,
            r"not \(1, 3\), \(1, 4\)"),
    Refused("ica_rotation", "three latents", lambda _: ica_rotation(torch.zeros(5, 3)), ValueError,
            r"codes must have shape \[N, 2\], not \[5, 3\]"),
    Refused("ica_rotation", "no codes", lambda _: ica_rotation(torch.zeros(0, 2)), ValueError, r"not \[0, 2\]"),
    Refused("ica_rotation", "NumPy", lambda _: ica_rotation(np.zeros((5, 2))), ValueError, "torch tensor, not ndarray"),
    Refused("ica_rotation", "a model that diverged", lambda _: ica_rotation(torch.full((5, 2), NAN)), ValueError,
            "not finite; did the training diverge"),
    Refused("align_axes", "one latent twice", lambda _: align_axes(small(), [1, 1], X), ValueError, r"not \[1, 1\]"),
    Refused("align_axes", "a latent too many", lambda _: align_axes(small(), [0, 3], X), ValueError, "0 to 2, not 3"),
    Refused("align_axes", "no images", lambda _: align_axes(small(), [0, 1], X[:0]), ValueError, "images is empty"),
    Refused("muon", "a model in place of its layers", lambda _: muon(small()), TypeError,
            "nn.Sequential, as model.encoder is, not BurgessVAE"),
    Refused("Muon", "no weight between hidden units", lambda _: Muon([{"params": [nn.Parameter(torch.ones(2))]}]),
            ValueError, 'optimizer="adam"'),
    Accepted("muon", "a weight without gradient", weight_without_gradient),
    *(
        Refused(name, what, lambda _, f=f, codes=codes, factors=factors: f(codes, factors), ValueError, says)
        for name, f in ORIENTATION.items()
        for what, codes, factors, says in [
            ("other images", np.ones((5, 2)), FACTORS, "for the same N"),
            ("three factors", np.ones((6, 2)), FACTORS[:, :3], r"dSprites' classes \[N, 5\], not \[6, 3\]"),
            ("squares only", np.ones((6, 2)), 0 * FACTORS, "images of each shape, but none of shape 1"),
            ("a model that diverged", np.full((6, 2), NAN), FACTORS, "finite"),
        ]
    ),
    Refused("match_latents", "one row", lambda _: match_latents([0.5, 0.1]), ValueError, r"\[n, n\], not \[2\]"),
    Refused("match_latents", "NaN", lambda _: match_latents([[NAN]]), ValueError,
            "nmi must be finite numbers, not nan"),
]  # fmt: skip
