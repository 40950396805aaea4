"""Arguments checked where they come in: the message has the value, what was expected, and what to do."""

import json
import math
import operator
import reprlib
from numbers import Real
from typing import Any

import numpy as np
import torch

FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)  # that PyTorch computes with


def whole_number(name: str, value: Any, least: int | None = None, most: int | None = None) -> int:
    """Return ``value``, the argument ``name``, as Python's int.

    Args:
        name: of the argument, for the message.
        value: a whole number of Python, NumPy or PyTorch.
        least: smallest that is allowed.
        most: largest that is allowed.

    Raises:
        ValueError: for anything else, True and False included.
    """
    try:
        plain = value.item() if hasattr(value, "item") else value
        if isinstance(plain, bool):
            raise TypeError
        number = operator.index(plain)
    except (TypeError, RuntimeError, ValueError):  # several numbers: PyTorch and NumPy each raise their own
        number = None
    if number is None or (least is not None and number < least) or (most is not None and number > most):
        raise ValueError(f"{name} must be a whole number{limits(least, most)}, not {value!r}")
    return number


def seed_number(value: Any) -> int:
    """Return a seed as Python's int; ValueError for anything but a whole number that PyTorch takes as a seed."""
    seed = whole_number("seed", value)
    if not -(2**63) <= seed < 2**64:
        raise ValueError(f"seed must be a whole number of at most 64 bits, not {value!r}")
    return seed


def number(
    name: str, value: Any, least: float | None = None, most: float | None = None, above: float | None = None
) -> Any:
    """Return ``value``, the argument ``name``, as Python's int or float, which JSON can store.

    Args:
        name: of the argument, for the message.
        value: a number of Python, NumPy or PyTorch.
        least: smallest that is allowed.
        most: largest that is allowed.
        above: bound that is itself not allowed.

    Raises:
        ValueError: for anything else, NaN and infinity included.
    """
    try:
        plain = value.item() if hasattr(value, "item") else value
        fits = isinstance(plain, Real) and not isinstance(plain, bool) and math.isfinite(plain)
    except (TypeError, RuntimeError, ValueError, OverflowError):  # several numbers, or one that no float can hold
        plain, fits = None, False
    if fits and not isinstance(plain, int):
        plain = float(plain)
    if (
        not fits
        or (least is not None and plain < least)
        or (most is not None and plain > most)
        or (above is not None and plain <= above)
    ):
        raise ValueError(f"{name} must be a finite number{limits(least, most, above)}, not {value!r}")
    return plain


def numbers(
    name: str,
    values: Any,
    shape: tuple[int | None, ...] | None = None,
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
    gaps: bool = False,
) -> np.ndarray:
    """Return ``values``, the argument ``name``, as an array of float64.

    Args:
        name: of the argument, for the message.
        values: numbers of Python or NumPy, or a tensor on any device.
        shape: that they must have, None where a length is free; by default any.
        least: smallest that is allowed.
        most: largest that is allowed.
        above: bound that is itself not allowed.
        gaps: whether some, though not all, may be NaN or infinite, as what a figure leaves out.

    Raises:
        ValueError: for another shape, for no numbers at all, or anything but finite numbers in these bounds.
    """
    given = values
    try:
        if isinstance(values, torch.Tensor):
            given = values.detach().cpu()  # first: not every device has float64
            given = given if given.is_complex() else given.double()  # NumPy has no bfloat16
        array = np.asarray(given)
        real = array.dtype.kind in "biuf" or (array.dtype == object and all(isinstance(x, Real) for x in array.flat))
        if not real:  # as a float, a word like "1" or a date would be a number, None NaN, 1 + 2j its real part
            raise TypeError(f"they are {array.dtype}")
        array = np.asarray(array, dtype=float)
    # Words, rows of different lengths, tensors with gradients in a list, whole numbers that no float can hold.
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise ValueError(f"{name} must be numbers, not {reprlib.repr(values)}") from error
    if shape is not None and (
        array.ndim != len(shape) or any(n not in (None, m) for n, m in zip(shape, array.shape, strict=True))
    ):
        wanted = ", ".join("n" if length is None else str(length) for length in shape)
        raise ValueError(f"{name} must have the shape [{wanted}], not {list(array.shape)}")
    if not array.size:
        raise ValueError(f"{name} is empty, {list(array.shape)}")
    bad = ~np.isfinite(array)
    bad &= bad.all() or not gaps
    for bound, breaks in ((least, np.less), (most, np.greater), (above, np.less_equal)):
        if bound is not None:
            bad |= breaks(array, bound)
    if bad.any():
        raise ValueError(f"{name} must be finite numbers{limits(least, most, above)}, not {array[bad].flat[0]}")
    return array


