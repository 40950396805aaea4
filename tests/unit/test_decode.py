"""Images of every kind that Pillow opens, as 64 x 64 pixels: against known colours and torchvision's transforms."""

import io
import re
import struct
import warnings
import zlib

from bvae_lib.data._decode import decode

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from torchvision.transforms import functional

from .damage import damaged

BYTE = st.integers(0, 255)


def noise(width, height):
    """An image of random pixels."""
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


def saved(image, path, **options):
    image.save(path, **options)
    return path


@pytest.mark.parametrize("size", [(178, 218), (600, 600), (301, 200), (64, 64), (20, 31)])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_central_square_is_scaled_as_torchvision_does(tmp_path, size, channels):
    image = noise(*size)
    pixels = decode(saved(image, tmp_path / "a.png"), channels, None)
    expected = image if channels == 3 else image.convert("L")
    side, (left, top) = min(size), ((s - min(size)) // 2 for s in size)
    expected = functional.resize(functional.crop(expected, top, left, side, side), [64, 64])
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, functional.pil_to_tensor(expected))


def test_a_crop_takes_the_middle(tmp_path):
    image = noise(178, 218)
    expected = functional.resize(functional.center_crop(image, 148), [64, 64])
    pixels = decode(saved(image, tmp_path / "a.png"), 3, 148)
    assert np.array_equal(pixels, functional.pil_to_tensor(expected))


def test_fine_stripes_become_grey_and_no_pattern(tmp_path):
    stripes = np.tile(np.array([0, 255], np.uint8), (256, 128))
    pixels = decode(saved(Image.fromarray(stripes), tmp_path / "a.png"), 1, None)
    assert np.abs(pixels[0, 2:-2, 2:-2] - 127.5).max() < 10


@given(BYTE, BYTE, BYTE, BYTE, st.integers(1, 90), st.integers(1, 90))
def test_one_colour_stays_that_colour_on_white(tmp_path_factory, red, green, blue, alpha, width, height):
    image = Image.new("RGBA", (width, height), (red, green, blue, alpha))
    pixels = decode(saved(image, tmp_path_factory.mktemp("image") / "a.png"), 3, None)
    expected = 255 + (np.array([red, green, blue]) - 255.0) * alpha / 255
    assert np.abs(pixels - expected[:, None, None]).max() <= 1


def palette():
    image = Image.new("P", (80, 80), 1)
    image.putpalette([9, 9, 9, 10, 120, 230])
    return image


# image, how it is saved, colour of all its pixels
KINDS = {
    "grey": (Image.new("L", (80, 80), 77), "a.png", {}, (77, 77, 77)),
    "black and white": (Image.new("1", (80, 80), 1), "a.png", {}, (255, 255, 255)),
    "grey, half transparent": (Image.new("LA", (80, 80), (100, 51)), "a.png", {}, (224, 224, 224)),
    "palette": (palette(), "a.png", {}, (10, 120, 230)),
    "palette, one colour transparent": (palette(), "a.png", {"transparency": 1}, (255, 255, 255)),
    "palette, another colour transparent": (palette(), "a.png", {"transparency": 0}, (10, 120, 230)),
    "palette, alpha by colour": (palette(), "a.png", {"transparency": b"\xff\x33"}, (206, 228, 250)),
    "colour key": (Image.new("RGB", (80, 80), (1, 2, 3)), "a.png", {"transparency": (1, 2, 3)}, (255, 255, 255)),
    "GIF": (palette(), "a.gif", {}, (10, 120, 230)),
    "CMYK": (Image.new("CMYK", (80, 80), (0, 255, 255, 0)), "a.tif", {}, (255, 0, 0)),
    "16 bits": (Image.fromarray(np.full((80, 80), 77 * 257, np.uint16)), "a.png", {}, (77, 77, 77)),
    "16 bits, TIFF": (Image.fromarray(np.full((80, 80), 77 * 257, np.uint16)), "a.tif", {}, (77, 77, 77)),
    "WebP": (Image.new("RGBA", (80, 80), (0, 0, 0, 0)), "a.webp", {"lossless": True}, (255, 255, 255)),
}


