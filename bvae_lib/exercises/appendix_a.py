"""The exercises of appendix A."""

from collections.abc import Callable

import numpy as np
import torch

from .exercise import Exercise, close_to


def square(images: int = 20_000) -> torch.Tensor:
    """Positions spread evenly over a square, [images, 2]."""
    return torch.rand(images, 2, generator=torch.Generator().manual_seed(0)) - 0.5


def rotated(codes: torch.Tensor, degrees: float) -> torch.Tensor:
    """Rotate codes [N, 2]."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return codes @ torch.tensor([[cos, sin], [-sin, cos]], dtype=codes.dtype)


def turns_onto_axes(to_axes: Callable[[torch.Tensor], torch.Tensor]) -> bool:
    """Try ``to_axes`` on a square that was rotated by several angles."""
    least = square().pow(4).sum(dim=1).mean()
    for degrees in (-40, -20, 0, 10, 30):
        found = torch.as_tensor(to_axes(rotated(square(), degrees)))
        onto = found.shape == (len(square()), 2) and found.pow(4).sum(dim=1).mean() <= 1.01 * least
        if not onto:  # NaN is not
            return False
    return True


def has_no_axes(draw: Callable[[int], np.ndarray]) -> bool:
    """Whether ``draw`` gives independent latents of one variance, of which (A.4) cannot find the axes."""
    codes = np.asarray(draw(200_000), dtype=float)
    if codes.shape != (200_000, 2):
        return False
    z = (codes - codes.mean(axis=0)) / codes.std()
    alike = abs(z[:, 0].std() / z[:, 1].std() - 1) < 0.02
    functions = (z, z**2, np.abs(z), np.sign(z))  # of independent latents they are not correlated
    independent = all(abs(np.corrcoef(f[:, 0], g[:, 1])[0, 1]) < 0.01 for f in functions for g in functions)
    fourth = abs(np.mean((z[:, 0] + 1j * z[:, 1]) ** 4))
    return bool(alike and independent and fourth < 0.15)


EXERCISES: dict[str, Exercise] = {
    "A.1": Exercise(close_to(2 - 0.5 * np.log(2)), "One latent has a deviation of sigma / sqrt(2)."),
    "A.2": Exercise(close_to((180 - 90) / 4), "The argument of 0.3 i is 90 degrees; use (A.4)."),
    "A.3": Exercise(turns_onto_axes, "Rotate one point by hand: in which direction does the code turn it?"),
    "A.4": Exercise(has_no_axes, "Which distribution of two independent latents looks the same from every side?"),
}
