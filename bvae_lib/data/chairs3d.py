"""3D Chairs (Aubry et al. 2014): renders of 1,393 chairs from 62 sides each, read from the folder they come in."""

import os
import re
from pathlib import Path

import numpy as np
import torch

from .image_files import ImageFiles, beside, image_names

CHAIRS_URL = "https://www.di.ens.fr/willow/research/seeing3Dchairs/data/rendered_chairs.tar"
RENDER = re.compile(r"([^/]+)/renders/image_\d+_p(\d+)_t(\d+)_r\d+\.png")
CROP = 400  # of 600 x 600 pixels; around it all is white


class Chairs3D(ImageFiles):
    """The renders ``<model>/renders/image_001_p020_t011_r096.png`` under ``root`` or its folder ``rendered_chairs``.

    ``chairs[indices]`` -> float32 [B, channels, 64, 64] in [0, 1]: the central 400 x 400 of 600 x 600 pixels. The
    factors are the model, the elevation p and the azimuth t; ``factor_values`` has the names and the degrees of their
    classes. Everything else is as in ``ImageFolder``.

    Raises FileNotFoundError when there are no renders, with the address of the authors' archive, and ValueError for
    a render whose name does not tell its angles.
    """

    factor_names = ("model", "elevation", "azimuth")

    def __init__(
        self,
        root: str | Path,
        channels: int = 3,
        cache: str | Path | None = None,
        device: str | torch.device = "auto",
        seed: int = 0,
        unreadable: float = 0.01,
        progress: bool = True,
    ):
        root = Path(os.path.abspath(root))
        if (root / "rendered_chairs").is_dir():
            root = root / "rendered_chairs"
        names = [name for name in image_names(root) if name.split("/")[1:-1] == ["renders"]] if root.is_dir() else []
        if not names:
            raise FileNotFoundError(
                f"no renders of 3D Chairs in {root}, such as <model>/renders/image_001_p020_t011_r096.png. "
                f"Fetch the authors' archive, {CHAIRS_URL}, unpack it (tar xf rendered_chairs.tar) and name its folder"
            )
        columns = zip(*map(pose, names), strict=True)
        values, numbers = zip(*(np.unique(column, return_inverse=True) for column in columns), strict=True)
        self.factor_values = tuple(tuple(v.tolist()) for v in values)
        self.factor_sizes = tuple(len(v) for v in values)
        classes = torch.from_numpy(np.stack(numbers, axis=1))
        cache = cache or beside(root, f"crop{CROP}", f"{channels}x64x64")
        super().__init__(root, names, channels, CROP, cache, device, seed, unreadable, progress, classes)


def pose(name: str) -> tuple[str, int, int]:
    """Model, elevation and azimuth, in degrees, out of the name of a render; a full turn is no turn."""
    found = RENDER.fullmatch(name)
    if not found:
        raise ValueError(f"{name!r} does not tell its angles; renders are named like image_001_p020_t011_r096.png")
    model, elevation, azimuth = found.groups()
    return model, int(elevation), int(azimuth) % 360
