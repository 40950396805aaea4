"""Downloads that go on where they stopped and are checked by their SHA-256."""

import hashlib
import http.client
import re
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from .paths import file_to_write

# What the network raises; any other OSError is the disk's.
NETWORK = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError, ssl.SSLError)


def download(url: str, path: str | Path, sha256: str) -> Path:
    """Download a file, or go on with a download that stopped: what has arrived stays in ``path`` + ".part".

    Args:
        url: where to fetch the file.
        path: where to put it; a file that is there already is kept if its digest is right.
        sha256: the file's SHA-256, in hexadecimal.

    Returns:
        ``path``.

    Raises:
        ConnectionError: where the address cannot be reached, or the connection breaks.
        OSError: where the file cannot be written.
        ValueError: where the file that arrived has another digest, or an argument is not as described.
    """
    path, sha256 = file_to_write("path", path), str(sha256).lower()
    if not (isinstance(url, str) and re.fullmatch(r"https?://[^\s/]\S*", url)):
        raise ValueError(f"url must be an address that begins with https:// or http://, not {url!r}")
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise ValueError(f"sha256 must be 64 hexadecimal digits, not {sha256!r}")
    if path.exists() and digest(path) == sha256:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    if not (part.exists() and digest(part) == sha256):
        try:
            append_rest(url, part)
        except NETWORK as error:
            raise ConnectionError(
                f"could not download {url} ({error}). Check the network and call again: "
                f"what has arrived is kept in {part}. Or fetch the file by hand and put it at {path}"
            ) from error
        except OSError as error:
            raise OSError(
                f"cannot write {part} ({error}). Make room and call again: what has arrived is kept"
            ) from error
    found = digest(part)
    if found != sha256:
        part.unlink()
        raise ValueError(f"{url} has SHA-256 {found}, expected {sha256}: it is damaged or another file; call again")
    part.replace(path)
    return path


def append_rest(url: str, part: Path) -> None:
    """Append to ``part`` what of ``url`` is not in it yet; from the start where the server cannot resume."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing is left to send: the digest will show whether that is right
            return
        raise
    with response, open(part, "ab" if response.status == 206 else "wb") as file:
        expected = response.length
        received = 0
        while piece := response.read(1 << 20):
            received += file.write(piece)
    if expected is not None and received < expected:
        raise ConnectionError(f"the connection closed after {have + received:,} bytes")


def digest(path: Path) -> str:
    """Compute the SHA-256 of a file, in hexadecimal."""
    sha256 = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            sha256.update(piece)
    return sha256.hexdigest()
