"""Files that must agree with one another: pins, addresses, the table of contents."""

import itertools
import re
import shutil
import tomllib
from pathlib import Path

import pytest
import yaml

from tools.address import PLACEHOLDER, write_address
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
    return pins((ROOT / "constraints.txt").read_text().splitlines())


def test_environment_has_the_pins_of_the_constraints(constraints):
    pip = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"][-1]["pip"]
    environment = pins(pip)
    assert environment
    for name, versions in environment.items():
        assert versions == constraints[name], name


def test_every_direct_dependency_is_pinned(constraints):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    names = {re.match(r"[\w.-]+", w)[0].replace("_", "-").lower() for w in wanted} - {"bvae-lib"}
    assert names <= set(constraints)
    pip = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"][-1]["pip"]
    core = {re.match(r"[\w.-]+", d)[0].lower() for d in project["dependencies"]}
    assert core <= set(pins(pip))


def test_config_and_notebooks_hold_one_address():
    address = yaml.safe_load((ROOT / "_config.yml").read_text())["repository"]["url"]
    notebooks = sorted((ROOT / "book").glob("*.ipynb"))
    assert notebooks
    for notebook in notebooks:
        assert re.findall(r'git\+(https://[^\s"\\]+)', notebook.read_text()) == [address], notebook.name


def test_make_address_writes_it_everywhere_and_shows_the_buttons(tmp_path):
    (tmp_path / "book").mkdir()
    shutil.copy(ROOT / "_config.yml", tmp_path)
    for notebook in (ROOT / "book").glob("*.ipynb"):
        shutil.copy(notebook, tmp_path / "book")
    url = "https://github.com/some.one/a-course.v2"

    write_address(url + ".git", tmp_path)
    config = yaml.safe_load((tmp_path / "_config.yml").read_text())
    assert config["repository"]["url"] == url
    assert config["launch_buttons"]["colab_url"].startswith("https://colab")
    assert config["html"]["use_repository_button"] is True
    for notebook in (tmp_path / "book").glob("*.ipynb"):
        assert f"git+{url}\\" in notebook.read_text()

    write_address(PLACEHOLDER, tmp_path)
    config = yaml.safe_load((tmp_path / "_config.yml").read_text())
    assert not config["launch_buttons"]["colab_url"]
    assert config["html"]["use_repository_button"] is False


@pytest.mark.parametrize("url", ["", "github.com/a/b", "https://example.org/a/b", "https://github.com/a"])
def test_make_address_refuses_what_is_no_address(url, tmp_path):
    with pytest.raises(ValueError, match="is not an address"):
        write_address(url, tmp_path)


def test_buttons_are_hidden_and_the_readme_says_so_while_there_is_no_address():
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    placeholder = config["repository"]["url"] == PLACEHOLDER
    assert bool(config["launch_buttons"]["colab_url"]) is not placeholder
    assert config["html"]["use_repository_button"] is not placeholder
    assert ("still a placeholder" in (ROOT / "README.md").read_text()) is placeholder


def test_every_page_is_in_the_table_of_contents():
    files = [*(ROOT / "book").glob("*.ipynb"), *(ROOT / "book").glob("*.md")]
    assert sorted(f"book/{file.stem}" for file in files) == sorted(pages())
