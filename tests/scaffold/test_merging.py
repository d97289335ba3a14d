"""A newer scaffold and a team's edits are merged as whole trees, outside of the team's repository."""

from pathlib import Path

import pytest

from airflowkit.errors import ScaffoldError
from airflowkit.git import git
from airflowkit.scaffold.merging import MergeRepository, Outcome, merge_repository

LINES = [f"line {number}\n" for number in range(20)]
TEXT = "".join(LINES)
BEFORE = {"a.txt": TEXT, "deploy/values.yaml": TEXT, "gone.txt": "old\n", "same.txt": "same\n"}


def edited(text: str, line: int, new: str) -> str:
    lines = text.splitlines(keepends=True)
    lines[line] = f"{new}\n"
    return "".join(lines)


@pytest.fixture
def team(tmp_path) -> Path:
    folder = tmp_path / "team"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "Ada")
    git(folder, "config", "user.email", "ada@example.com")
    for path, text in BEFORE.items():
        write(folder, path, text)
    commit(folder)
    return folder


def write(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=team")


def merged(team: Path, after: dict[str, str], target: Path | None = None) -> dict[str, Outcome]:
    with merge_repository(team) as merging:
        merge = merging.merged(BEFORE, after, "9.9.9")
        if target:
            merging.write_out(merge.tree, target)
        return dict(merge.outcomes)


def test_a_file_that_the_team_has_not_touched_is_updated(team, tmp_path):
    after = BEFORE | {"a.txt": edited(TEXT, 3, "new"), "more.txt": "more\n"}
    assert merged(team, after, tmp_path / "out") == {"a.txt": Outcome.UPDATED, "more.txt": Outcome.ADDED}
    assert (tmp_path / "out" / "a.txt").read_text() == edited(TEXT, 3, "new")
    assert (tmp_path / "out" / "more.txt").read_text() == "more\n"


def test_edits_of_both_sides_are_merged(team, tmp_path):
    write(team, "a.txt", edited(TEXT, 15, "the team's"))
    (team / "a.txt").chmod(0o755)
    commit(team)
    after = BEFORE | {"a.txt": edited(TEXT, 3, "new")}
    assert merged(team, after, tmp_path / "out") == {"a.txt": Outcome.MERGED}
    assert (tmp_path / "out" / "a.txt").read_text() == edited(edited(TEXT, 15, "the team's"), 3, "new")
    assert (tmp_path / "out" / "a.txt").stat().st_mode & 0o111


def test_a_renamed_file_is_updated_under_its_new_name(team, tmp_path):
    (team / "deploy/values.yaml").rename(team / "prod.yaml")
    commit(team)
    after = BEFORE | {"deploy/values.yaml": edited(TEXT, 3, "new")}
    assert merged(team, after, tmp_path / "out") == {"prod.yaml": Outcome.MERGED}
    assert (tmp_path / "out" / "prod.yaml").read_text() == edited(TEXT, 3, "new")
    assert not (tmp_path / "out" / "deploy").exists()


def test_a_deleted_file_stays_deleted(team, tmp_path):
    (team / "a.txt").unlink()
    commit(team)
    assert merged(team, BEFORE | {"a.txt": edited(TEXT, 3, "new")}, tmp_path / "out") == {
        "a.txt": Outcome.STAYS_DELETED
    }
    assert not (tmp_path / "out" / "a.txt").exists()


def test_a_file_that_the_scaffold_no_longer_has_is_removed_unless_the_team_has_changed_it(team, tmp_path):
    write(team, "a.txt", edited(TEXT, 15, "the team's"))
    commit(team)
    after = {path: text for path, text in BEFORE.items() if path not in {"a.txt", "gone.txt"}}
    assert merged(team, after, tmp_path / "out") == {"a.txt": Outcome.KEPT, "gone.txt": Outcome.REMOVED}
    assert (tmp_path / "out" / "a.txt").read_text() == edited(TEXT, 15, "the team's")


def test_a_conflict_is_marked_with_the_names_of_both_sides(team, tmp_path):
    write(team, "a.txt", edited(TEXT, 3, "the team's"))
    commit(team)
    assert merged(team, BEFORE | {"a.txt": edited(TEXT, 3, "new")}, tmp_path / "out") == {"a.txt": Outcome.CONFLICT}
    text = (tmp_path / "out" / "a.txt").read_text()
    assert "<<<<<<< yours\nthe team's\n=======\nnew\n>>>>>>> airflowkit-9.9.9\n" in text


def test_the_same_change_on_both_sides_is_no_change(team):
    write(team, "a.txt", edited(TEXT, 3, "new"))
    commit(team)
    assert merged(team, BEFORE | {"a.txt": edited(TEXT, 3, "new")}) == {}


def test_the_result_is_one_commit_on_a_branch_of_its_own(team):
    write(team, "uncommitted.txt", "work\n")
    head = git(team, "rev-parse", "HEAD")
    with merge_repository(team) as merging:
        merge = merging.merged(BEFORE, BEFORE | {"a.txt": edited(TEXT, 3, "new")}, "9.9.9")
        merging.commit(merge.tree, "airflowkit/update-9.9.9", "Update the scaffold")
    assert git(team, "rev-parse", "HEAD") == head
    assert git(team, "status", "--porcelain") == b"?? uncommitted.txt\n"
    assert (
        git(team, "log", "-1", "--format=%P %an %s", "airflowkit/update-9.9.9")
        == head[:-1] + b" Ada Update the scaffold\n"
    )
    git(team, "merge", "--quiet", "airflowkit/update-9.9.9")
    assert (team / "a.txt").read_text() == edited(TEXT, 3, "new")


def test_an_existing_branch_is_not_replaced(team):
    git(team, "branch", "update")
    with merge_repository(team) as merging:
        merge = merging.merged(BEFORE, BEFORE | {"a.txt": "new\n"}, "9.9.9")
        with pytest.raises(ScaffoldError, match="update"):
            merging.commit(merge.tree, "update", "Update")


def test_an_interrupted_merge_leaves_the_repository_as_it_was(team):
    def listing() -> set[str]:
        return {str(path) for path in team.rglob("*")}

    before = listing()

    def interrupted(merging: MergeRepository) -> None:
        merging.merged(BEFORE, BEFORE | {"a.txt": "new\n"}, "9.9.9")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), merge_repository(team) as merging:
        interrupted(merging)
    assert listing() == before
    assert not merging.folder.exists()


def test_a_folder_without_a_commit_is_refused(tmp_path):
    with pytest.raises(ScaffoldError, match="not a git repository with a commit"), merge_repository(tmp_path):
        pass


def test_an_old_git_is_refused(team, tmp_path, monkeypatch):
    old = tmp_path / "bin" / "git"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho git version 2.30.2\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(old.parent))
    with pytest.raises(ScaffoldError, match=r"git version 2\.30\.2 cannot merge whole trees"), merge_repository(team):
        pass
