"""The drawn dSprites: against digests of real frames, against a slow renderer, and as a set of images."""

import csv
import hashlib
import math
from pathlib import Path

from bvae_lib.data.packed import PackedImages

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

REAL_FRAMES = list(
    csv.DictReader((Path(__file__).parent / "data" / "real_frames.csv").read_text(encoding="utf-8").splitlines())
)

some_factors = st.tuples(*(st.integers(0, size - 1) for size in (3, 6, 40, 32, 32)))
some_indices = st.integers(0, 737_279)


def vertices(shape: int, scale: int, orientation: int, pos_x: int, pos_y: int) -> list[tuple[int, int]]:
    """The polygon in whole 1/256 pixels, one vertex at a time."""
    if shape == 0:
        outline = [(-9.6, -9.6), (9.6, -9.6), (9.6, 9.6), (-9.6, 9.6)]
    elif shape == 1:
        angles = [2 * math.pi * k / 100 for k in range(100)]
        outline = [(9.6 * 1.33 * math.cos(t), 9.6 / 1.33 * math.sin(t)) for t in angles]
    else:
        outline = []
        for k in range(150):
            t = 2 * math.pi * k / 150
            height = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
            outline.append((9.6 * math.sin(t) ** 3, -19.2 * height / 29 - 1.44))
    size, theta = 0.5 + 0.1 * scale, 2 * math.pi * orientation / 39
    placed = []
    for x, y in outline:
        u = 16 + 32 * pos_x / 31 + size * (math.cos(theta) * x + math.sin(theta) * y)
        v = 16 + 32 * pos_y / 31 + size * (-math.sin(theta) * x + math.cos(theta) * y)
        placed.append((math.floor(256 * u + 0.5), math.floor(256 * v + 0.5)))
    return placed


def inside(polygon: list[tuple[int, int]], x: int, y: int) -> bool:
    """Whether a point is in the polygon: an odd number of edges lies above it. Whole numbers, so exact.

    The tie rule (left and bottom edges in, right and top edges out) moves the point by next to nothing to the
    right, and by far less upwards.
    """
    x, y = (x << 40) + (1 << 20), (y << 40) - 1
    above = 0
    for (ax, ay), (bx, by) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        ax, ay, bx, by = ax << 40, ay << 40, bx << 40, by << 40
        if (ax > x) != (bx > x):
            above += ((bx - ax) * (y - ay) > (by - ay) * (x - ax)) == (bx > ax)
    return above % 2 == 1


