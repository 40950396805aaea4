"""The ray caster against closed forms; rendered chairs and faces: a factor changes what it should, and only that."""

import errno
import itertools
import math
import os
import re

from bvae_lib.data import RenderedChairs, RenderedFaces
from bvae_lib.data.rendered import images as rendered
from bvae_lib.data.rendered.raycaster import Scene, camera, tilt, vector

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

CPU = torch.device("cpu")
WHITE = torch.ones(1, 3)
BLACK = torch.zeros(1, 3)
SETS = [RenderedChairs, RenderedFaces]

angles = st.floats(-180, 180, allow_subnormal=False)
positions = st.floats(-0.6, 0.6, allow_subnormal=False)


def scene(azimuth=0.0, elevation=0.0, reach=1.0, distance=math.inf, light=(0.0, -1.0, 0.0), ambient=1.0) -> Scene:
    """An empty scene on black; with an ambient light of 1 every solid has its own colour."""
    view = camera(torch.tensor([azimuth]), elevation, reach, distance)
    return Scene(view, torch.tensor([light]), BLACK, ambient)


def mass(image: torch.Tensor) -> tuple[float, float, float]:
    """Covered area, and its middle in u (right) and v (up), of a white shape on black; the image is 2 x 2."""
    cover = image[0, 0].double()
    at = (torch.arange(64).double() + 0.5) / 32 - 1
    area = cover.sum()
    return area.item() / 1024, (cover.sum(0) @ at / area).item(), -(cover.sum(1) @ at / area).item()


def test_a_box_covers_its_share_of_every_pixel():
    world = scene()
    world.box((0, 0, 0), (9 / 32, 1, 6.4 / 32), WHITE)
    image = world.draw(CPU)[0, 0]
    expected = torch.zeros(64, 64)
    expected[26:38, 23:41] = 1
    expected[[25, 38], 23:41] = 1 / 3  # one ray in three: they are at 1/6, 3/6 and 5/6 of a pixel
    torch.testing.assert_close(image, expected)


@given(angles, st.floats(0, 90, allow_subnormal=False), st.sampled_from([math.inf, 3.0]))
def test_a_ball_is_a_disc_from_everywhere(azimuth, elevation, distance):
    world = scene(azimuth, elevation, distance=distance)
    world.ellipsoid((0, 0, 0), (0.5, 0.5, 0.5), WHITE)
    seen = 0.5 if math.isinf(distance) else math.tan(math.asin(0.5 / distance)) * distance
    area, u, v = mass(world.draw(CPU))
    assert area == pytest.approx(math.pi * seen**2, rel=0.01)
    assert (u, v) == pytest.approx((0, 0), abs=0.002)


@given(angles, st.floats(-90, 90, allow_subnormal=False), *[positions] * 3, st.sampled_from([math.inf, 4.0]))
def test_a_small_ball_is_where_the_camera_projects_it(azimuth, elevation, x, y, z, distance):
    world = scene(azimuth, elevation, 1.2, distance)
    world.ellipsoid((x, y, z), (0.08, 0.08, 0.08), WHITE)
    a, e = math.radians(azimuth), math.radians(elevation)
    right = x * math.cos(a) + y * math.sin(a)
    away = y * math.cos(a) - x * math.sin(a)  # after the turn around z
    up = z * math.cos(e) + away * math.sin(e)
    depth = away * math.cos(e) - z * math.sin(e)
    scale = 1.2 if math.isinf(distance) else 1.2 * (1 + depth / distance)
    _, u, v = mass(world.draw(CPU))
    assert (u, v) == pytest.approx((right / scale, up / scale), abs=0.01)


@given(angles)
def test_a_cylinder_is_a_rectangle_from_its_side_and_a_disc_from_above(azimuth):
    side, above = scene(azimuth), scene(azimuth, 90.0)
    for world in (side, above):
        world.add("cylinder", (0, 0, 0), (0.3, 0.3, 0.7), WHITE)
    assert mass(side.draw(CPU))[0] == pytest.approx(0.6 * 1.4, rel=0.02)
    assert mass(above.draw(CPU))[0] == pytest.approx(math.pi * 0.09, rel=0.02)


