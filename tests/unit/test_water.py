"""The widget of the water level, seen from Python."""

import re

from bvae_lib.widgets import WaterLevel

import pytest


def test_the_price_can_be_set_and_observed():
    widget, seen = WaterLevel([1.0, 4.0, 2.0]), []
    widget.observe(lambda change: seen.append(change.new), "price")
    widget.price = 3
    assert seen == [3.0]
    assert widget.variances == [4.0, 2.0, 1.0]


@pytest.mark.parametrize("noise", [0.5, 2.0])
def test_the_slider_goes_from_all_active_to_none(noise):
    low, high = WaterLevel([4.0, 0.5], price=1, noise=noise).reach
    assert low * noise < 0.5
    assert high * noise > 4.0


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: WaterLevel([4.0, 0.0]), "variances must be"),
        (lambda: WaterLevel([4.0, 1.0], noise=0), "noise must be a finite number of more than 0, not 0"),
        (lambda: WaterLevel([4.0, 1.0], price=9), r"price must be a finite number from 0.769.* to 5.2, not 9"),
        (lambda: setattr(WaterLevel([4.0, 1.0]), "price", float("nan")), "price must"),
    ],
)
def test_what_the_slider_cannot_show_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_without_javascript_an_image_says_the_rates():
    still = WaterLevel([4.0, 1.0, 0.25], price=1).strip_html().data
    assert re.fullmatch(r"<noscript><img alt=\"[^\"]*price 1; above it stand 0.69, 0.00, 0.00 nats.*</noscript>", still)
