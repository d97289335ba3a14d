"""Writes Secrets into a file that only its owner can read, and that git cannot commit."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from subprocess import CalledProcessError
from typing import Final

from airflowkit.deploy.secrets.manifest import Secret, parse_yaml
from airflowkit.errors import SecretsError
from airflowkit.git import git
from airflowkit.replacement import temporary

_PRIVATE: Final = 0o600


def check_output(path: Path) -> None:
    """Reject a file that cannot be written, or that git would commit.

    Raises:
        SecretsError: Git tracks the file, or does not ignore it; or it is not a file in an existing folder.
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise SecretsError(f"{path}: there is no folder {target.parent}", hint="Create it first")
    if target.exists() and not target.is_file():
        raise SecretsError(f"{path} is not a file", hint="Secrets are not printed: name a file")
    if not os.access(target.parent, os.W_OK):
        raise SecretsError(f"{path} cannot be written: its folder is read-only")
    _check_git(path, target)


def read_output(path: Path) -> list[Secret]:
    """Return the Secrets of an earlier output, or none if there is no such file.

    Raises:
        SecretsError: The file holds something else.
    """
    if not path.exists():
        return []
    try:
        return parse_yaml(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        reason = error.strerror or "it is not readable"
    except UnicodeDecodeError:
        reason = "it is not text"
    raise SecretsError(f"{path} cannot be read: {reason}")


def write_output(path: Path, text: str) -> None:
    """Write a file as a whole, readable by its owner only from its first byte on.

    Raises:
        SecretsError: It cannot be written.
    """
    target = Path(os.path.realpath(path))
    try:
        with temporary(target.parent) as scratch:
            descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                os.fchmod(descriptor, stat.S_IRUSR | stat.S_IWUSR)
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            scratch.replace(target)
    except OSError as error:
        reason = error.strerror
    else:
        return
    raise SecretsError(f"{path} cannot be written: {reason}")


def _check_git(path: Path, target: Path) -> None:
    root = next((folder for folder in target.parents if (folder / ".git").exists()), None)
    if root is None:
        return
    if shutil.which("git") is None:
        raise SecretsError(f"{path} is in the git repository {root}, and git is not here to say whether it ignores it")
    try:
        inside = git(target.parent, "rev-parse", "--is-inside-work-tree")
    except CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").strip().splitlines() or ["it failed"]
        raise SecretsError(f"git cannot say whether it ignores {path}: {lines[0]}") from None
    if inside.strip() == b"false":  # in .git itself
        return
    if _agrees(target, "--literal-pathspecs", "ls-files", "--error-unmatch", "--", target.name):
        hint = f"Take it out with `git rm --cached {path}`; what was committed in it is known, and must be changed"
        raise SecretsError(f"git tracks {path}, so the Secrets would be committed", hint=hint)
    if not _agrees(target, "check-ignore", "--quiet", "--", f"./{target.name}"):
        name = target.relative_to(root) if target.is_relative_to(root) else target.name
        hint = f"Add the line {name} to .gitignore, or name a file outside of the repository"
        raise SecretsError(f"git does not ignore {path}, so the Secrets could be committed", hint=hint)


def _agrees(target: Path, *question: str) -> bool:
    """Return whether git's exit status says yes."""
    try:
        git(target.parent, *question)
    except CalledProcessError:
        return False
    return True
