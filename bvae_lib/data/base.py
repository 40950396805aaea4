"""What every set of images offers: images by index, and the factors that made them."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch

from .._runtime.arguments import check_pixels, check_tensor, whole_number

Integers = int | Sequence | np.ndarray | torch.Tensor  # whole numbers, in any form that torch.as_tensor takes
Indices = Integers | slice


class ImageSet:
    """Images in a fixed order: ``images[indices]`` -> float32 [B, channels, 64, 64] in [0, 1].

    A set with known factors names them in ``factor_names``; ``factor_sizes`` is the number of classes of each. Where
    the set holds all combinations, the last factor varies fastest. A set without known factors leaves both empty.
    """

    channels: int = 1
    factor_names: tuple[str, ...] = ()
    factor_sizes: tuple[int, ...] = ()
    device: torch.device
    generator: torch.Generator

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} must define __len__()")

    def __getitem__(self, indices: Indices) -> torch.Tensor:
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__(indices)")

    def to(self, device: torch.device) -> Self:
        """Return a copy of this set with its images on ``device``."""
        raise NotImplementedError(f"{type(self).__name__} must define to(device)")

    def entropy(self) -> float:
        """Return the entropy H(X) of an image drawn uniformly, in nats; not every set knows its own."""
        raise NotImplementedError(f"the entropy of {type(self).__name__} is not known")

    def index(self, factors: Integers) -> torch.Tensor:
        """Find images by their factors, in a set of all combinations.

        Args:
            factors: classes [..., F], one column for each of ``factor_names``.

        Returns:
            Indices [...], int64.

        Raises:
            IndexError: for a class that its factor does not have.
            ValueError: for other than F whole numbers in the last dimension.
        """
        return combination_number(factors, self.factor_names, self.factor_sizes)

    def factors(self, indices: Indices) -> torch.Tensor:
        """Look up the factor classes of images: the inverse of ``index``.

        Args:
            indices: of images, [...].

        Returns:
            Factor classes [..., F], int64.
        """
        return combination_factors(self.check_indices(indices), self.factor_sizes)

    def sample(self, n: int, generator: torch.Generator | None = None) -> torch.Tensor:
        """Draw ``n`` images with replacement.

        Args:
            n: number of images.
            generator: source of the choice; by default the set's own, which was seeded once.

        Returns:
            Images float32 [n, channels, 64, 64].

        Raises:
            TypeError: for a generator of another kind.
            ValueError: for fewer than one image.
        """
        generator = self.generator if generator is None else generator
        if not isinstance(generator, torch.Generator):
            raise TypeError(f"generator must be made by torch.Generator().manual_seed(seed), not {generator!r}")
        n = whole_number("n", n, 1)
        return self[torch.randint(len(self), (n,), generator=generator, device=generator.device)]

    def check_indices(self, indices: Indices) -> torch.Tensor:
        """Bring indices into one form: int64 in 0 .. len - 1, with negative ones counted from the end.

        Args:
            indices: whole numbers [...], or a slice.

        Returns:
            Indices [...], on the device they came on.

        Raises:
            IndexError: for one outside the set.
            TypeError: for floats, a mask, or no numbers.
        """
        if isinstance(indices, slice):
            indices = torch.arange(*indices.indices(len(self)), device="cpu")
        try:
            indices = as_tensor(indices)
        except (TypeError, ValueError, RuntimeError) as error:
            raise TypeError(f"indices must be whole numbers or a slice, not {indices!r:.80}") from error
        if indices.dtype == torch.bool or (indices.is_floating_point() and indices.numel()):  # [] becomes float
            raise TypeError(f"indices must be whole numbers, not {indices.dtype}; a mask needs .nonzero()")
        indices = indices.long()
        # Both bounds cost a pass over a few numbers on the CPU; on a GPU they would stall the queue at every
        # batch, and CUDA's own gather already refuses an index that is out of range.
        if indices.device.type == "cpu" and indices.numel():
            low, high = int(indices.min()), int(indices.max())
            if low < -len(self) or high >= len(self):
                raise IndexError(f"index {low if low < 0 else high} is outside this set of {len(self):,} images")
        return torch.where(indices < 0, indices + len(self), indices)


class LabelledImages(ImageSet):
    """An ImageSet that is given the factors of every image by ``label``, in any order and with any left out."""

    def label(self, factors: torch.Tensor) -> None:
        """Take the factor classes [N, F] of all images, whole numbers below ``factor_sizes``."""
        self.combinations = combination_number(factors, self.factor_names, self.factor_sizes)  # of each image, [N]
        self.sorted_combinations, self.order = self.combinations.sort(stable=True)

    def index(self, factors: Integers) -> torch.Tensor:
        """Find the first image with given factors.

        Args:
            factors: classes [..., F], one column for each of ``factor_names``.

        Returns:
            Indices [...], int64.

        Raises:
            IndexError: where no image has them, or for a class that its factor does not have.
            ValueError: where the factors are not known, or for other than F whole numbers in the last dimension.
        """
        self.check_known()
        wanted = combination_number(factors, self.factor_names, self.factor_sizes).to(self.combinations.device)
        position = torch.searchsorted(self.sorted_combinations, wanted).clamp(max=len(self.combinations) - 1)
        missing = self.sorted_combinations[position] != wanted
        if missing.any():
            lacking = combination_factors(wanted[missing][0], self.factor_sizes).tolist()
            raise IndexError(self.absence(dict(zip(self.factor_names, lacking, strict=True))))
        return self.order[position]

    def factors(self, indices: Indices) -> torch.Tensor:
        """Look up the factor classes of images.

        Args:
            indices: of images, [...].

        Returns:
            Factor classes [..., F], int64.

        Raises:
            ValueError: where the factors are not known.
        """
        self.check_known()
        indices = self.check_indices(indices)
        return combination_factors(
            self.combinations[indices.to(self.combinations.device)].to(indices.device), self.factor_sizes
        )

    def absence(self, wanted: dict[str, int]) -> str:
        """Say, for the error of ``index``, that no image has the ``wanted`` classes."""
        return f"no image has {wanted}"

    def check_known(self) -> None:
        """Raise ValueError where the factors are not known."""
        if not self.factor_names:
            raise ValueError("the factors of these images are not known")


def as_images(images: Any) -> ImageSet | torch.Tensor:
    """Return images in a form that ``images[indices]`` takes batches of, looked at so that bad ones are told early.

    Args:
        images: an ImageSet, or anything like one; or a tensor or NumPy array [N, channels, H, W]. Of a set the first
            image is looked at.

    Returns:
        ``images``, a NumPy array as a tensor, and a tensor without its gradient.

    Raises:
        TypeError: for what gives no batches, such as a list or a dataset of pairs.
        ValueError: for no images, or other ones than floating point [channels, H, W] in [0, 1].
    """
    if isinstance(images, np.ndarray):
        try:  # as PyTorch takes it: in the byte order of this machine, and writable
            images = torch.from_numpy(np.require(images, images.dtype.newbyteorder("="), ["C", "W"]))
        except TypeError as error:
            raise ValueError(
                f"images must be float in [0, 1], not a NumPy array of {images.dtype}; images.astype('float32') "
                "makes one of numbers, np.stack(images) of an array of arrays"
            ) from error
    if isinstance(images, torch.Tensor) and images.requires_grad:
        images = images.detach()
    batch = images if isinstance(images, torch.Tensor) else first_batch(images)
    check_tensor("images", batch)
    if batch.is_meta:
        raise ValueError("images must hold numbers, not lie on the device meta, which has shapes only")
    shape = list(batch.shape)
    if len(shape) != 4 or (shape[-1] in (1, 3) and shape[1] > 4):
        mend = {3: "; images[:, None] adds a channel", 4: "; images.movedim(-1, 1) moves channels to the front"}
        raise ValueError(f"images must be [N, channels, H, W], not {shape}{mend.get(len(shape), '')}")
    if shape[0] == 0:
        raise ValueError(f"images is empty, {shape}")
    check_pixels(batch)
    return images


def as_image(image: Any) -> torch.Tensor:
    """Return one image, a tensor or NumPy array [channels, H, W] in [0, 1], as float32 on the CPU.

    Raises:
        TypeError: for anything else.
        ValueError: for another shape, dtype or range, or other than 1 or 3 channels.
    """
    if not isinstance(image, torch.Tensor | np.ndarray):
        raise TypeError(f"image must be a tensor or NumPy array [channels, H, W], not {type(image).__name__}")
    checked = as_images(image[None])[0].cpu()
    if len(checked) not in (1, 3):
        raise ValueError(f"image must have 1 or 3 channels, not {len(checked)}")
    check_pixels(checked)  # now also where it came from a GPU
    return checked.float()


def first_batch(images: Any) -> torch.Tensor:
    """Take the first image of a set as a batch [1, ...]; TypeError where it is none that gives batches."""
    wrong = TypeError(
        f"images must be a tensor [N, channels, H, W], a NumPy array or an ImageSet, not {type(images).__name__}; make "
        f"a tensor of it: torch.stack([x for x, _ in images]) of pairs, torch.stack(list(images)) of single images"
    )
    if isinstance(images, list | tuple) or not (hasattr(images, "__len__") and hasattr(images, "__getitem__")):
        raise wrong
    if len(images) == 0:
        raise ValueError(f"images is empty: {type(images).__name__} has no image")
    try:
        batch = images[torch.tensor([0], device="cpu")]
    except (TypeError, ValueError, LookupError) as error:
        if isinstance(images, ImageSet):
            raise
        raise wrong from error
    if not isinstance(batch, torch.Tensor) or len(batch) != 1:
        raise wrong
    if isinstance(images, torch.utils.data.Dataset) and batch.ndim == 3:  # one image, as if of a whole number
        raise wrong
    return batch


def as_tensor(values: Integers) -> torch.Tensor:
    """Return ``values`` as a tensor: on the CPU whatever PyTorch's default device, unless it is one already."""
    return values if isinstance(values, torch.Tensor) else torch.as_tensor(values, device="cpu")


