"""A Sphinx extension: the front page's launch buttons open chapter 1, as Colab and Binder cannot run that page."""

from pathlib import Path

from pages import pages
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", open_a_notebook, priority=502)  # the theme makes the buttons at 501
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def open_a_notebook(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: object) -> None:
    """Let the buttons of a page that is no notebook lead to the book's first notebook."""
    page = f"{pagename}.md"
    if not (ROOT / page).exists():
        return
    first = next(f"{name}.ipynb" for name in pages() if (ROOT / f"{name}.ipynb").exists())
    for group in context.get("header_buttons", []):
        if group.get("label") == "launch-buttons":
            for button in group["buttons"]:
                button["url"] = button["url"].replace(page, first)
