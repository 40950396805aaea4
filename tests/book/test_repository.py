"""Files that must agree with one another: pins, addresses, the table of contents."""

import ast
import errno
import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tools.address import PLACEHOLDER, holders, site, write_address
from tools.pages import pages

ROOT = Path(__file__).resolve().parents[2]


def pins(lines) -> dict[str, set[str]]:
    """Package -> its pins with their markers, for lines such as ``torch==2.9.1 ; platform_machine == "x"``."""
    found: dict[str, set[str]] = {}
    for line in lines:
        if match := re.match(r"([\w.-]+)==(\S+)\s*(?:;\s*(.*))?$", line.split("  #")[0].strip()):
            name = re.sub(r"[-_.]+", "-", match[1]).lower()
            found.setdefault(name, set()).add((match[2], (match[3] or "").strip()))
    return found


@pytest.fixture(scope="module")
def constraints():
    return pins((ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())


def test_environment_has_the_pins_of_the_constraints(constraints):
    pip = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"][-1]["pip"]
    environment = pins(pip)
    assert environment
    for name, versions in environment.items():
        assert versions == constraints[name], name


def test_every_direct_dependency_is_pinned(constraints):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    names = {re.match(r"[\w.-]+", w)[0].replace("_", "-").lower() for w in wanted} - {"bvae-lib"}
    assert names <= set(constraints)
    pip = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"][-1]["pip"]
    core = {re.match(r"[\w.-]+", d)[0].lower() for d in project["dependencies"]}
    assert core <= set(pins(pip))


def test_config_and_notebooks_hold_one_address():
    address = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]
    notebooks = sorted((ROOT / "book").glob("*.ipynb"))
    assert notebooks
    for notebook in notebooks:
        assert re.findall(r'git\+(https://[^\s"\\]+)', notebook.read_text(encoding="utf-8")) == [address], notebook.name


def test_no_other_file_holds_the_address():
    """But for those that say what a placeholder looks like."""
    files = [*ROOT.glob("*.*"), *ROOT.glob(".github/**/*.yml"), *ROOT.glob("benchmarks/*.md"), *SOURCES]
    holding = {path for path in files if path.is_file() and b"OWNER/REPOSITORY" in path.read_bytes()}
    explained = {ROOT / "tools" / "address.py", ROOT / "tests" / "web" / "test_pages.py", Path(__file__)}
    assert holding <= explained | {*holders(ROOT)}


@pytest.fixture
def copied(tmp_path):
    """The files that hold the address, and what is in each."""
    (tmp_path / "book").mkdir()
    for path in holders(ROOT):
        shutil.copy(path, tmp_path / path.relative_to(ROOT))
    return {path: path.read_bytes() for path in holders(tmp_path)}


def test_make_address_writes_it_everywhere_and_shows_the_buttons(copied, tmp_path):
    url = "https://github.com/some.one/a-course.v2"

    write_address(url + ".git", tmp_path)
    config = yaml.safe_load((tmp_path / "_config.yml").read_text(encoding="utf-8"))
    assert config["repository"]["url"] == url
    assert config["launch_buttons"]["colab_url"].startswith("https://colab")
    assert config["launch_buttons"]["binderhub_url"].startswith("https://mybinder")
    assert config["html"]["use_repository_button"] is True
    assert config["html"]["baseurl"] == "https://some.one.github.io/a-course.v2/"
    for notebook in (tmp_path / "book").glob("*.ipynb"):
        assert f"git+{url}\\" in notebook.read_text(encoding="utf-8")
    citation = yaml.safe_load((tmp_path / "CITATION.cff").read_text(encoding="utf-8"))
    assert (citation["repository-code"], citation["url"]) == (url, config["html"]["baseurl"])
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert not [path for path in copied if re.search("OWNER/REP|owner.github", path.read_text(encoding="utf-8"))]
    badges = re.sub(r"<!--.*?-->", "", readme, flags=re.S)
    for place in (
        f"{url}/actions/workflows/ci.yml",
        "colab.research.google.com/github/some.one/",
        "mybinder.org/v2/gh/",
    ):
        assert place in badges
    assert "](https://some.one.github.io/a-course.v2/)" in badges

    write_address(url.replace("some", "any"), tmp_path)
    assert not [path for path in copied if "some.one" in path.read_text(encoding="utf-8")]

    write_address(PLACEHOLDER, tmp_path)
    assert {path: path.read_bytes() for path in copied} == copied


