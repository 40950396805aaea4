"""The official archive: small files of its layout read as the drawn set, bad ones refused with the fault named."""

import re

from bvae_lib.data import DSpritesFile

import h5py
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from .damage import damaged, read_or_named

SUFFIXES = [".npz", ".hdf5"]


def official(sprites, n=300, seed=0) -> dict[str, np.ndarray]:
    """The arrays of an archive with ``n`` images of the set, in random order."""
    indices = torch.randperm(len(sprites), generator=torch.Generator().manual_seed(seed))[:n]
    factors = sprites.factors(indices).numpy()
    colour = np.zeros((n, 1), np.int64)
    values = [factors[:, 0] + 1, 0.5 + 0.1 * factors[:, 1], 2 * np.pi * factors[:, 2] / 39, *(factors[:, 3:] / 31).T]
    return {
        "imgs": sprites[indices][:, 0].numpy().astype(np.uint8),
        "latents_classes": np.hstack([colour, factors]),
        "latents_values": np.column_stack([colour + 1.0, *values]),
    }


def write(path, arrays, metadata=False):
    """Write the arrays as the official archives hold them."""
    if path.suffix == ".npz":
        extra = {"metadata": np.array({"title": "dSprites"}, dtype=object)} if metadata else {}
        np.savez_compressed(path, **extra, **arrays)
    else:
        with h5py.File(path, "w") as file:
            for name, array in arrays.items():
                file[name.replace("latents_", "latents/")] = array
    return path


@pytest.fixture
def arrays(sprites):
    return official(sprites)


@pytest.fixture(params=SUFFIXES)
def path(request, tmp_path):
    return tmp_path / f"dsprites{request.param}"


@pytest.mark.parametrize("name", ["dsprites.HDF5", "dsprites.hdf", "x.h5", "x.NPZ", "dsprites.zip", "data"])
def test_the_form_is_told_by_the_content(sprites, arrays, path, name):
    written = write(path, arrays).rename(path.with_name(name))
    assert torch.equal(DSpritesFile(written, "cpu")[:], sprites[sprites.index(arrays["latents_classes"][:, 1:])])


@pytest.mark.parametrize("kind", [">i8", "<i2", ">u4", np.int8, np.uint64])
def test_whole_numbers_of_any_kind_are_classes(arrays, path, kind):
    expected = torch.from_numpy(arrays["latents_classes"][:, 1:])
    arrays["latents_classes"] = arrays["latents_classes"].astype(kind)
    assert torch.equal(DSpritesFile(write(path, arrays), "cpu").factors(torch.arange(300)), expected)


def test_classes_in_fortran_order_are_read(arrays, tmp_path):
    expected = torch.from_numpy(arrays["latents_classes"][:, 1:])
    arrays["latents_classes"] = np.asfortranarray(arrays["latents_classes"])
    path = write(tmp_path / "dsprites.npz", arrays)
    assert torch.equal(DSpritesFile(path, "cpu").factors(torch.arange(300)), expected)


@pytest.mark.parametrize("metadata", [False, True])
def test_the_file_equals_the_drawn_set(sprites, arrays, path, metadata):
    file = DSpritesFile(write(path, arrays, metadata), device="cpu")
    assert len(file) == 300
    factors = torch.from_numpy(arrays["latents_classes"][:, 1:])
    assert torch.equal(file[:], sprites[sprites.index(factors)])
    assert torch.equal(file.factors(torch.arange(300)), factors)
    assert torch.equal(file.index(factors), torch.arange(300))
    assert torch.equal(file.index(factors.view(3, 100, 5)), torch.arange(300).view(3, 100))
    assert torch.equal(file.factors(-1), factors[-1])