def render(factors: tuple[int, ...]) -> np.ndarray:
    """One image [64, 64], a pixel at a time."""
    polygon = vertices(*factors)
    image = np.zeros((64, 64), np.float32)
    xs, ys = zip(*polygon, strict=True)
    for row in range(max(min(ys) // 256 - 1, 0), min(max(ys) // 256 + 2, 64)):
        for column in range(max(min(xs) // 256 - 1, 0), min(max(xs) // 256 + 2, 64)):
            image[row, column] = inside(polygon, 256 * column + 128, 256 * row + 128)
    return image


def centroid(image: torch.Tensor) -> tuple[float, float]:
    rows, columns = image[0].nonzero(as_tuple=True)
    return columns.float().mean().item(), rows.float().mean().item()


def test_every_real_frame_is_drawn_bit_for_bit(sprites):
    factors = torch.tensor([[int(frame[name]) for name in sprites.factor_names] for frame in REAL_FRAMES])
    images = sprites[sprites.index(factors)].numpy()
    drawn = [hashlib.sha256(np.packbits(image.reshape(-1)).tobytes()).hexdigest() for image in images.astype(np.uint8)]
    assert drawn == [frame["sha256_of_packed_bits"] for frame in REAL_FRAMES]
    assert len(drawn) == 170


@settings(max_examples=200)
@given(some_factors)
def test_a_slow_renderer_agrees(sprites, factors):
    np.testing.assert_array_equal(sprites[sprites.index(factors)][0].numpy(), render(factors))


LEFT_OR_RIGHT = [
    (0, 1, 0, 8, 0),
    (0, 1, 0, 8, 2),
    (1, 0, 0, 4, 4),
    (1, 0, 0, 27, 4),
    (2, 0, 0, 11, 15),
    (2, 0, 1, 2, 10),
]
TOP_OR_BOTTOM = [
    (0, 1, 0, 0, 8),
    (0, 1, 0, 0, 23),
    (1, 0, 8, 6, 22),
    (1, 0, 8, 8, 22),
    (2, 0, 5, 4, 18),
    (2, 0, 5, 6, 18),
]


@pytest.mark.parametrize("factors", LEFT_OR_RIGHT + TOP_OR_BOTTOM)
def test_a_slow_renderer_agrees_where_an_edge_meets_a_pixel_centre(sprites, factors):
    np.testing.assert_array_equal(sprites[sprites.index(factors)][0].numpy(), render(factors))


def test_the_set_is_all_combinations_with_pos_y_fastest(sprites):
    assert len(sprites) == 737_280 == math.prod(sprites.factor_sizes)
    assert sprites.factors(0).tolist() == [0, 0, 0, 0, 0]
    assert sprites.factors([1, 32, 1024, 40_960, 245_760]).tolist() == np.eye(5, dtype=int)[::-1].tolist()
    assert sprites.factors(-1).tolist() == [2, 5, 39, 31, 31]


@given(st.lists(some_factors, min_size=1, max_size=20))
def test_index_undoes_factors_and_factors_undo_index(sprites, factors):
    indices = sprites.index(factors)
    assert sprites.factors(indices).tolist() == [list(f) for f in factors]
    assert sprites.index(sprites.factors(indices)).tolist() == indices.tolist()
    assert indices.tolist() == [sprites.index(f).item() for f in factors]


def test_index_keeps_the_shape_of_a_batch(sprites):
    factors = torch.zeros(4, 3, 5, dtype=torch.long)
    assert sprites.index(factors).shape == (4, 3)
    assert sprites.factors(sprites.index(factors)).shape == (4, 3, 5)


@given(some_factors)
def test_orientation_39_is_the_full_turn(sprites, factors):
    shape, scale, _, pos_x, pos_y = factors
    rotated, upright = sprites[sprites.index([(shape, scale, 39, pos_x, pos_y), (shape, scale, 0, pos_x, pos_y)])]
    assert torch.equal(rotated, upright)


@given(some_factors)
def test_the_sprite_moves_right_with_pos_x_and_down_with_pos_y(sprites, factors):
    shape, scale, orientation, pos_x, pos_y = factors
    at_origin = centroid(sprites[sprites.index((shape, scale, orientation, 0, 0))])
    moved = centroid(sprites[sprites.index(factors)])
    assert moved[0] - at_origin[0] == pytest.approx(pos_x * 32 / 31, abs=0.5)
    assert moved[1] - at_origin[1] == pytest.approx(pos_y * 32 / 31, abs=0.5)


def test_images_are_float32_zeros_and_ones(sprites):
    images = sprites[torch.arange(0, len(sprites), 7919)]
    assert images.dtype == torch.float32
    assert images.shape == (94, 1, 64, 64)
    assert images.unique().tolist() == [0, 1]


@given(some_indices, st.integers(0, 5))
def test_a_slice_a_list_and_a_negative_index_give_the_same_images(sprites, start, length):
    stop = min(start + length, len(sprites))
    images = sprites[start:stop]
    assert images.shape == (stop - start, 1, 64, 64)
    for image, index in zip(images, range(start, stop), strict=True):
        assert sprites[index].shape == (1, 64, 64)
        assert torch.equal(sprites[index], image)
        assert torch.equal(sprites[[index - len(sprites)]][0], image)


@pytest.mark.parametrize("index", [737_280, -737_281, [0, 800_000], torch.tensor([[-900_000]])])
def test_an_index_outside_is_an_error_that_names_it(sprites, index):
    with pytest.raises(IndexError, match=r"(737280|-737281|800000|-900000) is outside this set of 737,280 images"):
        sprites[index]


@pytest.mark.parametrize("index", [1.5, [0.0, 1.0], torch.ones(3, dtype=torch.bool)])
def test_an_index_that_is_no_whole_number_is_an_error(sprites, index):
    with pytest.raises(TypeError, match="indices must be whole numbers"):
        sprites[index]


@pytest.mark.parametrize("name", ["shape", "scale", "orientation", "pos_x", "pos_y"])
def test_a_factor_outside_is_an_error_that_names_it(sprites, name):
    column = sprites.factor_names.index(name)
    for outside in (-1, sprites.factor_sizes[column]):
        factors = [0, 0, 0, 0, 0]
        factors[column] = outside
        with pytest.raises(IndexError, match=f"{name} {outside} is not a class"):
            sprites.index([[0, 0, 0, 0, 0], factors])


@pytest.mark.parametrize("factors", [[0.0, 0, 0, 0, 0], [0, 0, 0, 0], [[0], [0], [0], [0], [0]], 3])
def test_factors_of_another_kind_or_number_are_an_error(sprites, factors):
    with pytest.raises(ValueError, match="factors must be whole numbers with 5 in the last dimension"):
        sprites.index(factors)


def test_the_entropy_counts_images_that_look_alike_once():
    rows = torch.tensor([[1] * 512, [2] * 512, [1] * 512, [3] * 512], dtype=torch.uint8)
    few = PackedImages(rows, torch.device("cpu"))  # probabilities 1/2, 1/4, 1/4
    assert few.entropy() == pytest.approx(0.5 * math.log(2) + 0.5 * math.log(4))


def test_the_last_orientation_is_the_first_again_and_hardly_any_other_image_has_a_twin(sprites):
    twins = math.log(len(sprites)) - 2 / 40 * math.log(2)
    assert twins - 0.01 < sprites.entropy() <= twins
