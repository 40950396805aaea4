"""The table of a sweep, and the files that keep it: a csv, and a card that says where it comes from."""

import hashlib
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._runtime.arguments import plain
from .._runtime.atomic import write_atomically
from .._runtime.paths import file_to_write
from .grid import Run
from .kept import Outcome

if TYPE_CHECKING:
    import pandas

WORDS = ("objective", "arguments", "error", "run")
TYPES = {"objective": "str", "arguments": "str", "D": "float64", "R": "float64", "active": "Int64"}
TYPES |= {"MIG": "float64", "seconds": "float64", "error": "str", "run": "str"}
SAME = ("images", "latents", "fit", "report")  # in the specs of all runs
WHERE = ("commit", "machine", "device", "precision", "versions")  # may differ from run to run
REMEDY = "take the table as sweep returned it, or rows of it"


def to_table(rows: list[tuple[str, Run]], outcomes: dict[str, Outcome]) -> "pandas.DataFrame":
    """Return the table of ``rows``, labels and runs, from what each run came to; ``attrs`` says how it was made."""
    import pandas

    found = [to_row(label, run, outcomes[run.name]) for label, run in rows]
    columns = dict.fromkeys(key for row in found for key in row if key != "run") | {"run": None}
    table = pandas.DataFrame(found, columns=[*columns]).astype(TYPES)
    spec, done = rows[0][1].spec, [outcome for outcome in outcomes.values() if "error" not in outcome]
    table.attrs = {name: spec[name] for name in SAME}
    table.attrs |= {name: sorted({json.dumps(each[name]) for each in done}) for name in WHERE}
    table.attrs |= {name: [json.loads(text) for text in table.attrs[name]] for name in WHERE}
    return table


def to_row(label: str, run: Run, outcome: Outcome) -> dict[str, Any]:
    """Return one row; figures of a run that failed are NaN."""
    row: dict[str, Any] = {"objective": label, "arguments": run.said_arguments(), "seed": run.seed}
    figures: dict[str, Any] = outcome.get("figures", {})
    row |= {"D": figures.get("distortion", math.nan), "R": figures.get("rate", math.nan)}
    row |= {"active": figures.get("active"), "MIG": figures.get("mig", math.nan)}
    row |= {"seconds": outcome.get("seconds", math.nan), "error": outcome.get("error", ""), "run": run.name}
    measures = figures.get("measures", {})
    return row | {name: measure["value"] for name, measure in measures.items() if name != "mig"}  # which MIG is


def save_table(table: "pandas.DataFrame", path: str | Path) -> None:
    """Write a table that ``sweep`` returned as csv, and beside it a card; both are read back and compared.

    The card, ``<name>.card.json``, has what the runs have in common, commits and machines, hours of training, and the
    SHA-256 of the csv.

    Args:
        table: from ``sweep``, or rows of it.
        path: of the csv.

    Raises:
        OSError: where it cannot be written.
        ValueError: for another table, or a path that does not end in ".csv".
    """
    import pandas

    path = csv_path(path)
    if (
        not isinstance(table, pandas.DataFrame)
        or not {"seed", *TYPES} <= {*table.columns}
        or not table.attrs.keys() >= {*SAME}
    ):
        raise ValueError(f"table must be one that sweep returned, not {type(table).__name__} of other form; {REMEDY}")
    text = table.to_csv(index=False, lineterminator="\n")
    card: dict[str, Any] = {"rows": len(table), "failed": int((table["error"] != "").sum())}
    card |= {"hours": round(float(table["seconds"].sum()) / 3600, 3), **table.attrs, "sha256": digest(text.encode())}
    card = plain("table.attrs", card)
    with write_atomically(path, "w") as file:
        file.write(text)
    with write_atomically(card_path(path), "w") as file:
        json.dump(card, file, indent=1, allow_nan=False)
    again, _ = load_table(path)
    pandas.testing.assert_frame_equal(again, table.reset_index(drop=True))


def load_table(path: str | Path) -> tuple["pandas.DataFrame", dict[str, Any]]:
    """Read what ``save_table`` wrote.

    Returns:
        The table and its card.

    Raises:
        OSError: where a file is missing.
        ValueError: where csv and card do not belong together, or are something else.
    """
    import pandas

    path = csv_path(path)
    data = path.read_bytes()
    try:
        card = dict(json.loads(card_path(path).read_text(encoding="utf-8")))
        if card["sha256"] != digest(data):
            raise ValueError("the csv does not have the SHA-256 that its card names")
        table = pandas.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
        for name in table.columns.difference(WORDS):  # floats to the last bit, which not every read_csv gives
            if name == "seed":
                table[name] = [int(text) for text in table[name]]
            else:
                numbers = pandas.Series([float(text or math.nan) for text in table[name]])
                table[name] = numbers.astype(TYPES.get(name, "float64"))
        table.attrs = {name: card[name] for name in (*SAME, *WHERE)}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} and {card_path(path).name} are not a table of a sweep as it was saved ({error}); restore both "
            "(git checkout), or save the table again"
        ) from error
    return table, card


def csv_path(path: Any) -> Path:
    """Return the path of a csv; ValueError for another name."""
    path = file_to_write("path", path)
    if path.suffix != ".csv":
        raise ValueError(f'path must end in ".csv", as "sweep.csv" does, not {str(path)!r}')
    return path


def card_path(path: Path) -> Path:
    """Return the path of the card of a csv."""
    return path.with_name(f"{path.stem}.card.json")


def digest(data: bytes) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(data).hexdigest()
