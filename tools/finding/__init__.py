"""What lets readers find the pages: the book's search, titles and descriptions, and a map once it has an address.

Run before anything else adds words to the pages: these are made from what their authors wrote.
"""

from pathlib import Path

import yaml

from .heads import write_heads
from .search import index_search
from .site import link_results, write_site


def make_findable(html: Path, pages: list[str], config: Path) -> None:
    """Rewrite the built ``pages`` under ``html``, harmless when called again; ``config`` is the book's _config.yml."""
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    title, address = settings["title"], settings["html"]["baseurl"]
    write_heads(html, pages, title, address)
    index_search(html, pages)
    write_site(html, pages, title, address)
    if address:
        link_results(html, pages, f"{settings['repository']['url']}/blob/{settings['repository']['branch']}")