@settings(max_examples=10)
@given(st.integers(1, 40), st.integers(0, 1000))
def test_both_forms_read_alike_at_any_size_and_order(sprites, tmp_path_factory, n, seed):
    directory = tmp_path_factory.mktemp("archive")
    arrays = official(sprites, n, seed)
    npz, hdf5 = (DSpritesFile(write(directory / f"dsprites{suffix}", arrays), device="cpu") for suffix in SUFFIXES)
    assert torch.equal(npz[:], hdf5[:])
    factors = torch.from_numpy(arrays["latents_classes"][:, 1:])
    assert torch.equal(npz[npz.index(factors)], sprites[sprites.index(factors)])


def test_more_images_than_are_read_at_once(sprites, path):
    arrays = official(sprites, n=5000)
    file = DSpritesFile(write(path, arrays), device="cpu")
    assert np.array_equal(file[:][:, 0].numpy(), arrays["imgs"])


def test_sample_repeats_with_the_seed(arrays, path):
    write(path, arrays)
    first, same, other = (DSpritesFile(path, device="cpu", seed=seed).sample(16) for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_a_combination_that_the_file_lacks_is_an_error_that_names_it(arrays, path):
    file = DSpritesFile(write(path, {name: array[:50] for name, array in arrays.items()}), device="cpu")
    lacking = arrays["latents_classes"][50:, 1:]
    for factors in lacking:
        with pytest.raises(IndexError, match=f"no image with .*'scale': {factors[1]}.*'pos_y': {factors[4]}"):
            file.index(factors)
    with pytest.raises(IndexError, match="no image with"):
        file.index(arrays["latents_classes"][:, 1:])


@pytest.mark.parametrize("key", ["imgs", "latents_classes", "latents_values"])
def test_a_missing_key_is_named(arrays, path, key):
    del arrays[key]
    shown = key if path.suffix == ".npz" else key.replace("_", "/")
    with pytest.raises(ValueError, match=f"no '{shown}' in this file"):
        DSpritesFile(write(path, arrays))


WRONG_IMAGES = {
    "shape": lambda imgs: imgs[:, :32],
    "flat": lambda imgs: imgs.reshape(-1, 4096),
    "scalar": lambda imgs: imgs[0, 0, 0],
    "none at all": lambda imgs: imgs[:0],
    "float": lambda imgs: imgs.astype(np.float32),
    "bool": lambda imgs: imgs.astype(bool),
}


@pytest.mark.parametrize("wrong", WRONG_IMAGES)
def test_images_of_another_shape_or_dtype_are_refused(arrays, path, wrong):
    arrays["imgs"] = WRONG_IMAGES[wrong](arrays["imgs"])
    with pytest.raises(ValueError, match=r"imgs must be uint8 of shape \(N, 64, 64\), not .+ of shape"):
        DSpritesFile(write(path, arrays))


WRONG_CLASSES = {
    "fewer": lambda classes: classes[:-1],
    "no colour": lambda classes: classes[:, 1:],
    "float": lambda classes: classes.astype(float),
}


@pytest.mark.parametrize("wrong", WRONG_CLASSES)
def test_classes_that_do_not_fit_the_images_are_refused(arrays, path, wrong):
    arrays["latents_classes"] = WRONG_CLASSES[wrong](arrays["latents_classes"])
    with pytest.raises(ValueError, match=rf"{path}: latents/classes must be whole numbers of shape \(300, 6\), not"):
        DSpritesFile(write(path, arrays))


def test_pickled_classes_are_refused_unread(arrays, tmp_path):
    class Trap:
        def __reduce__(self):
            return exec, ("raise SystemExit('a pickle was loaded')",)

    path = tmp_path / "dsprites.npz"
    classes = np.array([[Trap()] * 6] * 300)
    np.savez(path, **(arrays | {"latents_classes": classes}))
    with pytest.raises(ValueError, match=rf"{path}: latents/classes must be whole numbers .*, not object of shape"):
        DSpritesFile(path)


def test_a_claim_of_more_images_than_there_can_be_takes_no_memory(arrays, tmp_path):
    path = tmp_path / "dsprites.hdf5"
    with h5py.File(write(path, arrays), "a") as file:
        del file["imgs"]
        file.create_dataset("imgs", (10**9, 64, 64), np.uint8, chunks=(1, 64, 64))
    with pytest.raises(ValueError, match=r"imgs must be .* N is from 1 to 737,280"):
        DSpritesFile(path)


def test_images_of_0_and_255_are_refused(arrays, path):
    arrays["imgs"] *= 255
    with pytest.raises(ValueError, match="0 and 1 only, not 255"):
        DSpritesFile(write(path, arrays))


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [(0, 1, "color 1, not 0 to 0"), (1, 3, "shape 3, not 0 to 2"), (3, -1, "orientation -1"), (5, 32, "pos_y 32")],
)
def test_a_class_out_of_range_is_named(arrays, path, column, value, fault):
    arrays["latents_classes"][7, column] = value
    with pytest.raises(ValueError, match=f"image 7 has {fault}"):
        DSpritesFile(write(path, arrays))


