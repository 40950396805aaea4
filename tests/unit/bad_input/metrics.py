"""Metrics: codes and factors, reports of a model on images, and what noise and rotations cost."""

import json
import math
from copy import deepcopy

from bvae_lib import metrics
from bvae_lib.data import ImageSet
from bvae_lib.metrics.report import like
from bvae_lib.models import VAE, BurgessVAE, LinearVAE, Posterior, traverse

import numpy as np
import torch

from .rows import Accepted, Refused

MODEL = BurgessVAE(latents=3)
torch.nn.init.normal_(MODEL.head.weight, std=0.1, generator=torch.Generator().manual_seed(0))
IMAGES = torch.rand(6, 1, 64, 64, generator=torch.Generator().manual_seed(0))
CODES = np.random.default_rng(0).normal(size=(40, 3))
FACTORS = np.random.default_rng(1).integers(0, 3, (40, 2))
KL = np.ones(3)
POSTERIOR = Posterior(torch.zeros(6, 3), torch.zeros(6, 3))


class Squares(ImageSet):
    """Six images whose first factor varies, and whose second has one class."""

    factor_names, factor_sizes = ("place", "shape"), (6, 1)

    def __len__(self):
        return len(IMAGES)

    def __getitem__(self, indices):
        return IMAGES[indices]


def one_class(folder):
    found = metrics.report(MODEL, Squares(), n=50)
    assert math.isnan(found["gaps"]["shape"])
    assert found["mig"] == found["gaps"]["place"]
    assert found["distortion"] > 0
    assert found["rate"] > 0


def without_factors(images):
    def call(folder):
        found = metrics.report(MODEL, images, n=4)
        assert math.isnan(found["mig"])
        assert found["gaps"] == {}
        assert found["distortion"] > 0

    return call


def plain(folder):
    found = metrics.report(MODEL, IMAGES, n=np.int64(4), seed=torch.tensor(3))
    assert (type(found["n"]), type(found["seed"])) == (int, int)
    json.dumps(found)
    assert metrics.report(MODEL, IMAGES, n=4, seed=3).items() >= {"n": 4, "seed": 3}.items()


def same_codes(model=MODEL, images=IMAGES, indices=None):
    def call(folder):
        found, expected = (metrics.encode_dataset(*given, indices).mean for given in ((model, images), (MODEL, IMAGES)))
        torch.testing.assert_close(found.float(), expected, atol=0.01, rtol=0.01)

    return call


def no_float64_off_the_cpu(folder):
    """MPS has no float64: the meta device stands for it here."""
    weights = torch.zeros(1, device="meta")
    moved = like(weights, IMAGES.double())
    assert (moved.dtype, moved.device.type) == (torch.float32, "meta")


class Weightless(VAE):
    """A model in closed form: one latent is the mean of the image."""

    channels, latents = 1, 1

    def encode(self, images):
        mean = images.mean(dim=(1, 2, 3))[:, None]
        return Posterior(mean, torch.zeros_like(mean))

    def decode(self, z):
        return z[:, :, None, None].expand(-1, 1, 64, 64)


def without_weights(folder):
    assert metrics.report(Weightless(), IMAGES, n=4)["distortion"] > 0
    assert traverse(Weightless(), [0.0], [0], [-1, 1]).shape == (1, 2, 1, 64, 64)


def nothing_to_tell(metric, *parts):
    """A factor of one class is left out; where no factor has two, there is no figure."""

    def call(folder):
        found, alone = metric(CODES, np.column_stack([FACTORS, np.ones(40)])), metric(CODES, np.ones((40, 2)))
        assert not any(math.isnan(getattr(found, part)) for part in parts)
        assert all(math.isnan(getattr(alone, part)) for part in parts)

    return call


def of_few_rows(folder):
    """Whatever a measure can say of one, two or five images, it says without an error."""
    for n in (1, 2, 5):
        assert set(metrics.all_measures(CODES[:n], FACTORS[:n], resamples=0)) == set(
            metrics.all_measures(CODES, FACTORS, resamples=0)
        )