@given(*[positions] * 4)
def test_a_rod_joins_its_ends(x, z, u, w):
    if math.hypot(u - x, w - z) < 0.3:
        u = x + 0.3 if x < 0 else x - 0.3
    world = scene()
    world.rod((x, 0, z), (u, 0, w), 0.1, WHITE)
    area, right, up = mass(world.draw(CPU))
    assert area == pytest.approx(0.2 * math.hypot(u - x, w - z), rel=0.09)  # a ray, 0.0104, more each way
    assert (right, up) == pytest.approx(((x + u) / 2, (z + w) / 2), abs=0.01)


def test_a_tilted_box_leans_away_from_the_viewer():
    leaning, upright = scene(elevation=90.0), scene(elevation=90.0)  # from above, what is further away is higher up
    leaning.box((0, 0, 0), (0.1, 0.01, 0.8), WHITE, tilt(30))
    leaning.box((0, 0, -0.8), (1, 1, 0.79), BLACK)  # hides the lower half
    upright.box((0, 0, 0), (0.1, 0.01, 0.8), WHITE)
    area, _, v = mass(leaning.draw(CPU))
    assert v == pytest.approx(0.8 * math.sin(math.radians(30)) / 2, abs=0.02)
    assert area > 4 * mass(upright.draw(CPU))[0]


@pytest.mark.parametrize("nearer_first", [True, False])
@pytest.mark.parametrize("distance", [math.inf, 5.0])
def test_the_nearer_solid_hides_the_other_whatever_the_order(nearer_first, distance):
    red, blue = torch.tensor([[1.0, 0, 0]]), torch.tensor([[0.0, 0, 1]])
    solids = [((0, -0.5, 0), red), ((0, 0.5, 0), blue)]
    for azimuth, front in ((0.0, [1, 0, 0]), (180.0, [0, 0, 1])):
        world = scene(azimuth, distance=distance)
        for centre, colour in solids if nearer_first else solids[::-1]:
            world.box(centre, (0.2, 0.1, 0.2), colour)
        assert world.draw(CPU)[0, :, 32, 32].tolist() == front


@given(st.floats(0, 180, allow_subnormal=False), st.floats(0.1, 1))
def test_shade_is_the_ambient_share_and_lamberts_cosine(angle, brightness):
    a = math.radians(angle)
    light = (brightness * math.sin(a), -brightness * math.cos(a), 0.0)
    expected = brightness * (0.25 + 0.75 * max(math.cos(a), 0))
    for shape in ("box", "ellipsoid", "cylinder"):
        world = scene(light=light, ambient=0.25)
        world.add(shape, (0, 0, 0), (0.9, 0.2, 0.9), WHITE)
        assert world.draw(CPU)[0, 0, 31:33, 31:33].mean().item() == pytest.approx(expected, abs=0.01)


def test_the_shade_of_a_flattened_ball_follows_its_own_normals():
    world = scene(light=(math.sqrt(0.5), -math.sqrt(0.5), 0.0), ambient=0.0)
    world.ellipsoid((0, 0, 0), (0.8, 0.4, 0.8), WHITE)
    # At x the surface is at y = -0.4 sqrt(1 - (x / 0.8)^2), and its normal is along (x / 0.64, y / 0.16).
    x = (40 + 0.5) / 32 - 1
    normal = np.array([x / 0.64, -0.4 * math.sqrt(1 - (x / 0.8) ** 2) / 0.16])
    expected = (normal[0] - normal[1]) * math.sqrt(0.5) / np.linalg.norm(normal)
    assert world.draw(CPU)[0, 0, 32, 40].item() == pytest.approx(expected, abs=0.01)


def test_a_solid_is_only_in_the_scenes_that_have_it():
    view = camera(torch.zeros(3), 0.0, 1.0)
    world = Scene(view, vector(0, -1, 0).expand(3, 3), BLACK.expand(3, 3), 1.0)
    world.box((0, 0, 0), (torch.tensor([0.5, 0.25, 0.5]), 0.5, 0.5), WHITE.expand(3, 3), where=torch.tensor([1, 1, 0]))
    areas = [mass(image[None])[0] for image in world.draw(CPU)[:2]]
    assert areas == pytest.approx([1, 0.5])
    assert world.draw(CPU)[2].max() == 0


# Chairs and faces


