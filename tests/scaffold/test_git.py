import os
import shutil
import subprocess

import pytest

from airflowkit.scaffold.git import first_commit

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git: install git")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A computer where git knows nobody."""
    for name in [name for name in os.environ if name.startswith("GIT_") or name == "EMAIL"]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return home


@pytest.fixture
def folder(tmp_path, home):
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "README.md").write_text("x")
    (folder / ".gitignore").write_text("secret\n")
    (folder / "secret").write_text("x")
    return folder


def git(folder, *arguments):
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_everything_but_what_is_ignored_is_committed_to_the_branch(folder, home):
    (home / ".gitconfig").write_text("[user]\n\tname = A\n\temail = a@example.com\n[init]\n\tdefaultBranch = other\n")
    assert first_commit(folder, "trunk") == ""
    assert git(folder, "log", "--format=%an %ae %D") == "A a@example.com HEAD -> trunk"
    assert git(folder, "ls-files").split() == [".gitignore", "README.md"]
    assert git(folder, "status", "--porcelain") == ""


def test_a_commit_without_a_known_author_says_how_to_put_that_right(folder):
    assert "user.name" in first_commit(folder, "main")
    assert git(folder, "log", "--format=%an") == "airflowkit"


def test_git_variables_of_another_repository_do_not_lead_there(folder, tmp_path, monkeypatch):
    """As when the command runs in another repository's hook."""
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    first_commit(folder, "main")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name)
    assert git(folder, "ls-files").split() == [".gitignore", "README.md"]
    assert not (other / ".git/index").exists()


def test_a_failure_of_git_is_reported_and_the_files_stay(folder, home):
    (home / ".gitconfig").write_text("[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = /nonexistent\n")
    assert first_commit(folder, "main").startswith("git could not make the first commit: ")
    assert (folder / "README.md").exists()


def test_missing_git_is_reported(folder, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert "git is not installed" in first_commit(folder, "main")
