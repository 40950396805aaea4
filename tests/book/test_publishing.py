"""What publishes the book: the workflows' pins and steps, the citation, the changelog, the forms of issues."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tools.address import holders

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted(path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def read(path: Path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(path: Path) -> list[dict]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_an_action_is_pinned_by_its_commit_and_names_its_version(path):
    uses = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert uses
    for use in uses:
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use), use


def test_one_version_of_an_action_is_used_everywhere():
    versions = {}
    for path in WORKFLOWS:
        for step in steps(path):
            if "uses" in step:
                action, _, commit = step["uses"].partition("@")
                versions.setdefault(action, set()).add(commit)
    assert all(len(commits) == 1 for commits in versions.values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_job_may_write_only_what_publishes_and_a_step_is_a_target_of_the_makefile(path):
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    writing = {name: job["permissions"] for name, job in workflow["jobs"].items() if "permissions" in job}
    assert writing in ({}, {"publish": {"pages": "write", "id-token": "write"}})
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M)
    for step in steps(path):
        if "run" in step:
            make, target, *_ = step["run"].split()
            assert (make, target in targets) == ("make", True)


def test_ci_tries_the_oldest_python_that_the_project_takes():
    versions = read(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert f">={versions[0]}" == PROJECT["requires-python"]
    assert len(versions) > 1


def test_the_book_is_built_with_the_repositorys_own_address(tmp_path):
    """The step before the build, as the runner runs it in the repository some.one/a-course."""
    runs = [step["run"] for step in steps(ROOT / ".github" / "workflows" / "pages.yml") if "run" in step]
    assert runs[-1] == "make book"
    context = {"github.server_url": "https://github.com", "github.repository": "some.one/a-course"}
    command = re.sub(r"\$\{\{ (.*?) \}\}", lambda match: context[match[1]], runs[-2])
    for path in [*holders(ROOT), ROOT / "Makefile", ROOT / "tools" / "address.py"]:
        (tmp_path / path.relative_to(ROOT)).parent.mkdir(exist_ok=True)
        shutil.copy(path, tmp_path / path.relative_to(ROOT))
    installed = [f"BIN={Path(sys.executable).parent}", "READY="]
    subprocess.run([*command.replace('"', "").split(), *installed], cwd=tmp_path, check=True, capture_output=True)
    config = read(tmp_path / "_config.yml")
    assert config["repository"]["url"] == "https://github.com/some.one/a-course"
    assert config["launch_buttons"]["colab_url"]


def test_the_citation_agrees_with_the_project():
    citation = read(ROOT / "CITATION.cff")
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    assert [author["name"] for author in citation["authors"]] == [author["name"] for author in PROJECT["authors"]]
    assert (citation["version"], citation["license"]) == (PROJECT["version"], PROJECT["license"])


def test_the_changelog_has_the_form_of_keep_a_changelog():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(.+?)\](?: - \d{4}-\d\d-\d\d)?$", text, flags=re.M)
    assert versions[0] == "Unreleased"
    assert all(f"\n[{version}]: https://" in text for version in versions)
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.*)$", text, flags=re.M)) <= kinds


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_of_issues_is_one_that_github_takes(path):
    form = read(path)
    assert {"name", "description", "body"} <= set(form)
    names = [part["id"] for part in form["body"]]
    assert len(names) == len(set(names))
    for part in form["body"]:
        assert part["type"] in {"input", "textarea", "dropdown"}
        assert part["attributes"]["label"]
        assert (part["type"] == "dropdown") == ("options" in part["attributes"])
