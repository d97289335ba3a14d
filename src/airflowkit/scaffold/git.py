"""A repository's first commit."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_SUBJECT: Final = "Create the repository with airflowkit"
_UNSIGNED: Final = (
    "git has no user.name and user.email here: set them, then run git commit --amend --reset-author --no-edit"
)
_NOBODY: Final = ("-c", "user.name=airflowkit", "-c", "user.email=airflowkit@localhost")
# Git sets these in hooks and aliases; each would point our commands at another repository.
_OF_ANOTHER_REPOSITORY: Final = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_WORK_TREE",
    }
)


def first_commit(folder: Path, branch: str) -> str:
    """Turn a folder into a git repository, with all its files in one commit.

    Args:
        folder: The folder, not yet a repository.
        branch: The name of its branch.

    Returns:
        A note for the user, or an empty string. Where git is missing or fails, the files stay as they are: the user
        can create the repository at any time.
    """
    if shutil.which("git") is None:
        return "git is not installed, so this is not a git repository yet"
    try:
        _git(folder, "init", "--quiet")
        _git(folder, "symbolic-ref", "HEAD", f"refs/heads/{branch}")  # `init --initial-branch` needs git 2.28
        _git(folder, "add", "--all")
        author = () if _has_author(folder) else _NOBODY
        _git(folder, *author, "commit", "--quiet", f"--message={_SUBJECT}")
    except subprocess.CalledProcessError as error:
        lines = f"{error.stdout}{error.stderr}".strip().splitlines()
        why = lines[-1] if lines else f"it exited with status {error.returncode}"
        return f"git could not make the first commit: {why}"
    return _UNSIGNED if author else ""


def _has_author(folder: Path) -> bool:
    """Return whether git has an author configured; one that it derives from the host name does not count."""
    try:
        _git(folder, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
        _git(folder, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
    except subprocess.CalledProcessError:
        return False
    return True


def _git(folder: Path, *arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_REPOSITORY}
    subprocess.run(  # noqa: S603  git itself, with our own arguments and a validated branch
        ["git", *arguments],  # noqa: S607  the user's own git
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
