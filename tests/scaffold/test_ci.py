"""What the CI files of a new repository mean: when they run, and what."""

import re
import subprocess
import sys

import pytest
import yaml

from airflowkit.compare.formats.markdown import MARK
from scaffold.combinations import answers
from scaffold.conftest import files_of

PATHS = {"github": ".github/workflows/ci.yml", "gitlab": ".gitlab-ci.yml", "azure": "azure-pipelines.yml"}
BRANCHES = ["main", "release/v1.0+hotfix", "1.0", "on", "null"]
CHECKS = ["ruff check", "ruff format --check", "airflowkit check", "pytest"]


def pipeline(ci, **options):
    """Return a CI file as its service reads it: YAML 1.2, in which `on` and `1.0` are texts."""
    return yaml.load(files_of(answers(ci=ci, **options))[PATHS[ci]], Loader=yaml.BaseLoader)


def commands(ci, job, **options):
    job = "build-image" if (ci, job) == ("gitlab", "image") else job
    steps = pipeline(ci, **options)["jobs"] if ci != "gitlab" else pipeline(ci, **options)
    if ci == "gitlab":
        return steps[job]["script"]
    found = steps[job] if ci == "github" else next(each for each in steps if each["job"] == job)
    return [text for step in found["steps"] if (text := step.get("run") or step.get("script"))]


@pytest.mark.parametrize("ci", PATHS)
def test_the_checks_are_those_of_the_makefile_and_their_tools_are_installed(ci):
    found = commands(ci, "check")
    assert found[0] == "pip install -r requirements-dev.txt"
    assert [next(check for check in CHECKS if line.startswith(check)) for line in found[1:]] == CHECKS
    files = files_of(answers(ci=ci))
    makefile = re.search(r"^check:.*\n((?:\t.*\n)+)", files["Makefile"], re.MULTILINE)[1]
    assert [line.strip() for line in makefile.splitlines()] == CHECKS
    installed = files["requirements-dev.txt"] + files["requirements.txt"]
    assert all(re.search(rf"^{line.split()[0]}\b", installed, re.MULTILINE) for line in found[1:])


@pytest.mark.parametrize("ci", PATHS)
def test_the_image_is_built_by_the_makefile_and_pushed_with_a_password_from_the_environment(ci):
    script = "\n".join(commands(ci, "image", image="ghcr.io/team/airflow"))
    targets = set(re.findall(r"\bmake ([a-z]+)", script))
    assert targets == {"image", "push"}
    assert all(re.search(rf"^{target}:", files_of(answers(ci=ci))["Makefile"], re.MULTILINE) for target in targets)
    assert 'echo "$REGISTRY_PASSWORD" | docker login ghcr.io' in script
    assert "--password-stdin" in script


@pytest.mark.parametrize("branch", BRANCHES)
def test_github_checks_every_push_and_pull_request_and_builds_the_image_of_the_branch_alone(branch):
    workflow = pipeline("github", branch=branch)
    assert set(workflow["on"]) == {"push", "pull_request"}
    assert not workflow["on"]["pull_request"]
    filters = [github_pattern(pattern) for pattern in workflow["on"]["push"]["branches"]]
    for pushed in (branch, "feature/x", f'"{branch}"'):
        assert any(re.fullmatch(pattern, pushed) for pattern in filters)
    assert "if" not in workflow["jobs"]["check"]
    image = workflow["jobs"]["image"]
    assert image["needs"] == "check"
    for event, ref, runs in (
        ("push", f"refs/heads/{branch}", True),
        ("push", f"refs/heads/{branch}x", False),
        ("push", f"refs/tags/{branch}", False),
        ("pull_request", "refs/pull/1/merge", False),
    ):
        condition = image["if"].replace("github.event_name", repr(event)).replace("github.ref", repr(ref))
        assert eval(condition.replace("&&", "and")) is runs


def github_pattern(text):
    """Return the regular expression of a branch filter (GitHub's docs: "Filter pattern cheat sheet")."""
    parts = re.findall(r"\\.|\*\*|.", text)
    meant = {"**": ".*", "*": "[^/]*", "?": "?", "+": "+", "[": "[", "]": "]", "-": "-"}
    return "".join(meant.get(part) or re.escape(part.removeprefix("\\")) for part in parts)


@pytest.mark.parametrize("branch", BRANCHES)
def test_gitlab_checks_each_push_once_and_builds_the_image_of_the_branch_alone(branch):
    found = pipeline("gitlab", branch=branch)
    push = {"CI_COMMIT_BRANCH": branch, "CI_PIPELINE_SOURCE": "push", "CI_OPEN_MERGE_REQUESTS": ""}
    other = {**push, "CI_COMMIT_BRANCH": f"{branch}x"}
    merge_request = {
        "CI_COMMIT_BRANCH": "",
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_OPEN_MERGE_REQUESTS": "!1",
    }
    doubled = {**other, "CI_OPEN_MERGE_REQUESTS": "!1"}
    tag = {**push, "CI_COMMIT_BRANCH": ""}
    events = [push, other, merge_request, doubled, tag]
    assert [runs(found["workflow"]["rules"], each) for each in events] == [True, True, True, False, False]
    assert "rules" not in found["check"]
    assert [runs(found["build-image"]["rules"], each) for each in events] == [True, False, False, False, False]
    assert [runs(found["diff"]["rules"], each) for each in events] == [False, False, True, False, False]
    assert found["stages"].index(found["build-image"]["stage"]) > found["stages"].index(found["check"]["stage"])


