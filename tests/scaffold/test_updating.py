"""A later scaffold reaches a repository that an earlier one has made, beside all that its team has changed."""

import base64
import json
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from airflowkit import __version__
from airflowkit.errors import ScaffoldError
from airflowkit.git import git
from airflowkit.scaffold.answers.repository import RepositoryAnswers
from airflowkit.scaffold.creation import first_dag_of
from airflowkit.scaffold.merging import Outcome
from airflowkit.scaffold.record import RECORD, record
from airflowkit.scaffold.rendering import render_repository
from airflowkit.scaffold.updating import planned_update

ANSWERS = RepositoryAnswers(name="team-dags", airflow_version="3.3.2", airflowkit_version="0.0.1")
NOW = render_repository(ANSWERS, first_dag_of(ANSWERS))
GONE = "deploy/old-notes.md"
NEW = "Dockerfile"
"""A file that the earlier scaffold did not have."""
THEN = {path: f"{text}# from the earlier scaffold\n" for path, text in NOW.items() if path != NEW} | {GONE: "notes\n"}


@pytest.fixture
def team(tmp_path) -> Path:
    return repository(tmp_path / "clone")


def repository(folder: Path) -> Path:
    for path, text in {**THEN, RECORD: record(ANSWERS, THEN)}.items():
        write(folder, path, text)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "Ada")
    git(folder, "config", "user.email", "ada@example.com")
    commit(folder)
    return folder


def write(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)


def prepend(folder: Path, path: str, line: str = "# by the team") -> None:
    write(folder, path, f"{line}\n{(folder / path).read_text()}")


def commit(folder: Path) -> None:
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message=team")


def update(folder: Path, **changes: str) -> dict[str, Outcome]:
    with planned_update(folder, **changes) as planned:
        planned.commit()
        return dict(planned.outcomes)


def take(folder: Path) -> None:
    git(folder, "merge", "--quiet", f"airflowkit/update-{__version__}")


def test_an_unchanged_repository_becomes_what_a_new_one_is(team):
    outcomes = update(team)
    expected = dict.fromkeys(NOW, Outcome.UPDATED) | {NEW: Outcome.ADDED, GONE: Outcome.REMOVED}
    assert outcomes == expected
    take(team)
    answers = replace(ANSWERS, airflowkit_version=__version__)
    now = render_repository(answers, first_dag_of(answers))
    assert {path: (team / path).read_text() for path in now} == now
    assert (team / RECORD).read_text() == record(answers, now)
    with planned_update(team) as planned:
        assert not planned.needed
        assert planned.outcomes == {}


def test_a_teams_edits_stay_beside_the_update(team):
    edited = [
        "README.md",
        "airflowkit.toml",
        "deploy/values.yaml",
        "pyproject.toml",
        ".gitignore",
        "dags/.airflowignore",
    ]
    for path in edited:
        prepend(team, path)
    (team / "deploy" / "values-dev.yaml").rename(team / "deploy" / "values-staging.yaml")
    (team / "requirements-dev.txt").unlink()
    (team / "dags" / "hello_pod.py").chmod(0o755)
    write(team, "dags/orders.py", "# airflow dag of the team\n")
    commit(team)
    outcomes = update(team)
    assert {path: outcomes[path] for path in edited} == dict.fromkeys(edited, Outcome.MERGED)
    assert outcomes["deploy/values-staging.yaml"] is Outcome.MERGED
    assert outcomes["requirements-dev.txt"] is Outcome.STAYS_DELETED
    assert Outcome.CONFLICT not in outcomes.values()
    take(team)
    for path in edited:
        assert (team / path).read_text() == f"# by the team\n{NOW[path]}"
    assert (team / "deploy" / "values-staging.yaml").read_text() == NOW["deploy/values-dev.yaml"]
    assert not (team / "deploy" / "values-dev.yaml").exists()
    assert not (team / "requirements-dev.txt").exists()
    assert (team / "dags" / "hello_pod.py").stat().st_mode & 0o111
    assert (team / "dags" / "orders.py").exists()


def test_a_file_that_the_team_wrote_where_a_new_one_belongs_is_kept(team):
    write(team, NEW, "FROM scratch\n")
    commit(team)
    assert update(team)[NEW] is Outcome.KEPT
    take(team)
    assert (team / NEW).read_text() == "FROM scratch\n"


def test_a_conflict_is_told_and_marked(team):
    text = (team / "airflowkit.toml").read_text()
    write(team, "airflowkit.toml", text.replace("# from the earlier scaffold", "# the team's last line"))
    commit(team)
    with planned_update(team) as planned:
        assert planned.conflicts == ("airflowkit.toml",)
        planned.commit()
    assert b"<<<<<<< yours" in git(team, "show", f"airflowkit/update-{__version__}:airflowkit.toml")
    assert (team / "airflowkit.toml").read_text().endswith("# the team's last line\n")


def test_a_repository_in_a_folder_of_another_is_updated_there(tmp_path):
    whole = tmp_path / "monorepo"
    inner = repository(whole / "data" / "airflow")
    (inner / ".git").rename(whole / ".git")
    commit(whole)
    assert update(inner)["README.md"] is Outcome.UPDATED
    take(whole)
    assert (inner / "README.md").read_text() == NOW["README.md"]


