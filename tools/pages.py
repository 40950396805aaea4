"""The pages of the book, by _toc.yml: python tools/pages.py prints its notebooks, longest first."""

from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
# As `make book` prints them. Side by side the longest come first, so that none of them is left to one core at the end.
SECONDS = {"03-bottleneck": 89, "04-factors": 79, "01-vae": 38, "06-paths": 38, "claims": 36, "07-images": 35,
           "05-capacity": 30, "appendix-a": 27, "02-kkt": 25, "08-measuring": 50}  # fmt: skip


def pages() -> list[str]:
    """Every page in the order of the table of contents, as it is named there."""
    return list(named(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))))


def named(entry: dict) -> Iterator[str]:
    if page := entry.get("root") or entry.get("file"):
        yield page
    for part in ("parts", "chapters", "sections"):
        for inner in entry.get(part, []):
            yield from named(inner)


def notebooks() -> list[Path]:
    """Those that are executed, longest first; one that has no seconds yet comes before them."""
    paths = [ROOT / f"{page}.ipynb" for page in pages()]
    return sorted(filter(Path.exists, paths), key=lambda path: -SECONDS.get(path.stem, 1000))


if __name__ == "__main__":
    print(*(path.relative_to(ROOT) for path in notebooks()))