@pytest.fixture(scope="module", params=SETS)
def images(request):
    return request.param(60, device="cpu", cache=None)


def base(images) -> torch.Tensor:
    """The middle class of every factor, with a board for a back and straight legs."""
    factors = torch.tensor(images.factor_sizes) // 2
    if images is RenderedChairs:
        factors[[4, 5]] = 0
    return factors


def change(images, name: str, **classes: int) -> torch.Tensor:
    """One image for every class of the factor ``name``, the other factors as in ``base`` but for ``classes``."""
    factors = base(images).repeat(images.factor_sizes[images.factor_names.index(name)], 1)
    for other, value in classes.items():
        factors[:, images.factor_names.index(other)] = value
    factors[:, images.factor_names.index(name)] = torch.arange(len(factors))
    return images.draw(factors, "cpu")


def changed(drawn: torch.Tensor) -> torch.Tensor:
    """Pixels [64, 64] that are not alike in all images."""
    return ((drawn - drawn[:1]).abs() > 1.5 / 255).any(dim=1).any(dim=0)


def random_factors(images, n: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.stack([torch.randint(size, (n,), generator=generator) for size in images.factor_sizes], dim=-1)


def test_images_are_float32_in_range_and_stay_within_the_frame(images):
    drawn = images[:]
    assert drawn.shape == (60, 3, 64, 64)
    assert drawn.dtype == torch.float32
    assert 0 <= drawn.min() < 0.2
    assert 0.8 < drawn.max() <= 1
    if type(images) is RenderedChairs:
        border = torch.cat([drawn[..., 0], drawn[..., -1], drawn[..., 0, :], drawn[..., -1, :]], dim=-1)
        assert border.min() == 1


def test_the_largest_chair_is_within_the_frame():
    factors = base(RenderedChairs).repeat(31 * 5, 1)
    factors[:, 1:9] = torch.tensor([1, 4, 4, 0, 0, 3, 4, 1])
    factors[:, 0] = torch.arange(31).repeat(5)
    factors[:, 5] = torch.arange(5).repeat_interleave(31)
    drawn = RenderedChairs.draw(factors, "cpu")
    assert torch.cat([drawn[..., 0], drawn[..., -1], drawn[..., 0, :], drawn[..., -1, :]], dim=-1).min() == 1


def test_a_held_image_is_the_one_drawn_from_its_factors(images):
    indices = torch.tensor([[3, 59], [-1, 20]])
    factors = images.factors(indices)
    assert factors.shape == (2, 2, len(images.factor_names))
    torch.testing.assert_close(images.draw(factors, "cpu"), images[indices], rtol=0, atol=1.01 / 255)
    torch.testing.assert_close(images.draw(factors[1, 1], "cpu"), images[20], rtol=0, atol=1.01 / 255)


@settings(max_examples=5)
@given(st.sampled_from(SETS), st.integers(0, 1000))
def test_an_image_does_not_depend_on_the_batch_it_is_drawn_in(images, seed):
    factors = random_factors(images, 12, seed)
    alone = torch.stack([images.draw(f, "cpu") for f in factors])
    torch.testing.assert_close(images.draw(factors, "cpu"), alone, rtol=0, atol=1.01 / 255)


@pytest.mark.parametrize("images", SETS)
def test_all_the_work_is_on_the_device_that_is_asked_for(images):
    # "meta" has shapes but no values, and takes no others in; ``draw`` refuses it.
    drawn = images.draw_bytes(random_factors(images, 20, 0), torch.device("meta"))
    assert drawn.device.type == "meta"
    assert drawn.shape == (20, 3, 64, 64)


def test_index_undoes_factors_and_a_combination_that_is_not_held_is_named(images):
    indices = torch.randperm(60, generator=torch.Generator().manual_seed(0)).view(6, 10)
    assert torch.equal(images.index(images.factors(indices)), indices)
    lacking = torch.tensor([size - 1 for size in images.factor_sizes])
    with pytest.raises(IndexError, match=rf"60 images has none with .*'azimuth': {lacking[0]}.*draw\(factors\)"):
        images.index(lacking)
    with pytest.raises(IndexError, match="azimuth 99 is not a class"):
        images.draw(torch.tensor([99, *lacking[1:]]))


def test_the_seed_chooses_the_combinations_and_none_comes_twice(images):
    few = [type(images)(8, device="cpu", seed=seed, cache=None) for seed in (1, 1, 2)]
    assert torch.equal(few[0][:], few[1][:])
    assert torch.equal(few[0].factors(range(8)), few[1].factors(range(8)))
    assert not torch.equal(few[0].factors(range(8)), few[2].factors(range(8)))
    assert len(images.factors(range(60)).unique(dim=0)) == 60
    for column, size in enumerate(images.factor_sizes):  # from the whole of each factor
        assert len(images.factors(range(60))[:, column].unique()) > 0.6 * size


@pytest.mark.parametrize("number", [0, -5, 10**10, 2.5, True])
def test_a_number_of_images_that_there_cannot_be_is_refused(number):
    with pytest.raises(ValueError, match="n must be a whole number from 1 to 9920000, not"):
        RenderedChairs(number)


def test_the_entropy_is_that_of_different_images(images):
    assert images.entropy() == pytest.approx(math.log(60))
    twins = images.to(CPU)
    twins.bytes = images.bytes.clone()
    twins.bytes[30:] = images.bytes[:30]
    assert twins.entropy() == pytest.approx(math.log(30))
    assert images.entropy() == pytest.approx(math.log(60))


def test_the_second_start_reads_what_the_first_drew(tmp_path, monkeypatch):
    path = tmp_path / "new" / "chairs"
    first = RenderedChairs(6, device="cpu", cache=path)
    with monkeypatch.context() as patch:
        patch.setattr(RenderedChairs, "draw_all", None)
        assert torch.equal(RenderedChairs(6, device="cpu", cache=path).bytes, first.bytes)
    assert [p.name for p in path.parent.iterdir()] == ["chairs"]


@pytest.mark.parametrize("fault", ["a flipped bit", "cut short", "empty", "another seed", "another code"])
def test_a_cache_that_is_damaged_or_of_other_images_is_made_good(tmp_path, monkeypatch, fault):
    path = tmp_path / "chairs"
    first = RenderedChairs(6, device="cpu", cache=path)
    stored = bytearray(path.read_bytes())
    if fault == "a flipped bit":
        stored[5000] ^= 16
    elif fault == "cut short":
        del stored[-1:]
    elif fault == "empty":
        stored.clear()
    elif fault == "another seed":
        RenderedChairs(6, device="cpu", cache=path, seed=1)
        stored = path.read_bytes()
    else:
        monkeypatch.setattr(rendered, "raycaster", rendered)  # another file than the one that drew
    path.write_bytes(stored)
    assert torch.equal(RenderedChairs(6, device="cpu", cache=path).bytes, first.bytes)
    monkeypatch.setattr(RenderedChairs, "draw_all", None)
    assert torch.equal(RenderedChairs(6, device="cpu", cache=path).bytes, first.bytes)


def test_numpy_and_torch_numbers_are_taken(tmp_path):
    few = RenderedFaces(np.int64(3), "cpu", torch.tensor(5), tmp_path / "faces")
    assert torch.equal(few[:], RenderedFaces(3, "cpu", 5, cache=None)[:])


@pytest.mark.parametrize("seed", [-1, 0.5, None, True])
def test_a_seed_of_another_kind_is_refused(seed):
    with pytest.raises(ValueError, match=f"seed must be a whole number of at least 0, not {seed}"):
        RenderedFaces(3, seed=seed)


def test_images_that_cannot_be_kept_are_there_all_the_same(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    first = RenderedFaces(3, "cpu", cache=None)
    for path in (tmp_path / "a folder", tmp_path / "file" / "faces"):
        (tmp_path / "a folder").mkdir(exist_ok=True)
        with pytest.raises(OSError, match=re.escape(str(path))):  # before anything is drawn
            RenderedFaces(3, "cpu", cache=path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", full_disk)
        with pytest.warns(UserWarning, match="could not be kept in .*No space left.*drawn again"):
            again = RenderedFaces(3, "cpu", cache=tmp_path / "faces")
    assert torch.equal(again[:], first[:])
    assert not (tmp_path / "faces").exists()
    assert not list(tmp_path.glob(".*"))


def full_disk(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_none_drawn_is_none():
    assert RenderedFaces.draw(torch.zeros(0, 10, dtype=torch.long), "cpu").shape == (0, 3, 64, 64)


def test_the_cache_is_in_the_home_folder_by_default(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    RenderedFaces(3, device="cpu", seed=5)
    assert (tmp_path / ".cache" / "bvae_lib" / "RenderedFaces-3-5.images").is_file()


@pytest.mark.parametrize(("images", "name"), [(images, name) for images in SETS for name in images.factor_names])
def test_neighbouring_classes_of_every_factor_differ_visibly(images, name):
    drawn = change(images, name)
    for one, next_ in itertools.pairwise(drawn):
        assert changed(torch.stack([one, next_])).sum() >= 12


def silhouette(drawn: torch.Tensor) -> torch.Tensor:
    return (drawn < 1).any(dim=1)


def test_the_colour_of_a_chair_leaves_its_silhouette():
    shapes = silhouette(change(RenderedChairs, "colour"))
    assert (shapes == shapes[0]).all()


@pytest.mark.parametrize("azimuth", range(0, 31, 5))
def test_a_back_grows_above_the_seat_and_legs_below(azimuth):
    assert not changed(change(RenderedChairs, "back_height", azimuth=azimuth))[32:].any()
    for legs in range(5):
        assert not changed(change(RenderedChairs, "leg_length", azimuth=azimuth, legs=legs))[:30].any()


def test_chairs_mirror_at_mirrored_azimuths_and_no_other():
    shapes = silhouette(change(RenderedChairs, "azimuth"))
    mirrored = shapes.flip(2)
    differ = (shapes[:, None] != mirrored).sum((2, 3))  # [azimuth, azimuth]
    counterpart = -torch.arange(31) % 31
    assert differ[torch.arange(31), counterpart].max() <= 2
    differ[torch.arange(31), counterpart] = 4096
    assert differ.min() > 12


def test_the_lamp_is_beside_the_camera_so_a_chair_is_more_than_its_mirror_image():
    drawn = change(RenderedChairs, "azimuth")
    assert (drawn[3].flip(2) - drawn[-3]).abs().max() > 0.1


@settings(max_examples=6)
@given(st.integers(0, 1000))
def test_faces_mirror_when_azimuth_and_light_do(seed):
    factors = random_factors(RenderedFaces, 8, seed)
    mirrored = factors.clone()
    mirrored[:, 0] = 14 - factors[:, 0]
    mirrored[:, 7] = 6 - factors[:, 7]
    one, other = RenderedFaces.draw(factors, "cpu"), RenderedFaces.draw(mirrored, "cpu").flip(3)
    assert ((one - other).abs() > 1.5 / 255).float().mean() < 1e-3  # rays that meet an edge may fall to either side


def test_the_background_of_a_face_is_only_behind_it():
    drawn = change(RenderedFaces, "background")
    colours = drawn[:, :, 0, 0]
    assert len(colours.unique(dim=0)) == 8
    spread = (drawn - drawn[:1]).abs().amax((0, 1)) / (colours - colours[:1]).abs().max()  # share not covered
    predicted = drawn[:1] + spread * (colours - colours[:1])[:, :, None, None]
    torch.testing.assert_close(drawn, predicted, rtol=0, atol=3 / 255)
    assert 0.3 < (spread == 0).float().mean() < 0.7


@pytest.mark.parametrize("name", ["skin", "hair", "smile", "eyes", "light", "brightness"])
def test_what_changes_on_a_face_leaves_its_outline(name):
    around = changed(change(RenderedFaces, "background"))
    inside = ~around
    moved = changed(change(RenderedFaces, name))
    beside = torch.nn.functional.max_pool2d(inside[None].float(), 3, 1, 1)[0] > 0  # edges share their pixels
    assert moved.any()
    assert not (moved & ~beside).any()


@pytest.mark.parametrize("azimuth", [0, 4, 7, 14])
def test_eyes_change_above_the_nose_and_a_smile_below(azimuth):
    eyes = changed(change(RenderedFaces, "eyes", azimuth=azimuth))
    smile = changed(change(RenderedFaces, "smile", azimuth=azimuth))
    assert eyes[20:32].sum() == eyes.sum() > 20
    assert smile[32:48].sum() == smile.sum() > 40
