"""The widget of two posteriors, seen from Python."""

import re

from bvae_lib.widgets import Overlap

import pytest


def test_means_and_deviations_can_be_set_and_observed():
    widget, seen = Overlap(means=(-1, 1)), []
    widget.observe(lambda change: seen.append(change.new), "means")
    widget.means = [0, 2]
    assert seen == [[0.0, 2.0]]
    assert widget.sigmas == [0.5, 0.5]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Overlap(means=(0,)), r"means must have the shape \[2\], not \[1\]"),
        (lambda: Overlap(means=(0, 4)), r"means must be finite numbers from -3.0 to 3.0, not 4.0"),
        (lambda: Overlap(sigmas=(0, 1)), "sigmas must be finite numbers from 0.05 to 1.5, not 0.0"),
        (lambda: setattr(Overlap(), "sigmas", [float("nan"), 1]), "sigmas must"),
    ],
)
def test_what_the_sliders_cannot_show_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_without_javascript_an_image_shows_the_two():
    still = Overlap(means=(-1, 1.5)).strip_html().data
    assert re.fullmatch(r"<noscript><img alt=\"[^\"]*N\(-1, 0.5²\)[^\"]*N\(1.5, 0.5²\).*</noscript>", still)
