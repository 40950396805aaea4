"""A chapter run as Colab runs it: an empty folder, ipywidgets 7.7.1, and the library from its wheel.

The environment is new, but for what it borrows from this one (PyTorch alone would be gigabytes). Chapter 2, which is
short and has a widget and models of the zoo, runs by default; COLAB=all runs every chapter.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(path.name for path in (ROOT / "book").glob("*.ipynb"))
CHOSEN = CHAPTERS if os.environ.get("COLAB") == "all" else ["02-kkt.ipynb"]
LOOK = "import bvae_lib, ipywidgets, sys; print(ipywidgets.__version__, bvae_lib.__file__, *sys.path, sep='\\n')"


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of the new environment."""
    place = tmp_path_factory.mktemp("colab")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    python = place / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    source = shutil.copytree(ROOT / "bvae_lib", place / "source" / "bvae_lib").parent
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", place, source], check=True)
    (wheel,) = place.glob("bvae_lib-*.whl")
    new = [wheel, "ipywidgets==7.7.1", "ipython-genutils==0.2.0"]
    subprocess.run([*pip, "--python", python, "install", "--no-deps", *new], check=True)
    # Behind its own packages, what this environment has; .pth files there, an editable bvae_lib's, are not read.
    library = Path(subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
                                  capture_output=True, text=True, check=True).stdout.strip())  # fmt: skip
    (library / "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return python


@pytest.fixture
def environment():
    return {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"CI": "1"}


def test_the_environment_is_colabs(python, environment, tmp_path):
    said = subprocess.run([python, "-c", LOOK], cwd=tmp_path, env=environment, capture_output=True, text=True)
    version, library, *path = said.stdout.splitlines()
    assert version == "7.7.1"
    assert library.startswith(str(python.parents[1]))
    assert str(ROOT) not in path


@pytest.mark.parametrize("chapter", CHOSEN)
def test_a_chapter_runs_from_its_first_cell_to_its_last(python, environment, tmp_path, chapter):
    shutil.copy(ROOT / "book" / chapter, tmp_path)
    execute = [python, "-m", "nbconvert", "--to", "notebook", "--execute", "--output", "done.ipynb", chapter]
    done = subprocess.run(execute, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "done.ipynb").exists()
