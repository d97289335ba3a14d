"""A repository's first commit."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_SUBJECT: Final = "Begin the repository with airflowkit"
_UNSIGNED: Final = (
    "git has no user.name and user.email here: set them, then git commit --amend --reset-author --no-edit"
)
_NOBODY: Final = ("-c", "user.name=airflowkit", "-c", "user.email=airflowkit@localhost")
# Set where git runs a hook or an alias; each would lead our commands into another repository.
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
    """Make a folder a git repository with all its files in one commit.

    Args:
        folder: The folder, not yet a repository.
        branch: The name of its branch.

    Returns:
        What the user has to know about it, or an empty string. Where git is missing or refuses, the files stay
        as they are: a repository can be begun by hand at any time.
    """
    if shutil.which("git") is None:
        return "git is not installed: no repository was begun"
    try:
        _git(folder, "init", "--quiet")
        _git(folder, "symbolic-ref", "HEAD", f"refs/heads/{branch}")  # `init --initial-branch` needs git 2.28
        _git(folder, "add", "--all")
        author = () if _has_author(folder) else _NOBODY
        _git(folder, *author, "commit", "--quiet", f"--message={_SUBJECT}")
    except subprocess.CalledProcessError as error:
        lines = f"{error.stdout}{error.stderr}".strip().splitlines()
        return f"git made no first commit: {lines[-1] if lines else f'it ended with status {error.returncode}'}"
    return _UNSIGNED if author else ""


def _has_author(folder: Path) -> bool:
    """Say whether git was told who commits here; a name that it makes up of the computer's is none."""
    try:
        _git(folder, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
        _git(folder, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
    except subprocess.CalledProcessError:
        return False
    return True


def _git(folder: Path, *arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_REPOSITORY}
    subprocess.run(  # noqa: S603  git itself, with arguments of our own and a checked branch
        ["git", *arguments],  # noqa: S607  the user's own git
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
