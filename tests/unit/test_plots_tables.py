"""Tables: what stands in their cells, and on which side."""

import html
import re

from bvae_lib import plots

import numpy as np
import pandas as pd
import pytest
import torch


def cells(table):
    """The text of every cell, row by row, the header first."""
    rows = re.findall(r"<tr>(.*?)</tr>", table.to_html(), re.S)
    return [
        [html.unescape(cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in rows
    ]


def right(table):
    """The columns whose cells and headers are right-aligned."""
    return [int(i) for i in re.findall(r"\.col(\d+) \{\s*text-align: right;", table.to_html())]


def test_numbers_have_three_digits_and_stand_right_words_left():
    rows = [
        {"run": "hinge", "D": 61.249, "R": np.float32(9.5), "active": 10, "steps": 100_000.0, "met": True},
        {"run": "a < b", "D": 158.7, "R": torch.tensor(0.04), "active": 9, "steps": 5_000, "met": np.False_},
    ]
    table = plots.table(rows)
    assert cells(table) == [
        ["run", "D", "R", "active", "steps", "met"],
        ["hinge", "61", "9.50", "10", "100,000", "yes"],
        ["a < b", "159", "0.04", "9", "5,000", "no"],
    ]
    assert "a &lt; b" in table.to_html()
    assert right(table) == [1, 2, 3, 4]


def test_rows_that_have_names_show_them_and_what_they_are():
    frame = pd.DataFrame({"share": [0.5, 0.25]}, index=["x", "y"])
    assert cells(plots.table(frame)) == [["", "share"], ["x", "0.500"], ["y", "0.250"]]
    named = frame.set_axis(pd.Index([1000, 2000], name="step"))
    assert cells(plots.table(named)) == [["step", "share"], ["1,000", "0.500"], ["2,000", "0.250"]]
    assert re.search(r"tbody th.*\{\s*text-align: left", plots.table(frame).to_html())
    assert re.search(r"tbody th.*\{\s*text-align: right", plots.table(named).to_html())


def test_formats_are_for_all_columns_or_for_some():
    frame = pd.DataFrame({"D": [1.0, 2.5], "share": [0.123, 0.5], "of": ["x", None]})
    assert cells(plots.table(frame, "{:.1f}"))[1:] == [["1.0", "0.1", "x"], ["2.5", "0.5", "–"]]
    some = plots.table(frame, {"share": "{:.0%}", "D": lambda nats: f"{nats:g} nats"})
    assert cells(some)[1:] == [["1 nats", "12%", "x"], ["2.5 nats", "50%", "–"]]


def test_what_is_missing_is_a_dash_and_leaves_whole_numbers_whole():
    table = plots.table([{"active": 10, "MIG": 0.4}, {"MIG": np.nan}, {"active": 3, "MIG": None}])
    assert cells(table)[1:] == [["10", "0.400"], ["–", "–"], ["3", "–"]]
    assert right(table) == [0, 1]


@pytest.mark.parametrize("values", [[0.0, 0.0], [0, 0]])
def test_zeros_are_whole(values):
    assert cells(plots.table(pd.DataFrame({"KL": values})))[1:] == [["0"], ["0"]]


def test_the_frame_that_is_given_stays_as_it_is():
    frame = pd.DataFrame({"a": [1.0]}, index=pd.Index(["x"], name="row"))
    plots.table(frame)
    assert frame.index.name == "row"
    assert frame.columns.name is None


def test_a_column_is_wide_enough_for_its_longest_word_or_name():
    page = plots.table([{"run": "a name of twenty letters", "x": 1}]).to_html()
    widths = [float(width) for width in re.findall(r"\.col\d+ \{[^}]*min-width: ([\d.]+)em", page)]
    assert widths[0] > 12
    assert widths[1] < 1
