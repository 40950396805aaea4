"""Networks, posteriors, and what is made of a model's latents."""

import re

from bvae_lib import BurgessVAE, Posterior
from bvae_lib.data import Blobs
from bvae_lib.models import (
    VAE,
    FactorChannel,
    LinearVAE,
    concatenate,
    factor_codes,
    gaussian_source,
    he_init_,
    per_factor,
    traverse,
)

import numpy as np
import torch
from torch import nn

from .rows import Accepted, Refused

X = torch.rand(2, 1, 64, 64, generator=torch.Generator().manual_seed(0))
Q = Posterior(torch.zeros(4, 3), torch.zeros(4, 3))
SHORT = Posterior(torch.zeros(3, 3), torch.zeros(3, 3))
ONE = Posterior(torch.zeros(1, 3), torch.zeros(1, 3))
UNEVEN = Posterior(torch.zeros(4, 3), torch.zeros(4, 1))
FLOATS = (torch.float64, torch.float32, torch.float16, torch.bfloat16)


def burgess():
    """A small network whose posteriors are not the prior's."""
    model = BurgessVAE(latents=3)
    nn.init.normal_(model.head.weight, std=0.01, generator=torch.Generator().manual_seed(0))
    return model


def images_in_other_dtypes(folder):
    expected = burgess().reconstruct(X)
    for dtype in FLOATS:
        torch.testing.assert_close(burgess().reconstruct(X.to(dtype)), expected, atol=0.01, rtol=0)


def weights_in_other_dtypes(folder):
    expected = burgess().reconstruct(X)
    for dtype in FLOATS:
        model = burgess().to(dtype)
        torch.testing.assert_close(model.reconstruct(X), expected, atol=0.02, rtol=0)
        assert model.decode(torch.zeros(1, 3, dtype=torch.float64)).dtype == torch.float32


def whole_numbers_of_numpy(folder):
    model = BurgessVAE(np.int64(1), np.int32(3), torch.tensor(7))
    assert type(model.channels) is type(model.latents) is int
    assert torch.equal(model.head.weight, BurgessVAE(1, 3, 7).head.weight)
    linear = LinearVAE(np.int64(3), np.int64(2), np.float32(0.5), np.int64(1))
    assert type(linear.noise) is float
    assert gaussian_source(np.array([2.0, 1.0]), np.int64(5), np.int64(1)).equal(gaussian_source([2, 1], 5, 1))


def sources_in_other_dtypes(folder):
    """A float64 source is for a float32 model what its float32 twin is, and the other way round."""
    source = gaussian_source([3.0, 1.0], 20)
    for model in (LinearVAE(2, 2), LinearVAE(2, 2).double()):
        for x in (source, source.float(), source.bfloat16()):
            assert model.distortion(x).dtype == model.encode(x).mean.dtype == model.encoder.weight.dtype
            assert model.decode(model.encode(x).mean.double()).shape == source.shape
            torch.testing.assert_close(model.distortion(x).double(), LinearVAE(2, 2).double().distortion(x.double()))


def values_of_numpy(folder):
    expected = traverse(burgess(), torch.ones(3), [0, 2], torch.tensor([-1.0, 1.0]))
    assert torch.equal(traverse(burgess(), np.ones(3), np.array([0, 2]), np.array([-1.0, 1.0])), expected)
    assert torch.equal(traverse(burgess(), torch.ones(3).double(), torch.tensor([0, 2]), [-1, 1]), expected)


def layer_without_bias(folder):
    layer = nn.Linear(4, 2, bias=False)
    he_init_(layer)
    assert layer.weight.isfinite().all()


# Networks, and their numbers of latents, for which n stands below and m for one less.
NETWORKS = {"BurgessVAE": (burgess, 3), "FactorChannel": (FactorChannel, 8), "LinearVAE": (lambda: LinearVAE(5, 3), 3)}
TWO = {"inputs": 2, "latents": 2}
LINEAR = {"inputs": (0, -1, 2.5), "latents": (0, True), "noise": (0.0, -1, float("nan")), "seed": ("a",)}
BAD_LATENTS = [
    ("latents of one image", lambda n: torch.zeros(n), "not [{n}]"),
    ("a latent too few", lambda n: torch.zeros(2, n - 1), "not [2, {m}]"),
    ("latents with one dimension more", lambda n: torch.zeros(2, 1, n), "not [2, 1, {n}]"),
    ("whole numbers", lambda n: torch.zeros(2, n, dtype=torch.long), "not torch.int64"),
    ("NumPy", lambda n: np.zeros((2, n)), "not ndarray; torch.as_tensor"),
    ("a posterior", lambda n: Posterior(torch.zeros(2, n), torch.zeros(2, n)), "not Posterior"),
    ("another device", lambda n: torch.zeros(2, n, device="meta"), "not on meta"),
]
BAD_IMAGES = [
    ("no channels", X[:, 0], r"shape \[B, 1, 64, 64\], not \[2, 64, 64\]"),
    ("three channels", X.repeat(1, 3, 1, 1), r"shape \[B, 1, 64, 64\], not \[2, 3, 64, 64\]"),
    ("32 x 32 pixels", X[..., ::2, ::2], r"shape \[B, 1, 64, 64\], not \[2, 1, 32, 32\]"),
    ("bytes", (X * 255).byte(), "not torch.uint8; divide bytes by 255"),
    ("0 to 255", X * 255, "to 255; divide bytes by 255"),
    ("-1 to 1", 2 * X - 1, r"\(images \+ 1\) / 2"),
    ("NaN", X.clone().fill_(torch.nan), "look for NaN"),
    ("NumPy", X.numpy(), "not ndarray; torch.as_tensor"),
    ("a list", list(X), "not list"),
    ("another device", X.to("meta"), "not on meta"),
]


