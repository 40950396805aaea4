"""Real-image loaders on generated folders of their layouts: python benchmarks/loaders.py [images of each, 2000].

decode  the first start, which decodes every file into the cache
reopen  a later start, which checks the cache and maps it
peak    the most memory that a start took beyond what the process had before, beside the bytes of the images
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

from bvae_lib.data import CelebA, Chairs3D, ImageFolder

import numpy as np
from PIL import Image

DISTINCT = 200  # images that are drawn; the other files are links to them, and cost as much to decode


def photo(width: int, height: int, seed: int) -> Image.Image:
    """Coloured clouds with a little grain: about as hard to decode as a photograph."""
    generator = np.random.default_rng(seed)
    clouds = Image.fromarray(generator.integers(0, 256, (6, 5, 3), dtype=np.uint8)).resize((width, height))
    return Image.fromarray((np.asarray(clouds) ^ generator.integers(0, 8, (height, width, 3))).astype(np.uint8))


def render(seed: int) -> Image.Image:
    """A photo in the middle of 600 x 600 white pixels."""
    page = Image.new("RGB", (600, 600), "white")
    page.paste(photo(250, 350, seed), (175, 125))
    return page


def lay_out(paths: list[Path], draw: Callable[[int], Image.Image]) -> None:
    for i, path in enumerate(paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        if i < DISTINCT:
            draw(i).save(path)
        else:
            os.link(paths[i % DISTINCT], path)


def photos(root: Path, n: int) -> None:
    lay_out([root / f"{i % 10}" / f"{i}.jpg" for i in range(n)], lambda seed: photo(256, 192, seed))


def chairs(root: Path, n: int) -> None:
    names = [f"image_{k:03}_p{20 + 10 * (k // 32):03}_t{360 * (k % 32) // 31:03}_r096.png" for k in range(64) if k % 32]
    lay_out([root / f"{i // 62:06}" / "renders" / names[i % 62] for i in range(n)], render)


def celeba(root: Path, n: int) -> None:
    names = [f"{i:06}.jpg" for i in range(1, n + 1)]
    lay_out([root / "img_align_celeba" / name for name in names], lambda seed: photo(178, 218, seed))
    (root / "list_eval_partition.txt").write_text("".join(f"{name} 0\n" for name in names), encoding="utf-8")
    values = np.random.default_rng(0).choice(["-1", " 1"], (n, 40))
    rows = [f"{name} {' '.join(row)}" for name, row in zip(names, values, strict=True)]
    attributes = " ".join(f"Attribute_{i}" for i in range(40))
    (root / "list_attr_celeba.txt").write_text("\n".join([str(n), attributes, *rows]), encoding="utf-8")


LAYOUTS = {"ImageFolder": (photos, ImageFolder), "Chairs3D": (chairs, Chairs3D), "CelebA": (celeba, CelebA)}


def peak() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def start(name: str, root: Path) -> tuple[float, float, float]:
    """Seconds and MB that a start takes, and MB of the images."""
    before, begun = peak(), time.perf_counter()
    images = LAYOUTS[name][1](root, device="cpu", progress=False)
    return time.perf_counter() - begun, peak() - before, images.images.nbytes / 1e6


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    # Each start in a process of its own, whose peak is that of nothing before. What draws is one too: a new process
    # may begin with the peak of the one that starts it.
    with tempfile.TemporaryDirectory() as folder, get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for name, (make, _) in LAYOUTS.items():
            root = Path(folder) / name
            pool.apply(make, (root, n))
            decode, decode_peak, held = pool.apply(start, (name, root))
            reopen, reopen_peak, _ = pool.apply(start, (name, root))
            print(
                f"{name}: {n:,} images of {held:.0f} MB, decode {n / decode:,.0f} images/s, peak {decode_peak:.0f} MB, "
                f"decode / reopen {decode / reopen:,.0f}, reopen peak {reopen_peak:.0f} MB"
            )


if __name__ == "__main__":
    main()
