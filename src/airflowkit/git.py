"""Runs git, the user's own."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

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
"""Git sets these in hooks and aliases; each would point our commands at another repository."""
_NO_HOOKS: Final = ("-c", f"core.hooksPath={os.devnull}")


def git(folder: Path, *arguments: str, stdin: bytes = b"", index: Path | None = None) -> bytes:
    """Run git in a folder, and return what it prints.

    Args:
        folder: The folder.
        arguments: Git's arguments.
        stdin: What it reads.
        index: The index file to use instead of the repository's own.

    Raises:
        subprocess.CalledProcessError: It failed.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_REPOSITORY}
    environment |= {"GIT_INDEX_FILE": str(index)} if index else {}
    options = _NO_HOOKS if index else ()  # git calls `post-index-change` for an index of ours, too
    done = subprocess.run(  # noqa: S603  git itself, with our own arguments and validated names
        ["git", *options, *arguments],  # noqa: S607  the user's own git
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        check=True,
    )
    return done.stdout


def complaint(error: subprocess.CalledProcessError) -> str:
    """Return the last line that git printed, which says what failed."""
    lines = (error.stdout + error.stderr).decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"it exited with status {error.returncode}"
