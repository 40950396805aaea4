"""Image sets, and the files that they read and write."""

import os
import socket
from unittest.mock import patch

from bvae_lib.data import (
    Blobs,
    CelebA,
    Chairs3D,
    DSprites,
    DSpritesFile,
    FactorLookup,
    ImageFolder,
    RenderedChairs,
    RenderedFaces,
    download_dsprites,
)
from bvae_lib.data.packed import PackedImages
from bvae_lib.models import BurgessVAE
from bvae_lib.objectives import BetaVAE
from bvae_lib.training import fit

import h5py
import numpy as np
import pytest
import torch
from PIL import Image

from tests.unit.damage import full_disk

from .rows import Accepted, Refused

QUIET = {"device": "cpu", "progress": False}
ARRAYS = {
    "imgs": np.eye(64, dtype=np.uint8)[None].repeat(2, axis=0),
    "latents_classes": np.array([[0, 0, 0, 0, 0, 0], [0, 2, 5, 39, 31, 31]]),
    "latents_values": np.zeros((2, 6)),
}
PACKED = PackedImages(torch.zeros(1, 512, dtype=torch.uint8), torch.device("cpu"))


def photos(folder, names=("a.png", "b.png"), size=(80, 70)):
    """A folder of images."""
    for name in names:
        (folder / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, (9, 99, 199)).save(folder / "photos" / name, "PNG")
    return folder / "photos"


def archive(folder, name="dsprites.npz", **other):
    """A file of two images in the form of dSprites' archive that its name says."""
    if name.endswith("npz"):
        np.savez(folder / name, **ARRAYS | other)
    else:
        with h5py.File(folder / name, "w") as file:
            for key, array in (ARRAYS | other).items():
                file[key.replace("latents_", "latents/")] = array
    return folder / name


def celeba(folder, partition=b"a.jpg 0\nb.jpg 1\n", attributes=b"2\nSmiling\na.jpg 1\nb.jpg -1\n"):
    """A folder as CelebA's."""
    photos(folder, ("a.jpg", "b.jpg"), (178, 218)).rename(folder / "img_align_celeba")
    (folder / "list_eval_partition.txt").write_bytes(partition)
    (folder / "list_attr_celeba.txt").write_bytes(attributes)
    return folder


def replaced(path, content):
    """``path`` after ``content`` took the place of what was in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def cut(path, share):
    """``path`` cut short."""
    os.truncate(path, int(share * path.stat().st_size))
    return path


def no_index(folder):
    assert Blobs(device="cpu")[[]].shape == (0, 1, 64, 64)


def mislabelled(folder):
    written = archive(folder, "dsprites.npz").rename(folder / "dsprites.hdf5")
    assert len(DSpritesFile(written, "cpu")) == 2
    written = archive(folder, "dsprites.h5").rename(folder / "x.HDF")
    assert len(DSpritesFile(written, "cpu")) == 2


def kaggle(folder):
    photos(folder, ("a.jpg", "b.jpg"), (178, 218))
    (folder / "img_align_celeba").mkdir()
    (folder / "photos").rename(folder / "img_align_celeba" / "img_align_celeba")
    replaced(folder / "list_eval_partition.csv", b"\xef\xbb\xbfimage_id,partition\r\na.jpg,0\r\nb.jpg,1\r\n")
    replaced(folder / "list_attr_celeba.csv", b"image_id,Smiling,Young\r\na.jpg,1,-1\r\nb.jpg,-1,-1\r\n")
    faces = CelebA(folder, "all", **QUIET)
    assert faces.factors([0, 1]).tolist() == [[1, 0], [0, 0]]


def capitals(folder):
    chairs = photos(folder, ("m/renders/IMAGE_001_P020_T011_R096.PNG",), (600, 600))
    assert Chairs3D(chairs, **QUIET).factor_values == (("m",), (20,), (11,))


def damaged_cache(folder):
    root, cache = photos(folder), folder / "images"
    before = ImageFolder(root, cache=cache, **QUIET)[:]
    cut(cache, 0.5)
    assert torch.equal(ImageFolder(root, cache=cache, **QUIET)[:], before)


def another_default_device(folder):
    """A user's default device, for which meta stands, is not that of a set on the CPU."""
    with torch.device("meta"):
        for images in (Blobs(device="cpu"), RenderedFaces(3, "cpu", cache=None), ImageFolder(photos(folder), **QUIET)):
            drawn = [images[[0]], images[:1], images[0][None], images.sample(1)]
            assert all(batch.device.type == "cpu" for batch in drawn)
        assert FactorLookup(PACKED).find(PACKED[[0]]).tolist() == [0]
        assert RenderedFaces.draw([0] * len(RenderedFaces.factor_names), "cpu").device.type == "cpu"
        assert Blobs(device="cpu").index([1, 2]).item() == 34


