"""The widget of a rotated posterior, seen from Python."""

import re

from bvae_lib.widgets import Rotation

import pytest


def test_angle_and_deviations_can_be_set_and_observed():
    widget, seen = Rotation(degrees=10), []
    widget.observe(lambda change: seen.append(change.new), "degrees")
    widget.degrees = 45
    assert seen == [45]
    assert widget.sigmas == [0.25, 0.75]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Rotation(degrees=91), "degrees must .* not 91"),
        (lambda: Rotation(sigmas=(0.5,)), "sigmas must"),
        (lambda: Rotation(sigmas=(0.05, 1)), "sigmas must"),
        (lambda: setattr(Rotation(), "degrees", float("nan")), "degrees must"),
    ],
)
def test_what_the_sliders_cannot_show_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_without_javascript_an_image_shows_both_ellipses():
    still = Rotation(45, (0.25, 0.5)).strip_html().data
    assert re.fullmatch(r"<noscript><img alt=\"[^\"]*by 45 degrees[^\"]*costs 0.22 nats.*</noscript>", still)