def entropy_of_rows(rows: np.ndarray) -> float:
    """Compute the entropy of one row drawn uniformly.

    Args:
        rows: [N, anything], of which some may be equal.

    Returns:
        Nats: ln N, less what equal rows take away.
    """
    counts = np.array(list(Counter(hashlib.sha256(row).digest() for row in rows).values()))
    return float(np.log(len(rows)) - (counts * np.log(counts)).sum() / len(rows))


def combination_number(factors: Integers, names: tuple[str, ...], sizes: tuple[int, ...]) -> torch.Tensor:
    """Compute the number of each combination of factors, counted with the last factor fastest.

    Args:
        factors: classes [..., F].
        names: of the F factors.
        sizes: number of classes of each factor.

    Returns:
        Numbers [...], int64, from 0 to the product of ``sizes`` less 1.

    Raises:
        IndexError: for a class that its factor does not have.
        ValueError: for other than F whole numbers in the last dimension.
    """
    try:
        factors = as_tensor(factors)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"factors must be whole numbers for {names}, not {factors!r:.80}") from error
    if factors.is_floating_point() or factors.ndim == 0 or factors.shape[-1] != len(sizes):
        raise ValueError(
            f"factors must be whole numbers with {len(sizes)} in the last dimension {names}, "
            f"not {factors.dtype} of shape {tuple(factors.shape)}"
        )
    factors = factors.long()
    number = torch.zeros_like(factors[..., 0])
    for name, size, column in zip(names, sizes, factors.unbind(-1), strict=True):
        wrong = (column < 0) | (column >= size)
        if wrong.any():
            raise IndexError(f"{name} {column[wrong][0].item()} is not a class: it must be 0 to {size - 1}")
        number = number * size + column
    return number


def combination_factors(number: torch.Tensor, sizes: tuple[int, ...]) -> torch.Tensor:
    """Give the factor classes of numbered combinations: the inverse of ``combination_number``.

    Args:
        number: of combinations, [...].
        sizes: number of classes of each factor.

    Returns:
        Factor classes [..., F], int64.
    """
    columns = []
    for size in reversed(sizes):
        columns.append(number % size)
        number = number // size
    return torch.stack(columns[::-1], dim=-1)