def png(depth, levels, clear, side=80):
    """The bytes of a PNG file of one colour, grey or RGB, of which the colour ``clear`` is transparent."""

    def chunk(kind, content):
        crc = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)

    row = "".join(f"{level:0{depth}b}" for level in levels) * side
    rows = (b"\0" + int(row, 2).to_bytes(len(row) // 8, "big")) * side
    header = struct.pack(">IIBBBBB", side, side, depth, 0 if len(levels) == 1 else 2, 0, 0, 0)
    transparent = struct.pack(f">{len(clear)}H", *clear)
    chunks = {b"IHDR": header, b"tRNS": transparent, b"IDAT": zlib.compress(rows), b"IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, content) for kind, content in chunks.items())


@pytest.mark.parametrize(("depth", "colours"), [(1, 1), (2, 1), (4, 1), (8, 1), (16, 1), (8, 3), (16, 3)])
def test_a_transparent_colour_is_white_at_any_number_of_bits(tmp_path, depth, colours):
    most = 2**depth - 1
    levels = [round(share * most) for share in (0.3, 0.7, 0.2)[:colours]]
    other = [most - level for level in levels]
    (tmp_path / "clear.png").write_bytes(png(depth, levels, levels))
    (tmp_path / "opaque.png").write_bytes(png(depth, levels, other))
    assert (decode(tmp_path / "clear.png", 3, None) == 255).all()
    expected = [level * 255 / most for level in (levels * 3)[:3]]
    assert np.abs(decode(tmp_path / "opaque.png", 3, None) - np.array(expected)[:, None, None]).max() <= 1


@given(st.integers(0, 255), st.sampled_from([np.int32, np.uint8, np.uint16]))
def test_bytes_that_numpy_widened_keep_their_levels_in_tiff(tmp_path_factory, level, kind):
    image = Image.fromarray(np.full((80, 80), level * (257 if kind is np.uint16 else 1), kind))
    assert (decode(saved(image, tmp_path_factory.mktemp("image") / "a.tif"), 1, None) == level).all()


@pytest.mark.parametrize("kind", KINDS)
def test_images_of_every_kind_have_their_colours(tmp_path, kind):
    image, name, options, colour = KINDS[kind]
    path = saved(image, tmp_path / name, **options)
    pixels = decode(path, 3, None)
    assert (pixels == np.array(colour)[:, None, None]).all()
    assert np.array_equal(decode(path, 1, None)[0], np.asarray(Image.fromarray(pixels.transpose(1, 2, 0)).convert("L")))


def test_16_bits_keep_all_their_levels(tmp_path):
    levels = np.tile(np.arange(64, dtype=np.uint16) * 1040, (64, 1))
    pixels = decode(saved(Image.fromarray(levels), tmp_path / "a.png"), 1, None)
    assert np.array_equal(pixels[0], np.round(levels / 257))


@pytest.mark.parametrize(
    ("orientation", "upright"),
    [(1, lambda p: p), (3, lambda p: p.rotate(180)), (6, lambda p: p.rotate(-90)), (2, lambda p: p.transpose(0))],
)
def test_a_rotated_photograph_stands_upright(tmp_path, orientation, upright):
    image = noise(64, 64)
    exif = Image.Exif()
    exif[274] = orientation
    rotated = decode(saved(image, tmp_path / "rotated.png", exif=exif), 3, None)
    assert np.array_equal(rotated, decode(saved(upright(image), tmp_path / "upright.png"), 3, None))


def truncated(path):
    saved(noise(100, 100), path)
    path.write_bytes(path.read_bytes()[:5000])


def flipped(path):
    saved(noise(100, 100), path)
    content = bytearray(path.read_bytes())
    content[3000] ^= 255
    path.write_bytes(content)


BROKEN = {
    "cut short": (truncated, "truncated|Truncated"),
    "a byte changed": (flipped, "Error"),
    "text": (lambda path: path.write_text("not an image", encoding="utf-8"), "cannot identify"),
    "empty": (lambda path: path.write_bytes(b""), "cannot identify"),
    "a folder": (lambda path: path.mkdir(), "IsADirectoryError|PermissionError"),
    "a dangling link": (lambda path: path.symlink_to("nowhere"), "No such file"),
    "floats": (lambda path: saved(Image.new("F", (80, 80)), path, format="TIFF"), "floats, whose white is unknown"),
    "32 bits": (lambda path: saved(Image.new("I", (80, 80), 70_000), path, format="TIFF"), "outside the 0 to 65535"),
    "too small": (lambda path: saved(noise(80, 49), path), "80 x 49 pixels are too few for the central 50 x 50"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_cannot_be_read_is_described(tmp_path, kind):
    make, words = BROKEN[kind]
    path = tmp_path / "a.png"
    make(path)
    why = decode(path, 3, 50)
    assert isinstance(why, str)
    assert re.search(words, why)


def encoded(kind):
    """The bytes of a small picture as a file of this kind."""
    file = io.BytesIO()
    noise(24, 20).save(file, kind)
    return file.getvalue()


FILES = {kind: encoded(kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "TGA", "ICO", "JPEG2000")}


def readable_or_described(tmp_path_factory, content):
    """A file of any content is an image of the right kind, or its fault in words."""
    path = tmp_path_factory.mktemp("image") / "a.png"
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, about what it repairs
        found = decode(path, 3, None)
    assert isinstance(found, str) or (found.shape == (3, 64, 64) and found.dtype == np.uint8)


@settings(max_examples=100)
@given(st.binary(max_size=300))
@example(b"")
def test_any_bytes_are_an_image_or_described(tmp_path_factory, content):
    readable_or_described(tmp_path_factory, content)


@settings(max_examples=200)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_damaged_files_of_every_kind_are_an_image_or_described(tmp_path_factory, kind, data):
    readable_or_described(tmp_path_factory, data.draw(damaged(FILES[kind])))
