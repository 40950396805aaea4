"""ImageFolder, Chairs3D and CelebA on small folders of the layouts that the real sets have."""

import os
import zlib
from contextlib import nullcontext as nothing

from bvae_lib.data import CelebA, Chairs3D, ImageFolder, celeba
from bvae_lib.data._decode import decode
from bvae_lib.data.base import LabelledImages
from bvae_lib.models import BurgessVAE
from bvae_lib.objectives import BetaVAE
from bvae_lib.training import fit

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torchvision import datasets, transforms

from .damage import damaged, read_or_named

QUIET = {"device": "cpu", "progress": False}


def save(path, seed, size=(70, 80)):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


NAMES = ["Zoë am See.PNG", "a/b/c/d/e.png", "a/b.jpg", "a.tiff", "ß 日本/x y.webp"]


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A folder of five images at all depths, and of files that are none."""
    root = tmp_path_factory.mktemp("folder") / "my photos"
    for seed, name in enumerate(NAMES):
        save(root / name, seed)
    for name in ("README.txt", "a/Thumbs.db", ".hidden.png", ".trash/old.png", "a/._b.jpg"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(b"no image")
    return root


def test_every_image_of_a_folder_is_found_however_deep(photos):
    images = ImageFolder(photos, **QUIET)
    assert images.names == sorted(NAMES)
    assert images.skipped == {}
    assert images[:].shape == (5, 3, 64, 64)
    assert images[:].dtype == torch.float32
    for i, name in enumerate(images.names):
        assert np.array_equal((images[i] * 255).round(), decode(photos / name, 3, None))


def test_grey_images_have_one_channel(photos):
    images = ImageFolder(str(photos), channels=1, **QUIET)
    assert images.channels == 1
    assert images[[0, 1]].shape == (2, 1, 64, 64)


@given(st.lists(st.integers(-5, 4), min_size=1, max_size=9))
def test_indices_are_lists_tensors_slices_and_negative(photos, indices):
    images = ImageFolder(photos, **QUIET)
    every = images[:]
    expected = every[torch.tensor(indices)]
    assert torch.equal(images[indices], expected)
    assert torch.equal(images[torch.tensor(indices)], expected)
    assert torch.equal(images[np.array(indices)], expected)
    assert torch.equal(images[torch.tensor(indices)[None, :, None]], expected[None, :, None])
    assert torch.equal(images[indices[0]], expected[0])
    assert torch.equal(images[indices[0] :: 2], every[indices[0] :: 2])


def test_sample_repeats_with_the_seed(photos):
    first, same, other = (ImageFolder(photos, seed=seed, **QUIET).sample(16) for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_a_folder_can_be_trained_on(photos):
    history = fit(BurgessVAE(channels=3), ImageFolder(photos, **QUIET), BetaVAE(1), 2, 4, device="cpu", progress=False)
    assert np.isfinite(history.distortion).all()


def test_factors_that_are_not_known_are_an_error(photos):
    images = ImageFolder(photos, **QUIET)
    assert images.factor_names == images.factor_sizes == ()
    for ask in (images.factors, images.index):
        with pytest.raises(ValueError, match="not known"):
            ask([0])


def test_links_are_followed_and_a_circle_ends(tmp_path):
    save(tmp_path / "elsewhere" / "far.png", 1)
    root = tmp_path / "root"
    save(root / "near.png", 2)
    (root / "file.png").symlink_to(root / "near.png")
    (root / "folder").symlink_to(tmp_path / "elsewhere")
    (root / "circle").symlink_to(root)
    (tmp_path / "link to root").symlink_to(root)
    assert ImageFolder(root, **QUIET).names == ["file.png", "folder/far.png", "near.png"]
    images = ImageFolder(tmp_path / "link to root", **QUIET)
    assert len(images) == 3
    assert torch.equal(images[0], images[2])


@pytest.mark.parametrize("suffix", [".jfif", ".tga", ".avif", ".qoi", ".JP2", ".Jpe", ".dib", ".PNM"])
def test_images_of_rarer_kinds_are_read(tmp_path, suffix):
    pixels = np.random.default_rng(0).integers(0, 256, (80, 80, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / f"a{suffix}", quality=95)
    Image.fromarray(pixels).save(tmp_path / "b.png")
    rare, plain = ImageFolder(tmp_path, cache=tmp_path / "images", **QUIET)[:]
    assert (rare - plain).abs().mean() < 0.1


def test_an_image_that_pillow_cannot_read_is_not_passed_over(tmp_path):
    save(tmp_path / "photos" / "a.png", 0)
    (tmp_path / "photos" / "b.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    with pytest.raises(ValueError, match=r"cannot read 1 of 2 files.*\n  'b\.HEIC': .*cannot identify"):
        ImageFolder(tmp_path / "photos", **QUIET)


def test_images_are_told_by_their_content(tmp_path):
    for name in ("a.jpg", "b.png"):
        Image.fromarray(np.full((64, 64, 3), 7, np.uint8)).save(tmp_path / name, "BMP")
    assert (ImageFolder(tmp_path, cache=tmp_path / "images", **QUIET)[:] == 7 / 255).all()


def test_numpy_and_torch_numbers_are_taken(photos):
    images = ImageFolder(photos, np.int64(1), np.uint8(50), seed=torch.tensor(3), unreadable=np.float32(0), **QUIET)
    assert type(images.channels) is int
    assert torch.equal(images.sample(5), ImageFolder(photos, 1, 50, seed=3, **QUIET).sample(5))


def test_an_archive_in_the_place_of_a_folder_is_named(tmp_path):
    (tmp_path / "img_align_celeba.zip").write_bytes(b"PK")
    with pytest.raises(NotADirectoryError, match=r"celeba\.zip is a file, not a folder; unpack an archive first"):
        ImageFolder(tmp_path / "img_align_celeba.zip")


def test_no_folder_and_no_image_are_errors_that_name_it(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder at .*nowhere"):
        ImageFolder(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"no images in .*below; looked for .*\.png"):
        ImageFolder(tmp_path)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"channels": 4}, "channels must be 3, colour, or 1, grey, not 4"),
        ({"channels": True}, "channels must be a whole number, not True"),
        ({"crop": 0}, "crop must be .* at least 1, not 0"),
        ({"crop": True}, "crop must be .* not True"),
        ({"crop": 1.5}, r"crop must be .* not 1\.5"),
        ({"unreadable": 5}, "unreadable must be a finite number from 0 to 1, not 5"),
        ({"seed": "0"}, "seed must be a whole number, not '0'"),
        ({"device": "tape"}, "device 'tape' cannot be used"),
    ],
)
def test_arguments_out_of_range_are_refused(photos, wrong, message):
    with pytest.raises(ValueError, match=message):
        ImageFolder(photos, **{**QUIET, **wrong})


# Of the 31 x 2 poses of 3D Chairs: number, elevation, azimuth.
POSES = [(1, 20, 11), (2, 20, 23), (31, 20, 360), (33, 30, 11), (34, 30, 23), (63, 30, 360)]


def chair(root, model, pose, distance=96):
    number, elevation, azimuth = pose
    name = f"{model}/renders/image_{number:03}_p{elevation:03}_t{azimuth:03}_r{distance:03}.png"
    return name, save(root / name, zlib.crc32(name.encode()), (600, 600))


@pytest.fixture(scope="module")
def chairs(tmp_path_factory):
    """The folder of the archive, with three models."""
    root = tmp_path_factory.mktemp("chairs") / "rendered_chairs"
    for model in ("1a6f615e8b1b5ae4dbbc9440457e303e", "b663f1e4df6c51fe19fb4103277a6b93", "c0ffee"):
        for pose in POSES:
            chair(root, model, pose)
    (root / "all_chair_names.mat").write_bytes(b"MATLAB 5.0 MAT-file")
    save(root / "c0ffee" / "masks" / "image_001_p020_t011_r096.png", 0)
    return root


def test_chairs_have_the_factors_of_their_names(chairs):
    images = Chairs3D(chairs, **QUIET)
    assert len(images) == 18
    assert images.factor_names == ("model", "elevation", "azimuth")
    assert images.factor_sizes == (3, 2, 3)
    models, elevations, azimuths = images.factor_values
    assert models[2] == "c0ffee"
    assert (elevations, azimuths) == ((20, 30), (0, 11, 23))
    for i, name in enumerate(images.names):
        model, elevation, azimuth = images.factors(i).tolist()
        assert f"{models[model]}/renders/image_" in name
        assert f"_p{elevations[elevation]:03}_t{azimuths[azimuth] or 360:03}_" in name
    assert torch.equal(images.index(images.factors(torch.arange(-18, 0))), torch.arange(18))
    found = images.index([2, 0, 0])
    assert images.names[found] == "c0ffee/renders/image_031_p020_t360_r096.png"


def test_chairs_show_the_middle_of_their_renders(chairs):
    images = Chairs3D(chairs, **QUIET)
    render = Image.open(chairs / images.names[7])
    expected = transforms.functional.resize(render.crop((100, 100, 500, 500)), [64, 64])
    assert torch.equal(images[7], transforms.functional.to_tensor(expected))
    assert Chairs3D(chairs, channels=1, **QUIET)[[7]].shape == (1, 1, 64, 64)


def test_chairs_are_found_in_the_folder_they_were_unpacked_in(chairs):
    assert torch.equal(Chairs3D(chairs.parent, **QUIET)[:], Chairs3D(chairs, **QUIET)[:])


@pytest.mark.parametrize("rename", [str.upper, lambda name: name.replace(".png", ".jpg"), lambda n: n[:-4] + ".JPEG"])
def test_chairs_that_were_renamed_or_converted_keep_their_factors(chairs, tmp_path, rename):
    for path in chairs.glob("*/renders/*.png"):
        copy = tmp_path / rename(path.relative_to(chairs).as_posix())
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.symlink_to(path)
    images, expected = Chairs3D(tmp_path, **QUIET), Chairs3D(chairs, **QUIET)
    assert torch.equal(images.factors(torch.arange(18)), expected.factors(torch.arange(18)))
    assert torch.equal(images[:], expected[:])


def test_a_combination_without_a_chair_is_an_error_and_of_two_the_first_is_found(tmp_path):
    for pose in POSES[:3]:
        chair(tmp_path, "a", pose)
    chair(tmp_path, "b", POSES[3])
    chair(tmp_path, "a", POSES[0], distance=48)
    images = Chairs3D(tmp_path, **QUIET)
    assert images.factor_sizes == (2, 2, 3)
    assert "r048" in images.names[images.index([0, 0, 1])]
    with pytest.raises(IndexError, match=r"no image has {'model': 1, 'elevation': 0, 'azimuth': 1}"):
        images.index([[0, 0, 1], [1, 0, 1]])


def test_an_unreadable_chair_takes_its_factors_along(tmp_path):
    paths = [chair(tmp_path, "a", pose) for pose in POSES]
    paths[1][1].write_bytes(paths[1][1].read_bytes()[:1000])
    with pytest.warns(UserWarning, match="left out 1 of 6 files"):
        images = Chairs3D(tmp_path, unreadable=0.2, **QUIET)
    assert images.names == [name for name, _ in paths if name != paths[1][0]]
    assert images.factors(torch.arange(5)).tolist() == [[0, 0, 1], [0, 0, 0], [0, 1, 1], [0, 1, 2], [0, 1, 0]]


def test_renders_of_another_size_or_name_are_refused(tmp_path):
    save(tmp_path / "a" / "a" / "renders" / "image_001_p020_t011_r096.png", 0)
    with pytest.raises(ValueError, match="70 x 80 pixels are too few for the central 400 x 400"):
        Chairs3D(tmp_path / "a", **QUIET)
    save(tmp_path / "b" / "b" / "renders" / "1.png", 0)
    with pytest.raises(ValueError, match=r"'b/renders/1\.png' does not hold its angles; .* like image_001_p020"):
        Chairs3D(tmp_path / "b", **QUIET)


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_without_renders_the_error_says_where_they_are(tmp_path, name):
    save(tmp_path / "empty" / "chair.png", 0)
    with pytest.raises(FileNotFoundError, match=rf"{name}, such as .*seeing3Dchairs.*tar xf"):
        Chairs3D(tmp_path / name)


FACES = [f"{number:06}.jpg" for number in range(1, 13)]
LISTS = ["list_eval_partition", "list_attr_celeba"]
SPLIT = [0, 0, 0, 1, 1, 2, 0, 2, 0, 1, 0, 0]
ATTRIBUTES = ["5_o_Clock_Shadow", "Arched_Eyebrows", "Smiling"]


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    """The folder ``celeba`` as torchvision makes it, with twelve images of noise."""
    root = tmp_path_factory.mktemp("celeba") / "celeba"
    for seed, name in enumerate(FACES):
        save(root / "img_align_celeba" / name, seed, (178, 218))
    values = np.random.default_rng(0).choice([-1, 1], (12, 3))
    rows = [" ".join([name, *(f"{v:2d}" for v in row)]) for name, row in zip(FACES, values, strict=True)]
    write(root / "list_attr_celeba.txt", ["12", " ".join(ATTRIBUTES) + " ", *rows])
    write(root / "list_eval_partition.txt", [f"{name} {split}" for name, split in zip(FACES, SPLIT, strict=True)])
    write(root / "identity_CelebA.txt", [f"{name} 1" for name in FACES])
    for name in ("list_bbox_celeba.txt", "list_landmarks_align_celeba.txt"):
        write(root / name, ["12", "x y", *(f"{name} 1 2" for name in FACES)])
    return root


def write(path, lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def no_digests(monkeypatch):
    """torchvision asks for the digests of the real lists."""
    monkeypatch.setattr(datasets.CelebA, "_check_integrity", lambda self: True)


@pytest.mark.parametrize("split", ["train", "valid", "test", "all"])
def test_faces_and_attributes_are_those_of_torchvision(faces, no_digests, split):
    steps = [transforms.CenterCrop(148), transforms.Resize(64), transforms.ToTensor()]
    reference = datasets.CelebA(faces.parent, split, transform=transforms.Compose(steps))
    images = CelebA(faces, split, **QUIET)
    assert len(images) == len(reference) > 0
    assert images.names == reference.filename
    assert images.factor_names == tuple(ATTRIBUTES)
    assert images.factor_sizes == (2, 2, 2)
    for i, (expected, attributes) in enumerate(reference):
        assert torch.equal(images[i], expected)
        assert torch.equal(images.factors(i), attributes)


def test_faces_with_wanted_attributes_are_found(faces):
    images = CelebA(faces, "all", **QUIET)
    factors = images.factors(torch.arange(12))
    found = images.index(factors)
    assert torch.equal(images.factors(found), factors)
    assert (found <= torch.arange(12)).all()


def test_of_many_images_with_the_same_factors_the_first_is_found():
    factors = torch.randint(3, (5000, 2), generator=torch.Generator().manual_seed(0))
    images = LabelledImages()
    images.factor_names, images.factor_sizes = ("a", "b"), (3, 3)
    images.label(factors)
    for wanted in torch.cartesian_prod(torch.arange(3), torch.arange(3)):
        assert images.index(wanted) == (factors == wanted).all(dim=1).nonzero()[0]


def test_faces_are_found_from_the_folder_above_and_attributes_are_optional(faces, tmp_path):
    (tmp_path / "celeba").mkdir()
    for name in ("img_align_celeba", "list_eval_partition.txt"):
        (tmp_path / "celeba" / name).symlink_to(faces / name)
    images = CelebA(tmp_path, **QUIET)
    assert torch.equal(images[:], CelebA(faces, **QUIET)[:])
    assert images.factor_names == ()
    with pytest.raises(ValueError, match="not known"):
        images.factors([0])


def test_all_attributes_of_the_real_list_fit(faces, tmp_path):
    """Forty attributes have 2^40 combinations."""
    (tmp_path / "img_align_celeba").symlink_to(faces / "img_align_celeba")
    (tmp_path / "list_eval_partition.txt").symlink_to(faces / "list_eval_partition.txt")
    values = np.random.default_rng(1).choice([-1, 1], (12, 40))
    rows = [" ".join([name, *map(str, row)]) for name, row in zip(FACES, values, strict=True)]
    write(tmp_path / "list_attr_celeba.txt", ["12", " ".join(f"Attribute_{i}" for i in range(40)), *rows])
    images = CelebA(tmp_path, "all", **QUIET)
    assert torch.equal(images.factors(torch.arange(12)), torch.from_numpy((values + 1) // 2))
    assert torch.equal(images.index(images.factors(torch.arange(12))), torch.arange(12))


def test_without_celeba_the_error_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"img_align_celeba\.zip.*agreement.*mmlab") as caught:
        CelebA(tmp_path)
    assert str(tmp_path) in str(caught.value)
    (tmp_path / "img_align_celeba").mkdir()
    with pytest.raises(FileNotFoundError, match=r"list_eval_partition\.txt"):
        CelebA(tmp_path)


def test_an_archive_unpacked_in_part_is_an_error(faces, tmp_path):
    (tmp_path / "img_align_celeba").mkdir()
    os.link(faces / "img_align_celeba" / FACES[0], tmp_path / "img_align_celeba" / FACES[0])
    (tmp_path / "list_eval_partition.txt").symlink_to(faces / "list_eval_partition.txt")
    with pytest.raises(ValueError, match=r"cannot read 6 of 7 files.*\n.*000002\.jpg.*No such file"):
        CelebA(tmp_path, **QUIET)


BAD_LISTS = {
    "list_eval_partition.txt": [
        ("000001.jpg 3\n", r"line 1: '000001\.jpg 3' is not the name of an image and 0, 1 or 2"),
        ("000001.jpg 0\n000002.jpg\n", r"line 2: '000002\.jpg' is not"),
        ("image_id,partition\n", "lists no image of this split"),
        ("000001.jpg 0\n000001.jpg 0\n", r"line 2: 000001\.jpg came in line 1; fetch it again"),
        ("", "lists no image of this split"),
        ("000001.jpg 1\n", "lists no image of this split"),
    ],
    "list_attr_celeba.txt": [
        ("", "lacks the attributes of 7 images, such as 000001.jpg"),
        ("12\nSmiling\n000001.jpg 1\n", "lacks the attributes of 6 images, such as 000002.jpg"),
        ("12\nSmiling Young\n000001.jpg 1\n", r"line 3: '000001\.jpg 1' is not a name and 2 times -1 or 1"),
        ("12\nSmiling\n000001.jpg 1\n\n000001.jpg 1\n", r"line 5: 000001\.jpg came in line 3"),
        ("12\nSmiling\n000001.jpg 2\n", r"line 3: '000001\.jpg 2' is not a name and 1 times"),
        ("12\nSmiling\n000001.jpg 0\n000002.jpg -1\n", r"line 4: '000002\.jpg -1' is not .* or 0 or 1"),
    ],
}


@pytest.mark.parametrize(("name", "text", "fault"), [(n, *case) for n, cases in BAD_LISTS.items() for case in cases])
def test_a_list_that_is_not_right_is_refused_with_its_line(faces, tmp_path, name, text, fault):
    for other in ("img_align_celeba", *BAD_LISTS):
        (tmp_path / other).symlink_to(faces / other)
    (tmp_path / name).unlink()
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"{name}.*{fault}"):
        CelebA(tmp_path, **QUIET)


@pytest.mark.parametrize("split", ["validation", ["train", "valid"], None])
def test_an_unknown_split_is_refused(faces, split):
    with pytest.raises(ValueError, match=r"split must be one of .*'valid'.* not .*(validation|train|None)"):
        CelebA(faces, split)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\n\n", "\r\r\n", "\r"])
def test_lists_are_read_as_any_editor_saves_them(faces, tmp_path, encoding, newline):
    (tmp_path / "img_align_celeba").symlink_to(faces / "img_align_celeba")
    for name in BAD_LISTS:
        lines = (faces / name).read_text(encoding="utf-8").splitlines()
        (tmp_path / name).write_bytes(newline.join(lines).encode(encoding))
    expected, images = CelebA(faces, **QUIET), CelebA(tmp_path, **QUIET)
    assert images.names == expected.names
    assert images.factor_names == expected.factor_names
    assert torch.equal(images.factors(torch.arange(7)), expected.factors(torch.arange(7)))


@pytest.mark.parametrize("name", ["list_eval_partition.txt", "list_attr_celeba.txt"])
def test_a_list_that_is_no_text_is_named(faces, tmp_path, name):
    for other in ("img_align_celeba", *BAD_LISTS):
        (tmp_path / other).symlink_to(faces / other)
    (tmp_path / name).unlink()
    (tmp_path / name).write_bytes("000001.jpg 0 # Gesicht von Zoë".encode("latin-1"))
    with pytest.raises(ValueError, match=rf"{name} is not a text in UTF-8 .*fetch it again"):
        CelebA(tmp_path, **QUIET)


@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize("split", ["train", "valid", "test", "all"])
def test_kaggles_copy_is_read_as_the_original(faces, tmp_path, split, nested):
    folder = tmp_path / "img_align_celeba"
    if nested:
        folder.mkdir()
    (folder / "img_align_celeba" if nested else folder).symlink_to(faces / "img_align_celeba")
    lists = {name: (faces / f"{name}.txt").read_text(encoding="utf-8").splitlines() for name in LISTS}
    attributes = ["image_id " + lists["list_attr_celeba"][1], *lists["list_attr_celeba"][2:]]
    partition = ["image_id partition", *lists["list_eval_partition"]]
    write(tmp_path / "list_attr_celeba.csv", [",".join(line.split()) for line in attributes])
    write(tmp_path / "list_eval_partition.csv", [",".join(line.split()) for line in partition])
    expected, images = CelebA(faces, split, **QUIET), CelebA(tmp_path, split, **QUIET)
    assert images.names == expected.names
    assert images.factor_names == expected.factor_names
    assert torch.equal(images[:], expected[:])
    every = torch.arange(len(images))
    assert torch.equal(images.factors(every), expected.factors(every))


def test_a_copy_that_pandas_or_a_spreadsheet_wrote_is_read_as_the_original(faces, tmp_path):
    """With a column of row numbers, quotes, and 0 for -1."""
    (tmp_path / "img_align_celeba").symlink_to(faces / "img_align_celeba")
    values = [line.split() for line in (faces / "list_attr_celeba.txt").read_text(encoding="utf-8").splitlines()[2:]]
    rows = [[str(i), name, *(str((int(v) + 1) // 2) for v in row)] for i, (name, *row) in enumerate(values)]
    write(tmp_path / "list_attr_celeba.csv", [",".join(row) for row in [["", "image_id", *ATTRIBUTES], *rows]])
    rows = [["image_id", "partition"], *([name, str(split)] for name, split in zip(FACES, SPLIT, strict=True))]
    write(tmp_path / "list_eval_partition.csv", [", ".join(f'"{field}"' for field in row) for row in rows])
    expected, images = CelebA(faces, "all", **QUIET), CelebA(tmp_path, "all", **QUIET)
    assert images.names == expected.names
    assert images.factor_names == expected.factor_names
    assert torch.equal(images.factors(torch.arange(12)), expected.factors(torch.arange(12)))


READ_LIST = {
    "list_eval_partition.txt": lambda path: celeba.read_partition(path, (0, 1, 2)),
    "list_attr_celeba.txt": lambda path: celeba.read_attributes(path, FACES),
}


@settings(max_examples=200)
@given(st.sampled_from(sorted(READ_LIST)), st.data())
def test_a_damaged_list_is_read_or_named(faces, tmp_path_factory, name, data):
    path = tmp_path_factory.mktemp("list") / name
    path.write_bytes(data.draw(damaged((faces / name).read_bytes())))
    read_or_named(path, READ_LIST[name])


@settings(max_examples=100)
@given(st.sampled_from(sorted(READ_LIST)), st.binary(max_size=100) | st.text(max_size=50).map(str.encode))
def test_any_bytes_are_no_list_and_named(tmp_path_factory, name, content):
    path = tmp_path_factory.mktemp("list") / name
    path.write_bytes(content)
    assert read_or_named(path, READ_LIST[name]) is None


def test_a_name_that_no_file_can_have_is_described(faces, tmp_path):
    (tmp_path / "img_align_celeba").symlink_to(faces / "img_align_celeba")
    write(tmp_path / "list_eval_partition.txt", ["000001.jpg 0", "00000\0.jpg 0", f"{'9' * 300}.jpg 0"])
    with pytest.warns(UserWarning, match=r"(?s)left out 2 of 3 .*null byte.*File name too long"):
        images = CelebA(tmp_path, unreadable=0.9, **QUIET)
    assert images.names == ["000001.jpg"]


@settings(max_examples=15)
@given(broken=st.sets(st.integers(0, 11), max_size=11))
def test_what_remains_keeps_its_order_and_attributes(faces, tmp_path_factory, broken):
    root = tmp_path_factory.mktemp("damaged")
    for name in BAD_LISTS:
        (root / name).symlink_to(faces / name)
    for i, name in enumerate(FACES):
        (root / "img_align_celeba").mkdir(exist_ok=True)
        if i in broken:
            (root / "img_align_celeba" / name).write_bytes(b"\xff\xd8\xff")
        else:
            os.link(faces / "img_align_celeba" / name, root / "img_align_celeba" / name)
    whole = CelebA(faces, "all", **QUIET)
    kept = [i for i in range(12) if i not in broken]
    with pytest.warns(UserWarning, match="left out") if broken else nothing():
        images = CelebA(root, "all", unreadable=0.99, **QUIET)
    assert torch.equal(images[:], whole[kept])
    assert torch.equal(images.factors(torch.arange(len(kept))), whole.factors(kept))
