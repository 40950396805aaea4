"""Training: fit, with and without a checkpoint."""

import errno
import os
from contextlib import ExitStack
from functools import partial
from unittest import mock

from bvae_lib import BetaVAE, BurgessVAE, Capacity, fit
from bvae_lib._runtime import atomic
from bvae_lib.objectives import Objective, Terms
from bvae_lib.training import check_arguments, lr_schedule, parameter_groups, pick_precision

import numpy as np
import torch
from safetensors.torch import save_file
from torch.utils.data import Subset, TensorDataset

from tests.unit.mortal import IMAGES, Mortal

from .rows import Accepted, Refused


def train(model=None, images=IMAGES, objective=None, steps=2, **options):
    """A tiny run: the model and its History."""
    model = BurgessVAE(latents=3) if model is None else model
    options = {"batch_size": 2, "device": "cpu", "precision": "float32", "progress": False} | options
    return model, fit(model, images, objective or BetaVAE(), steps, **options)


def same_weights(first, second):
    return all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


class Dark(Mortal):
    """Images like none of the library's: -1 to 1, or 0 to 255, the first of them black."""

    def __init__(self, factor, shift=0):
        super().__init__(1000)
        self.factor, self.shift = factor, shift

    def __getitem__(self, indices):
        images = self.factor * super().__getitem__(indices) - self.shift
        return torch.where((torch.as_tensor(indices) == 0)[:, None, None, None], torch.zeros(()), images)


def under(*contexts):
    """A call that trains within ``contexts``, and must end with the weights of one without."""

    def call(_):
        model = BurgessVAE(latents=3)
        with ExitStack() as stack:
            for context in contexts:
                stack.enter_context(context())
            train(model, steps=3)
        assert same_weights(model, train(steps=3)[0])

    return call


def made_under_inference_mode(_):
    with torch.inference_mode():
        model = BurgessVAE(latents=3)
    train(model)


def through_a_link(folder):
    (folder / "big").mkdir()
    os.symlink(folder / "big" / "run", folder / "run")
    train(steps=2, checkpoint=folder / "run")
    model, _ = train(steps=3, checkpoint=folder / "run")
    assert (folder / "run").is_symlink()
    assert same_weights(model, train(steps=3)[0])


class Says(Objective):
    """An objective of one's own that returns what it is told."""

    def __init__(self, terms, settings=None):
        super().__init__()
        self.terms, self.said = terms, settings

    def forward(self, model, images, step, generator=None):
        posterior = model.encode(images)
        return self.terms(model.decode(posterior.mean).square().mean(), posterior.kl())

    def settings(self):
        return self.said or super().settings()


class Groupless(BetaVAE):
    """Gives parameters where groups are asked for."""

    def parameter_groups(self, model):
        return list(model.parameters())


def right_terms(loss, kl):
    return Terms(loss, loss, kl.mean(dim=0))


def images_of_any_kind(folder):
    """All end at the weights of float32, but those that half precision rounds."""
    images = (IMAGES.repeat(1, 1, 1, 1) * 200).byte()
    expected, _ = train(images=images / 255)
    for given in (images.numpy() / 255.0, (images / 255).numpy(), images.double() / 255, images.half() / 255):
        model, history = train(images=given)
        assert np.isfinite(history.distortion).all()
        assert same_weights(model, expected) or given.dtype == torch.float16
    binary, _ = train()
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        assert same_weights(train(images=IMAGES.to(dtype))[0], binary)


def a_model_in_float64(folder):
    model, history = train(BurgessVAE(latents=3).double(), checkpoint=folder / "run", steps=4)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float64}
    straight = train(steps=4)[1]
    np.testing.assert_allclose(history.rows(), straight.rows(), rtol=1e-4, atol=1e-6)
    assert same_weights(train(BurgessVAE(latents=3).double(), checkpoint=folder / "run", steps=4)[0], model)


