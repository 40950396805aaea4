"""The traversal in a live JupyterLab: the page's slider reaches Python, and Python's z reaches the page."""

import os
import re
import signal
import subprocess
import sys

import nbformat
import pytest

CELL = """
import ipywidgets
from bvae_lib.models import BurgessVAE
from bvae_lib.widgets import Traversal
widget = Traversal(BurgessVAE(latents=3))
label, button = ipywidgets.Label(), ipywidgets.Button(description="Set z in Python")
widget.observe(lambda change: setattr(label, "value", f"Python has {[float(z) for z in change.new]}"), "z")
button.on_click(lambda _: setattr(widget, "z", [0.5, -1, 2]))
ipywidgets.VBox([widget, label, button])
""".strip()


@pytest.fixture
def lab(tmp_path):
    """The address of a notebook with CELL, open in a JupyterLab of its own."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)], metadata=kernel), tmp_path / "live.ipynb"
    )
    settings = ["--no-browser", "--allow-root", "--ServerApp.port=0", "--IdentityProvider.token=secret",
                "--LabApp.extension_manager=readonly", "--LabApp.news_url=None"]  # fmt: skip
    homes = {f"JUPYTER_{part}_DIR": str(tmp_path / part) for part in ("CONFIG", "RUNTIME")}
    homes["JUPYTERLAB_SETTINGS_DIR"] = homes["JUPYTERLAB_WORKSPACES_DIR"] = str(tmp_path / "lab")
    server = subprocess.Popen([sys.executable, "-m", "jupyterlab", *settings], cwd=tmp_path, text=True,
                              env={**os.environ, **homes}, stderr=subprocess.PIPE)  # fmt: skip
    lines = iter(server.stderr.readline, "")
    home = next(
        (found[1] for line in lines if (found := re.search(r"(http://(?:localhost|127\.0\.0\.1):\d+)/", line))), ""
    )
    yield f"{home}/lab/tree/live.ipynb?token=secret"
    server.send_signal(signal.SIGTERM)
    server.communicate()


def test_slider_and_kernel_move_each_other(browser, lab):
    page = browser.new_context(viewport={"width": 1280, "height": 1200}).new_page()
    page.set_default_timeout(60_000)
    page.goto(lab)
    page.get_by_text("| Idle").wait_for()
    page.locator(".jp-CodeCell .cm-content").press("Shift+Enter")
    slider = page.locator(".bvae input").first
    page.get_by_role("button", name="Set z in Python").wait_for()

    slider.press("End")  # a key that JupyterLab, too, has a use for
    page.get_by_text(re.compile(r"Python has \[3\.0, 0")).first.wait_for()
    before = page.locator(".bvae canvas").first.evaluate("c => c.toDataURL()")
    slider.press("ArrowLeft")
    page.get_by_text(re.compile(r"Python has \[2.95, 0")).first.wait_for()

    page.get_by_role("button", name="Set z in Python").click()
    page.get_by_text("Python has [0.5, -1.0, 2.0]").first.wait_for()
    page.wait_for_function(
        "[...document.querySelectorAll('.bvae input')].map(i => i.valueAsNumber).join() === '0.5,-1,2'"
    )
    assert page.locator(".bvae canvas").first.evaluate("c => c.toDataURL()") != before
    page.context.close()