def test_another_version_of_airflow_comes_with_the_update_which_says_what_the_step_breaks(team):
    edited_record(team, versions={"airflow": "3.2.1", "chart": "1.21.0"})
    with planned_update(team, airflow_version="3.3.1") as planned:
        assert planned.moves[0] == "chart 1.21.0 -> 1.22.0"
        assert "Airflow 3.2.1 -> 3.3.1" in planned.moves
        assert any("apache/airflow#70283" in line for line in planned.moves)
        assert not any("3.3.2" in line for line in planned.moves)
    update(team, airflow_version="3.3.1")
    take(team)
    assert 'airflowVersion: "3.3.1"' in (team / "deploy" / "values.yaml").read_text()
    assert "3.3.1" in (team / "Dockerfile").read_text()


def test_only_what_is_committed_counts(team):
    (team / "README.md").unlink()
    write(team, "dags/draft.py", "1 / 0\n")
    assert update(team)["README.md"] is Outcome.UPDATED
    assert git(team, "status", "--porcelain") == b" D README.md\n?? dags/draft.py\n"


def test_a_repository_of_another_origin_is_refused(tmp_path):
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "--quiet", "--allow-empty", "--message=x")
    with pytest.raises(ScaffoldError, match=r"no committed \.airflowkit/repository\.json"), planned_update(tmp_path):
        pass


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"answers": {}, "files": ["x"], "name": "a"}', '{"files": ["eJw="]}']
)
def test_a_broken_record_is_refused(team, text):
    write(team, RECORD, text)
    commit(team)
    with pytest.raises(ScaffoldError, match="is not valid"), planned_update(team):
        pass


def crlf(folder: Path, path: str) -> None:
    (folder / path).write_bytes((folder / path).read_bytes().replace(b"\n", b"\r\n"))


def test_files_that_the_team_has_committed_with_windows_line_ends_keep_them(team):
    prepend(team, "README.md")
    for path in ("README.md", "deploy/values.yaml"):
        crlf(team, path)
    commit(team)
    outcomes = update(team)
    assert Outcome.CONFLICT not in outcomes.values()
    take(team)
    assert (team / "README.md").read_bytes().decode() == f"# by the team\n{NOW['README.md']}".replace("\n", "\r\n")
    assert (team / "deploy/values.yaml").read_bytes().decode() == NOW["deploy/values.yaml"].replace("\n", "\r\n")
    assert (team / "Makefile").read_text() == NOW["Makefile"]


def edited_record(folder: Path, **changes) -> None:
    contents = json.loads((folder / RECORD).read_text())
    write(folder, RECORD, json.dumps({**contents, **changes}))
    commit(folder)


def packed(files) -> list[str]:
    return [base64.b64encode(zlib.compress(json.dumps(files).encode())).decode()]


@pytest.mark.parametrize(
    "files",
    [
        ["a"], "a", {"README.md": 5}, {"../evil": "x"}, {"/etc/x": "x"}, {".git/config": "x"}, {"a//b": "x"},
        {".GIT/hooks/post-checkout": "x"}, {"a\nb": "x"}, {"README.md": "x" * 30_000_000},
    ],
)  # fmt: skip
def test_a_record_with_files_that_new_repo_never_writes_is_refused(team, files):
    edited_record(team, files=packed(files))
    with pytest.raises(ScaffoldError, match="is not valid"), planned_update(team):
        pass


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"executor": "X"}, "executor 'X' is not a valid choice"),
        ({"branch": ["main"]}, "branch is not a value"),
        ({"teams": "no"}, "teams is not a value"),
        ({"workers": True}, "workers is not a value"),
        ({"of_a_newer_version": "x"}, "unknown answer 'of_a_newer_version'"),
        ({"owner": 'a"b'}, "owner"),
    ],
)
def test_an_answer_that_was_edited_by_hand_and_cannot_be_is_named(team, answers, reason):
    contents = json.loads((team / RECORD).read_text())
    edited_record(team, answers={**contents["answers"], **answers})
    with pytest.raises(ScaffoldError, match=reason), planned_update(team):
        pass


def test_an_answer_that_an_older_version_did_not_have_gets_its_default(team):
    answers = json.loads((team / RECORD).read_text())["answers"]
    del answers["metrics"]
    edited_record(team, answers={**answers, "workers": 3})
    with planned_update(team) as planned:
        assert planned.needed


def test_the_scaffold_of_a_newer_airflowkit_is_not_taken_back(team):
    edited_record(team, version="99.0.0")
    with pytest.raises(ScaffoldError, match=r"has the scaffold of airflowkit 99\.0\.0"), planned_update(team):
        pass


def test_a_detached_head_a_worktree_and_a_shallow_clone_are_updated_as_any_other(team, tmp_path):
    git(team, "checkout", "--quiet", "--detach")
    assert update(team)["README.md"] is Outcome.UPDATED
    git(team, "branch", "--delete", "--force", f"airflowkit/update-{__version__}")
    git(team, "worktree", "add", "--quiet", str(tmp_path / "other"))
    assert update(tmp_path / "other")["README.md"] is Outcome.UPDATED
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{team}", "shallow")
    assert update(tmp_path / "shallow")["README.md"] is Outcome.UPDATED


def test_a_branch_that_is_there_is_named_before_anything_is_parsed(team):
    update(team)
    with planned_update(team) as planned, pytest.raises(ScaffoldError, match="git branch -D airflowkit/update-"):
        planned.check_branch()
