"""3D Chairs (Aubry et al. 2014): renders of 1,393 chairs from 62 sides each, read from their authors' folder."""

import os
import re
from pathlib import Path

import numpy as np
import torch

from .._runtime.paths import user_path
from .image_files import ImageFiles, beside, image_names

CHAIRS_URL = "https://www.di.ens.fr/willow/research/seeing3Dchairs/data/rendered_chairs.tar"
RENDER = re.compile(r"([^/]+)/renders/image_\d+_p(\d+)_t(\d+)_r\d+\.\w+", re.IGNORECASE)
CROP = 400  # of 600 x 600 pixels; around it all is white


class Chairs3D(ImageFiles):
    """The renders of 3D Chairs (Aubry et al. 2014): the central 400 x 400 of 600 x 600 pixels, scaled to 64 x 64.

    ``chairs[indices]`` -> float32 [B, channels, 64, 64] in [0, 1]. Files are named like
    ``<model>/renders/image_001_p020_t011_r096.png``, where p is the elevation and t the azimuth in degrees. Model,
    elevation and azimuth are the factors; ``factor_values`` lists what each of their classes stands for.

    Args:
        root: the folder of the models, or the one that holds it under the name ``rendered_chairs``.
        channels: 3 for colour or 1 for grey.
        cache: the file that keeps the decoded images, as in ``ImageFolder``.
        device: where the images are kept; "auto" is the best one of this machine.
        seed: of ``sample``.
        unreadable: share of the files that may be left out, as in ``ImageFolder``.
        progress: whether to show a bar while files are decoded.

    Raises:
        FileNotFoundError: where there are no renders; it names the authors' archive.
        OSError: where the cache cannot be written.
        ValueError: for a render whose name does not hold its angles, or too many files that cannot be read.
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
        root = Path(os.path.abspath(user_path("root", root)))
        if (root / "rendered_chairs").is_dir():
            root = root / "rendered_chairs"
        images = image_names(root) if root.is_dir() else []
        names = [name for name in images if name.lower().split("/")[1:-1] == ["renders"]]
        if not names:
            raise FileNotFoundError(
                f"no renders of 3D Chairs in {root}, such as <model>/renders/image_001_p020_t011_r096.png. "
                f"Fetch the authors' archive, {CHAIRS_URL}, unpack it (tar xf rendered_chairs.tar) and name its folder"
            )
        columns = zip(*map(pose, names), strict=True)
        values, numbers = zip(*(np.unique(column, return_inverse=True) for column in columns), strict=True)
        self.factor_values = tuple(tuple(v.tolist()) for v in values)
        self.factor_sizes = tuple(len(v) for v in values)
        factors = torch.from_numpy(np.stack(numbers, axis=1))
        if cache is None:
            cache = beside(root, f"crop{CROP}", f"{channels}x64x64")
        super().__init__(root, names, channels, CROP, cache, device, seed, unreadable, progress, factors)


def pose(name: str) -> tuple[str, int, int]:
    """Read model, elevation and azimuth, in degrees, from the name of a render; an azimuth of 360 is 0."""
    found = RENDER.fullmatch(name)
    if not found:
        raise ValueError(f"{name!r} does not hold its angles; renders are named like image_001_p020_t011_r096.png")
    model, elevation, azimuth = found.groups()
    return model, int(elevation), int(azimuth) % 360
