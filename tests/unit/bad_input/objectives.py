"""Objectives, and the two likelihoods."""

import json

from bvae_lib import BetaVAE, BurgessVAE, Capacity, Constrained, Posterior
from bvae_lib.models import VAE
from bvae_lib.objectives import (
    TCVAE,
    FactorVAE,
    Objective,
    StaircaseCapacity,
    bernoulli_reconstruction,
    gaussian_reconstruction,
    loss_and_gradient,
)
from bvae_lib.training import fit

import numpy as np
import torch
from torch import nn

from .rows import Accepted, Refused

Z = torch.randn(4, 1, 64, 64, generator=torch.Generator().manual_seed(0))
X = torch.rand(4, 1, 64, 64, generator=torch.Generator().manual_seed(1))
Q = Posterior(torch.zeros(4, 2), torch.zeros(4, 2))
ONE_SIDED = Posterior(torch.zeros(4, 2), torch.zeros(4, 1))
QUIET = {"batch_size": 2, "device": "cpu", "precision": "float32", "progress": False}
ONE_IMAGE = Posterior(torch.zeros(1, 2), torch.zeros(1, 2))


class Own(VAE):
    """A model of one's own that draws the mean of the posterior ``gives``, in the shape ``draws``."""

    def __init__(self, gives=Q, draws=(4, 1, 64, 64)):
        super().__init__()
        self.gives, self.draws, self.level = gives, draws, nn.Parameter(torch.zeros(()))

    def encode(self, images):
        return self.gives

    def decode(self, z):
        return self.level.expand(self.draws)


def objective(model, images):
    return BetaVAE()(model, images, 0)


def images_without_channels(folder):
    """A model of one's own may agree with its images on another shape: the nats are those of all pixels."""
    flat = objective(Own(draws=(4, 64, 64)), X[:, 0])
    assert torch.allclose(flat.reconstruction, objective(Own(), X).reconstruction)


def plain_settings(folder):
    """Numbers of NumPy and PyTorch are stored as Python's."""
    for made in (
        BetaVAE(np.int64(4)),
        BetaVAE(torch.tensor(4.0)),
        Capacity(np.float32(7), torch.tensor(1), np.int64(2), np.int64(100)),
        Constrained(
            0, np.float64(5), torch.tensor(10), multiplier=np.int32(3), speed=np.float16(0.5), floor=np.int8(1)
        ),
    ):
        settings = made.settings()
        assert json.loads(json.dumps(settings)) == settings
    assert type(BetaVAE(np.int64(4)).settings()["beta"]) is int


def other_dtypes(folder):
    """Images in any dtype of floating point cost what they cost in float32."""
    for loss in (bernoulli_reconstruction, gaussian_reconstruction):
        for dtype in (torch.float64, torch.float16, torch.bfloat16):
            assert torch.equal(loss(Z, X.to(dtype)), loss(Z, X.to(dtype).float()))


def known_value(folder):
    """The mistakes below gave four times as many nats, and three times."""
    assert abs(bernoulli_reconstruction(Z, X).item() - nn.functional.binary_cross_entropy_with_logits(Z, X) * 4096) < 1


def frozen_layers(folder):
    model = BurgessVAE(latents=2)
    model.encoder.requires_grad_(False)
    learning = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    assert loss_and_gradient(BetaVAE(), model, X)[1].shape == (learning,)


