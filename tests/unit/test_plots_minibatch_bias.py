"""What the figure of minibatch estimates shows, read off its axes."""

from bvae_lib import plots
from bvae_lib.metrics import MinibatchBias

import pytest

ERRORS = {"mutual_information": 0.1, "total_correlation": 0.2, "dimension_wise_kl": 0.3}


def rows(method):
    return [MinibatchBias(method, size, 1.0 * size, -2.0, 0.5, ERRORS) for size in (64, 16)]


def test_each_method_is_a_line_of_each_part_with_its_intervals():
    axes = plots.minibatch_bias(rows("stratified") + rows("weighted")).axes
    assert [axis.get_title() for axis in axes][1] == "total correlation"
    for axis, values, error in zip(axes, ([16, 64], [-2, -2], [0.5, 0.5]), ERRORS.values(), strict=True):
        assert [box.get_label() for box in axis.containers] == ["stratified", "weighted"]
        line, _, (bars,) = axis.containers[0]
        assert [list(line.get_xdata()), list(line.get_ydata())] == [[16, 64], values]
        (_, low), (_, high) = bars.get_segments()[0]
        assert high - low == pytest.approx(2 * 1.96 * error)
        assert [label.get_text() for label in axis.get_xticklabels()] == ["16", "64"]
