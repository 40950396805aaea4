"""The widget of the Lagrangian, seen from Python."""

import re

from bvae_lib.widgets import Lagrangian

import numpy as np
import pytest


def test_price_and_budget_can_be_set_and_observed():
    widget, seen = Lagrangian(price=np.float32(1), budget=1), []
    widget.observe(lambda change: seen.append(change.new), ["price", "budget"])
    widget.price, widget.budget = 3, 0.125
    assert seen == [3, 0.125]
    assert type(widget.price) is float


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Lagrangian(price=5.1), "price must .* not 5.1"),
        (lambda: Lagrangian(budget=-0.1), "budget must .* not -0.1"),
        (lambda: setattr(Lagrangian(), "price", float("nan")), "price must"),
    ],
)
def test_what_the_sliders_cannot_show_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize("budget", [0, 0.5, 2.5])
def test_without_javascript_an_image_shows_both_curves(budget):
    still = Lagrangian(3, budget).strip_html().data
    assert re.fullmatch(r"<noscript><img alt=\"[^\"]*mean of 0.50, 0.12 nats\..*</noscript>", still)
