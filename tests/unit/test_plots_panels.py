"""The panels that a PNG says it has: whole, apart, in reading order."""

import io
import itertools
import json

from bvae_lib import plots
from bvae_lib.plots.panels import KEY

import numpy as np
import pytest
import torch
from PIL import Image


def saved(figure):
    """The pixels of a figure as a notebook shows it, darker than the ground; and what it says of its panels."""
    file = io.BytesIO()
    figure.savefig(file, format="png", bbox_inches="tight")
    image = Image.open(file)
    return np.asarray(image.convert("L")) < 250, json.loads(image.text[KEY])


def chart(rows, columns, **options):
    figure, axes = plots.canvas(rows, columns, (3.0 * columns, 2.5 * rows), squeeze=False, **options)
    for k, axis in enumerate(axes.flat):
        axis.plot([0, 1, 2], [k, 1, 3], label="of a chart")
        axis.set(xlabel="step", ylabel="rate R\n(nats)", title=f"chart {k}")
    return figure, axes


def test_each_chart_is_a_panel_that_holds_its_labels_and_its_legend():
    figure, axes = chart(2, 3)
    axes[1, 2].legend(loc="upper center", bbox_to_anchor=(0.5, -0.3))
    drawn, panels = saved(figure)
    boxes = panels["boxes"]
    assert len(boxes) == 6
    for left, top, right, bottom in boxes:
        assert drawn[top:bottom, left:right].any()
        drawn[top:bottom, left:right] = False
    assert not drawn.any(), "something of the figure lies in no panel"
    for one, other in itertools.combinations(boxes, 2):
        shared = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
        assert min(shared) <= 4, "panels overlap"
    assert [b[1] < boxes[3][1] for b in boxes] == [True] * 3 + [False] * 3
    assert boxes[:3] == sorted(boxes[:3])


def test_what_overlaps_is_one_panel():
    figure, axes = chart(1, 2)
    axes[0, 0].twinx().set_ylabel("distortion (nats)")
    assert len(saved(figure)[1]["boxes"]) == 2
    figure.set_layout_engine("none")
    axes[0, 1].set_position([0.4, 0.2, 0.5, 0.5])
    assert len(saved(figure)[1]["boxes"]) == 1


def test_a_title_and_a_legend_of_all_are_panels_of_their_own():
    figure, axes = chart(1, 2)
    figure.suptitle("Both")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center")
    boxes = saved(figure)[1]["boxes"]
    assert len(boxes) == 4
    assert boxes[0][3] <= boxes[1][1] + 4  # the title first
    assert boxes[3][1] >= boxes[1][3] - 4  # the legend last


@pytest.mark.parametrize("title", ["", "two rows"])
def test_a_grid_of_images_stays_whole(title):
    images = torch.rand(4, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    drawn, panels = saved(plots.image_grid([images, images], ["a", "b"], title))
    assert len(panels["boxes"]) == 1 + bool(title)
    left, _, right, bottom = panels["boxes"][-1]
    assert drawn[bottom:].sum() == drawn[:, :left].sum() == drawn[:, right:].sum() == 0


@pytest.mark.parametrize(
    "figure",
    [
        plots.kl_bars({"a run at a constant price": np.ones(10)}),
        plots.bayes_errors([1, 2], {f"price {price}": [0.4, 0.1] for price in range(5)}),
        plots.heatmap(np.eye(10), [f"the metric {i}" for i in range(10)], [f"of the metric {i}" for i in range(10)]),
        plots.seed_intervals({"1 nat for 500 steps": [1, 2]}, {"1 nat for 500 steps": (0, 3)}, 3 * "a long label "),
        plots.flow_diagram({"a\nthat shares all factors": (0, 0), "b\none latent at a time": (1, 1)}, {}),
    ],
)
def test_a_chart_alone_can_be_read_on_a_phone(figure):
    drawn, panels = saved(figure)
    assert panels["font"] / drawn.shape[1] * 343 >= 9  # of the 375 pixels of a phone, the page's margins take 32


def test_the_smallest_letters_are_told_in_pixels():
    figure, axes = chart(1, 2)
    axes[0, 1].set_title("small", fontsize=6)
    assert saved(figure)[1]["font"] == pytest.approx(6 / 72 * 110, abs=0.01)


def test_other_formats_are_saved_too():
    file = io.BytesIO()
    chart(1, 1)[0].savefig(file, format="svg")
    assert file.getvalue().startswith(b"<?xml")
