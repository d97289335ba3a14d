"""What is written whole or not at all: under a name of its own first."""

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
    """Yield a file to write, which takes the place of another if the block ends well, and else goes.

    It gets the mode of the other. A link stays, and what it leads to is replaced. What is no file, such as a pipe
    behind `/dev/stdout`, is yielded itself.

    Raises:
        OSError: The folder cannot be written to.
    """
    if _is_special(path):
        yield path
        return
    place = path.resolve()
    with temporary(place.parent) as scratch:
        yield scratch
        if place.exists():
            scratch.chmod(stat.S_IMODE(place.stat().st_mode))
        scratch.replace(place)


def can_replace(path: Path) -> bool:
    """Return whether `atomic_write` may write a file."""
    return not path.is_dir() and os.access(path if _is_special(path) else path.resolve().parent, os.W_OK)


@contextmanager
def temporary(folder: Path) -> Iterator[Path]:
    """Yield a name that nobody can foresee, and that Airflow and git-sync pass over; nothing of it stays."""
    path = folder / f".airflowkit-{secrets.token_hex(8)}"
    try:
        yield path
    finally:
        remove(path)


def remove(path: Path) -> None:
    """Remove a file, or a folder with what is in it, if it is there and may be removed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _is_special(path: Path) -> bool:
    return path.exists() and not path.is_file()
