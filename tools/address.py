"""Write the repository's address where it is needed: python tools/address.py https://github.com/OWNER/REPOSITORY.

It goes into _config.yml, which then shows the launch and repository buttons, and into the first cell of every
notebook, which installs bvae_lib from there where it is missing.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = "https://github.com/OWNER/REPOSITORY"
INSTALLED = r"git\+https://github\.com/[\w.-]+/[\w.-]+"


def write_address(url: str, root: Path = ROOT) -> None:
    """Put ``url`` into configuration and notebooks under ``root``, all or none; ValueError where it is no address."""
    url = url.removesuffix(".git").rstrip("/")
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", url):
        raise ValueError(f"{url!r} is not an address of the form {PLACEHOLDER}")
    config = root / "_config.yml"
    before = {path: path.read_bytes() for path in (config, *sorted((root / "book").glob("*.ipynb")))}
    after = {path: re.sub(INSTALLED, f"git+{url}", content.decode()) for path, content in before.items()}
    after[config] = configure(after[config], url)
    written = []
    try:
        for path, text in after.items():
            new(path).write_bytes(text.encode())
        for path in after:
            new(path).replace(path)
            written.append(path)
    except BaseException:
        for path in written:
            path.write_bytes(before[path])
        raise
    finally:
        for path in after:
            new(path).unlink(missing_ok=True)


def configure(text: str, url: str) -> str:
    """Put ``url`` into the text of _config.yml, and show the buttons where it is an address and no placeholder."""
    buttons = url != PLACEHOLDER
    colab = "https://colab.research.google.com" if buttons else ""
    text = re.sub(r"(?m)^  url: \S+", f"  url: {url}", text)
    text = re.sub(r'(?m)^  colab_url: "[^"]*"', f'  colab_url: "{colab}"', text)
    return re.sub(r"(?m)^  use_repository_button: \w+", f"  use_repository_button: {str(buttons).lower()}", text)


def new(path: Path) -> Path:
    """Name the file beside ``path`` that holds what is to take its place."""
    return path.with_name(f".{path.name}.new")


if __name__ == "__main__":
    try:
        write_address(sys.argv[1] if len(sys.argv) > 1 else "")
    except ValueError as error:
        raise SystemExit(f"{error}\nusage: make address URL={PLACEHOLDER}") from None
