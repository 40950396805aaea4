"""Closed forms: channels, water-filling, and what a nat of each factor saves."""

from bvae_lib import Posterior
from bvae_lib.data import Blobs
from bvae_lib.theory.allocation import (
    BayesDecoder,
    explained_variance,
    greedy_allocation,
    initial_slope,
    onset_rates,
    pixel_correlations,
)
from bvae_lib.theory.channel import (
    bayes_distortion,
    bayes_error,
    binary_entropy,
    gaussian_information,
    kl_decomposition,
    log_densities,
    log_density,
    mutual_information_bounds,
    rotate,
    rotate_posterior,
    rotation_cost,
    separation,
)
from bvae_lib.theory.water_filling import (
    garrote,
    onset_capacities,
    rate_path,
    soft_threshold,
    water_filling,
    water_level,
)

import numpy as np
import torch

from .rows import Accepted, Refused

NAN = float("nan")
Q = Posterior(torch.zeros(4, 3), torch.zeros(4, 3))
SHORT = Posterior(torch.zeros(3, 3), torch.zeros(3, 3))
ONE = Posterior(torch.zeros(1, 3), torch.zeros(1, 3))
FLAT = Posterior(torch.zeros(4), torch.zeros(4))
NONE = Posterior(torch.zeros(0, 3), torch.zeros(0, 3))
UNEVEN = Posterior(torch.zeros(4, 3), torch.zeros(4, 1))
DIVERGED = Posterior(torch.full((4, 3), NAN), torch.zeros(4, 3))
WHOLE = Posterior(torch.zeros(4, 3).long(), torch.zeros(4, 3).long())
PICTURES = torch.ones(3, 1, 4, 4)


class Unseen(BayesDecoder):
    """A Bayes decoder that has read no images: only what it is asked is looked at."""

    def __init__(self):
        pass


def numbers_of_any_kind(folder):
    """Lists, NumPy and PyTorch in any dtype give the same numbers."""
    expected = water_filling([2.0, 0.5], 1.0)
    for variances in (np.array([2.0, 0.5], np.float16), torch.tensor([2.0, 0.5], dtype=torch.bfloat16), (2, 0.5)):
        np.testing.assert_array_equal(water_filling(variances, torch.tensor(1)), expected)
    signal = torch.ones(2, requires_grad=True)
    assert gaussian_information(signal, np.float32(1)).tolist() == [0.5 * np.log(2)] * 2


def binary_images_of_any_kind(folder):
    codes = torch.arange(3.0, requires_grad=True)
    for dtype in (torch.bool, torch.uint8, torch.bfloat16, torch.float64):
        assert bayes_distortion(PICTURES.to(dtype), codes, 0.5) < 1e-6


def channel_that_is_constant(folder):
    """It has no slope, and the others keep theirs."""
    codes = torch.tensor([[1.0, 0], [1, 1], [1, 0], [1, 1]])
    slopes = initial_slope(codes, codes[:, 1:])
    assert np.isnan(slopes[0])
    assert slopes[1] == 1 - 1 / 4


ROTATIONS = {
    "rotate": lambda pair, angle: rotate(Q.mean, pair, angle),
    "rotate_posterior": lambda pair, angle: rotate_posterior(Q, pair, angle),
    "rotation_cost": lambda pair, angle: rotation_cost(Q, pair, angle),
}
OF_POSTERIORS = {
    "bayes_error": lambda q: bayes_error(q, q),
    "kl_decomposition": kl_decomposition,
    "log_densities": lambda q: log_densities(torch.zeros(2, 3), q),
    "log_density": lambda q: log_density(q.mean, q),
    "mutual_information_bounds": mutual_information_bounds,
    "rotate_posterior": lambda q: rotate_posterior(q, (0, 1), 0.1),
    "rotation_cost": lambda q: rotation_cost(q, (0, 1), 0.1),
    "separation": separation,
}
OF_VARIANCES = {
    "water_filling": lambda variances: water_filling(variances, 1),
    "water_level": lambda variances: water_level(variances, 1),
    "rate_path": lambda variances: rate_path(variances, [1]),
    "onset_capacities": onset_capacities,
}
OF_PAIRS = {
    "pixel_correlations": pixel_correlations,
    "initial_slope": initial_slope,
    "explained_variance": explained_variance,
}