def at_home(folder):
    """~ is the home folder wherever a path is named."""
    photos(folder), archive(folder)
    with patch.dict(os.environ, {"HOME": str(folder), "USERPROFILE": str(folder)}):
        assert len(ImageFolder("~/photos", cache="~/new/images", **QUIET)) == 2
        assert len(DSpritesFile("~/dsprites.npz", "cpu")) == 2
        assert len(RenderedFaces(1, "cpu", cache="~/new/faces")) == 1
    assert sorted(path.name for path in (folder / "new").iterdir()) == ["faces", "images"]


def trained_on(images):
    return fit(BurgessVAE(), images, BetaVAE(1), 1, 1, **QUIET)


def a_gradient_of_ones_own(folder):
    images = torch.rand(2, 1, 64, 64, requires_grad=True)
    trained_on(images)
    assert images.grad is None


def on_a_full_disk(call, *arguments, **options):
    with full_disk(room=1000):
        return call(*arguments, **options)


def cannot_be_kept(folder):
    with pytest.warns(UserWarning, match="could not be kept"):
        assert len(on_a_full_disk(RenderedFaces, 1, "cpu", cache=folder / "faces")) == 1


def without_a_network(folder):
    with socket.socket() as closed, patch.dict(os.environ, {"no_proxy": "*"}):
        closed.bind(("127.0.0.1", 0))  # nobody listens
        download_dsprites(folder / "dsprites.hdf5", f"http://127.0.0.1:{closed.getsockname()[1]}/")


