"""Write the repository's address where it is needed: python tools/address.py https://github.com/OWNER/REPOSITORY.

It goes into _config.yml, which then shows the launch and repository buttons, and into the first cell of every
notebook, which installs bvae_lib from there where it is missing.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = "https://github.com/OWNER/REPOSITORY"


def write_address(url: str, root: Path = ROOT) -> None:
    """Put ``url`` into the configuration and the notebooks under ``root``; ValueError where it is no address."""
    url = url.removesuffix(".git").rstrip("/")
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", url):
        raise ValueError(f"{url!r} is not an address of the form {PLACEHOLDER}")
    buttons = url != PLACEHOLDER
    config = root / "_config.yml"
    text = re.sub(r"(?m)^  url: \S+", f"  url: {url}", config.read_text(encoding="utf-8"))
    colab = "https://colab.research.google.com" if buttons else ""
    text = re.sub(r'(?m)^  colab_url: "[^"]*"', f'  colab_url: "{colab}"', text)
    text = re.sub(r"(?m)^  use_repository_button: \w+", f"  use_repository_button: {str(buttons).lower()}", text)
    config.write_text(text, encoding="utf-8")
    for notebook in sorted((root / "book").glob("*.ipynb")):
        text = notebook.read_text(encoding="utf-8")
        text = re.sub(r"git\+https://github\.com/[\w.-]+/[\w.-]+", f"git+{url}", text)
        notebook.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        write_address(sys.argv[1] if len(sys.argv) > 1 else "")
    except ValueError as error:
        raise SystemExit(f"{error}\nusage: make address URL={PLACEHOLDER}") from None
