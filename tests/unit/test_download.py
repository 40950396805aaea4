"""download: from a server on this machine that resumes, or does not, or stops half-way."""

import hashlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bvae_lib._runtime.download import download
from bvae_lib.data import download_dsprites

import pytest

from .damage import full_disk

CONTENT = bytes(range(256)) * 4000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Server:
    """Serves CONTENT; ``ranges`` says whether it can resume, ``breaks_at`` after how many bytes it hangs up."""

    def __init__(self):
        self.ranges, self.breaks_at = True, None
        self.requests = []  # the Range header of each
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                wanted = self.headers["Range"]
                server.requests.append(wanted)
                start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and server.ranges else 0
                if start and start >= len(CONTENT):
                    self.send_error(416)
                    return
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(CONTENT) - start))
                self.end_headers()
                self.wfile.write(CONTENT[start : server.breaks_at])

            def log_message(self, *arguments):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/dsprites.hdf5"
        threading.Thread(target=self.http.serve_forever, args=(0.01,)).start()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new" / "dsprites.hdf5"


@pytest.fixture
def part(path):
    path.parent.mkdir()
    return path.with_name("dsprites.hdf5.part")


@pytest.mark.parametrize("fetch", [download, lambda url, path, sha256: download_dsprites(path, url, sha256)])
def test_a_file_arrives_whole(server, path, fetch):
    assert fetch(server.url, path, SHA256) == path
    assert path.read_bytes() == CONTENT
    assert list(path.parent.iterdir()) == [path]


def test_a_good_file_makes_no_request_and_a_bad_one_is_fetched_again(server, path, part):
    path.write_bytes(CONTENT)
    download(server.url, path, SHA256)
    assert server.requests == []
    path.write_bytes(b"damaged")
    download(server.url, path, SHA256)
    assert path.read_bytes() == CONTENT


def test_a_connection_that_breaks_is_resumed_by_the_next_call(server, path):
    server.breaks_at = 300_000
    with pytest.raises(ConnectionError, match=r"closed after 300,000 bytes.*call again: what has arrived is kept"):
        download(server.url, path, SHA256)
    assert not path.exists()
    server.breaks_at = None
    download(server.url, path, SHA256)
    assert path.read_bytes() == CONTENT
    assert server.requests == [None, "bytes=300000-"]


def test_a_server_that_cannot_resume_sends_all_again(server, path, part):
    part.write_bytes(CONTENT[:1000])
    server.ranges = False
    download(server.url, path, SHA256)
    assert path.read_bytes() == CONTENT


def test_a_part_that_is_whole_needs_no_request(server, path, part):
    part.write_bytes(CONTENT)
    download(server.url, path, SHA256)
    assert server.requests == []
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize("stale", [b"another file", CONTENT + b"too long"])
def test_a_stale_part_is_an_error_once_and_then_gone(server, path, part, stale):
    part.write_bytes(stale)
    with pytest.raises(ValueError, match="damaged or another file; call again"):
        download(server.url, path, SHA256)
    assert list(path.parent.iterdir()) == []
    download(server.url, path, SHA256)
    assert path.read_bytes() == CONTENT


def test_a_wrong_digest_leaves_no_file(server, path):
    with pytest.raises(ValueError, match=f"SHA-256 {SHA256}, expected 0000"):
        download(server.url, path, "0" * 64)
    assert list(path.parent.iterdir()) == []


def test_without_a_network_the_error_says_what_to_do(path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as closed:  # bound but not listening: connections are refused
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/dsprites.hdf5"
        with pytest.raises(ConnectionError, match=f"could not download {url}.*Check the network.*put it at") as caught:
            download(url, path, SHA256)
    assert str(path) in str(caught.value)
    assert not path.exists()


@pytest.mark.parametrize("sha256", ["", "729fa22e", None, "g" * 64])
def test_what_is_no_digest_is_refused_before_anything_is_fetched(server, path, sha256):
    with pytest.raises(ValueError, match=f"sha256 must be 64 hexadecimal digits, not '{str(sha256).lower()}"):
        download(server.url, path, sha256)
    assert server.requests == []


def test_a_digest_may_be_in_capitals(server, path):
    assert download(server.url, path, SHA256.upper()).read_bytes() == CONTENT


def test_a_full_disk_is_told_from_the_network_and_what_has_arrived_is_kept(server, path, part):
    with full_disk(room=10_000), pytest.raises(OSError, match=r"cannot write .*\.part \(.*Make room") as caught:
        download(server.url, path, SHA256)
    assert not isinstance(caught.value, ConnectionError)
    assert part.read_bytes() == CONTENT[:10_000]
    assert download(server.url, path, SHA256).read_bytes() == CONTENT
    assert server.requests == [None, "bytes=10000-"]