def numbers_of_numpy(folder):
    options = {"batch_size": np.int64(2), "lr": np.float32(1e-3), "seed": np.int64(1), "warmup": np.int32(1)}
    options |= {"cooldown": torch.tensor(1), "checkpoint": folder / "run"}
    objective = Capacity(np.float64(10), np.float32(0.5), np.int64(25), torch.tensor(100))
    model, history = train(objective=objective, steps=np.int64(2), **options)
    history.save(folder / "history.json")
    plain = {"batch_size": 2, "lr": float(np.float32(1e-3)), "seed": 1, "warmup": 1, "cooldown": 1}
    assert same_weights(model, train(objective=Capacity(10, 0.5, 25, 100), **plain)[0])


def settings_that_json_alters(folder):
    """Tuples become lists in JSON, and keys words: the same run goes on all the same."""
    objective = Says(right_terms, {"name": "Says", "sizes": (1, 2), "names": {1: "one"}})
    train(objective=objective, checkpoint=folder / "run")
    assert train(objective=objective, checkpoint=folder / "run", steps=4)[1].step[-1] == 4


def any_seed_of_torch(folder):
    for seed in (-(2**63), 2**64 - 1):
        assert train(seed=seed)[1].settings["seed"] == seed


def full_disk(folder):
    with mock.patch.object(os, "fsync", side_effect=OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))):
        train(checkpoint=folder / "run", images=Mortal(0, end=partial(print, "a step was begun")))


def read_only_folder(folder):
    with mock.patch.object(atomic, "open", side_effect=PermissionError(errno.EACCES, "denied"), create=True):
        train(checkpoint=folder / "run")


def below_a_file(folder):
    (folder / "notes.txt").write_bytes(b"notes")
    train(checkpoint=folder / "notes.txt" / "run")


def truncated(folder):
    train(checkpoint=folder / "run")
    (folder / "run").write_bytes((folder / "run").read_bytes()[:-1])
    train(checkpoint=folder / "run")


def pickled(folder):
    torch.save({"weight": torch.zeros(2)}, folder / "run.safetensors")
    train(checkpoint=folder / "run.safetensors")


def oversized_header(folder):
    (folder / "run").write_bytes((2**60).to_bytes(8, "little") + b"{}")
    train(checkpoint=folder / "run")


def weights_in_place_of_a_checkpoint(folder):
    save_file(BurgessVAE().state_dict(), folder / "weights.safetensors")
    train(checkpoint=folder / "weights.safetensors")


def images_of_another_run(folder):
    train(checkpoint=folder / "run")
    train(checkpoint=folder / "run", images=1 - IMAGES)


def frozen():
    return BurgessVAE(latents=3).requires_grad_(False)


