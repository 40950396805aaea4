"""What networks are given: of the right shape, in the dtype of their weights; and latents by number or by mask."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from .._runtime.arguments import check_tensor, same_shape, whole_number
from .posterior import Posterior


def as_input(name: str, value: Any, layer: nn.Module, shape: tuple[int, ...]) -> torch.Tensor:
    """Return ``value``, the argument ``name``, in the dtype of the weights of ``layer``.

    Args:
        name: of the argument, for the message.
        value: a tensor [B, *shape] of floating point, on the device of the layer.
        layer: that is to read it.
        shape: of one row of the batch.

    Raises:
        ValueError: for anything else.
    """
    check_floating(name, value)
    weight = next(layer.parameters())
    if value.ndim != 1 + len(shape) or value.shape[1:] != shape:
        expected = ", ".join(map(str, ("B", *shape)))
        raise ValueError(f"{name} must have shape [{expected}], not {list(value.shape)}")
    if value.device != weight.device:
        raise ValueError(f"{name} must be on {weight.device} as the model is, not on {value.device}; .to() moves it")
    return value.to(weight.dtype)


def check_floating(name: str, value: Any) -> None:
    """Raise ValueError unless ``value``, the argument ``name``, is a tensor of floating point."""
    check_tensor(name, value)
    if not value.is_floating_point():
        raise ValueError(f"{name} must be of floating point, not {value.dtype}; .float() converts it")


def check_posterior(name: str, posterior: Any) -> Posterior:
    """Return ``posterior``, the argument ``name``.

    Raises:
        TypeError: for what is no Posterior.
        ValueError: unless it is of floating point [B, latents], of at least one image.
    """
    if not isinstance(posterior, Posterior):
        raise TypeError(
            f"{name} must be Posterior(mean, log_variance), as model.encode(images) gives, "
            f"not {type(posterior).__name__}"
        )
    mean, log_variance = posterior
    check_floating(f"mean of {name}", mean)
    check_floating(f"log_variance of {name}", log_variance)
    same_shape(mean=mean, log_variance=log_variance)
    if mean.ndim != 2 or not mean.numel():
        raise ValueError(f"{name} must be [B, latents], of at least one image, not {list(mean.shape)}")
    return posterior


def latent_numbers(name: str, values: Iterable, latents: int) -> list[int]:
    """Return ``values``, the argument ``name``, as numbers of latents, from 0 to ``latents`` - 1.

    Raises:
        ValueError: for anything else.
    """
    try:
        return [whole_number(f"each of {name}", value, 0, latents - 1) for value in values]
    except TypeError as error:  # not a list
        raise ValueError(f"{name} must be a list of latents, not {values!r}") from error


def latent_pair(pair: Iterable, latents: int) -> list[int]:
    """Return ``pair`` as the numbers of two latents.

    Raises:
        ValueError: for other than two different latents.
    """
    found = latent_numbers("pair", pair, latents)
    if len(found) != 2 or found[0] == found[1]:
        raise ValueError(f"pair must be two different latents, not {found}")
    return found


def latent_mask(name: str, mask: Any, latents: int) -> torch.Tensor:
    """Return ``mask``, the argument ``name``, as a tensor.

    Raises:
        ValueError: unless it has a True or a False for each latent.
    """
    mask = torch.as_tensor(mask)
    if mask.dtype != torch.bool or mask.shape != (latents,):
        raise ValueError(f"{name} must be a mask of {latents} latents, True or False for each, not {mask.tolist()}")
    return mask
