"""Temporary folders of a process; the next process removes those of killed ones."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.errors import LocalRunError, chain

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_NEW: Final = 60.0
"""Seconds that a folder may be without its lock, because its process is just creating it."""


@contextmanager
def scratch_folder(prefix: str, *, keep: bool = False) -> Iterator[Path]:
    """Yield a new folder.

    It is locked, and the lock ends with the process, however that ends: so a folder in use differs from an abandoned
    one. A process id would not tell, because containers may share `/tmp`.

    Args:
        prefix: The prefix of its name.
        keep: Whether to keep it.
    """
    try:
        _remove_abandoned(prefix)
        folder = Path(tempfile.mkdtemp(prefix=f"{prefix}kept-" if keep else prefix))
    except OSError as error:  # also where Python finds no folder that it can write to
        raise no_space(error) from None
    lock = _lock(folder)
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def is_disk_full(error: BaseException | None) -> bool:
    """Return whether an error says that the disk is full; SQLite says it in its own words."""
    links = chain(error, lambda link: link.__cause__ or link.__context__)
    return any(getattr(link, "errno", None) in _FULL or "disk is full" in str(link) for link in links)


def no_space(error: BaseException) -> LocalRunError:
    """Return the error for a temporary folder that takes no more files."""
    where = getattr(error, "filename2", None) or getattr(error, "filename", None)
    why = " ".join(str(getattr(error, "strerror", None) or error).split())
    message = f"the temporary folder takes no more files: {f'{where}: ' if where else ''}{why}"
    return LocalRunError(message, hint="make room there, or set TMPDIR to another folder")


def _remove_abandoned(prefix: str) -> None:
    """Remove this user's folders that no process has locked."""
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError):
            status = folder.stat()
            old = time.time() - status.st_mtime > _NEW
            if old and status.st_uid == os.getuid() and not folder.name.startswith(f"{prefix}kept-"):
                _remove_if_free(folder)


def _remove_if_free(folder: Path) -> None:
    lock = _lock(folder)
    if lock is not None:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _lock(folder: Path) -> int | None:
    """Return a descriptor that holds the folder's lock; None if another process holds it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
