"""Images whose factors are listed one by one: some combinations may be missing, and some come twice."""

import torch

from .base import ImageSet, combination, combination_number


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
