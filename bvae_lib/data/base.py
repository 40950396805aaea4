"""What every set of images offers: images by index, and the factors that made them."""

import torch


class ImageSet:
    """Images in one fixed order, ``images[indices]`` -> float32 [B, channels, 64, 64] in [0, 1].

    A set whose images are all combinations of known factors also names them: ``factor_names``, and
    ``factor_sizes``, the number of classes of each. The last factor varies fastest. A set without known
    factors leaves both empty.
    """

    channels: int = 1
    factor_names: tuple[str, ...] = ()
    factor_sizes: tuple[int, ...] = ()
    device: torch.device
    generator: torch.Generator

    def __len__(self) -> int:
        raise NotImplementedError

    def __getitem__(self, indices) -> torch.Tensor:
        raise NotImplementedError

    def to(self, device: torch.device) -> "ImageSet":
        """Return this set with its images on ``device``."""
        raise NotImplementedError

    def index(self, factors) -> torch.Tensor:
        """Indices [...] of the images with these factor classes, [..., number of factors]."""
        return combination_number(factors, self.factor_names, self.factor_sizes)

    def factors(self, indices) -> torch.Tensor:
        """Factor classes [..., number of factors] of the images at ``indices`` [...]: the inverse of ``index``."""
        return combination(self.check_indices(indices), self.factor_sizes)

    def sample(self, n: int, generator: torch.Generator | None = None) -> torch.Tensor:
        """``n`` images drawn with replacement, by ``generator`` or else the set's own, seeded once."""
        generator = generator or self.generator
        return self[torch.randint(len(self), (n,), generator=generator, device=generator.device)]

    def check_indices(self, indices) -> torch.Tensor:
        """Indices as int64 in 0 .. len - 1, negative ones counted from the end; IndexError outside."""
        indices = torch.as_tensor(indices)
        if indices.dtype == torch.bool or indices.is_floating_point():
            raise TypeError(f"indices must be whole numbers, not {indices.dtype}; a mask needs .nonzero()")
        indices = indices.long()
        # Both bounds cost a pass over a few numbers on the CPU; on a GPU they would stall the queue at every
        # batch, and CUDA's own gather already refuses an index that is out of range.
        if indices.device.type == "cpu" and indices.numel():
            low, high = indices.min().item(), indices.max().item()
            if low < -len(self) or high >= len(self):
                raise IndexError(f"index {low if low < 0 else high} is outside this set of {len(self):,} images")
        return torch.where(indices < 0, indices + len(self), indices)


class LabelledImages(ImageSet):
    """An ImageSet that was given the factor classes of every image by ``label``.

    ``index`` returns the first image with the wanted factors. Where the factors are not known, ``index`` and
    ``factors`` raise ValueError.
    """

    def label(self, classes: torch.Tensor) -> None:
        """Take the classes [N, factors] of all images, whole numbers below ``factor_sizes``."""
        self.codes = combination_number(classes, self.factor_names, self.factor_sizes)
        self.sorted_codes, self.order = self.codes.sort(stable=True)

    def index(self, factors) -> torch.Tensor:
        """Indices [...] of the first images with these classes [..., factors]; IndexError where there is none."""
        self.check_known()
        codes = combination_number(factors, self.factor_names, self.factor_sizes).to(self.codes.device)
        place = torch.searchsorted(self.sorted_codes, codes).clamp(max=len(self.codes) - 1)
        missing = self.sorted_codes[place] != codes
        if missing.any():
            wanted = combination(codes[missing][0], self.factor_sizes).tolist()
            raise IndexError(self.absence(dict(zip(self.factor_names, wanted, strict=True))))
        return self.order[place]

    def factors(self, indices) -> torch.Tensor:
        """Factor classes [..., factors] of the images at ``indices`` [...]."""
        self.check_known()
        indices = self.check_indices(indices)
        return combination(self.codes[indices.to(self.codes.device)].to(indices.device), self.factor_sizes)

    def absence(self, wanted: dict[str, int]) -> str:
        """What ``index`` says where no image has the ``wanted`` classes."""
        return f"no image has {wanted}"

    def check_known(self) -> None:
        if not self.factor_names:
            raise ValueError("the factors of these images are not known")


def combination_number(factors, names: tuple[str, ...], sizes: tuple[int, ...]) -> torch.Tensor:
    """Number [...] of a combination of classes [..., len(sizes)], counted with the last factor fastest."""
    factors = torch.as_tensor(factors)
    if factors.is_floating_point() or factors.ndim == 0 or factors.shape[-1] != len(sizes):
        raise ValueError(
            f"factors must be whole numbers with {len(sizes)} in the last dimension {names}, "
            f"not {factors.dtype} of shape {tuple(factors.shape)}"
        )
    factors = factors.long()
    number = torch.zeros_like(factors[..., 0])
    for name, size, classes in zip(names, sizes, factors.unbind(-1), strict=True):
        wrong = (classes < 0) | (classes >= size)
        if wrong.any():
            raise IndexError(f"{name} {classes[wrong][0].item()} is not a class: it must be 0 to {size - 1}")
        number = number * size + classes
    return number


def combination(number: torch.Tensor, sizes: tuple[int, ...]) -> torch.Tensor:
    """Classes [..., len(sizes)] of the combination with this number [...]."""
    classes = []
    for size in reversed(sizes):
        classes.append(number % size)
        number = number // size
    return torch.stack(classes[::-1], dim=-1)