ROWS = [
    *(
        Refused(name, what, lambda _, f=f, pair=pair: f(pair, 0.1), ValueError, says)
        for name, f in ROTATIONS.items()
        for what, pair, says in [
            ("one latent twice", (1, 1), r"two different latents, not \[1, 1\]"),
            ("a latent too many", (0, 3), "pair must be a whole number from 0 to 2, not 3"),
            ("a latent before the first", (-1, 0), "from 0 to 2, not -1"),
            ("three latents", (0, 1, 2), r"two different latents, not \[0, 1, 2\]"),
            ("a number in place of a pair", 1, "pair must be a list of latents, not 1"),
        ]
    ),
    *(
        Refused(name, "an angle that is NaN", lambda _, f=f: f((0, 1), NAN), ValueError,
                "angle must be a finite number")
        for name, f in ROTATIONS.items()
    ),
    Refused("rotate", "the latents of one image", lambda _: rotate(torch.zeros(3), (0, 1), 1), ValueError,
            r"\[B, latents\], not \[3\]"),
    Refused("rotate", "whole numbers", lambda _: rotate(torch.ones(4, 3).long(), (0, 1), 1), ValueError,
            r"z must be of floating point, not torch.int64; .float\(\)"),
    Refused("rotate", "NumPy", lambda _: rotate(np.zeros((4, 3)), (0, 1), 1), ValueError, "z must be a torch tensor"),
    *(
        Refused(name, "one variance for all latents", lambda _, f=f: f(UNEVEN), ValueError,
                r"log_variance must have the shape of (mean|z), \[4, 3\], not \[4, 1\]")
        for name, f in OF_POSTERIORS.items()
    ),
    *(
        Refused(name, "whole numbers", lambda _, f=f: f(WHOLE), ValueError,
                "mean of .* floating point, not torch.int64")
        for name, f in OF_POSTERIORS.items()
    ),
    *(
        Refused(name, "a pair of tensors", lambda _, f=f: f(tuple(Q)), TypeError, "must be Posterior.* not tuple")
        for name, f in OF_POSTERIORS.items()
        if name != "log_density"  # the row below: its z is the mean
    ),
    Refused("log_density", "a pair of tensors", lambda _: log_density(Q.mean, tuple(Q)), TypeError, "Posterior.*tuple"),
    Refused("separation", "nothing", lambda _: separation(None), TypeError, "must be Posterior.* not NoneType"),
    *(
        Refused(name, what, lambda _, name=name, q=q: OF_POSTERIORS[name](q), ValueError, says)
        for name in ("bayes_error", "mutual_information_bounds", "separation", "log_densities", "rotate_posterior")
        for what, q, says in [
            ("a latent alone", FLAT, r"must be \[B, latents\], .* not \[4\]"),
            ("no images", NONE, r"at least one image, not \[0, 3\]"),
        ]
    ),
    *(
        Refused(name, "a model that diverged", lambda _, f=OF_POSTERIORS[name]: f(DIVERGED), ValueError,
                "not finite; did the training diverge")
        for name in ("bayes_error", "mutual_information_bounds")
    ),
    Refused("mutual_information_bounds", "one image", lambda _: mutual_information_bounds(ONE), ValueError,
            r"at least two images, not \[1, 3\]"),
    Refused("mutual_information_bounds", "a seed with a point", lambda _: mutual_information_bounds(Q, seed=1.5),
            ValueError, "seed must be a whole number, not 1.5"),
    Refused("bayes_error", "one image for all", lambda _: bayes_error(Q, ONE), ValueError, r"\[4, 3\], not \[1, 3\]"),
    Refused("bayes_error", "no draws", lambda _: bayes_error(Q, Q, draws=0), ValueError, "draws .* at least 1, not 0"),
    Refused("log_density", "one posterior for all", lambda _: log_density(Q.mean, ONE), ValueError,
            r"mean must have the shape of z, \[4, 3\], not \[1, 3\]"),
    Refused("log_densities", "other latents", lambda _: log_densities(torch.zeros(4, 2), Q), ValueError,
            r"z must have the shape \[N, 3\], not \[4, 2\]"),
    Refused("kl_decomposition", "mean and variance of other images",
            lambda _: kl_decomposition(Posterior(Q.mean, SHORT.mean)), ValueError, r"\[4, 3\], not \[3, 3\]"),
    Refused("binary_entropy", "more than 1", lambda _: binary_entropy(torch.tensor([0.5, 1.5])), ValueError,
            r"p must be probabilities, which lie in \[0, 1\], not 0.5 to 1.5$"),
    Refused("binary_entropy", "negative", lambda _: binary_entropy(torch.tensor([-0.5])), ValueError, "not -0.5"),
    Refused("binary_entropy", "NaN", lambda _: binary_entropy(torch.tensor([NAN])), ValueError, "not nan"),
    Refused("binary_entropy", "whole numbers", lambda _: binary_entropy(torch.tensor([1])), ValueError,
            "floating point, not torch.int64"),
    Refused("binary_entropy", "a number", lambda _: binary_entropy(0.5), ValueError,
            "p must be a torch tensor, not float"),
    Refused("gaussian_information", "no noise", lambda _: gaussian_information(1.0, 0.0), ValueError,
            "noise must be finite numbers of more than 0, not 0.0"),
    Refused("gaussian_information", "a negative signal", lambda _: gaussian_information([1.0, -2], 1), ValueError,
            "signal must be finite numbers of at least 0, not -2.0"),
    Refused("gaussian_information", "NaN", lambda _: gaussian_information(NAN, 1), ValueError, "not nan"),
    Refused("gaussian_information", "a word", lambda _: gaussian_information("much", 1), ValueError, "not 'much'"),
    Refused("bayes_distortion", "a code too few", lambda _: bayes_distortion(PICTURES, [0, 1], 0.5), ValueError,
            r"codes must have the shape \[3\], not \[2\]"),
    Refused("bayes_distortion", "codes in a column", lambda _: bayes_distortion(PICTURES, torch.zeros(3, 1), 0.5),
            ValueError, r"codes must have the shape \[3\], not \[3, 1\]"),
    Refused("bayes_distortion", "a code that is NaN", lambda _: bayes_distortion(PICTURES, [0, 1, NAN], 0.5),
            ValueError, "codes must be finite numbers, not nan"),
    Refused("bayes_distortion", "no deviation", lambda _: bayes_distortion(PICTURES, [0, 1, 2], 0.0), ValueError,
            "sigma must be a finite number of more than 0, not 0"),
    Refused("bayes_distortion", "bytes", lambda _: bayes_distortion(255 * PICTURES, [0, 1, 2], 0.5), ValueError,
            "divide bytes by 255"),
    Refused("bayes_distortion", "no images", lambda _: bayes_distortion(PICTURES[:0], [], 0.5), ValueError,
            r"\[K, ...\], not \[0, 1, 4, 4\]"),
    Accepted("bayes_distortion", "binary images of any dtype", binary_images_of_any_kind),
    *(
        Refused(name, what, lambda _, f=f, variances=variances: f(variances), ValueError, says)
        for name, f in OF_VARIANCES.items()
        for what, variances, says in [
            ("no variances", [], r"variances is empty, \[0\]"),
            ("a variance of zero", [1.0, 0], "variances must be finite numbers of more than 0, not 0.0"),
            ("a variance that is NaN", [1.0, NAN], "not nan"),
            ("a single variance", 1.0, r"variances must have the shape \[n\], not \[\]"),
            ("words", ["wide"], "variances must be numbers, not"),
        ]
    ),
    Accepted("water_filling", "NumPy, PyTorch and lists", numbers_of_any_kind),
    Refused("water_filling", "a level of zero", lambda _: water_filling([1.0], 0), ValueError, "level .* not 0"),
    Refused("water_filling", "a list of levels", lambda _: water_filling([1.0], [1.0, 2]), ValueError,
            r"level .* \[1.0"),
    Refused("water_level", "a negative rate", lambda _: water_level([1.0], -1), ValueError,
            "rate .* at least 0, not -1"),
    Refused("water_level", "a rate whose level is zero", lambda _: water_level([1.0, 2], 1e9), ValueError,
            "rate must be one whose water level is above 0 in floating point, not 1000000000.0 nats"),
    Refused("rate_path", "a negative capacity", lambda _: rate_path([1.0], [1, -1]), ValueError, "capacities .* -1"),
    Refused("rate_path", "a single capacity", lambda _: rate_path([1.0], 2.0), ValueError, r"capacities .* \[n\], not"),
    Refused("soft_threshold", "a negative penalty", lambda _: soft_threshold([1.0], -1), ValueError,
            "penalty must be a finite number of at least 0, not -1"),
    Refused("garrote", "a penalty of zero", lambda _: garrote([1.0], 0), ValueError,
            "penalty must be a finite number of more than 0, not 0"),
    Refused("garrote", "NaN", lambda _: garrote([NAN], 1), ValueError, "values must be finite numbers"),
    Refused("soft_threshold", "NaN", lambda _: soft_threshold([NAN], 1), ValueError, "values must be finite numbers"),
    *(
        Refused(name, what, lambda _, f=f, rows=rows, pixels=pixels: f(rows, pixels), ValueError, says)
        for name, f in OF_PAIRS.items()
        for what, rows, pixels, says in [
            ("other images", torch.zeros(3, 1), torch.zeros(2, 4), r"must pair up, .* not \[3, 1\] and \[2, 4\]"),
            ("one image", torch.zeros(1, 1), torch.zeros(1, 4), "at least two"),
            ("one column, flat", torch.zeros(3), torch.zeros(3, 4), r"not \[3\] and \[3, 4\]"),
            ("NumPy", np.zeros((3, 1)), torch.zeros(3, 4), "must be a torch tensor, not ndarray"),
            ("NaN in pixels", torch.zeros(3, 1), torch.full((3, 4), NAN), "not finite"),
        ]
    ),
    *(
        Accepted(name, "numbers with a gradient", lambda _, f=f: f(*2 * [torch.eye(3, requires_grad=True)]))
        for name, f in OF_PAIRS.items()
    ),
    Accepted("initial_slope", "a channel that is constant", channel_that_is_constant),
    Refused("BayesDecoder", "another set of images", lambda _: BayesDecoder(Blobs()), ValueError,
            r"sprites must be DSprites\(\) in full, not Blobs"),
    Refused("BayesDecoder", "nats of seven channels", lambda _: Unseen()(np.zeros(7)), ValueError, r"\[8\], not \[7\]"),
    Refused("BayesDecoder", "negative nats", lambda _: Unseen()([-1.0] * 8), ValueError, "nats .* 0 to 40.0, not -1"),
    Refused("BayesDecoder.probabilities", "NaN", lambda _: Unseen().probabilities([NAN] * 8), ValueError, "not nan"),
    Refused("BayesDecoder.probabilities", "more nats than float32 has", lambda _: Unseen().probabilities([90.0] * 8),
            ValueError, "nats must be finite numbers from 0 to 40.0, not 90.0"),
    Refused("greedy_allocation", "a step above the capacity", lambda _: greedy_allocation(np.sum, 1, [[0]], 2),
            ValueError, "step must be at most the capacity of 1 nats, not 2"),
    Refused("greedy_allocation", "a step of zero", lambda _: greedy_allocation(np.sum, 1, [[0]], 0), ValueError,
            "step .* more than 0, not 0"),
    Refused("greedy_allocation", "an endless capacity", lambda _: greedy_allocation(np.sum, float("inf")), ValueError,
            "capacity must be a finite number"),
    Refused("greedy_allocation", "a channel left out", lambda _: greedy_allocation(np.sum, 1, [[0], [2]]), ValueError,
            r"each channel from 0 on once, not \[\[0\], \[2\]\]"),
    Refused("greedy_allocation", "a channel twice", lambda _: greedy_allocation(np.sum, 1, [[0, 1], [1]]), ValueError,
            "once, not"),
    Refused("greedy_allocation", "channels in place of groups", lambda _: greedy_allocation(np.sum, 1, [0, 1]),
            ValueError, r"once, not \[0, 1\]"),
    Refused("greedy_allocation", "a distortion that is NaN", lambda _: greedy_allocation(lambda nats: NAN, 1),
            ValueError, r"distortion\(nats\) must be a finite number, not nan"),
    Refused("onset_rates", "a rate too many", lambda _: onset_rates([1, 2], [[1.0]]), ValueError, r"\[1\], not \[2\]"),
    Refused("onset_rates", "nats of one factor, flat", lambda _: onset_rates([1, 2], [1, 2]), ValueError,
            r"nats must have the shape \[n, n\], not \[2\]"),
    Refused("onset_rates", "NaN among the nats", lambda _: onset_rates([1], [[NAN]]), ValueError, "nats .* not nan"),
]  # fmt: skip
