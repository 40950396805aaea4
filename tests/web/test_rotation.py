"""A rotated posterior in a browser: the numbers on the page, and drawings that follow every slider."""

import math
import re

from bvae_lib.models import Posterior
from bvae_lib.theory import channel
from bvae_lib.widgets import Rotation

import pytest
import torch


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"\d+\.\d+", text)]


@pytest.mark.parametrize("degrees", [0, 30, 45, 90])
@pytest.mark.parametrize("sigmas", [(0.1, 1.0), (0.5, 0.5), (0.75, 0.25)])
def test_the_page_says_what_the_library_says(show, degrees, sigmas):
    page, trouble = show(Rotation(degrees, sigmas))
    posterior = Posterior(torch.zeros(1, 2), 2 * torch.tensor([sigmas]).log())
    angle = math.radians(degrees)
    ratio, cost = numbers(page.locator(".bvae-facts").inner_text())
    assert ratio == pytest.approx(sigmas[0] / sigmas[1], abs=0.006)
    assert cost == pytest.approx(channel.rotation_cost(posterior, (0, 1), angle).item(), abs=0.006)
    best = (0.5 * channel.rotate_posterior(posterior, (0, 1), angle).log_variance).exp()[0].tolist()
    assert numbers(page.get_by_text("Best diagonal: ").inner_text()) == pytest.approx(best, abs=0.006)
    assert trouble == []
