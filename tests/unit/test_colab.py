"""Colab ships ipywidgets 7.7.1: the widgets' tests must pass with it too."""

import os
import subprocess
import sys
from pathlib import Path

VERSION = "7.7.1"


def test_the_widgets_work_with_colabs_ipywidgets(tmp_path):
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", tmp_path]
    subprocess.run([*pip, f"ipywidgets=={VERSION}", "ipython-genutils==0.2.0"], check=True)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    result = subprocess.run([sys.executable, "-c", "import ipywidgets; print(ipywidgets.__version__)"], env=environment,
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert result.stdout.strip() == VERSION
    tests = Path(__file__).with_name("test_widgets.py")
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests], env=environment,
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
