"""Widgets: what they are made of, and what is set from outside."""

from copy import deepcopy

from bvae_lib.data import Blobs
from bvae_lib.history import History
from bvae_lib.models import BurgessVAE, LinearVAE
from bvae_lib.widgets import (
    Answer,
    Budget,
    GuessChoice,
    GuessNumber,
    GuessOrder,
    Lagrangian,
    Metrics,
    Overlap,
    Price,
    Rotation,
    Run,
    Score,
    Training,
    Traversal,
    WaterLevel,
)
from bvae_lib.zoo import FactorSnapshots, LatentSnapshots

import numpy as np
import torch

from .rows import Accepted, Refused

MODEL = BurgessVAE(latents=3)
torch.nn.init.normal_(MODEL.head.weight, std=0.1, generator=torch.Generator().manual_seed(0))
IMAGES = torch.rand(4, 1, 64, 64, generator=torch.Generator().manual_seed(0))
IMAGE, CLASSES = IMAGES[0], np.zeros((4, 2))
KL = [1.0, 2.0, 0.0]
RUNS = Run(4, MODEL, 3.0, 50.0, KL), Run(1, MODEL, 3.0, 40.0, KL)


def snapshots(count=2, **other):
    """Of a run of chapter 4, with some fields replaced."""
    fields = {
        "step": 150 * np.arange(1, 1 + count),
        "nats": np.ones((count, 8)),
        "distortion": np.ones(count),
        "price": np.ones(count),
        "drawn": np.zeros((1 + count, 2, 64, 64), np.uint8),
    }
    return FactorSnapshots(**fields | other)


def trained(records=3, dtype=np.uint8, step=50):
    """Snapshots and History of a run of chapter 5."""
    steps, kl = step * np.arange(1, 1 + records), np.ones((records, 2))
    history = History(steps, np.ones(records), kl, np.ones(records), np.ones(records))
    return LatentSnapshots(steps[:1], np.ones(1), kl[:1], np.zeros((1, 2, 7, 64, 64), dtype)), history


def runs(**other):
    return [RUNS[0]._replace(**other), RUNS[1]]


def huge():
    """A model whose weights are beyond float16."""
    model = deepcopy(MODEL)
    torch.nn.init.constant_(model.decoder[2].weight, 1e5)
    return model


def same_traversal(model=MODEL, images=IMAGES):
    def call(folder):
        found, expected = Traversal(model, images), Traversal(MODEL, IMAGES)
        np.testing.assert_allclose(found.z, expected.z, rtol=0.02)
        assert len(found.images) == len(expected.images)

    return call


def whole_numbers_as_index(folder):
    for widget in (Budget(snapshots()), Price(RUNS, IMAGE), Training({"hinge": trained()})):
        for index in (np.int64(1), torch.tensor(0), np.argmax([0, 1])):
            widget.index = index
            assert type(widget.index) is int
        assert widget.index == 1


def plain_numbers(folder):
    widget = WaterLevel(torch.tensor([4.0, 1.0]), price=np.float32(2), noise=torch.tensor(1.0))
    assert [type(x) for x in (widget.price, widget.noise, *widget.variances)] == [float] * 4
    widget = Overlap(np.array([0, 1]), torch.tensor([0.5, 1.0]))
    widget.means = torch.tensor([1, 2])
    assert [widget.means, widget.sigmas] == [[1.0, 2.0], [0.5, 1.0]]


def answers_of_tensors(folder):
    order = GuessOrder("4.1", "first", ["x", "y"], torch.tensor([2.0, 1.0], requires_grad=True))
    assert order.answer == [2.0, 1.0]
    bet = GuessNumber("4.2", "nats", 0, np.int64(20), np.float32(3), log_scale=np.bool_(False))
    assert (bet.answer, bet.high, bet.log_scale) == (3.0, 20, False)
    choice = GuessChoice("4.3", "which", ("up", "down"))
    choice.answer = np.str_("up")
    assert choice.answer == "up"


