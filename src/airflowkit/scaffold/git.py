"""The commits of a new repository and of its updates."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

from airflowkit.git import complaint, git

if TYPE_CHECKING:
    from pathlib import Path

_SUBJECT: Final = "Create the repository with airflowkit"
_UNSIGNED: Final = (
    "git has no user.name and user.email here: set them, then run git commit --amend --reset-author --no-edit"
)
_NOBODY: Final = ("-c", "user.name=airflowkit", "-c", "user.email=airflowkit@localhost")


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
        git(folder, "init", "--quiet")
        git(folder, "symbolic-ref", "HEAD", f"refs/heads/{branch}")  # `init --initial-branch` needs git 2.28
        git(folder, "add", "--all")
        author = author_options(folder)
        git(folder, *author, "commit", "--quiet", f"--message={_SUBJECT}")
    except subprocess.CalledProcessError as error:
        return f"git could not make the first commit: {complaint(error)}"
    return _UNSIGNED if author else ""


def _has_author(folder: Path) -> bool:
    """Return whether git has an author configured; one that it derives from the host name does not count."""
    try:
        git(folder, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
        git(folder, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
    except subprocess.CalledProcessError:
        return False
    return True


def author_options(folder: Path) -> tuple[str, ...]:
    """Return the options that let git commit where nobody has told it who the author is."""
    return () if _has_author(folder) else _NOBODY
