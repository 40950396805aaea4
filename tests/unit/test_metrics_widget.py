"""The widget of metrics, seen from Python."""

import re

from bvae_lib import metrics
from bvae_lib.widgets import Metrics

import numpy as np
import pytest


def test_settings_can_be_set_and_observed():
    widget, seen = Metrics(degrees=10), []
    widget.observe(lambda change: seen.append(change.new), "degrees")
    widget.degrees = 45
    assert seen == [45]
    assert [widget.width, widget.noise, widget.copies] == [1, 0.005, False]


def test_the_code_is_what_the_sliders_say():
    straight, factors = Metrics().codes(), np.array(Metrics().factors)
    assert np.abs(straight - (2 * factors / 11 - 1)).max() < 0.03
    turned = Metrics(degrees=90, width=0.5).codes()
    np.testing.assert_allclose(turned, np.column_stack([-straight[:, 1], straight[:, 0] / 2]), atol=0.04)
    four = Metrics(copies=True).codes()
    np.testing.assert_array_equal(four, np.hstack([straight, straight]))
    noise = np.array(Metrics(seed=1).draws)
    assert noise.std() == pytest.approx(1, abs=0.1)
    assert (noise != Metrics().draws).any()


def test_each_button_shows_a_failure():
    straight, copied, squeezed = (Metrics(**s).scores() for s in ({}, {"copies": True}, {"width": 0.04}))
    assert min(straight.values()) > 0.9
    assert copied["MIG"] == copied["SAP"] == 0
    assert copied["modularity"] > 0.99
    assert np.isnan(squeezed["InfoC"])
    assert squeezed["MIG"] == straight["MIG"]
    rotated, noisy = Metrics(degrees=45).scores(), Metrics(noise=0.1).scores()
    assert max(rotated[name] for name in ("MIG", "SAP", "modularity", "InfoM", "InfoC")) < 0.05
    assert rotated["InfoE"] > 0.99
    assert noisy["InfoM"] > 0.99 > 0.6 > noisy["MIG"]
    assert noisy["MIG"] == metrics.mig(Metrics(noise=0.1).codes(), Metrics().factors).mean


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Metrics(degrees=91), "degrees must .* from 0 to 90, not 91"),
        (lambda: Metrics(width=0), "width must .* from 0.02 to 1, not 0"),
        (lambda: Metrics(noise=0), "noise must .* from 0.005 to 0.3, not 0"),
        (lambda: setattr(Metrics(), "copies", 2), "copies must be True or False, not 2"),
    ],
)
def test_what_the_sliders_cannot_show_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_without_javascript_an_image_shows_code_and_bars():
    still = Metrics(width=0.04).strip_html().data
    assert re.fullmatch(r"<noscript><img alt=\"[^\"]*MIG 0.99[^\"]*InfoC –[^\"]*\" src=.*</noscript>", still)