ROWS = [
    Accepted("fit", "images of float64, half, bfloat16 and NumPy", images_of_any_kind),
    Accepted("fit", "a model in float64", a_model_in_float64),
    Accepted("fit", "NumPy and torch scalars in every setting", numbers_of_numpy),
    Accepted("fit", "settings of one's own that JSON alters", settings_that_json_alters),
    Accepted("fit", "the smallest and the largest seed", any_seed_of_torch),
    Refused("fit", "a half model", lambda _: train(BurgessVAE().half()), ValueError, "not torch.float16.*float()"),
    Refused("fit", "a bfloat16 model", lambda _: train(BurgessVAE().bfloat16()), ValueError, "not torch.bfloat16"),
    Refused("fit", "a class as model", lambda _: train(BurgessVAE), TypeError, r"such as BurgessVAE\(\), not <class"),
    Refused("fit", "a frozen model", lambda _: train(frozen()), ValueError, r"nothing to learn.*requires_grad_"),
    Refused("fit", "no images", lambda _: train(images=IMAGES[:0]), ValueError, "images is empty"),
    Refused("fit", "bytes", lambda _: train(images=(IMAGES * 255).byte()), ValueError, "uint8; divide bytes by 255"),
    Refused("fit", "0..255", lambda _: train(images=IMAGES * 255), ValueError, "0 to 255; divide bytes by 255"),
    Refused("fit", "a set of 0..255", lambda _: train(images=Dark(255)), ValueError, "0 to 255; divide bytes by 255"),
    Refused("fit", "a set of -1..1", lambda _: train(images=Dark(2, 1)), ValueError, r"\(images \+ 1\) / 2"),
    Refused("fit", "NaN", lambda _: train(images=IMAGES * torch.nan), ValueError, "nan.*look for NaN"),
    Refused("fit", "no channels", lambda _: train(images=IMAGES[:, 0]), ValueError, r"images\[:, None\] adds"),
    Refused("fit", "channels last", lambda _: train(images=IMAGES.movedim(1, -1)), ValueError, r"movedim\(-1, 1\)"),
    Refused("fit", "three channels", lambda _: train(images=IMAGES.repeat(1, 3, 1, 1)), ValueError, "3, 64, 64"),
    Refused("fit", "a list", lambda _: train(images=list(IMAGES)), TypeError, r"torch.stack\(list\(images\)\)"),
    Refused("fit", "a TensorDataset", lambda _: train(images=TensorDataset(IMAGES)), TypeError, "torch.stack"),
    Refused("fit", "a Subset", lambda _: train(images=Subset(TensorDataset(IMAGES), [0, 1])), TypeError, "torch.stack"),
    Refused(
        "fit", "the name of an objective", lambda _: train(objective="beta"), TypeError, r"such as BetaVAE\(4\), not"
    ),
    Refused("fit", "the class of an objective", lambda _: train(objective=BetaVAE), TypeError, "not <class"),
    Refused(
        "fit",
        "an objective that returns a loss alone",
        lambda _: train(objective=Says(lambda loss, kl: loss)),
        ValueError,
        r"Says must return Terms\(loss, reconstruction, kl\).*not \[\[\]\]",
    ),
    Refused(
        "fit",
        "the KL of each image",
        lambda _: train(objective=Says(lambda loss, kl: Terms(loss, loss, kl))),
        ValueError,
        r"\[latents\], not \[\[\], \[\], \[2, 3\]\]",
    ),
    Refused(
        "fit",
        "settings of one's own that JSON cannot store",
        lambda _: train(objective=Says(right_terms, {"beta": np.int64(4)})),
        ValueError,
        r"Says.settings\(\) must be plain .*int64.*int\(\)",
    ),
    Refused(
        "fit",
        "NaN in settings of one's own",
        lambda _: train(objective=Says(right_terms, {"beta": np.nan})),
        ValueError,
        r"Says.settings\(\) must be plain .*nan",
    ),
    Refused("fit", "parameters for groups", lambda _: train(objective=Groupless()), TypeError, 'dicts with "params"'),
    Refused("fit", "no steps", lambda _: train(steps=0), ValueError, "steps must be .* at least 1, not 0"),
    Refused("fit", "half a step", lambda _: train(steps=2.5), ValueError, "steps must be .*not 2.5"),
    Refused("fit", "True as batch_size", lambda _: train(batch_size=True), ValueError, "batch_size must be .*not True"),
    Refused("fit", "a negative batch_size", lambda _: train(batch_size=-1), ValueError, "batch_size .*not -1"),
    Refused("fit", "lr of zero", lambda _: train(lr=0), ValueError, "lr must be a finite number of more than 0, not 0"),
    Refused("fit", "lr of NaN", lambda _: train(lr=np.nan), ValueError, "lr must be a finite number .*not nan"),
    Refused("fit", "words as lr", lambda _: train(lr="1e-3"), ValueError, "lr must be a finite number .*not '1e-3'"),
    Refused("fit", "a float as seed", lambda _: train(seed=1.0), ValueError, "seed must be a whole number, not 1.0"),
    Refused("fit", "a seed beyond torch's", lambda _: train(seed=2**64), ValueError, "64 bits, not 1844674407"),
    Refused("fit", "a warmup longer than the run", lambda _: train(warmup=3), ValueError, "warmup .*0 to 2, not 3"),
    Refused("fit", "a negative cooldown", lambda _: train(cooldown=-1), ValueError, "cooldown .*0 to 2, not -1"),
    Refused("fit", "an unknown optimizer", lambda _: train(optimizer="sgd"), ValueError, r"'amsgrad'\] or .*'sgd'"),
    Refused(
        "fit",
        "an optimizer that is made already",
        lambda _: train(optimizer=torch.optim.Adam(BurgessVAE().parameters())),
        ValueError,
        "a function of parameter groups, not Adam",
    ),
    Refused(
        "fit",
        "a function that returns no optimizer",
        lambda _: train(optimizer=lambda groups: None),
        TypeError,
        "returns a torch optimizer, not NoneType",
    ),
    Refused("fit", "an unknown device", lambda _: train(device="gpu"), ValueError, "device 'gpu' cannot be used here"),
    Refused("fit", "a device that is a float", lambda _: train(device=0.5), ValueError, "device '0.5' cannot be used"),
    Refused("fit", "an unknown precision", lambda _: train(precision="half"), ValueError, "not 'half'"),
    Refused("fit", "no name as checkpoint", lambda _: train(checkpoint=""), ValueError, "must be a path, .*not ''"),
    Refused("fit", "True as checkpoint", lambda _: train(checkpoint=True), ValueError, "must be a path, .*not True"),
    Refused(
        "fit", "a folder as checkpoint", lambda path: train(checkpoint=path), IsADirectoryError, "name a file in it"
    ),
    Refused(
        "fit", "a checkpoint below a file", below_a_file, OSError, r"cannot be written \(.*name a file in a folder"
    ),
    Refused("fit", "a full disk", full_disk, OSError, r"cannot be written \(.*[Nn]o space.* room for \d.\d MB"),
    Refused("fit", "a read-only folder", read_only_folder, OSError, r"cannot be written \(.*denied.*you may write"),
    Refused("fit", "a checkpoint cut short", truncated, ValueError, "cannot be read .*delete it to start again"),
    Refused("fit", "a renamed pickle", pickled, ValueError, "cannot be read .*give another file name"),
    Refused("fit", "a header of 2^60 bytes", oversized_header, ValueError, "cannot be read .*give another file name"),
    Refused("fit", "weights for a checkpoint", weights_in_place_of_a_checkpoint, ValueError, "is no checkpoint of fit"),
    Refused("fit", "images of another run", images_of_another_run, ValueError, "of images is .*another file name"),
    Refused("check_arguments", "a list", lambda _: check_arguments(2, 2, 1e-3, []), ValueError, r"function .*not \[\]"),
    Refused("lr_schedule", "a step after the last", lambda _: lr_schedule(10, 10), ValueError, "step .*0 to 9, not 10"),
    Refused("lr_schedule", "no steps", lambda _: lr_schedule(0, 0), ValueError, "steps must be .*not 0"),
    Refused("lr_schedule", "a negative warmup", lambda _: lr_schedule(0, 9, -1), ValueError, "warmup must be .*not -1"),
    Refused(
        "parameter_groups",
        "nothing that learns",
        lambda _: parameter_groups(BetaVAE(), frozen(), 1e-3),
        ValueError,
        "nothing to learn",
    ),
    Refused(
        "pick_precision",
        "a dtype",
        lambda _: pick_precision(torch.bfloat16, torch.device("cpu")),
        ValueError,
        'must be "auto", "float32" or "bfloat16", not torch.bfloat16',
    ),
    Accepted("fit", "no_grad around it", under(torch.no_grad)),
    Accepted("fit", "inference_mode around it", under(torch.inference_mode)),
    Accepted("fit", "autocast around it", under(lambda: torch.autocast("cpu", torch.bfloat16))),
    Refused("fit", "a model made under inference_mode", made_under_inference_mode, ValueError, "make it outside"),
    Refused("fit", "LBFGS", lambda _: train(optimizer=torch.optim.LBFGS), TypeError, "without a closure"),
    Accepted("fit", "a checkpoint behind a link", through_a_link),
    Refused("fit", "a model on meta", lambda _: train(BurgessVAE().to("meta")), ValueError, "make it on another one"),
]
