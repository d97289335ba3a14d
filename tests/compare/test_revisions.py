"""Revisions are written out as they were committed, and the user's repository does not notice."""

import subprocess
from pathlib import Path

import pytest

from airflowkit.compare.revisions import ignored_by_git, two_sides
from airflowkit.errors import RevisionError
from airflowkit.git import git as run_git

AUTHOR = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always")


def git(folder: Path, *arguments: str) -> str:
    return run_git(folder, *AUTHOR, *arguments).decode().strip()


def commit(folder: Path, **files: str | None) -> str:
    """Write or delete files, commit everything, and return the commit."""
    for name, text in files.items():
        path = folder / f"{name}.py"
        if text is None:
            path.unlink()
        else:
            path.write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=change")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "ours"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, a="old")
    return folder


def sides(folder: Path, *revisions: str) -> tuple[str, str]:
    """Return what is in `a.py` of both sides, and check that nothing is left."""
    state = [path for path in sorted((folder / ".git").rglob("*")) if path.is_file()]
    with two_sides(folder, *revisions) as both:
        found = tuple((side.root / "a.py").read_text() for side in both)
        places = [side.root for side in both if side.commit]
    assert not any(place.exists() for place in places)
    assert [path for path in sorted((folder / ".git").rglob("*")) if path.is_file()] == state
    return found[0], found[1]


def test_the_other_side_is_the_work_tree_with_what_is_not_committed(repository):
    (repository / "a.py").write_text("new")
    assert sides(repository) == ("old", "new")
    git(repository, "add", "--all")
    assert sides(repository) == ("old", "new")


def test_a_branch_is_compared_with_where_it_left_the_default_branch(repository):
    git(repository, "switch", "--quiet", "--create=feature")
    commit(repository, a="mine")
    git(repository, "switch", "--quiet", "main")
    commit(repository, a="theirs")
    git(repository, "switch", "--quiet", "feature")
    assert sides(repository) == ("old", "mine")
    assert sides(repository, "main") == ("theirs", "mine")
    assert sides(repository, "main", "feature") == ("theirs", "mine")
    assert sides(repository, "main..feature") == ("theirs", "mine")
    assert sides(repository, "main...feature") == ("old", "mine")
    assert sides(repository, "HEAD~1..") == ("old", "mine")


def test_commits_that_are_not_pushed_count_on_the_default_branch(repository, tmp_path):
    git(tmp_path, "clone", "--quiet", str(repository), "clone")
    commit(tmp_path / "clone", a="mine")
    assert sides(tmp_path / "clone") == ("old", "mine")


def test_a_file_that_archives_leave_out_is_there(repository):
    (repository / ".gitattributes").write_text("a.py export-ignore\n")
    assert commit(repository)
    assert sides(repository, "HEAD") == ("old", "old")


def test_a_repository_may_be_a_folder_of_gits(repository):
    part = repository / "teams" / "orders"
    part.mkdir(parents=True)
    commit(part, a="part")
    with two_sides(part, "HEAD~1", "HEAD") as (before, after):
        assert before.root.is_dir()
        assert list(before.root.iterdir()) == []
        assert (after.root / "a.py").read_text() == "part"
        assert (after.root.parents[1] / "a.py").read_text() == "old"


def test_the_files_of_a_submodule_are_those_of_its_commit(repository, tmp_path):
    library = tmp_path / "library"
    library.mkdir()
    git(library, "init", "--quiet", "--initial-branch=main")
    commit(library, lib="one")
    git(repository, "submodule", "--quiet", "add", str(library), "library")
    commit(repository)
    commit(repository / "library", lib="two")
    with two_sides(repository, "HEAD") as (before, after):
        assert (before.root / "library" / "lib.py").read_text() == "one"
        assert (after.root / "library" / "lib.py").read_text() == "two"


def test_files_that_git_ignores_are_in_no_push(repository):
    (repository / ".gitignore").write_text("local_*.py\n")
    files = [repository / "local_a.py", repository / "a.py"]
    files[0].touch()
    assert ignored_by_git(repository, files) == {files[0]}
    assert ignored_by_git(repository, files[1:]) == set()
    assert ignored_by_git(repository, []) == set()


@pytest.mark.parametrize("revision", ["nothing", "-h", "--help", "a\0b", "main..nothing", "HEAD:a.py", "@{9}"])
def test_what_git_does_not_know_is_refused(repository, revision):
    with pytest.raises(RevisionError, match="git knows no revision"), two_sides(repository, revision):
        pass


def test_a_clone_that_knows_no_common_commit_is_no_empty_difference(repository, tmp_path):
    git(repository, "switch", "--quiet", "--create=feature")
    commit(repository, a="mine")
    git(repository, "switch", "--quiet", "main")
    commit(repository, a="theirs")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{repository}", "clone")
    git(clone, "switch", "--quiet", "feature")
    with pytest.raises(RevisionError, match=r"no common commit.*unshallow"), two_sides(clone):
        pass


def test_without_a_known_default_branch_a_revision_must_be_named(repository):
    git(repository, "branch", "--move", "trunk")
    with pytest.raises(RevisionError, match=r"default branch.*airflowkit diff REV"), two_sides(repository):
        pass
    assert sides(repository, "HEAD") == ("old", "old")


def test_a_folder_without_git_and_a_repository_without_commits_are_refused(tmp_path, monkeypatch):
    with pytest.raises(RevisionError, match="not in a git repository"), two_sides(tmp_path):
        pass
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    with pytest.raises(RevisionError, match="no commit yet"), two_sides(tmp_path):
        pass
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RevisionError, match="not installed"), two_sides(tmp_path):
        pass


def test_a_commit_whose_files_cannot_be_written_is_told_with_gits_words(repository):
    blob = git(repository, "rev-parse", "HEAD:a.py")
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(RevisionError, match="git cannot write the files of HEAD"), two_sides(repository, "HEAD"):
        pass
    assert (
        subprocess.run(["git", "worktree", "list"], cwd=repository, capture_output=True, check=True).stdout.count(b"\n")
        == 1
    )
