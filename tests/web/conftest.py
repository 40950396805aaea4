"""The built book in a real browser: from the file system, and from a server on this machine."""

import base64
import functools
import http.server
import json
import shutil
import threading
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

HTML = Path(__file__).resolve().parents[2] / "_build" / "html"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@pytest.fixture(scope="session")
def browser():
    path = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    assert path, "these tests need a Chromium on the path (Debian: apt-get install chromium)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS.split())
        yield browser
        browser.close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def addresses():
    """Where the built book is: {"file": ..., "http": ...}, without the slash at the end."""
    assert (HTML / "index.html").exists(), "build the book first: make book"
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=HTML))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {"file": HTML.as_uri(), "http": f"http://127.0.0.1:{server.server_port}"}
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_page(browser):
    """Open a page and watch it: returns it and the list of what went wrong, which grows as it is used."""
    contexts = []

    def open_(address: str, width: int = 1280, scheme: str = "light", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        contexts.append(context)
        page, trouble = context.new_page(), []
        home = address.split("/", 3)[:3]
        page.on("request", lambda r: r.url.split("/", 3)[:3] == home or ours(r.url) or trouble.append(f"asked {r.url}"))
        page.on("requestfailed", lambda r: trouble.append(f"failed {r.url}"))
        page.on("response", lambda r: r.status < 400 or trouble.append(f"{r.status} {r.url}"))
        page.on("console", lambda m: m.type == "error" and trouble.append(f"console: {m.text}"))
        page.on("pageerror", lambda e: trouble.append(f"error: {e}"))
        page.goto(address, wait_until="load")
        page.wait_for_load_state("networkidle")
        return page, trouble

    yield open_
    for context in contexts:
        context.close()


OF_EVERY_WIDGET = {"layout", "tabbable", "tooltip", "weights"}  # traits that are not the widget's own plain values


@pytest.fixture
def show(open_page, tmp_path):
    """Open a page with one widget on it, without a kernel; ``window.state`` is its model's state.

    ``key`` is its name in links, as a page of the book gives it, and ``query`` the end of the page's address.
    """

    def show_(widget, key=None, query="", **options):
        own = [name for name in widget.keys if not name.startswith("_") and name not in OF_EVERY_WIDGET]
        state = json.dumps({name: getattr(widget, name) for name in own} | {"page_key": key})
        data = base64.b64encode(widget.weights.data).decode() if widget.has_trait("weights") else ""
        page = Path(__file__).with_name("decoder.html").read_text(encoding="utf-8")
        page = page.replace("/* css */", widget._css).replace("/* esm */", widget._esm)
        path = tmp_path / "page.html"
        path.write_text(page.replace("{/* state */}", state).replace("/* weights */", data), encoding="utf-8")
        return open_page(path.as_uri() + query, **options)

    return show_


def ours(url: str) -> bool:
    return url.startswith(("data:", "blob:", "about:"))
