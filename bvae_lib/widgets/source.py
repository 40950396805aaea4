"""The JavaScript and CSS of a widget, from the files beside this one."""

from pathlib import Path

HERE = Path(__file__).parent


def source(*names: str) -> str:
    """Join the named files into one text.

    A widget's script must be one self-contained module: a page opened from the file system may import nothing, and
    inside a notebook there is no address to import from. So the files declare functions and share one scope; the last
    one exports the widget. No bundler is needed.
    """
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)