ROWS = [
    Refused("Blobs", "positions that are one number", lambda _: Blobs(32), ValueError, "two whole .* not 32"),
    Refused("Blobs", "no position along y", lambda _: Blobs((32, 0)), ValueError, "from 1 to 49, not 0"),
    Refused("Blobs", "True as a number", lambda _: Blobs((True, 8)), ValueError, "whole number .* not True"),
    Refused("Blobs", "a width of NaN", lambda _: Blobs(width=float("nan")), ValueError, "more than 0, not nan"),
    Refused("Blobs", "a seed of None", lambda _: Blobs(seed=None), ValueError, "seed must be .* not None"),
    Refused("Blobs", "a device that is not here", lambda _: Blobs(device="tpu"), ValueError, "'tpu' .*try \"auto\""),
    Refused("Blobs", "a device without numbers", lambda _: Blobs(device="meta"), ValueError, "'meta' cannot be used"),
    Accepted("Blobs", "another default device", another_default_device),
    Refused("Blobs.to", "a device that is not here", lambda _: Blobs().to("gpu"), ValueError, "'gpu' cannot be used"),
    Accepted(
        "Blobs", "whole numbers of NumPy and torch", lambda _: Blobs((np.int64(4), torch.tensor(4)), seed=np.uint8(1))
    ),
    Refused("Blobs.__getitem__", "a float", lambda _: Blobs()[0.5], TypeError, "whole numbers, not torch.float32"),
    Refused("Blobs.__getitem__", "a mask", lambda _: Blobs()[[True, False]], TypeError, r"mask needs \.nonzero\(\)"),
    Refused("Blobs.__getitem__", "a name", lambda _: Blobs()["pos_x"], TypeError, "or a slice, not 'pos_x'"),
    Refused("Blobs.__getitem__", "an index outside", lambda _: Blobs()[1024], IndexError, "1024 is outside .* 1,024"),
    Accepted("Blobs.__getitem__", "no index", no_index),
    Refused("Blobs.index", "a class too high", lambda _: Blobs().index([0, 32]), IndexError, "pos_y 32 .* 0 to 31"),
    Refused("Blobs.index", "one factor of two", lambda _: Blobs().index([5]), ValueError, r"2 in the last .*\(1,\)"),
    Refused("Blobs.index", "rows unlike", lambda _: Blobs().index([[1, 2], [3]]), ValueError, r"not \[\[1, 2\]"),
    Refused("Blobs.sample", "no image", lambda _: Blobs().sample(0), ValueError, "n must be .* at least 1, not 0"),
    Refused("Blobs.sample", "half an image", lambda _: Blobs().sample(1.5), ValueError, r"n must be .* not 1\.5"),
    Refused("Blobs.sample", "a seed for a generator", lambda _: Blobs().sample(2, 0), TypeError, "manual_seed.* not 0"),
    Refused("fit", "sparse images", lambda _: trained_on(Blobs()[:2].to_sparse()), ValueError, r"dense .*x\.to_dense"),
    Refused("fit", "images without numbers", lambda _: trained_on(Blobs()[:2].to("meta")), ValueError, "device meta"),
    Refused(
        "fit",
        "images of 8-bit floats",
        lambda _: trained_on(Blobs()[:2].to(torch.float8_e4m3fn)),
        ValueError,
        r"not torch\.float8_e4m3fn; call \.float\(\)",
    ),
    Refused(
        "fit",
        "an array of objects",
        lambda _: trained_on(Blobs()[:2].cpu().numpy().astype(object)),
        ValueError,
        r"a NumPy array of object; images\.astype\('float32'\)",
    ),
    Accepted("fit", "images that want a gradient", a_gradient_of_ones_own),
    Refused("RenderedChairs", "no image", lambda _: RenderedChairs(0), ValueError, "n must be .* from 1 to 9920000"),
    Refused("RenderedChairs", "True as a number", lambda _: RenderedChairs(True), ValueError, "not True"),
    Refused("RenderedFaces", "a seed below 0", lambda _: RenderedFaces(1, seed=-1), ValueError, "at least 0, not -1"),
    Refused(
        "RenderedFaces",
        "somebody's file as the cache",
        lambda folder: RenderedFaces(1, cache=replaced(folder / "thesis.tex", b"chapter 1")),
        FileExistsError,
        r"thesis\.tex is no file of drawn images: it is left alone",
    ),
    Refused(
        "RenderedFaces",
        "a folder as the cache",
        lambda folder: RenderedFaces(1, cache=folder),
        IsADirectoryError,
        "cache is the folder .*; name a file in it",
    ),
    Refused("RenderedFaces", "'' as the cache", lambda _: RenderedFaces(1, cache=""), ValueError, "cache .*, not ''"),
    Accepted("RenderedFaces", "a full disk", cannot_be_kept),
    Accepted("RenderedFaces", "a NumPy integer as n", lambda _: RenderedFaces(np.int32(2), "cpu", cache=None)),
    Refused(
        "RenderedFaces.draw",
        "a class too high",
        lambda _: RenderedFaces.draw([99] * len(RenderedFaces.factor_names)),
        IndexError,
        "azimuth 99 is not a class",
    ),
    Refused("DSprites", "a seed that is a float", lambda _: DSprites(seed=0.5), ValueError, r"seed .* not 0\.5"),
    Refused(
        "DSprites",
        "the official archive as the cache",
        lambda folder: DSprites(cache=archive(folder)),
        FileExistsError,
        r"dsprites\.npz is no file of drawn images",
    ),
    Refused("DSprites", "a number as the cache", lambda _: DSprites(cache=3), ValueError, "cache must be a path, .* 3"),
    Refused("DSpritesFile", "no path", lambda _: DSpritesFile(None), ValueError, "path must be a path, .* not None"),
    Refused("DSpritesFile", "no file", lambda f: DSpritesFile(f / "x.npz"), FileNotFoundError, "download_dsprites"),
    Refused("DSpritesFile", "a folder", DSpritesFile, FileNotFoundError, "no dSprites archive at .*download_dsprites"),
    Refused(
        "DSpritesFile",
        "an .npz cut short",
        lambda folder: DSpritesFile(cut(archive(folder), 0.6)),
        ValueError,
        r"dsprites\.npz is damaged .*download it again",
    ),
    Refused(
        "DSpritesFile",
        "an HDF5 file cut short",
        lambda folder: DSpritesFile(cut(archive(folder, "d.hdf5"), 0.6)),
        ValueError,
        r"d\.hdf5 is damaged .*download it again",
    ),
    Refused(
        "DSpritesFile",
        "a page that says no",
        lambda folder: DSpritesFile(replaced(folder / "d.hdf5", b"<html>404")),
        ValueError,
        r"d\.hdf5 is damaged or not .*begins with b'<html>404'",
    ),
    Refused(
        "DSpritesFile",
        "pickled classes",
        lambda folder: DSpritesFile(archive(folder, latents_classes=np.full((2, 6), None))),
        ValueError,
        r"dsprites\.npz: latents/classes must be whole numbers .* not object",
    ),
    Refused(
        "DSpritesFile",
        "images of 0 and 255",
        lambda folder: DSpritesFile(archive(folder, imgs=ARRAYS["imgs"] * 255)),
        ValueError,
        "0 and 1 only, not 255",
    ),
    Refused(
        "DSpritesFile",
        "another data set",
        lambda folder: DSpritesFile(archive(folder, imgs=np.zeros((2, 28, 28), np.uint8))),
        ValueError,
        r"imgs must be uint8 of shape \(N, 64, 64\), not uint8 of shape \(2, 28, 28\)",
    ),
    Accepted(
        "DSpritesFile",
        "classes of the other byte order",
        lambda folder: DSpritesFile(archive(folder, latents_classes=ARRAYS["latents_classes"].astype(">i8")), "cpu"),
    ),
    Accepted("DSpritesFile", "either form under the other's name", mislabelled),
    Refused("FactorLookup", "blobs", lambda _: FactorLookup(Blobs()), TypeError, "DSpritesFile, not Blobs"),
    Refused(
        "FactorLookup.find",
        "images of another size",
        lambda _: FactorLookup(PACKED).find(torch.zeros(1, 1, 32, 32)),
        ValueError,
        r"must be \[B, 1, 64, 64\], not \[1, 1, 32, 32\]",
    ),
    Refused(
        "FactorLookup.find",
        "bytes",
        lambda _: FactorLookup(PACKED).find(torch.zeros(1, 1, 64, 64, dtype=torch.uint8)),
        ValueError,
        "not torch.uint8; divide bytes by 255",
    ),
    Refused(
        "FactorLookup.factors",
        "an image that is not in the set",
        lambda _: FactorLookup(PACKED).factors(torch.ones(1, 1, 64, 64)),
        ValueError,
        "not in this set",
    ),
    Accepted(
        "FactorLookup.find",
        "images in float64",
        lambda _: FactorLookup(PACKED).find(torch.zeros(1, 1, 64, 64, dtype=torch.float64)),
    ),
    Refused("ImageFolder", "no path", lambda _: ImageFolder(None), ValueError, "root must be a path, .* not None"),
    Refused("ImageFolder", "an empty path", lambda _: ImageFolder(""), ValueError, "root must be a path, .* not ''"),
    Refused("ImageFolder", "bytes as the path", lambda _: ImageFolder(b"x"), ValueError, "root must be .* not b'x'"),
    Refused(
        "ImageFolder",
        "an empty path as the cache",
        lambda folder: ImageFolder(photos(folder), cache="", **QUIET),
        ValueError,
        "cache must be a path, .* not ''",
    ),
    Refused(
        "ImageFolder",
        "a folder as the cache",
        lambda folder: ImageFolder(photos(folder), cache=folder, **QUIET),
        IsADirectoryError,
        "cache is the folder .*; name a file in it",
    ),
    Accepted("ImageFolder", "paths below ~", at_home),
    Refused("ImageFolder", "no folder", lambda f: ImageFolder(f / "x"), FileNotFoundError, "no folder at .*x"),
    Refused("ImageFolder", "an empty folder", ImageFolder, FileNotFoundError, "no images in .*looked for"),
    Refused(
        "ImageFolder",
        "an archive not unpacked",
        lambda folder: ImageFolder(replaced(folder / "photos.zip", b"PK")),
        NotADirectoryError,
        "is a file, not a folder; unpack",
    ),
    Refused(
        "ImageFolder",
        "four channels",
        lambda folder: ImageFolder(photos(folder), 4),
        ValueError,
        "channels must be 3, colour, or 1, grey, not 4",
    ),
    Refused(
        "ImageFolder", "a crop of True", lambda folder: ImageFolder(photos(folder), crop=True), ValueError, "not True"
    ),
    Refused(
        "ImageFolder",
        "a crop larger than the images",
        lambda folder: ImageFolder(photos(folder), crop=100, **QUIET),
        ValueError,
        "80 x 70 pixels are too few for the central 100 x 100",
    ),
    Refused(
        "ImageFolder",
        "a share in percent",
        lambda folder: ImageFolder(photos(folder), unreadable=5),
        ValueError,
        "unreadable must be .* from 0 to 1, not 5",
    ),
    Refused(
        "ImageFolder",
        "an image cut short",
        lambda folder: ImageFolder(cut(photos(folder) / "a.png", 0.4).parent, **QUIET),
        ValueError,
        r"1 of 2 files(.|\n)*'a\.png'(.|\n)*mend the folder or raise it",
    ),
    Refused(
        "ImageFolder",
        "a photograph that Pillow cannot read",
        lambda folder: ImageFolder(replaced(photos(folder) / "c.heic", b"ftypheic").parent, **QUIET),
        ValueError,
        r"'c\.heic': .*cannot identify",
    ),
    Refused(
        "ImageFolder",
        "a full disk",
        lambda folder: on_a_full_disk(ImageFolder, photos(folder), **QUIET),
        OSError,
        r"cannot write .*photos-whole.* Name a file where there is room: cache=",
    ),
    Refused(
        "ImageFolder",
        "a cache below a file",
        lambda folder: ImageFolder(photos(folder), cache=folder / "photos" / "a.png" / "images", **QUIET),
        OSError,
        r"a\.png.*cache=",
    ),
    Refused(
        "ImageFolder",
        "somebody's file as the cache",
        lambda folder: ImageFolder(photos(folder), cache=replaced(folder / "thesis.tex", b"chapter 1"), **QUIET),
        FileExistsError,
        "is left alone",
    ),
    Accepted("ImageFolder", "a cache cut short", damaged_cache),
    Accepted("ImageFolder", "names in capitals", lambda f: ImageFolder(photos(f, ("A.JFIF", "B.TGA")), **QUIET)),
    Accepted("ImageFolder", "a NumPy crop", lambda f: ImageFolder(photos(f), crop=np.int64(50), **QUIET)),
    Refused("Chairs3D", "no path", lambda _: Chairs3D(3), ValueError, "root must be a path, .* not 3"),
    Refused("Chairs3D", "no renders", lambda f: Chairs3D(photos(f)), FileNotFoundError, "seeing3Dchairs.*tar xf"),
    Refused(
        "Chairs3D",
        "a render of another name",
        lambda folder: Chairs3D(photos(folder, ("m/renders/1.png",)), **QUIET),
        ValueError,
        "'m/renders/1.png' does not hold its angles; .* like image_001",
    ),
    Accepted("Chairs3D", "names in capitals", capitals),
    Refused("CelebA", "an empty path", lambda _: CelebA(""), ValueError, "root must be a path, .* not ''"),
    Refused("CelebA", "an empty folder", CelebA, FileNotFoundError, "img_align_celeba.*agreement"),
    Refused("CelebA", "an unknown split", lambda f: CelebA(f, "dev"), ValueError, r"one of \['train', .*\], not 'dev'"),
    Refused(
        "CelebA",
        "a split that is not 0, 1 or 2",
        lambda folder: CelebA(celeba(folder, b"a.jpg 0\nb.jpg 3\n"), **QUIET),
        ValueError,
        r"list_eval_partition\.txt, line 2: 'b\.jpg 3'",
    ),
    Refused(
        "CelebA",
        "a list doubled",
        lambda folder: CelebA(celeba(folder, b"a.jpg 0\nb.jpg 1\n" * 2), **QUIET),
        ValueError,
        r"list_eval_partition\.txt, line 3: a\.jpg came in line 1",
    ),
    Refused(
        "CelebA",
        "a list that is no text",
        lambda folder: CelebA(celeba(folder, b"PK\x03\x04\xff\xfe\xfd"), **QUIET),
        ValueError,
        r"list_eval_partition\.txt is not a text in UTF-8",
    ),
    Refused(
        "CelebA",
        "attributes of some images only",
        lambda folder: CelebA(celeba(folder, attributes=b"2\nSmiling\nb.jpg 1\n"), **QUIET),
        ValueError,
        r"list_attr_celeba\.txt lacks the attributes of 1 images, such as a\.jpg",
    ),
    Refused(
        "CelebA",
        "a list parted by semicolons",
        lambda folder: CelebA(celeba(folder, b"image_id;partition\na.jpg;0\n"), **QUIET),
        ValueError,
        r"line 1: 'image_id;partition' is not the name of an image and 0, 1 or 2",
    ),
    Refused(
        "CelebA",
        "attributes of -1, 0 and 1",
        lambda folder: CelebA(celeba(folder, attributes=b"2\nSmiling\na.jpg 0\nb.jpg -1\n"), **QUIET),
        ValueError,
        r"line 4: 'b\.jpg -1' is not a name and 1 times -1 or 1.* or 0 or 1",
    ),
    Accepted(
        "CelebA",
        "a list in UTF-16",
        lambda folder: CelebA(celeba(folder, "a.jpg 0\r\nb.jpg 1\r\n".encode("utf-16")), **QUIET),
    ),
    Accepted("CelebA", "Kaggle's copy", kaggle),
    Refused("download_dsprites", "no network", without_a_network, ConnectionError, "Check the network and call again"),
    Refused(
        "download_dsprites",
        "no digest",
        lambda folder: download_dsprites(folder / "x", sha256="md5"),
        ValueError,
        "64 hexadecimal digits, not 'md5'",
    ),
    Refused(
        "download_dsprites",
        "an address of no kind",
        lambda folder: download_dsprites(folder / "x", "github.com/x"),
        ValueError,
        "url must be an address .* not 'github.com/x'",
    ),
    Refused("download_dsprites", "an empty path", lambda _: download_dsprites(""), ValueError, "path must .* not ''"),
    Refused(
        "download_dsprites", "a folder", download_dsprites, IsADirectoryError, "path is the folder .*; name a file"
    ),
]