def constant_codes(folder):
    found = metrics.all_measures(0 * CODES, FACTORS, resamples=0)
    assert [found[name]["value"] for name in ("mig", "sap", "modularity", "explicitness", "infoe")] == [0, 0, 0, 0.5, 0]
    assert math.isnan(found["mcc"]["value"])


def with_measures(folder):
    found = metrics.report(MODEL, Squares(), n=60, resamples=2)
    assert found["resamples"] == 2
    assert found["measures"]["mig"]["value"] == found["mig"]
    assert found["measures"]["mig"]["error"] >= 0
    assert "measures" not in metrics.report(MODEL, IMAGES, n=4, resamples=2)


def held(metric, represent=lambda classes: classes, sizes=(3, 4), **settings):
    return lambda _: metric(represent, sizes, **{"votes": 50, "evaluated": 20, "batch": 4} | settings)


def a_factor_that_cannot_be_held(metric):
    def call(folder):
        assert held(metric, sizes=(30, 1, 40), batch=20)(folder).mean == 1
        assert math.isnan(held(metric, sizes=(1, 4))(folder).mean)

    return call


def encode(images, model=MODEL, indices=None):
    return lambda _: metrics.encode_dataset(model, images, indices)


ROWS = [
    Refused(
        "metrics.mutual_information", "factors of other images",
        lambda _: metrics.mutual_information(CODES, FACTORS[:9]), ValueError, r"same N, not \(40, 3\) and \(9, 2\)",
    ),
    Refused(
        "metrics.mutual_information", "codes of one latent without its column",
        lambda _: metrics.mutual_information(CODES[:, 0], FACTORS), ValueError, r"codes \[N, latents\] .*\[40\]",
    ),
    Refused(
        "metrics.mutual_information", "no latents", lambda _: metrics.mutual_information(CODES[:, :0], FACTORS),
        ValueError, r"codes .* empty, \[40, 0\]",
    ),
    Refused(
        "metrics.mutual_information", "codes of a run that diverged",
        lambda _: metrics.mutual_information(CODES * np.nan, FACTORS), ValueError, "codes .* numbers, not nan",
    ),
    Refused(
        "metrics.mutual_information", "names of classes",
        lambda _: metrics.mutual_information(CODES, [["square"]] * 40), ValueError,
        r"factors \[N, factors\] must be numbers, not .*square",
    ),
    Accepted(
        "metrics.mutual_information", "bfloat16 codes with a gradient",
        lambda _: metrics.mutual_information(torch.tensor(CODES, requires_grad=True).bfloat16(), torch.tensor(FACTORS)),
    ),
    Refused(
        "metrics.factor_entropies", "one factor without its column", lambda _: metrics.factor_entropies(FACTORS[:, 0]),
        ValueError, r"factors \[N, factors\] must have the shape .* not \[40\]",
    ),
    Refused(
        "metrics.factor_entropies", "no images", lambda _: metrics.factor_entropies(FACTORS[:0]), ValueError, "empty",
    ),
    Refused(
        "metrics.normalized_mutual_information", "infinite codes",
        lambda _: metrics.normalized_mutual_information(CODES + np.inf, FACTORS), ValueError, "numbers, not inf",
    ),
    Refused(
        "metrics.mig", "factors in place of codes' shape", lambda _: metrics.mig(CODES.T, FACTORS), ValueError,
        "same N",
    ),
    Refused(
        "metrics.mig", "rows of different lengths", lambda _: metrics.mig([[1, 2], [1]], FACTORS[:2]), ValueError,
        "codes .* must be numbers",
    ),
    Refused(
        "metrics.mig", "complex codes", lambda _: metrics.mig(CODES + 1j, FACTORS), ValueError,
        "codes .* must be numbers, not array",
    ),
    Refused(
        "metrics.mig", "a complex tensor", lambda _: metrics.mig(torch.tensor(CODES + 1j), FACTORS), ValueError,
        "codes .* must be numbers, not tensor",
    ),
    Refused(
        "metrics.mig", "numbers in words", lambda _: metrics.mig(CODES, FACTORS.astype(str)), ValueError,
        r"factors \[N, factors\] must be numbers, not array",
    ),
    Refused(
        "metrics.mig", "dates as factors", lambda _: metrics.mig(CODES, FACTORS.astype("datetime64[D]")), ValueError,
        "factors .* must be numbers",
    ),
    Refused(
        "metrics.mig", "a class left out", lambda _: metrics.mig([[0.0], [1]], [[None], [1]]), ValueError,
        r"factors .* must be numbers, not \[\[None\]",
    ),
    Refused(
        "metrics.silence", "a KL that no float can hold", lambda _: metrics.silence(CODES[:, :1], [10**400]),
        ValueError, "kl must be numbers, not",
    ),
    Accepted("metrics.mig", "classes as True and False", lambda _: metrics.mig(CODES, FACTORS > 0)),
    Refused(
        "metrics.assign_factors", "no names", lambda _: metrics.assign_factors(CODES, FACTORS, None, KL), ValueError,
        "names must name all 2 factors, not None",
    ),
    Accepted(
        "metrics.assign_factors", "names from a generator",
        lambda _: metrics.assign_factors(CODES, FACTORS, (name for name in "xy"), KL),
    ),
    Refused(
        "metrics.assign_factors", "a name too few", lambda _: metrics.assign_factors(CODES, FACTORS, ["x"], KL),
        ValueError, r"names must name all 2 factors, not \['x'\]",
    ),
    Refused(
        "metrics.assign_factors", "one string as names", lambda _: metrics.assign_factors(CODES, FACTORS, "xy", KL),
        ValueError, "names must name all 2 factors, not 'xy'",
    ),
    Refused(
        "metrics.assign_factors", "KL of every image",
        lambda _: metrics.assign_factors(CODES, FACTORS, ["x", "y"], CODES), ValueError,
        r"kl must have the shape \[3\], not \[40, 3\]",
    ),
    Refused(
        "metrics.assign_factors", "NaN as KL",
        lambda _: metrics.assign_factors(CODES, FACTORS, ["x", "y"], KL * np.nan), ValueError,
        "kl must be finite numbers, not nan",
    ),
    Refused(
        "metrics.assign_factors", "a bound in percent",
        lambda _: metrics.assign_factors(CODES, FACTORS, ["x", "y"], KL, bound=20), ValueError,
        "bound must be .* from 0 to 1, not 20",
    ),
    Accepted(
        "metrics.assign_factors", "KL as a tensor with a gradient",
        lambda _: metrics.assign_factors(CODES, FACTORS, ("x", "y"), torch.ones(3, requires_grad=True)),
    ),
    Refused(
        "metrics.axis_alignment", "three factors", lambda _: metrics.axis_alignment(CODES, CODES), ValueError,
        r"factors must be \[N, 2\], the two positions, not \(40, 3\)",
    ),
    Refused(
        "metrics.axis_alignment", "positions that do not vary",
        lambda _: metrics.axis_alignment(CODES, FACTORS * [1, 0]), ValueError,
        "span a plane: each must take several values",
    ),
    Refused(
        "metrics.axis_alignment", "NaN among positions", lambda _: metrics.axis_alignment(CODES, FACTORS * np.nan),
        ValueError, "factors .* numbers, not nan",
    ),
    Refused(
        "metrics.sap", "half as seed", lambda _: metrics.sap(CODES, FACTORS, discrete=True, seed=0.5), ValueError,
        "seed must be a whole number, not 0.5",
    ),
    Refused("metrics.mcc", "factors of other images", lambda _: metrics.mcc(CODES, FACTORS[:9]), ValueError, "same N"),
    Refused(
        "metrics.modularity", "one factor without its column", lambda _: metrics.modularity(CODES, FACTORS[:, 0]),
        ValueError, r"factors .* not \[40\]",
    ),
    Refused(
        "metrics.explicitness", "infinite codes", lambda _: metrics.explicitness(CODES * np.inf, FACTORS), ValueError,
        "codes .* must be finite numbers",
    ),
    Refused(
        "metrics.infomec", "NaN among factors", lambda _: metrics.infomec(CODES, FACTORS * np.nan), ValueError,
        "factors .* must be finite numbers, not nan",
    ),
    Refused(
        "metrics.dci", "another regressor", lambda _: metrics.dci(CODES, FACTORS, "lasso"), ValueError,
        "regressor must be one of trees, boosting, histogram, forest, l1, not 'lasso'",
    ),
    Refused(
        "metrics.dci", "no rows", lambda _: metrics.dci(CODES, FACTORS, rows=0), ValueError,
        "rows must be a whole number of at least 1, not 0",
    ),
    Refused(
        "metrics.med", "names of classes", lambda _: metrics.med(CODES, [["a"]] * 40), ValueError, "must be numbers",
    ),
    Refused(
        "metrics.explicitness_size", "a factor that there is not",
        lambda _: metrics.explicitness_size(CODES, FACTORS, categorical=(2,)), ValueError,
        "categorical must be .* from 0 to 1, not 2",
    ),
    Refused(
        "metrics.all_measures", "fewer than no resamples",
        lambda _: metrics.all_measures(CODES, FACTORS, resamples=-1), ValueError, "resamples .* at least 0, not -1",
    ),
    Refused(
        "metrics.posterior_mig", "means alone", lambda _: metrics.posterior_mig(torch.zeros(6, 3), FACTORS[:6]),
        TypeError, "posterior must be Posterior.*not Tensor",
    ),
    Refused(
        "metrics.posterior_mig", "factors of other images", lambda _: metrics.posterior_mig(POSTERIOR, FACTORS),
        ValueError, "same N",
    ),
    Refused(
        "metrics.split_rate", "means alone", lambda _: metrics.split_rate(torch.zeros(6, 3)), TypeError,
        "posterior must be Posterior.*not Tensor",
    ),
    Refused(
        "metrics.split_rate", "posteriors of a run that diverged",
        lambda _: metrics.split_rate(Posterior(torch.zeros(6, 3), torch.full((6, 3), math.nan))), ValueError,
        "not finite; did the training diverge",
    ),
    Refused(
        "metrics.split_rate", "fewer draws than the correction has terms",
        lambda _: metrics.split_rate(POSTERIOR, n=25), ValueError, "n must be a whole number of at least 26, not 25",
    ),
    Accepted(
        "metrics.split_rate", "one image",
        lambda _: metrics.split_rate(Posterior(torch.ones(1, 3), torch.zeros(1, 3)), n=np.int64(50)),
    ),
    Refused(
        "metrics.minibatch_bias", "batches above the data set",
        lambda _: metrics.minibatch_bias(Posterior(torch.zeros(30, 3), torch.zeros(30, 3)), [16, 64], n=20), ValueError,
        "each of batch_sizes must be .* from 2 to 30, not 64",
    ),
    Refused(
        "metrics.minibatch_bias", "more draws than images", lambda _: metrics.minibatch_bias(POSTERIOR, [2]),
        ValueError, "n must be .* from 20 to 6, not 2000",
    ),
    Refused(
        "metrics.minibatch_bias", "one size without a list",
        lambda _: metrics.minibatch_bias(Posterior(torch.zeros(30, 3), torch.zeros(30, 3)), 16, n=20), ValueError,
        "batch_sizes must be a list of whole numbers, not 16",
    ),
    Refused(
        "metrics.beta_vae", "codes in place of a function", held(metrics.beta_vae, CODES), TypeError,
        "represent must be a function .* not ndarray; .*images.index",
    ),
    Refused(
        "metrics.beta_vae", "a factor without classes", held(metrics.beta_vae, sizes=(3, 0)), ValueError,
        "factor_sizes must be .* at least 1, not 0",
    ),
    Refused(
        "metrics.factor_vae", "codes of one latent without its column",
        held(metrics.factor_vae, lambda classes: classes[:, 0]), ValueError,
        r"codes of represent \[N, latents\] must have",
    ),
    Refused(
        "metrics.factor_vae", "half a class", held(metrics.factor_vae, sizes=(3, 2.5)), ValueError,
        r"factor_sizes must be whole numbers, not \(3, 2.5\)",
    ),
    Refused(
        "metrics.factor_vae", "batches of one", held(metrics.factor_vae, batch=1), ValueError,
        "batch must be a whole number of at least 2, not 1",
    ),
    Refused(
        "metrics.factor_vae", "a threshold below 0", held(metrics.factor_vae, threshold=-1), ValueError,
        "threshold must be .* at least 0, not -1",
    ),
    Accepted("metrics.beta_vae", "a factor of one class", a_factor_that_cannot_be_held(metrics.beta_vae)),
    Accepted("metrics.factor_vae", "a factor of one class", a_factor_that_cannot_be_held(metrics.factor_vae)),
    Accepted("metrics.beta_vae", "a single vote", held(metrics.beta_vae, votes=1, evaluated=1)),
    Accepted("metrics.factor_vae", "a single vote", held(metrics.factor_vae, votes=1, evaluated=1)),
    Accepted("metrics.sap", "a factor of one class", nothing_to_tell(metrics.sap, "mean")),
    Accepted("metrics.mcc", "a factor of one class", nothing_to_tell(metrics.mcc, "mean")),
    Accepted("metrics.modularity", "a factor of one class", nothing_to_tell(metrics.modularity, "mean")),
    Accepted("metrics.explicitness", "a factor of one class", nothing_to_tell(metrics.explicitness, "mean")),
    Accepted(
        "metrics.infomec", "a factor of one class", nothing_to_tell(metrics.infomec, "infoc", "infoe"),
    ),
    Accepted(
        "metrics.dci", "a factor of one class",
        nothing_to_tell(metrics.dci, "disentanglement", "completeness", "informativeness"),
    ),
    Accepted(
        "metrics.med", "a factor of one class", nothing_to_tell(metrics.med, "disentanglement", "completeness"),
    ),
    Accepted(
        "metrics.explicitness_size", "a factor of one class",
        nothing_to_tell(metrics.explicitness_size, "explicitness"),
    ),
    Refused(
        "metrics.udr", "one model", lambda _: metrics.udr([CODES], [KL]), ValueError,
        "at least two, not of 1 and 1: one model cannot be compared",
    ),
    Refused(
        "metrics.udr", "codes of other images", lambda _: metrics.udr([CODES, CODES[:9]], [KL, KL]), ValueError,
        r"codes\[1\] .* not \[9, 3\]",
    ),
    Refused(
        "metrics.udr", "a KL for too few latents", lambda _: metrics.udr([CODES, CODES], [KL, KL[:2]]), ValueError,
        r"kl\[1\] ",
    ),
    Accepted("metrics.udr", "a model without active latents", lambda _: metrics.udr([CODES, CODES], [KL, 0 * KL])),
    Refused(
        "metrics.toy_codes", "two factors", lambda _: metrics.toy_codes((3, 6)), ValueError,
        "at least three factors.*not .3, 6.",
    ),
    Refused(
        "metrics.toy_codes", "a factor of one class", lambda _: metrics.toy_codes((3, 1, 6)), ValueError,
        "factor_sizes must be .* at least 2",
    ),
    Accepted("metrics.toy_codes", "an even number of factors", lambda _: metrics.toy_codes((2, 3, 4, 5))),
    Accepted("metrics.all_measures", "very few rows", of_few_rows),
    Accepted("metrics.all_measures", "constant codes", constant_codes),
    Accepted("metrics.report", "all measures, a factor of one class among them", with_measures),
    Refused(
        "metrics.report", "fewer than no resamples", lambda _: metrics.report(MODEL, IMAGES, 4, resamples=-1),
        ValueError, "resamples must .* not -1",
    ),
    Refused("metrics.encode_dataset", "no images", encode(IMAGES[:0]), ValueError, "images is empty"),
    Refused("metrics.encode_dataset", "bytes", encode((255 * IMAGES).byte()), ValueError, "uint8; divide bytes by 255"),
    Refused("metrics.encode_dataset", "a list of images", encode(list(IMAGES)), TypeError, "not list; .* torch.stack"),
    Refused(
        "metrics.encode_dataset", "images of another size", encode(IMAGES[..., :32]), ValueError, r"64, 64\], not .*32",
    ),
    Refused(
        "metrics.encode_dataset", "all that zoo.load returns", encode(IMAGES, (MODEL, None, None)), TypeError,
        "must be a VAE.*not tuple; zoo.load",
    ),
    Refused(
        "metrics.encode_dataset", "no indices", encode(IMAGES, indices=torch.tensor([], dtype=torch.long)), ValueError,
        r"indices must be whole numbers \[n\], one at least, not of shape \[0\]",
    ),
    Refused(
        "metrics.encode_dataset", "a mask as indices", encode(IMAGES, indices=torch.ones(6, dtype=torch.bool)),
        TypeError, "indices must be whole numbers, not torch.bool; a mask needs .nonzero",
    ),
    Refused(
        "metrics.encode_dataset", "a word as indices", encode(IMAGES, indices="all"), TypeError,
        "indices must be whole numbers or a slice, not 'all'",
    ),
    Refused(
        "metrics.encode_dataset", "an index past the end", encode(IMAGES, indices=[6]), IndexError,
        "index 6 is outside this set of 6 images",
    ),
    Refused(
        "metrics.encode_dataset", "NumPy inputs for a LinearVAE", encode(np.ones((4, 5)), LinearVAE(5, 2)), ValueError,
        "images must be a torch tensor, not ndarray",
    ),
    Accepted("metrics.encode_dataset", "a slice as indices", same_codes(indices=slice(3))),
    Accepted(
        "metrics.encode_dataset", "indices in bytes, which PyTorch takes for a mask",
        same_codes(indices=torch.tensor([0, 1, 5], dtype=torch.uint8)),
    ),
    Refused(
        "metrics.encode_dataset", "inputs of another length for a LinearVAE", encode(torch.rand(4, 3), LinearVAE(5, 2)),
        ValueError, r"\[B, 5\], not \[4, 3\]",
    ),
    Accepted("metrics.encode_dataset", "NumPy images in float64", same_codes(images=IMAGES.double().numpy())),
    Accepted("metrics.encode_dataset", "images in half", same_codes(images=IMAGES.half())),
    Accepted("metrics.encode_dataset", "images in bfloat16", same_codes(images=IMAGES.bfloat16())),
    Accepted("metrics.encode_dataset", "a model in float64", same_codes(deepcopy(MODEL).double())),
    Accepted("metrics.encode_dataset", "a model in bfloat16", same_codes(deepcopy(MODEL).bfloat16())),
    Accepted("metrics.encode_dataset", "NumPy indices", same_codes(indices=np.array([1, 3], np.int32))),
    Accepted("metrics.encode_dataset", "float64 images for a device without float64", no_float64_off_the_cpu),
    Refused(
        "metrics.report", "n of zero", lambda _: metrics.report(MODEL, IMAGES, n=0), ValueError,
        "n must be a whole number of at least 1, not 0",
    ),
    Refused(
        "metrics.report", "n of a half", lambda _: metrics.report(MODEL, IMAGES, n=0.5), ValueError,
        "n must .* not 0.5",
    ),
    Refused(
        "metrics.report", "True as seed", lambda _: metrics.report(MODEL, IMAGES, 4, seed=True), ValueError,
        "seed must be a whole number, not True",
    ),
    Refused("metrics.report", "no images", lambda _: metrics.report(MODEL, IMAGES[:0]), ValueError, "images is empty"),
    Refused(
        "metrics.report", "pixels in -1 to 1", lambda _: metrics.report(MODEL, 2 * IMAGES - 1), ValueError,
        r"\(images \+ 1\) / 2",
    ),
    Refused(
        "metrics.report", "images of three channels", lambda _: metrics.report(MODEL, IMAGES.expand(-1, 3, -1, -1), 4),
        ValueError, r"\[B, 1, 64, 64\], not \[4, 3, 64, 64\]",
    ),
    Refused(
        "metrics.report", "the class in place of a model", lambda _: metrics.report(BurgessVAE, IMAGES), TypeError,
        "model must be a VAE",
    ),
    Accepted("metrics.report", "a model without weights", without_weights),
    Accepted("metrics.report", "a factor of one class", one_class),
    Accepted("metrics.report", "a tensor, whose factors are not known", without_factors(IMAGES)),
    Accepted("metrics.report", "a NumPy array in float64", without_factors(IMAGES.double().numpy())),
    Accepted("metrics.report", "NumPy and torch integers", plain),
    Accepted("metrics.report", "a model in float64", lambda _: metrics.report(deepcopy(MODEL).double(), IMAGES, 4)),
    Refused(
        "metrics.rate_distortion_bounds", "NaN as rate", lambda _: metrics.rate_distortion_bounds(math.nan, 1.0, 1.0),
        ValueError, "rate must be a finite number, not nan",
    ),
    Refused(
        "metrics.rate_distortion_bounds", "a rate that no float can hold",
        lambda _: metrics.rate_distortion_bounds(10**400, 1.0, 1.0), ValueError, "rate must be a finite number, not 10",
    ),
    Refused(
        "metrics.rate_distortion_bounds", "an entropy below zero",
        lambda _: metrics.rate_distortion_bounds(1.0, 1.0, -2), ValueError, "entropy must be .* at least 0, not -2",
    ),
    Refused(
        "metrics.rate_distortion_bounds", "a rate for each latent",
        lambda _: metrics.rate_distortion_bounds(KL, 1.0, 1.0), ValueError, "rate must be a finite number, not array",
    ),
    Accepted(
        "metrics.rate_distortion_bounds", "figures as tensors",
        lambda _: json.dumps(metrics.rate_distortion_bounds(torch.tensor(2.0), np.float32(3.0), np.int64(13))),
    ),
    Refused(
        "metrics.noise_cost", "fewer images than posteriors",
        lambda _: metrics.noise_cost(MODEL, POSTERIOR, IMAGES[:4]), ValueError,
        r"posterior must be \[4, latents\] as images are, not \[6, 3\]",
    ),
    Refused(
        "metrics.noise_cost", "a pair of tensors", lambda _: metrics.noise_cost(MODEL, tuple(POSTERIOR), IMAGES),
        TypeError, "Posterior.*not tuple",
    ),
    Refused(
        "metrics.noise_cost", "a posterior of another model",
        lambda _: metrics.noise_cost(BurgessVAE(latents=4), POSTERIOR, IMAGES), ValueError, r"\[B, 4\], not \[6",
    ),
    Refused(
        "metrics.noise_cost", "NumPy images", lambda _: metrics.noise_cost(MODEL, POSTERIOR, IMAGES.numpy()),
        ValueError, "images must be a torch tensor, not ndarray",
    ),
    Refused(
        "metrics.noise_cost", "one log-variance for all images",
        lambda _: metrics.noise_cost(MODEL, Posterior(POSTERIOR.mean, torch.zeros(1, 3)), IMAGES), ValueError,
        r"log_variance must have the shape of mean, \[6, 3\], not \[1, 3\]",
    ),
    Refused(
        "metrics.noise_cost", "half as seed", lambda _: metrics.noise_cost(MODEL, POSTERIOR, IMAGES, 0.5), ValueError,
        "seed must be a whole number, not 0.5",
    ),
    Refused(
        "metrics.rotated_rate_distortion", "the same latent twice",
        lambda _: metrics.rotated_rate_distortion(MODEL, POSTERIOR, IMAGES, (1, 1), 45), ValueError,
        r"pair must be two different latents, not \[1, 1\]",
    ),
    Refused(
        "metrics.rotated_rate_distortion", "a latent that the model lacks",
        lambda _: metrics.rotated_rate_distortion(MODEL, POSTERIOR, IMAGES, (0, 3), 45), ValueError,
        "from 0 to 2, not 3",
    ),
    Refused(
        "metrics.rotated_rate_distortion", "NaN as angle",
        lambda _: metrics.rotated_rate_distortion(MODEL, POSTERIOR, IMAGES, (0, 1), math.nan), ValueError,
        "degrees must be a finite number, not nan",
    ),
    Refused(
        "metrics.silence", "a KL for other latents", lambda _: metrics.silence(CODES, [1.0]), ValueError, r"not \[1\]",
    ),
]  # fmt: skip