def a_run_of_tensors(folder):
    given = Run(
        np.int64(4), deepcopy(MODEL).double(), torch.tensor(3.0), np.float32(50), torch.tensor(KL, requires_grad=True)
    )
    shown = Price([given, RUNS[1]], IMAGE.double().numpy(), budget=np.bool_(True)).runs[1]
    assert [type(shown[name]) for name in ("price", "rate", "distortion")] == [int, float, float]


def set_later(widget, name, value):
    return lambda _: setattr(widget(), name, value)


ROWS = [
    Refused(
        "widgets.Answer", "two numbers", lambda _: Answer("1.1", [1, 2], 0.01, "Think."), ValueError,
        r"right must be a finite number, not \[1, 2\]",
    ),
    Refused(
        "widgets.Answer", "a tolerance of zero", lambda _: Answer("1.1", 1, 0, "Think."), ValueError,
        "tolerance must be .* more than 0, not 0",
    ),
    Refused(
        "widgets.Budget", "all that load_snapshots returns", lambda _: Budget((snapshots(), None)), TypeError,
        r"FactorSnapshots, the first of the two .* not tuple",
    ),
    Refused(
        "widgets.Budget", "one snapshot", lambda _: Budget(snapshots(1)), ValueError, "at least two, .* not 1 in uint8",
    ),
    Refused(
        "widgets.Budget", "drawn in floats", lambda _: Budget(snapshots(drawn=np.zeros((3, 2, 64, 64)))), ValueError,
        "drawn in uint8, not 2 in float64",
    ),
    Refused(
        "widgets.Budget.index", "past the end", set_later(lambda: Budget(snapshots()), "index", 2), ValueError,
        "index must be a whole number from 0 to 1, not 2",
    ),
    Refused(
        "widgets.Budget.index", "a price in place of its number", set_later(lambda: Budget(snapshots()), "index", 0.5),
        ValueError, "index must be .* not 0.5",
    ),
    Accepted("widgets.Budget.index", "NumPy and torch integers", whole_numbers_as_index),
    Accepted("widgets.Guess", "answers of NumPy and torch", answers_of_tensors),
    Refused(
        "widgets.GuessChoice", "an answer that is no option", lambda _: GuessChoice("1.1", "which", ["a", "b"], "c"),
        ValueError, r"answer must be one of \['a', 'b'\], not 'c'",
    ),
    Refused(
        "widgets.GuessChoice", "one text as options", lambda _: GuessChoice("1.1", "which", "ab"), ValueError,
        "options must be at least 2 different texts, not 'ab'",
    ),
    Refused(
        "widgets.GuessNumber", "ends out of order", lambda _: GuessNumber("1.1", "nats", 5, 1), ValueError,
        "high must be .* more than 5, not 1",
    ),
    Refused(
        "widgets.GuessNumber", "a logarithm of zero",
        lambda _: GuessNumber("1.1", "nats", 0, 9, log_scale=True, tolerance=2), ValueError,
        "low must be .* more than 0, not 0",
    ),
    Refused(
        "widgets.GuessNumber", "a factor of 1", lambda _: GuessNumber("1.1", "nats", 1, 9, log_scale=True), ValueError,
        "tolerance must be .* more than 1, not 1.0",
    ),
    Refused(
        "widgets.GuessNumber.answer", "NaN, later",
        set_later(lambda: GuessNumber("1.1", "nats", 0, 9), "answer", np.nan),
        ValueError, "answer must be a finite number, not nan",
    ),
    Refused(
        "widgets.GuessOrder", "a value too few", lambda _: GuessOrder("1.1", "first", ["x", "y"], [1]), ValueError,
        r"answer must have the shape \[2\], not \[1\]",
    ),
    Refused(
        "widgets.GuessOrder", "an item twice", lambda _: GuessOrder("1.1", "first", ["x", "x"]), ValueError,
        "items must be at least 2 different texts",
    ),
    Refused(
        "widgets.GuessOrder", "a number as name", lambda _: GuessOrder(1.1, "first", ["x", "y"]), ValueError,
        r"name must be at least 1 different texts, not \[1.1\]",
    ),
    Refused(
        "widgets.Lagrangian", "a price below zero", lambda _: Lagrangian(price=-1), ValueError,
        "price must be .* from 0 to 5.0, not -1",
    ),
    Refused(
        "widgets.Lagrangian", "two budgets", lambda _: Lagrangian(budget=[0.5, 3]), ValueError,
        "budget must be .* number",
    ),
    Refused(
        "widgets.Lagrangian.budget", "None, later", set_later(Lagrangian, "budget", None), ValueError,
        "budget must be .* not None",
    ),
    Refused(
        "widgets.Metrics", "radians below zero", lambda _: Metrics(-0.5), ValueError,
        "degrees must be .* from 0 to 90, not -0.5",
    ),
    Refused(
        "widgets.Metrics", "two widths", lambda _: Metrics(width=(1, 0.5)), ValueError, "width must be .* number",
    ),
    Refused(
        "widgets.Metrics", "no noise", lambda _: Metrics(noise=0), ValueError,
        "noise must be .* from 0.005 to 0.3, not 0",
    ),
    Refused(
        "widgets.Metrics", "a seed of words", lambda _: Metrics(seed="first"), ValueError,
        "seed must be a whole number",
    ),
    Refused(
        "widgets.Metrics.copies", "a number of copies, later", set_later(Metrics, "copies", 1), ValueError,
        "copies must be True or False, not 1",
    ),
    Refused(
        "widgets.Overlap", "one mean", lambda _: Overlap(means=0.5), ValueError,
        r"means must have the shape \[2\], not \[\]",
    ),
    Refused(
        "widgets.Overlap", "a deviation of zero", lambda _: Overlap(sigmas=(0, 1)), ValueError,
        "sigmas must be .* from 0.05 to 1.5, not 0",
    ),
    Refused(
        "widgets.Overlap", "words", lambda _: Overlap(means=("a", "b")), ValueError,
        "means must be numbers, not .'a', 'b'.",
    ),
    Refused(
        "widgets.Overlap.means", "None, later", set_later(Overlap, "means", None), ValueError,
        "means must be numbers, not None",
    ),
    Refused(
        "widgets.Overlap.sigmas", "NaN, later", set_later(Overlap, "sigmas", [np.nan, 1]), ValueError,
        "sigmas must be .* not nan",
    ),
    Accepted("widgets.Overlap", "arrays and tensors, and those of WaterLevel", plain_numbers),
    Refused(
        "widgets.WaterLevel", "a variance of zero", lambda _: WaterLevel([1.0, 0.0]), ValueError,
        "variances must be .* more than 0, not 0.0",
    ),
    Refused("widgets.WaterLevel", "no variances", lambda _: WaterLevel([]), ValueError, "variances is empty"),
    Refused(
        "widgets.WaterLevel", "an infinite variance", lambda _: WaterLevel([1.0, np.inf]), ValueError,
        "variances must be .* not inf",
    ),
    Refused(
        "widgets.WaterLevel", "a covariance matrix", lambda _: WaterLevel(np.eye(2)), ValueError,
        r"variances must have the shape \[n\], not \[2, 2\]",
    ),
    Refused(
        "widgets.WaterLevel", "an infinite noise", lambda _: WaterLevel([1.0], noise=np.inf), ValueError,
        "noise must be a finite number of more than 0, not inf",
    ),
    Refused(
        "widgets.WaterLevel", "a price out of reach", lambda _: WaterLevel([4.0, 1.0], price=9), ValueError,
        "price must be .* to 5.2, not 9",
    ),
    Refused(
        "widgets.WaterLevel.price", "words, later", set_later(lambda: WaterLevel([1.0]), "price", "1"), ValueError,
        "price must be .* not '1'",
    ),
    Refused("widgets.Price", "one run", lambda _: Price(RUNS[:1], IMAGE), ValueError, "at least two, .* not 1"),
    Refused(
        "widgets.Price", "a Run outside its list", lambda _: Price(RUNS[0], IMAGE), ValueError,
        r"runs must be a list of Run\('price', 'model'",
    ),
    Refused(
        "widgets.Price", "runs without their KL", lambda _: Price([run[:4] for run in RUNS], IMAGE), ValueError,
        "list of Run",
    ),
    Refused(
        "widgets.Price", "all that zoo.load returns as model", lambda _: Price(runs(model=(MODEL, None, None)), IMAGE),
        ValueError, "must be a BurgessVAE .* not a tuple",
    ),
    Refused(
        "widgets.Price", "NaN as rate", lambda _: Price(runs(rate=np.nan), IMAGE), ValueError,
        "rate at price 4 must be a finite number, not nan",
    ),
    Refused(
        "widgets.Price", "KL of another model", lambda _: Price(runs(kl_per_latent=[1.0]), IMAGE), ValueError,
        r"kl_per_latent at price 4 must have the shape \[3\], not \[1\]",
    ),
    Refused(
        "widgets.Price", "a price below zero", lambda _: Price(runs(price=-1), IMAGE), ValueError,
        "price must be .* at least 0, not -1",
    ),
    Refused(
        "widgets.Price", "a batch as image", lambda _: Price(RUNS, IMAGES), ValueError,
        r"images must be \[N, channels, H, W\], not \[1, 4",
    ),
    Refused(
        "widgets.Price", "an image of bytes", lambda _: Price(RUNS, (255 * IMAGE).byte()), ValueError,
        "divide bytes by 255",
    ),
    Refused(
        "widgets.Price", "no image", lambda _: Price(RUNS, None), TypeError, "image must be a tensor .* not NoneType",
    ),
    Refused(
        "widgets.Price", "an image of three channels", lambda _: Price(RUNS, IMAGE.expand(3, -1, -1)), ValueError,
        r"\[B, 1, 64, 64\], not",
    ),
    Accepted("widgets.Price", "NumPy, torch and float64", a_run_of_tensors),
    Refused(
        "widgets.Rotation", "radians", lambda _: Rotation(-0.5), ValueError,
        "degrees must be .* from 0 to 90, not -0.5",
    ),
    Refused(
        "widgets.Rotation", "one deviation", lambda _: Rotation(sigmas=0.5), ValueError,
        r"sigmas must have the shape \[2\], not \[\]",
    ),
    Refused(
        "widgets.Rotation.degrees", "NaN, later", set_later(Rotation, "degrees", np.nan), ValueError,
        "degrees must be .* not nan",
    ),
    Refused(
        "widgets.Score", "no guesses at all", lambda _: Score(0), ValueError,
        "total must be a whole number of at least 1, not 0",
    ),
    Refused(
        "widgets.Traversal", "all that zoo.load returns", lambda _: Traversal((MODEL, None, None)), ValueError,
        "must be a BurgessVAE .* not a tuple",
    ),
    Refused(
        "widgets.Traversal", "a LinearVAE", lambda _: Traversal(LinearVAE(3, 2)), ValueError,
        r"must be a BurgessVAE .* not a LinearVAE with .* \(3, 2\)",
    ),
    Refused(
        "widgets.Traversal", "weights beyond float16", lambda _: Traversal(huge()), ValueError,
        "not all finite in float16",
    ),
    Refused("widgets.Training", "no runs", lambda _: Training({}), ValueError, "a dict by name, of at least one run"),
    Refused(
        "widgets.Training", "what zoo.load returns", lambda _: Training({"hinge": (MODEL, trained()[1], None)}),
        TypeError, r"run 'hinge' must be .* as zoo.load_snapshots",
    ),
    Refused(
        "widgets.Training", "snapshots of chapter 4", lambda _: Training({"hinge": (snapshots(), trained()[1])}),
        TypeError, r"run 'hinge' must be .* as zoo.load_snapshots",
    ),
    Refused(
        "widgets.Training", "one record", lambda _: Training({"hinge": trained(1)}), ValueError, "two or more records",
    ),
    Refused(
        "widgets.Training", "runs of other steps", lambda _: Training({"hinge": trained(), "mine": trained(step=10)}),
        ValueError, r"at the same steps; 'mine' has \[10 20 30\]",
    ),
    Refused(
        "widgets.Training", "drawn in floats", lambda _: Training({"hinge": trained(dtype=np.float32)}), ValueError,
        "images in uint8, not .* float32",
    ),
    Refused(
        "widgets.Training.index", "past the end", set_later(lambda: Training({"hinge": trained()}), "index", 3),
        ValueError, "index must be a whole number from 0 to 2, not 3",
    ),
    Refused("widgets.Traversal", "no images", lambda _: Traversal(MODEL, IMAGES[:0]), ValueError, "images is empty"),
    Refused(
        "widgets.Traversal", "one image without its batch", lambda _: Traversal(MODEL, IMAGE), ValueError,
        r"images must be \[N, channels, H, W\], not \[1, 64, 64\]",
    ),
    Refused(
        "widgets.Traversal", "a list of images", lambda _: Traversal(MODEL, list(IMAGES)), TypeError,
        "not list; .* torch.stack",
    ),
    Refused(
        "widgets.Traversal", "pixels in -1 to 1", lambda _: Traversal(MODEL, 2 * IMAGES - 1), ValueError,
        r"\(images \+ 1\) / 2",
    ),
    Refused(
        "widgets.Traversal", "images of three channels", lambda _: Traversal(MODEL, IMAGES.expand(-1, 3, -1, -1)),
        ValueError, r"\[B, 1, 64, 64\], not",
    ),
    Refused(
        "widgets.Traversal", "factors of other images", lambda _: Traversal(MODEL, IMAGES, CLASSES[:3]), ValueError,
        "same N",
    ),
    Refused(
        "widgets.Traversal", "a name too few", lambda _: Traversal(MODEL, IMAGES, CLASSES, ["x"]), ValueError,
        r"factor_names must name all 2 factors, not \['x'\]",
    ),
    Refused(
        "widgets.Traversal.z", "a number too few", set_later(lambda: Traversal(MODEL), "z", [0, 1]), ValueError,
        r"z must have the shape \[3\], not \[2\]",
    ),
    Refused(
        "widgets.Traversal.z", "infinity", set_later(lambda: Traversal(MODEL), "z", [0, 1, np.inf]), ValueError,
        "z must be finite numbers, not inf",
    ),
    Refused(
        "widgets.Traversal.z", "None", set_later(lambda: Traversal(MODEL), "z", None), ValueError,
        "z must be numbers, not None",
    ),
    Accepted(
        "widgets.Traversal.z", "a tensor with a gradient",
        set_later(lambda: Traversal(MODEL), "z", torch.zeros(3, requires_grad=True)),
    ),
    Accepted("widgets.Traversal", "NumPy images in float64", same_traversal(images=IMAGES.double().numpy())),
    Accepted("widgets.Traversal", "images in half", same_traversal(images=IMAGES.half())),
    Accepted("widgets.Traversal", "images in bfloat16", same_traversal(images=IMAGES.bfloat16())),
    Accepted("widgets.Traversal", "a model in float64", same_traversal(deepcopy(MODEL).double())),
    Accepted("widgets.Traversal", "a model in bfloat16", same_traversal(deepcopy(MODEL).bfloat16())),
    Accepted("widgets.Traversal", "an ImageSet", lambda _: Traversal(MODEL, Blobs())),
]  # fmt: skip