LOSSES = {"bernoulli_reconstruction": bernoulli_reconstruction, "gaussian_reconstruction": gaussian_reconstruction}
BAD_PAIRS = [
    ("images without channels", Z, X[:, 0], r"logits, \[4, 1, 64, 64\], not \[4, 64, 64\]"),
    ("images of three channels", Z, X.repeat(1, 3, 1, 1), r"logits, \[4, 1, 64, 64\], not \[4, 3, 64, 64\]"),
    ("one image for all logits", Z, X[:1], r"logits, \[4, 1, 64, 64\], not \[1, 1, 64, 64\]"),
    ("bytes", Z + 1, (X * 255).byte(), "not torch.uint8; divide bytes by 255"),
    ("0 to 255", Z, X * 255, "to 255; divide bytes by 255"),
    ("-1 to 1", Z, 2 * X - 1, r"\(images \+ 1\) / 2"),
    ("a rounding error above 1", Z, X + 1e-6 + X.gt(0.5) * (1 - X), r"clamp\(0, 1\)"),
    ("NaN in images", Z, X.clone().fill_(torch.nan), "look for NaN"),
    ("no images", Z[:0], X[:0], r"at least one, not \[0, 1, 64, 64\]"),
    ("images as NumPy", Z, X.numpy(), "images must be a torch tensor, not ndarray; torch.as_tensor"),
    ("logits as NumPy", Z.numpy(), X, "logits must be a torch tensor, not ndarray"),
    ("one pixel", Z[0, 0, 0, 0], X[0, 0, 0, 0], "a batch of at least one"),
    ("a posterior as logits", Q, X, "logits must be a torch tensor, not Posterior"),
]
# Each argument of each objective, and what it may be.
NUMBERS = {
    BetaVAE: {"beta": "finite number of at least 0"},
    Capacity: {
        "gamma": "finite number of at least 0", "start": "finite number of at least 0",
        "stop": "finite number of at least 0", "steps": "whole number of at least 1",
    },
    StaircaseCapacity: {
        "stair": "whole number of at least 1", "gamma": "finite number of at least 0",
        "steps": "whole number of at least 1",
    },
    Constrained: {
        "start": "finite number of at least 0", "stop": "finite number of at least 0",
        "steps": "whole number of at least 1", "multiplier": "finite number of at least 0",
        "speed": "finite number of at least 0", "floor": "finite number of at least 0",
    },
    TCVAE: {
        "beta": "finite number of at least 0", "alpha": "finite number of at least 0",
        "gamma": "finite number of at least 0", "size": "whole number of at least 2",
    },
    FactorVAE: {
        "gamma": "finite number of at least 0", "beta": "finite number of at least 0",
        "latents": "whole number of at least 1",
    },
}  # fmt: skip
NO_NUMBERS = {
    "negative": -1.0,
    "NaN": float("nan"),
    "infinite": float("inf"),
    "a word": "4",
    "True": True,
}