def limits(least: float | None = None, most: float | None = None, above: float | None = None) -> str:
    """Say what a number may be: " of at least 1", " from 0 to 10", " above 0", or nothing."""
    if least is not None and most is not None:
        return f" from {least} to {most}"
    words = {"at least": least, "at most": most, "more than": above}
    said = [f"{word} {bound}" for word, bound in words.items() if bound is not None]
    return f" of {' and '.join(said)}" if said else ""


def same_shape(**tensors: torch.Tensor) -> None:
    """Raise ValueError unless all ``tensors``, given by their names, have one shape: broadcasting would hide it."""
    (first, expected), *rest = ((name, list(tensor.shape)) for name, tensor in tensors.items())
    for name, shape in rest:
        if shape != expected:
            raise ValueError(f"{name} must have the shape of {first}, {expected}, not {shape}")


def check_tensor(name: str, value: Any) -> None:
    """Raise ValueError unless ``value``, the argument ``name``, is a dense tensor."""
    if not isinstance(value, torch.Tensor):
        raise ValueError(f"{name} must be a torch tensor, not {type(value).__name__}; torch.as_tensor makes one")
    if value.layout is not torch.strided or value.is_nested:
        kind, remedy = ("nested", "torch.stack(list(x))") if value.is_nested else (value.layout, "x.to_dense()")
        raise ValueError(f"{name} must be a dense tensor, not {kind}; {remedy} makes one")


def check_pixels(images: Any, name: str = "images") -> None:
    """Raise ValueError unless ``images`` is a tensor of floating point in [0, 1].

    The range is looked at on the CPU only: on a GPU the answer would stall the queue at every batch.

    Args:
        images: any shape.
        name: of the argument, for the message.
    """
    check_tensor(name, images)
    if images.dtype not in FLOATS:
        remedy = "call .float()" if images.is_floating_point() else "divide bytes by 255"
        raise ValueError(f"{name} must be float in [0, 1], not {images.dtype}; {remedy}")
    if images.device.type == "cpu" and images.numel():
        low, high = images.amin().item(), images.amax().item()  # aminmax() takes twice the time
        if not (low >= 0 and high <= 1):  # NaN is neither
            raise ValueError(f"{name} must lie in [0, 1], not {low:.3g} to {high:.3g}{mend(low, high)}")


def mend(low: float, high: float) -> str:
    """Say what brings pixels of this range into [0, 1], where it can be guessed."""
    if math.isnan(low):
        return "; look for NaN in the data"
    if low >= -0.001 and high <= 1.001:
        return "; images.clamp(0, 1) takes off what rounding has added"
    if low >= 0 and 1 < high <= 255:
        return "; divide bytes by 255"
    if -1 <= low < 0 and high <= 1:
        return "; images in [-1, 1] become (images + 1) / 2"
    return ""


def plain(name: str, value: Any) -> Any:
    """Return ``value``, the argument ``name``, as it comes back from JSON: tuples as lists, keys as words.

    Raises:
        ValueError: for what JSON cannot store, NaN and infinity included.
    """
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} must be plain numbers, words, lists and dicts, not {reprlib.repr(value)} ({error}); "
            "int(), float() and .tolist() make numbers plain"
        ) from error