def runs(rules, variables):
    """Return whether GitLab's rules let a job run: the first that holds decides."""
    for rule in rules:
        condition = re.sub(r"\$(\w+)", lambda match: repr(variables[match[1]]), rule["if"]).replace("&&", "and")
        if eval(condition):
            return rule.get("when") != "never"
    return False


@pytest.mark.parametrize("branch", BRANCHES)
def test_azure_checks_every_push_and_pull_request_and_builds_the_image_of_the_branch_alone(branch):
    found = pipeline("azure", branch=branch)
    assert found["trigger"]["branches"]["include"] == found["pr"]["branches"]["include"] == ["*"]
    check, diff, image = found["jobs"]
    assert diff["condition"] == "eq(variables['Build.Reason'], 'PullRequest')"
    assert "condition" not in check
    assert image["dependsOn"] == check["job"] == "check"
    for reason, ref, expected in (
        ("IndividualCI", f"refs/heads/{branch}", True),
        ("IndividualCI", f"refs/heads/{branch}x", False),
        ("PullRequest", f"refs/heads/{branch}", False),
        ("PullRequest", "refs/pull/1/merge", False),
    ):
        assert azure_condition(image["condition"], {"Build.Reason": reason, "Build.SourceBranch": ref}) is expected


def azure_condition(text, variables):
    """Return what a condition of Azure Pipelines means after the jobs before it have succeeded."""
    functions = {
        "and_": lambda *each: all(each),
        "succeeded": lambda: True,
        "eq": lambda one, other: one.casefold() == other.casefold(),
        "ne": lambda one, other: one.casefold() != other.casefold(),
        "variables": variables,
    }
    return eval(text.replace("and(", "and_("), functions)


@pytest.mark.parametrize("ci", PATHS)
def test_what_a_request_changes_is_shown_by_a_job_that_has_the_whole_history_and_no_right_to_write(ci):
    *_, last = commands(ci, "diff")
    assert re.search(r'^airflowkit diff "', last, re.MULTILINE)
    text = files_of(answers(ci=ci))[PATHS[ci]]
    assert re.search(r"""(fetch-depth|GIT_DEPTH|fetchDepth): "?0"?$""", text, re.MULTILINE)
    if ci == "github":
        workflow = pipeline(ci)
        assert workflow["permissions"] == {"contents": "read"}
        assert "permissions" not in workflow["jobs"]["diff"]
        assert workflow["jobs"]["diff"]["steps"][0]["with"]["persist-credentials"] == "false"
        assert "${{" not in last, "the name of a branch may be a command"


GH = """#!/bin/sh
echo "$@" >> "$CALLS"
[ -z "$REFUSES" ] || exit 1
case "$*" in *--jq*) [ -z "$FOUND" ] || echo "$FOUND";; esac
"""
READ = "api C --paginate --jq"


@pytest.mark.parametrize(
    ("diff", "found", "written"),
    [
        ("", "", []),
        ("what changes", "", ["api --silent -X POST C -f body=what changes"]),
        ("what changes", "7", ["api --silent -X PATCH c/7 -f body=what changes"]),
        ("", "7", ["api --silent -X DELETE c/7"]),
        ("$(touch oops) `touch oops`", "", ["api --silent -X POST C -f body=$(touch oops) `touch oops`"]),
    ],
)
@pytest.mark.parametrize("refuses", ["", "1"])
def test_github_has_one_comment_and_none_where_nothing_changes(diff, found, written, refuses, tmp_path):
    comment = pipeline("github")["jobs"]["comment"]
    assert comment["permissions"] == {"pull-requests": "write"}
    assert comment["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    (step,) = comment["steps"]
    assert step["env"]["DIFF"] == "${{ needs.diff.outputs.markdown }}"
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    given = {"DIFF": diff, "COMMENTS": "C", "COMMENT": "c", "FOUND": found, "REFUSES": refuses}
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "CALLS": str(tmp_path / "calls"), **given}
    command = ["bash", "--noprofile", "--norc", "-e", "-c", step["run"]]
    subprocess.run(command, env=environment, cwd=tmp_path, check=True, stdout=subprocess.PIPE)
    first, *calls = (tmp_path / "calls").read_text().splitlines()
    assert first.startswith(READ)
    assert MARK in first
    if not refuses:
        assert calls == written
    assert not (tmp_path / "oops").exists()


@pytest.mark.parametrize("ci", PATHS)
@pytest.mark.parametrize("options", [{}, {"branch": "release/v1.0+hotfix", "image": "ghcr.io/a/b", "teams": False}])
def test_a_ci_file_passes_the_schema_of_its_service(ci, options, tmp_path):
    schema = {"github": "github-workflows", "gitlab": "gitlab-ci", "azure": "azure-pipelines"}[ci]
    file = tmp_path / "ci.yml"
    file.write_text(files_of(answers(ci=ci, **options))[PATHS[ci]])
    command = [sys.executable, "-m", "check_jsonschema", f"--builtin-schema=vendor.{schema}"]
    if ci != "github":  # as the hooks of check-jsonschema for pre-commit do
        command += [f"--data-transform={schema}", "--regex-variant=nonunicode"]
    result = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
