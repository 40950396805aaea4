"""Figures of a run and what it drew, in one JSON file: arrays as lists, the pictures as one PNG."""

import base64
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from ..atomic import write_atomically
from ..widgets import pictures


def write(path: Path, figures: dict[str, np.ndarray], drawn: np.ndarray) -> None:
    """Write ``figures``, to 4 decimals, and ``drawn``, uint8 [rows, columns, 64, 64]; whole or not at all."""
    stored = {name: np.round(values, 4).tolist() for name, values in figures.items()}
    stored["drawn"] = base64.b64encode(pictures.png(pictures.sheet(drawn[..., None]))).decode()
    with write_atomically(path, "w") as file:
        json.dump(stored, file)


def read(path: Path, what: str) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The figures and pictures that ``write`` wrote; ValueError, which says that it is no ``what``, elsewhere."""
    try:
        stored = json.loads(Path(path).read_text())
        sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(stored.pop("drawn")))))
        drawn = sheet.reshape(sheet.shape[0] // 64, 64, sheet.shape[1] // 64, 64).swapaxes(1, 2)
        return {name: np.array(values) for name, values in stored.items()}, drawn
    except (AttributeError, KeyError, TypeError, OSError, ValueError) as error:
        raise ValueError(f"{path} is not a saved {what} ({type(error).__name__}: {error})") from error
