"""Figures as a phone shows them: a window onto each panel of the one image, wide enough to be read."""

import io
import re

from bvae_lib import plots
from bvae_lib.plots.style import STYLE

import pytest
from PIL import Image

from tools.panels import DPI, LARGEST, READABLE, figure_html, stacked

LETTERS = 10 * 2 * DPI / 72  # pixels of 10 points


def drawn(columns, size):
    """A figure of charts as the build draws it: the labels of 10 points are 30.6 pixels high, 15.3 on a wide screen."""
    file = io.BytesIO()
    plots.canvas(1, columns, size)[0].savefig(file, format="png", bbox_inches="tight", dpi=2 * DPI)
    return Image.open(file)


@pytest.fixture
def figure():
    return drawn(2, (8.0, 3.0))


def test_a_wide_screen_shows_a_figure_with_two_pixels_for_each_of_its_own(figure):
    html = figure_html(figure, "a.png", "", "")
    shown = [int(value) for value in re.search(r'width="(\d+)" height="(\d+)"', html).groups()]
    assert shown == pytest.approx([side / 2 for side in figure.size], abs=1)
    assert STYLE["figure.dpi"] == DPI


def lengths(html, name):
    return [float(value) for value in re.findall(rf"(?<![\w-]){name}: (-?[\d.]+)", html)]


def test_each_window_shows_its_panel_of_the_one_image(figure):
    html = figure_html(figure, "a.png", 'alt="Two charts." ', "")
    assert re.findall(r'alt="([^"]*)"', html) == ["Two charts.", "", ""]
    assert set(re.findall(r'src="([^"]*)"', html)) == {"a.png"}
    assert html.index("aria-hidden") > html.index("Two charts.")
    ratios = [float(w) / float(h) for w, h in re.findall(r"aspect-ratio: (\d+) / (\d+)", html)]
    for wide, left, ratio in zip(lengths(html, "width"), lengths(html, "left"), ratios, strict=True):
        panel = figure.width / (wide / 100)
        assert 0 <= -left / 100 * panel <= figure.width - panel + 1
        assert panel / ratio <= figure.height
    assert sum(100 / wide for wide in lengths(html, "width")) == pytest.approx(1, abs=0.1)


def test_letters_are_at_least_nine_pixels_high(figure):
    html = figure_html(figure, "a.png", "", "").partition("stack")[2]
    scales = lengths(html, "width")  # the image is so many percent as wide as its window
    for least, most, wide in zip(lengths(html, "--least"), lengths(html, "--most"), scales, strict=True):
        assert least * wide / 100 / figure.width * LETTERS == pytest.approx(READABLE, abs=0.1)
        assert most * wide / 100 / figure.width == pytest.approx(LARGEST / 2, abs=0.01)


def test_a_figure_of_one_panel_stays_one_and_is_no_smaller_than_can_be_read():
    image = drawn(1, (7.0, 3.0))
    html = figure_html(image, "a.png", 'alt="One chart." ', "")
    assert html.count("<img") == 1
    assert lengths(html, "--least")[0] / image.width * LETTERS == pytest.approx(READABLE, abs=0.1)
    other = figure_html(Image.new("L", (50, 20)), "a.png", "", "")
    assert (lengths(other, "--least"), lengths(other, "--most")) == ([0], [50])


def test_all_images_but_the_first_wait_until_they_come_near(figure, tmp_path):
    for name in ("a", "b"):
        figure.save(tmp_path / f"{name}.png")
    page = '<p><img alt="A." src="../_images/a.png" /> and <img alt="B." src="../_images/b.png" /></p>'
    done = stacked(page, tmp_path)
    assert re.findall(r'<img alt="(.)\." (?:loading="(\w+)" )?src', done) == [("A", ""), ("B", "lazy")]
    assert stacked(done.replace(".png", ".webp"), tmp_path) == done.replace(".png", ".webp")
