"""The device to run on: the one named, or the best one there is."""

import torch


def pick_device(device: str | torch.device = "auto") -> torch.device:
    """Choose the device to run on.

    Args:
        device: its name; "auto" is the first of CUDA, MPS and CPU that this machine has.

    Returns:
        The device.

    Raises:
        ValueError: where this machine does not have the device, or it holds no numbers, as "meta".
    """
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        probe = torch.zeros(1, device=device)
        probe.item()
        return probe.device
    except (RuntimeError, AssertionError, TypeError) as error:  # torch built without CUDA asserts
        raise ValueError(f'device {str(device)!r} cannot be used here ({error}); try "auto" or "cpu"') from error
