"""Write the repository's address where it is needed: python tools/address.py https://github.com/OWNER/REPOSITORY.

_config.yml says which address holds now. It is replaced wherever it stands: in the README's badges and links, in
CITATION.cff and the changelog, and in the first cell of every notebook, which installs bvae_lib from there where it is
missing. While it is the placeholder, the book shows no launch buttons, and the README neither badges nor a link to the
published book.
"""

import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
GITHUB = "https://github.com/"
PLACEHOLDER = f"{GITHUB}OWNER/REPOSITORY"
LAUNCH = {"colab_url": "https://colab.research.google.com", "binderhub_url": "https://mybinder.org"}
BEFORE = r"(github\.com/|colab\.research\.google\.com/github/|mybinder\.org/v2/gh/)"  # what OWNER/REPOSITORY follows
BLOCK = r"<!-- published(?: -->)?\n(.*?)\n(?:<!-- end )?-->"  # of the README, for when there is an address


def write_address(url: str, root: Path = ROOT) -> None:
    """Put ``url`` into the files under ``root``, into all or none; ValueError where it is no address."""
    url = url.removesuffix(".git").rstrip("/")
    if not re.fullmatch(rf"{GITHUB}[\w.-]+/[\w.-]+", url):
        raise ValueError(f"{url!r} is not an address of the form {PLACEHOLDER}")
    before = {path: path.read_bytes() for path in holders(root)}
    config, readme = root / "_config.yml", root / "README.md"
    old = yaml.safe_load(before[config])["repository"]["url"]
    after = {path: replace(content.decode(), old, url) for path, content in before.items()}
    after[config] = configure(after[config], url)
    after[readme] = show(after[readme], url != PLACEHOLDER)
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


def holders(root: Path) -> list[Path]:
    """The files that hold the address."""
    pages = [*(root / "book").glob("*.ipynb"), *(root / "book").glob("*.md")]
    return [*(root / name for name in ("_config.yml", "README.md", "CITATION.cff", "CHANGELOG.md")), *sorted(pages)]


def replace(text: str, old: str, url: str) -> str:
    """The text with one repository's address for the other's, and the address of its book."""
    repository = rf"{BEFORE}{re.escape(old.removeprefix(GITHUB))}(?![\w-]|\.\w)"
    text = re.sub(repository, rf"\g<1>{url.removeprefix(GITHUB)}", text)
    return text.replace(site(old), site(url))


def site(url: str) -> str:
    """Where GitHub Pages publishes the book of a repository."""
    owner, name = url.removeprefix(GITHUB).split("/")
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def configure(text: str, url: str) -> str:
    """The text of _config.yml, with buttons and the book's own address where ``url`` is no placeholder."""
    published = url != PLACEHOLDER
    for key, address in (LAUNCH | {"baseurl": site(url)}).items():
        text = re.sub(rf'(?m)^  {key}: "[^"]*"', f'  {key}: "{address if published else ""}"', text)
    return re.sub(r"(?m)^  use_repository_button: \w+", f"  use_repository_button: {str(published).lower()}", text)


def show(text: str, published: bool) -> str:
    """The text of the README, with badges and links where there is an address, else inside a comment."""
    shown = r"<!-- published -->\n\1\n<!-- end -->" if published else r"<!-- published\n\1\n-->"
    return re.sub(BLOCK, shown, text, flags=re.S)


def new(path: Path) -> Path:
    """Name the file beside ``path`` that holds what is to take its place."""
    return path.with_name(f".{path.name}.new")


if __name__ == "__main__":
    try:
        write_address(sys.argv[1] if len(sys.argv) > 1 else "")
    except ValueError as error:
        raise SystemExit(f"{error}\nusage: make address URL={PLACEHOLDER}") from None