ROWS = [
    *(
        Refused(name, what, lambda _, f=f, z=z, x=x: f(z, x), ValueError, says)
        for name, f in LOSSES.items()
        for what, z, x, says in BAD_PAIRS
    ),
    Refused("gaussian_reconstruction", "sigma of zero", lambda _: gaussian_reconstruction(Z, X, 0), ValueError,
            "sigma must be a finite number of more than 0, not 0"),
    Accepted("bernoulli_reconstruction", "float64, half and bfloat16 images", other_dtypes),
    Accepted("bernoulli_reconstruction", "the shapes that fit", known_value),
    *(
        Refused(kind.__name__, f"{argument}: {what}", lambda _, kind=kind, bad={argument: value}: kind(**bad),
                ValueError, f"{argument} must be a {expected}, not")
        for kind, arguments in NUMBERS.items()
        for argument, expected in arguments.items()
        for what, value in NO_NUMBERS.items()
    ),
    Refused("Capacity", "steps of zero", lambda _: Capacity(steps=0), ValueError, "steps must be .* not 0"),
    Refused("Capacity", "steps with a point", lambda _: Capacity(steps=1.5), ValueError, "whole number .* not 1.5"),
    Refused("Capacity", "an unknown penalty", lambda _: Capacity(penalty="soft"), ValueError, "hinge.*not 'soft'"),
    Refused("BetaVAE", "an unknown likelihood", lambda _: BetaVAE(likelihood="mse"), ValueError,
            r"\['bernoulli', 'gaussian'\], not 'mse'"),
    Refused("BetaVAE", "an unknown reduction", lambda _: BetaVAE(reduction="none"), ValueError, "mean.*not 'none'"),
    Accepted("BetaVAE", "numbers of NumPy and PyTorch", plain_settings),
    Refused("BetaVAE", "a model of one's own that draws [N, 64, 64]", lambda _: objective(Own(draws=(4, 64, 64)), X),
            ValueError, r"logits, \[4, 64, 64\], not \[4, 1, 64, 64\]"),
    Refused("BetaVAE", "images [N, 64, 64] for a model that draws channels", lambda _: objective(Own(), X[:, 0]),
            ValueError, r"logits, \[4, 1, 64, 64\], not \[4, 64, 64\]"),
    Accepted("BetaVAE", "a model of one's own for images [N, 64, 64]", images_without_channels),
    Refused("BetaVAE", "a tensor of two as beta", lambda _: BetaVAE(torch.ones(2)), ValueError, "beta must be"),
    Refused("BetaVAE", "a model that encodes a pair", lambda _: objective(Own(tuple(Q)), X), TypeError,
            r"encode must return Posterior\(mean, log_variance\), not tuple"),
    Refused("BetaVAE", "a model that encodes one image for all", lambda _: objective(Own(ONE_IMAGE), X), ValueError,
            r"posterior must be \[4, latents\] as images, not \[1, 2\]"),
    Refused("BetaVAE", "mean and log-variance of two shapes", lambda _: objective(Own(ONE_SIDED), X), ValueError,
            r"log_variance must have the shape of mean, \[4, 2\], not \[4, 1\]"),
    Refused("TCVAE", "no size outside fit", lambda _: TCVAE(6)(Own(), X, 0), ValueError,
            r"size must be given outside fit, which says it; TCVAE\(size=737_280\)"),
    Refused("TCVAE", "another size than the data set's",
            lambda _: fit(BurgessVAE(), X, TCVAE(6, size=737_280), 1, **QUIET), ValueError,
            "size must be the number of images to train on, 4, not 737280; without size, fit says it"),
    Refused("TCVAE", "a data set of one image", lambda _: fit(BurgessVAE(), X[:1], TCVAE(6), 1, **QUIET), ValueError,
            "number of images must be a whole number of at least 2, not 1"),
    Refused("TCVAE", "a batch of one image",
            lambda _: TCVAE(6, size=9)(Own(ONE_IMAGE, (1, 1, 64, 64)), X[:1], 0), ValueError, "batch of at least 2"),
    Refused("TCVAE", "an unknown likelihood", lambda _: TCVAE(6, likelihood="mse"), ValueError, "not 'mse'"),
    Refused("TCVAE", "a model that encodes a pair", lambda _: TCVAE(6, size=9)(Own(tuple(Q)), X, 0), TypeError,
            r"encode must return Posterior\(mean, log_variance\), not tuple"),
    Refused("FactorVAE", "latents that the model does not have", lambda _: FactorVAE(6)(Own(), X, 0), ValueError,
            "latents must be those of the model, 2, not 10"),
    Refused("FactorVAE", "a batch of one image",
            lambda _: FactorVAE(6, 2)(Own(ONE_IMAGE, (1, 1, 64, 64)), X[:1], 0), ValueError,
            "batch of at least 2, to permute latents over, not 1"),
    Refused("FactorVAE", "a seed with a point", lambda _: FactorVAE(6, seed=0.5), ValueError,
            "seed must be a whole number, not 0.5"),
    Refused("FactorVAE", "an unknown likelihood", lambda _: FactorVAE(6, likelihood="mse"), ValueError, "not 'mse'"),
    Refused("FactorVAE", "a model that encodes a pair", lambda _: FactorVAE(6, 2)(Own(tuple(Q)), X, 0), TypeError,
            r"encode must return Posterior\(mean, log_variance\), not tuple"),
    Refused("Objective", "no forward", lambda _: Objective()(Own(), X, 0), NotImplementedError, "must define forward"),
    Refused("loss_and_gradient", "images as NumPy", lambda _: loss_and_gradient(BetaVAE(), BurgessVAE(), X.numpy()),
            ValueError, "images must be a torch tensor"),
    Refused("loss_and_gradient", "nothing learns",
            lambda _: loss_and_gradient(BetaVAE(), BurgessVAE().requires_grad_(False), X), ValueError,
            r"requires_grad_\(True\)"),
    Refused("loss_and_gradient", "a seed with a point",
            lambda _: loss_and_gradient(BetaVAE(), BurgessVAE(), X, seed=0.5), ValueError,
            "seed must be a whole number, not 0.5"),
    Accepted("loss_and_gradient", "frozen layers", frozen_layers),
]  # fmt: skip
