"""Writes files atomically: under a temporary name first."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary file, which replaces `path` unless the block raises.

    It keeps the mode of the replaced file. A symbolic link stays, and its target is replaced. What is not a regular
    file, such as a pipe behind `/dev/stdout`, is yielded itself.

    Raises:
        OSError: The folder is not writable.
    """
    if _is_special(path):
        yield path
        return
    target = _target(path)
    with temporary(target.parent) as scratch:
        yield scratch
        if target.exists():
            scratch.chmod(stat.S_IMODE(target.stat().st_mode))
        scratch.replace(target)


def can_replace(path: Path) -> bool:
    """Return whether `atomic_write` can write a file."""
    return not path.is_dir() and os.access(path if _is_special(path) else _target(path).parent, os.W_OK)


@contextmanager
def temporary(folder: Path) -> Iterator[Path]:
    """Yield an unpredictable hidden name, which Airflow ignores; what has that name afterwards is removed."""
    path = folder / f".airflowkit-{secrets.token_hex(8)}"
    try:
        yield path
    finally:
        remove(path)


def remove(path: Path) -> None:
    """Remove a file or a folder with its contents; ignore errors."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _target(path: Path) -> Path:
    """Return what a path stands for; `Path.resolve` raises for a symbolic link that leads to itself."""
    return type(path)(os.path.realpath(path))


def _is_special(path: Path) -> bool:
    return path.exists() and not path.is_file()
