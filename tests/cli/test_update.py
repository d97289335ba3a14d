"""The command tells what an update does to each file and to the DAGs, and leaves the branch of the team alone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from airflowkit import __version__
from airflowkit.git import git
from airflowkit.scaffold.record import RECORD, record, recorded_answers, recorded_files

BRANCH = f"airflowkit/update-{__version__}"


def airflowkit(*arguments: str, cwd: Path) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "airflowkit", *arguments]
    done = subprocess.run(command, cwd=cwd, env=os.environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def team(tmp_path_factory) -> Path:
    """A repository whose scaffold had another pull secret."""
    folder = tmp_path_factory.mktemp("team") / "dags-of-ours"
    airflowkit("new-repo", str(folder), "--defaults", cwd=folder.parent)
    text = (folder / RECORD).read_text()
    now = recorded_files(text)
    then = now | {"airflowkit.toml": now["airflowkit.toml"].replace('["regcred"]', '["old"]')}
    assert then != now
    (folder / "airflowkit.toml").write_text(then["airflowkit.toml"])
    (folder / RECORD).write_text(record(recorded_answers(text), then))
    git(folder, "config", "user.name", "Ada")
    git(folder, "config", "user.email", "ada@example.com")
    git(folder, "commit", "--quiet", "--all", "--amend", "--no-edit")
    return folder


def test_a_check_says_by_its_exit_code_that_there_is_something_to_update(team):
    status, printed, _errors = airflowkit("update", "--check", cwd=team)
    assert (status, printed) == (1, "  updated  airflowkit.toml\n")
    assert git(team, "branch", "--list", BRANCH) == b""


@pytest.mark.slow
def test_a_dry_run_shows_the_diff_and_which_pods_change(team):
    status, printed, _errors = airflowkit("update", "--dry-run", cwd=team / "dags")
    assert status == 0
    assert '-image_pull_secrets = ["old"]' in printed
    assert "repository.json" not in printed
    assert "1 pod changed: hello_pod.hello" in printed
    assert git(team, "branch", "--list", BRANCH) == b""


@pytest.mark.slow
def test_an_update_is_a_commit_on_a_branch_of_its_own_and_says_how_to_take_it(team):
    head = git(team, "rev-parse", "HEAD")
    status, printed, _errors = airflowkit("update", cwd=team)
    assert status == 0
    assert f"git merge {BRANCH}" in printed
    assert f"git branch -D {BRANCH}" in printed
    assert git(team, "rev-parse", "HEAD") == head
    status, _printed, errors = airflowkit("update", cwd=team)
    assert status == 2
    assert BRANCH in errors
    git(team, "merge", "--quiet", BRANCH)
    assert airflowkit("update", "--check", cwd=team) == (
        0,
        f"Nothing to update: the repository has the scaffold of airflowkit {__version__}\n",
        "",
    )
    git(team, "reset", "--quiet", "--hard", head.decode().strip())
    git(team, "branch", "-D", BRANCH)


@pytest.mark.slow
def test_a_conflict_is_no_success(team):
    settings = team / "airflowkit.toml"
    settings.write_text(settings.read_text().replace('["old"]', '["ours"]'))
    git(team, "commit", "--quiet", "--all", "--message=ours")
    status, printed, _errors = airflowkit("update", cwd=team)
    assert status == 1
    assert "  conflict  airflowkit.toml\n" in printed
    assert f"git switch {BRANCH}" in printed
    git(team, "branch", "-D", BRANCH)
    git(team, "reset", "--quiet", "--hard", "HEAD~1")


def test_elsewhere_it_is_refused_in_one_line(tmp_path):
    status, printed, errors = airflowkit("update", cwd=tmp_path)
    assert (status, printed) == (2, "")
    assert errors.count("\n") == 1
    assert str(tmp_path) in errors


def state_of_git(folder: Path) -> tuple[bytes, ...]:
    return (
        git(folder, "for-each-ref"),
        git(folder, "status", "--porcelain", "--ignored"),
        git(folder, "rev-parse", "HEAD"),
        git(folder, "stash", "list"),
    )


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.3, 0.6, 1, 2, 4])
def test_interrupted_at_any_point_the_repository_is_as_before(team, tmp_path, seconds):
    (team / "README.md").write_text("not committed\n")
    before = state_of_git(team)
    process = subprocess.Popen(
        [sys.executable, "-m", "airflowkit", "update"],
        cwd=team,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to the command and its children
    _out, errors = process.communicate(timeout=60)
    assert b"Traceback" not in errors
    assert state_of_git(team) == before
    assert list(tmp_path.iterdir()) == []
    git(team, "checkout", "--quiet", "README.md")


@pytest.mark.slow
@pytest.mark.parametrize("line", ["sops: {mac: x}\n", "{{ if x }}\n"])
def test_values_that_only_another_program_can_read_are_no_obstacle(team, line):
    values = team / "deploy" / "values.yaml"
    values.write_text(line + values.read_text())
    git(team, "commit", "--quiet", "--all", "--message=encrypt the values")
    status, printed, errors = airflowkit("update", "--dry-run", cwd=team)
    assert status == 0, errors
    assert "deploy/values.yaml is not compared: deploy/values.yaml" in printed
    git(team, "reset", "--quiet", "--hard", "HEAD~1")