ROWS = [
    *(
        Refused(f"BurgessVAE.{name}", what, lambda _, name=name, x=x: getattr(burgess(), name)(x), ValueError, says)
        for name in ("encode", "reconstruct", "features")
        for what, x, says in BAD_IMAGES
    ),
    *(
        Refused(f"{name}.decode", what, lambda _, make=make, z=z, n=n: make().decode(z(n)), ValueError,
                re.escape(says.format(n=n, m=n - 1)))
        for name, (make, n) in NETWORKS.items()
        for what, z, says in BAD_LATENTS
    ),
    Accepted("BurgessVAE", "float64, half and bfloat16 images", images_in_other_dtypes),
    Accepted("BurgessVAE", "float64, half and bfloat16 weights", weights_in_other_dtypes),
    Accepted("BurgessVAE", "whole numbers of NumPy and PyTorch", whole_numbers_of_numpy),
    *(
        Refused("BurgessVAE", f"{name} {value!r}", lambda _, bad={name: value}: BurgessVAE(**bad), ValueError,
                f"{name} must be a whole number.*, not {value!r}")
        for name in ("channels", "latents", "seed")
        for value in (True, 2.5, "3", None)
    ),
    Refused("BurgessVAE", "no channels", lambda _: BurgessVAE(0), ValueError, "channels .* of at least 1, not 0"),
    Refused("BurgessVAE", "negative latents", lambda _: BurgessVAE(1, -3), ValueError, "latents .* at least 1, not -3"),
    Refused("BurgessVAE.prune_latents", "numbers of latents",
            lambda _: burgess().prune_latents(torch.tensor([0, 2, 1])),
            ValueError, r"mask of 3 latents, True or False for each, not \[0, 2, 1\]"),
    Refused("BurgessVAE.prune_latents", "a mask too short", lambda _: burgess().prune_latents(torch.ones(2).bool()),
            ValueError, r"mask of 3 latents, .* not \[True, True\]"),
    Refused("VAE", "no encoder", lambda _: VAE().encode(X), NotImplementedError, "VAE must define encode"),
    Refused("VAE", "no decoder", lambda _: VAE().decode(X), NotImplementedError, "VAE must define decode"),
    Refused("he_init_", "a tensor", lambda _: he_init_(torch.zeros(3, 3)), TypeError, "nn.Linear, not Tensor"),
    Accepted("he_init_", "a layer without bias", layer_without_bias),
    Refused("FactorChannel", "the images themselves as lookup", lambda _: FactorChannel(Blobs()), TypeError,
            r"FactorLookup\(DSprites\(\)\) or None, not Blobs"),
    Refused("FactorChannel", "a seed in place of the lookup", lambda _: FactorChannel(3), TypeError,
            "or None, not int"),
    Refused("FactorChannel.encode", "no lookup", lambda _: FactorChannel().encode(X), ValueError,
            "cannot look images up"),
    Refused("FactorChannel.send", "factors with a point", lambda _: FactorChannel().send(torch.zeros(3, 5)), ValueError,
            r"whole numbers \[..., 5\]"),
    Refused("factor_codes", "numbers with a point", lambda _: factor_codes(torch.zeros(3, 5)), ValueError,
            "whole numbers .* not torch.float32"),
    Refused("factor_codes", "four factors", lambda _: factor_codes(torch.zeros(3, 4, dtype=torch.long)), ValueError,
            r"of shape \[3, 4\]"),
    Refused("factor_codes", "a fourth shape", lambda _: factor_codes([[3, 0, 0, 0, 0]]), IndexError,
            r"0 to \[2, 5, 39, 31, 31\], not \[3, 0, 0, 0, 0\]"),
    Refused("factor_codes", "a negative size", lambda _: factor_codes([0, -1, 0, 0, 0]), IndexError, "-1"),
    Refused("factor_codes", "an angle too far", lambda _: factor_codes([0, 0, 40, 0, 0]), IndexError, "not .*40"),
    Refused("per_factor", "nats of five factors", lambda _: per_factor(torch.ones(5)), ValueError, r"8\], not \[5\]"),
    Refused("per_factor", "a single number", lambda _: per_factor(1.0), ValueError, r"8\], not \[\]"),
    *(
        Refused("LinearVAE", f"{name}: {value!r}", lambda _, bad=TWO | {name: value}: LinearVAE(**bad), ValueError,
                f"{name} must be .*, not {value!r}")
        for name, values in LINEAR.items()
        for value in values
    ),
    Refused("LinearVAE.encode", "a column too many", lambda _: LinearVAE(2, 2).encode(torch.zeros(4, 3)), ValueError,
            r"inputs must have shape \[B, 2\], not \[4, 3\]"),
    Refused("LinearVAE.encode", "a single input", lambda _: LinearVAE(2, 2).encode(torch.zeros(2)), ValueError,
            r"not \[2\]"),
    Refused("LinearVAE.distortion", "NumPy", lambda _: LinearVAE(2, 2).distortion(np.zeros((4, 2))), ValueError,
            "inputs must be a torch tensor, not ndarray"),
    Accepted("LinearVAE", "sources in float64, float32 and bfloat16", sources_in_other_dtypes),
    Refused("gaussian_source", "a negative variance", lambda _: gaussian_source([1.0, -1]), ValueError,
            "variances must be finite numbers of at least 0, not -1"),
    Refused("gaussian_source", "no variances", lambda _: gaussian_source([]), ValueError, "variances is empty"),
    Refused("gaussian_source", "variances in a matrix", lambda _: gaussian_source([[1.0]]), ValueError,
            r"not \[1, 1\]"),
    Refused("gaussian_source", "too few samples", lambda _: gaussian_source([1.0, 1], n=2), ValueError,
            "n must be a whole number of at least 3, not 2"),
    Refused("traverse", "the latents of two images", lambda _: traverse(burgess(), torch.zeros(2, 3), [0], [1.0]),
            ValueError, r"z must have the shape \[3\], not \[2, 3\]"),
    Refused("traverse", "a latent too many", lambda _: traverse(burgess(), torch.zeros(3), [3], [1.0]), ValueError,
            "latents must be a whole number from 0 to 2, not 3"),
    Refused("traverse", "a latent in place of a list", lambda _: traverse(burgess(), torch.zeros(3), 1, [1.0]),
            ValueError, "latents must be a list of latents, not 1"),
    Refused("traverse", "a single value", lambda _: traverse(burgess(), torch.zeros(3), [0], 1.0), ValueError,
            r"values must have the shape \[n\], not \[\]"),
    Refused("traverse", "NaN among the values", lambda _: traverse(burgess(), torch.zeros(3), [0], [1.0, torch.nan]),
            ValueError, "values must be finite numbers, not nan"),
    Refused("traverse", "no latents", lambda _: traverse(burgess(), torch.zeros(3), [], [1.0]), ValueError,
            "not be empty"),
    Accepted("traverse", "NumPy, lists and float64", values_of_numpy),
    Refused("Posterior.from_head", "an odd number of columns", lambda _: Posterior.from_head(torch.zeros(4, 5)),
            ValueError, r"\[B, 2 latents\], not \[4, 5\]"),
    Refused("Posterior.kl", "two shapes", lambda _: UNEVEN.kl(), ValueError, r"mean, \[4, 3\], not \[4, 1\]"),
    Refused("Posterior.rsample", "two shapes", lambda _: UNEVEN.rsample(), ValueError, r"mean, \[4, 3\], not \[4, 1\]"),
    Refused("Posterior.kl_to", "one posterior for all", lambda _: Q.kl_to(ONE), ValueError, r"\[4, 3\], not \[1, 3\]"),
    Refused("Posterior.kl_to", "other images", lambda _: Q.kl_to(SHORT), ValueError, r"\[4, 3\], not \[3, 3\]"),
    Refused("Posterior.select", "a single latent", lambda _: Q.select(1), ValueError, "list of indices, not 1"),
    Refused("Posterior.select", "a mask too short", lambda _: Q.select(torch.ones(2).bool()), IndexError, "mask"),
    Refused("Posterior.select", "a latent too many", lambda _: Q.select([0, 3]), IndexError, "3 is out of bounds"),
    Refused("concatenate", "other images", lambda _: concatenate(Q, SHORT), ValueError, r"\[\[4, 3\], \[3, 3\]\]"),
    Refused("BurgessVAE", "a seed of 65 bits", lambda _: BurgessVAE(seed=2**64), ValueError, "64 bits, not 18446744"),
    Refused("concatenate", "nothing", lambda _: concatenate(), ValueError, "at least one"),
]  # fmt: skip