def test_a_book_in_the_repository_of_its_site_is_published_at_the_root():
    assert site("https://github.com/Some/some.github.io") == "https://some.github.io/"
    assert site("https://github.com/Some/Course") == "https://some.github.io/Course/"


@pytest.mark.parametrize("action", ["write_bytes", "replace"])
@pytest.mark.parametrize("calls", [0, 1, 5])
def test_make_address_that_fails_changes_no_file(copied, tmp_path, monkeypatch, action, calls):
    done = getattr(Path, action)
    left = iter(range(calls))

    def fail(*arguments):
        if next(left, None) is None:
            monkeypatch.undo()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return done(*arguments)

    monkeypatch.setattr(Path, action, fail)
    with pytest.raises(OSError, match="No space left"):
        write_address("https://github.com/a/b", tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == copied


def test_make_address_asks_no_locale(copied, tmp_path):
    """Python warns where it would; the notebooks hold letters that ASCII and cp932 lack."""
    script = "import sys; from pathlib import Path; from tools.address import write_address as w; w(*map(%s))"
    script %= "lambda a, kind: kind(a), sys.argv[1:], (str, Path)"
    command = [
        sys.executable,
        "-X",
        "utf8=0",
        "-X",
        "warn_default_encoding",
        "-W",
        "error::EncodingWarning",
        "-c",
        script,
    ]
    environment = os.environ | {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    subprocess.run([*command, "https://github.com/a/b", str(tmp_path)], cwd=ROOT, env=environment, check=True)
    assert all(b"github.com/a/b" in path.read_bytes() for path, was in copied.items() if b"OWNER/REPOSITORY" in was)


def opens_text(call: ast.Call) -> bool:
    """Whether a call reads or writes text in the encoding of the locale."""
    name = ast.unparse(call.func)
    mode = ast.unparse(call.args[1]) if name == "open" and len(call.args) > 1 else "r"
    text = re.fullmatch(r"open|.*\.(read|write)_text", name, re.DOTALL) and "b" not in mode
    return bool(text) and "encoding" not in [keyword.arg for keyword in call.keywords]


SOURCES = [path for room in ("bvae_lib", "tools", "benchmarks", "tests") for path in (ROOT / room).rglob("*.py")]


def test_text_files_are_utf8_whatever_the_locale():
    for path in SOURCES:
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        assert not [f"{path}:{call.lineno}" for call in calls if opens_text(call)]


@pytest.mark.parametrize("url", ["", "github.com/a/b", "https://example.org/a/b", "https://github.com/a"])
def test_make_address_refuses_what_is_no_address(url, tmp_path):
    with pytest.raises(ValueError, match="is not an address"):
        write_address(url, tmp_path)


def test_buttons_and_badges_are_hidden_while_there_is_no_address():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    placeholder = config["repository"]["url"] == PLACEHOLDER
    shown = re.sub(r"<!--.*?-->", "", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.S)
    assert bool(config["launch_buttons"]["colab_url"]) is not placeholder
    assert bool(config["launch_buttons"]["binderhub_url"]) is not placeholder
    assert bool(config["html"]["baseurl"]) is not placeholder
    assert config["html"]["use_repository_button"] is not placeholder
    assert ("badge.svg" in shown) is not placeholder


def test_every_page_is_in_the_table_of_contents():
    files = [*(ROOT / "book").glob("*.ipynb"), *(ROOT / "book").glob("*.md")]
    assert sorted(f"book/{file.stem}" for file in files) == sorted(pages())
