"""Tensors as a device without float64 has them, such as Apple's MPS, for machines that have no such device."""

import torch


class Float32Only(torch.Tensor):
    """A tensor that refuses what MPS refuses: float64, and NumPy before ``cpu()``."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func is torch.Tensor.cpu:
            return args[0].as_subclass(torch.Tensor)
        if func in (torch.Tensor.numpy, torch.Tensor.__array__):
            raise TypeError("can't convert mps:0 device type tensor to numpy")
        result = super().__torch_function__(func, types, args, kwargs or {})
        if isinstance(result, torch.Tensor) and result.dtype == torch.float64:
            raise TypeError("the MPS framework doesn't support float64")
        return result


def on_mps(tensor):
    """``tensor`` in float32, as if it lay on MPS."""
    return tensor.float().as_subclass(Float32Only)
