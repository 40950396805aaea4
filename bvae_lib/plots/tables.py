"""Tables in one style, in Jupyter, Colab and the book: what a cell returns in place of a bare data frame."""

import math
import reprlib
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

Format = str | Callable[[Any], str]
NOTHING = "–"  # where there is no number
LOOK: Any = [
    # As a block it scrolls sideways by itself, where a phone is narrower than the table.
    {"selector": "", "props": "display: block; width: fit-content; max-width: 100%; overflow-x: auto;"
                              "border-collapse: collapse; font-size: 0.9em; font-variant-numeric: tabular-nums"},
    {"selector": "th, td", "props": "box-sizing: content-box; padding: 0.3em 0.8em; max-width: 26em;"
                                    "text-align: left; vertical-align: top"},
    {"selector": "thead th", "props": "vertical-align: bottom; white-space: normal"},
]  # fmt: skip


def table(
    rows: pd.DataFrame | Sequence[Mapping[str, Any]], formats: Format | Mapping[str, Format] | None = None
) -> Styler:
    """Lay out a table: numbers right-aligned with their headers, text left-aligned, names of rows where there are any.

    Without a format, the numbers of a column have as many decimals as give its largest three significant digits, and
    none where all of them are whole; True and False are "yes" and "no"; a missing value is a dash. Pandas' own
    numbering of the rows is left out.

    Args:
        rows: a data frame, or a dict for each row, by column.
        formats: of the numbers, as ``"{:.2f}"`` or a function from a number to its text; one for all columns, or by
            column for some of them.

    Returns:
        What Jupyter, Colab and the book show as a table.

    Raises:
        TypeError: for rows that are neither, and formats that are neither text nor functions.
        ValueError: for no rows, columns of the same name, and a format for a column that there is not.
    """
    frame = _frame(rows).map(_plain).infer_objects()
    if frame.index.name and frame.columns.nlevels == 1:  # into the corner; pandas gives it a line of its own
        frame = frame.rename_axis(index=None, columns=frame.index.name)
    given = _by_column(formats, frame)
    texts = {name: _text(frame[name], given.get(name)) for name in frame}
    styler = Styler(frame, cell_ids=False).format(texts, escape="html").format_index(escape="html", axis="columns")
    look = [*LOOK, *(_column_look(f".col{i}", frame[name], texts[name], name) for i, name in enumerate(frame))]
    if isinstance(frame.index, pd.RangeIndex) and frame.columns.name is None:
        styler = styler.hide(axis="index")
    elif frame.index.nlevels == 1:
        names = frame.index.to_series()
        styler = styler.format_index(_text(names), escape="html")
        look.append(_column_look("tbody th, .index_name", names, _text(names), frame.columns.name or ""))
    # The class is what the book's theme colours, in dark mode too.
    return styler.set_table_attributes('class="dataframe"').set_table_styles(look)


def _frame(rows: Any) -> pd.DataFrame:
    """Return the rows as a data frame."""
    if isinstance(rows, pd.Series):
        raise TypeError("rows must be a data frame or a list of dicts, not a Series; rows.to_frame() makes one")
    if not isinstance(rows, pd.DataFrame):
        if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows):
            raise TypeError(f"rows must be a data frame or a list of dicts, not {reprlib.repr(rows)}")
        rows = pd.DataFrame(list(rows))
    if rows.empty:
        raise ValueError(f"rows must have at least one row and one column, not {list(rows.shape)}")
    if not rows.columns.is_unique:
        raise ValueError(f"columns must have different names, not {list(rows.columns)}")
    return rows


def _by_column(formats: Any, frame: pd.DataFrame) -> Mapping[Any, Format]:
    """Return the formats by column, each looked at."""
    if formats is None:
        return {}
    if not isinstance(formats, Mapping):
        formats = dict.fromkeys(frame, formats)
    if unknown := [name for name in formats if name not in frame]:
        raise ValueError(f"formats has no column {unknown}; the columns are {list(frame)}")
    for form in formats.values():
        if not callable(form) and not (isinstance(form, str) and "{" in form):
            raise TypeError(f"a format must be a text such as '{{:.2f}}' or a function, not {form!r}")
    return formats


def _plain(value: Any) -> Any:
    """Return the number in an array or a tensor of one, anything else as it is."""
    return value.item() if getattr(value, "ndim", None) == 0 else value


def _column_look(selector: str, values: pd.Series, text: Callable[[Any], str], header: Any) -> dict[str, Any]:
    """Return the style of a column: its side, and a width at which neither its header nor a name takes many lines."""
    side = "right" if _numbers(values) and not any(map(_is_text, values)) else "left"
    letters = max(len(str(header)) / 2, min(max(map(len, map(text, values))), 24))
    return {"selector": selector, "props": f"text-align: {side}; min-width: {0.55 * letters:.1f}em"}


def _is_text(value: Any) -> bool:
    return isinstance(value, str | bool)


def _numbers(values: pd.Series) -> list[float]:
    """Return those of the values that are finite numbers."""
    return [float(x) for x in values if isinstance(x, Real) and not isinstance(x, bool) and math.isfinite(x)]


def _text(values: pd.Series, form: Format | None = None) -> Callable[[Any], str]:
    """Return a function that writes each of the values of a column."""
    numbers = _numbers(values)
    largest = max(map(abs, numbers), default=0)
    decimals = 0 if all(x == int(x) for x in numbers) else max(0, 2 - math.floor(math.log10(largest)))
    own = (form.format if isinstance(form, str) else form) or f"{{:,.{decimals}f}}".format

    def text(value: Any) -> str:
        if _is_text(value):
            return {True: "yes", False: "no"}.get(value, value)
        if pd.api.types.is_scalar(value) and pd.isna(value):
            return NOTHING
        return own(value) if isinstance(value, Real) else str(value)

    return text
