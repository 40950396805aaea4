"""Diagrams: every box and label is drawn, and each arrow leads from its first box to its second."""

from bvae_lib import plots

from matplotlib.text import Annotation


def test_boxes_lie_from_the_top_down_and_arrows_lead_from_one_to_the_next():
    boxes = {"first": (0, 0), "second": (1, 0), "third": (0, 2)}
    figure = plots.flow_diagram(boxes, {("first", "third"): "down", ("second", "third"): "across"})
    figure.canvas.draw()
    (axis,) = figure.axes
    texts = {text.get_text(): text for text in axis.texts if text.get_text()}
    assert set(texts) == {*boxes, "down", "across"}
    at = {name: texts[name].get_window_extent().get_points().mean(axis=0) for name in texts}  # from the lower left
    assert at["first"][1] == at["second"][1] > at["down"][1] > at["third"][1]
    assert at["first"][0] < at["second"][0]
    arrows = [text for text in axis.texts if isinstance(text, Annotation)]
    assert [(arrow.get_position(), arrow.xy) for arrow in arrows] == [((0, 0), (0, 2)), ((1, 0), (0, 2))]
