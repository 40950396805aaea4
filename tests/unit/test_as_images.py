"""as_images: what can be trained on or measured passes as it is, and what cannot is told with the mend."""

import warnings

from bvae_lib.data import Blobs
from bvae_lib.data.base import as_images

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset, Subset, TensorDataset

from tests.unit.own_images import Own

IMAGES = torch.rand(6, 1, 64, 64, generator=torch.Generator().manual_seed(0))
PAIRS = TensorDataset(IMAGES, torch.arange(6))


class Batches(Dataset):
    """A set that PyTorch would call a dataset, and gives batches."""

    __len__ = Own.__len__
    __getitem__ = Own.__getitem__

    def __init__(self):
        self.images = IMAGES


class Singles(Batches):
    """As torchvision's datasets are: a whole number gives an image."""

    def __getitem__(self, index):
        return self.images[int(index)]


@pytest.mark.parametrize("images", [IMAGES, IMAGES.double(), IMAGES.half(), Own(IMAGES), Blobs(), Batches()])
def test_what_gives_batches_stays_as_it_is(images):
    assert as_images(images) is images


@pytest.mark.parametrize("kind", ["<f4", ">f4", "<f8", "<f2"])
@pytest.mark.parametrize("change", [lambda x: x, lambda x: x[::-1], lambda x: np.asfortranarray(x)])
def test_an_array_becomes_a_tensor_of_the_same_numbers(kind, change):
    array = change(IMAGES.numpy().astype(kind))
    assert np.array_equal(as_images(array).numpy(), array)


def test_an_array_that_cannot_be_written_to_makes_no_noise():
    array = IMAGES.numpy().copy()
    array.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert torch.equal(as_images(array), IMAGES)


@pytest.mark.parametrize(
    "images",
    [
        list(IMAGES),
        tuple(IMAGES),
        [IMAGES[:1]],
        PAIRS,
        TensorDataset(IMAGES),
        Subset(PAIRS, [0, 1]),
        Subset(Singles(), [0, 1]),
        Singles(),
        DataLoader(PAIRS),
        {"train": IMAGES},
        iter(IMAGES),
        "photos",
        None,
        7,
    ],
    ids=lambda images: type(images).__name__,
)
def test_what_gives_no_batches_is_told_how_to_become_a_tensor(images):
    with pytest.raises(TypeError, match=rf"ImageSet, not {type(images).__name__}; make.*torch\.stack"):
        as_images(images)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (IMAGES[:0], r"images is empty, \[0, 1, 64, 64\]"),
        (Own(IMAGES[:0]), "images is empty: Own has no image"),
        (IMAGES[:, 0], r"\[N, channels, H, W\], not \[6, 64, 64\]; images\[:, None\] adds a channel"),
        (Own(IMAGES[:, 0]), r"not \[1, 64, 64\]; images\[:, None\]"),
        (IMAGES[0, 0, 0, 0], r"not \[\]$"),
        (IMAGES.flatten(1), r"not \[6, 4096\]$"),
        (torch.rand(2, 64, 64, 3), r"not \[2, 64, 64, 3\]; images\.movedim\(-1, 1\)"),
        ((IMAGES * 255).byte(), r"not torch\.uint8; divide bytes by 255"),
        (IMAGES.to_sparse(), r"dense tensor, not torch\.sparse_coo; x\.to_dense\(\) makes one"),
        (Own(IMAGES.to(torch.float8_e4m3fn)), r"not torch\.float8_e4m3fn; call \.float\(\)"),
        (IMAGES.to("meta"), "not lie on the device meta"),
        (np.array(list(IMAGES.numpy()), dtype=object), r"array of object; images\.astype\('float32'\)"),
        ((IMAGES * 255).byte().numpy(), r"not torch\.uint8; divide bytes by 255"),
        (Own((IMAGES * 255).byte()), r"not torch\.uint8; divide bytes by 255"),
        (IMAGES * 255, r"must lie in \[0, 1\], not .* divide bytes by 255"),
        (Own(IMAGES * 255), r"must lie in \[0, 1\], not .* divide bytes by 255"),
        (Own(IMAGES * 2 - 1), r"must lie in \[0, 1\], not -.*\(images \+ 1\) / 2"),
        (torch.full_like(IMAGES, torch.nan), "not nan to nan; look for NaN"),
    ],
)
def test_images_of_another_kind_are_refused_with_the_mend(images, message):
    with pytest.raises(ValueError, match=message):
        as_images(images)


def test_a_gradient_that_images_carry_is_left_alone():
    images = IMAGES.clone().requires_grad_()
    assert not as_images(images).requires_grad
    assert torch.equal(as_images(images), IMAGES)
    assert images.requires_grad


def test_an_error_of_a_set_of_ones_own_is_not_hidden():
    class Faulty(Own):
        def __getitem__(self, indices):
            raise KeyError("a fault of its own")

    with pytest.raises(KeyError, match="a fault of its own"):
        as_images(Faulty(IMAGES))