def test_two_images_of_one_combination_are_refused(arrays, path):
    arrays["latents_classes"][9] = arrays["latents_classes"][200]
    with pytest.raises(ValueError, match="two images have the same latents/classes"):
        DSpritesFile(write(path, arrays))


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.7, 0.99])
def test_a_file_cut_short_is_called_damaged(arrays, path, kept):
    whole = write(path, arrays).read_bytes()
    path.write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(ValueError, match="is damaged or not an"):
        DSpritesFile(path)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_flipped_bit_in_an_npz_is_called_damaged(arrays, tmp_path, save):
    path = tmp_path / "dsprites.npz"
    save(path, **arrays)
    whole = path.read_bytes()
    for position in range(300, 9000, 300):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        with pytest.raises(ValueError, match="is damaged or not an"):
            DSpritesFile(path)


@pytest.mark.parametrize(
    "content", [b"<html>Not Found</html>" * 100, b"version https://git-lfs.github.com/spec/v1\n", b"\x93NUMPY"]
)
def test_a_file_of_another_kind_is_refused_with_its_first_bytes(path, content):
    path.write_bytes(content)
    words = f"{path} is damaged or not an HDF5 file or .npz archive of dSprites (it begins with {content[:40]}"
    with pytest.raises(ValueError, match=re.escape(words)):
        DSpritesFile(path)


@pytest.fixture(scope="module")
def contents(sprites, tmp_path_factory):
    """The bytes of small good files: compressed or not, in both forms."""
    folder, arrays = tmp_path_factory.mktemp("good"), official(sprites, 3)
    np.savez(folder / "stored.npz", **arrays)
    with h5py.File(folder / "chunked.hdf5", "w") as file:
        for name, array in arrays.items():
            file.create_dataset(name.replace("latents_", "latents/"), data=array, compression="gzip", fletcher32=True)
    for suffix in SUFFIXES:
        write(folder / f"plain{suffix}", arrays)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@settings(max_examples=300)
@given(st.sampled_from(["stored.npz", "plain.npz", "chunked.hdf5", "plain.hdf5"]), st.data())
def test_a_damaged_file_is_read_or_named(contents, tmp_path_factory, name, data):
    path = tmp_path_factory.mktemp("archive") / name
    path.write_bytes(data.draw(damaged(contents[name])))
    images = read_or_named(path, lambda path: DSpritesFile(path, "cpu"))
    assert images is None or len(images) == 3


@settings(max_examples=100)
@given(st.binary(max_size=100), st.sampled_from([b"", b"PK\3\4", b"\x89HDF\r\n\x1a\n"]))
def test_any_bytes_are_no_archive_and_named(tmp_path_factory, content, mark):
    path = tmp_path_factory.mktemp("archive") / "dsprites.hdf5"
    path.write_bytes(mark + content)
    assert read_or_named(path, DSpritesFile) is None


def test_a_missing_file_says_how_to_get_it(path):
    with pytest.raises(FileNotFoundError, match=r"no dSprites archive at .*download_dsprites\(path\) fetches it"):
        DSpritesFile(path)
