"""The files that decide what a repository's DAGs are, and when they change: what `--watch` waits for.

The system says that something has happened in a folder; what it was is decided by comparing the files with how they
were. So an editor that writes another file and renames it, and a file that is gone and back, look like any other save.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from airflowkit.errors import AirflowKitError, CannotWatch, counted
from airflowkit.git import git
from airflowkit.processor.roots import import_roots
from airflowkit.repository import places_beside, plugins_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sized

_STEP: Final = 50
"""Milliseconds without a change after which a burst of changes is over."""
_BEGIN: Final = 100
"""Milliseconds until watching has begun, if nothing changes meanwhile."""
_GIT_WORKS: Final = 30.0
"""Seconds that git may take to switch branches; a lock that is older was left by a git that is gone."""
_OURS: Final = frozenset({".airflowignore"})
_LEFT_OUT: Final = frozenset({"__pycache__", "node_modules", "site-packages"})
_OF_EDITORS: Final = re.compile(r".*~|#.*#|.*\.(?:py[co]|sw[a-z]|tmp|bak|orig)|4913|.*___jb_\w+___")
_BESIDE: Final = re.compile(
    r"airflowkit.*\.(?:toml|json)|pyproject\.toml|pytest\.ini|tox\.ini|setup\.cfg|.*\.ya?ml|(?:docker|container)file.*|.*\.env"
    r"|\.env.*",
    re.IGNORECASE,
)
"""What matters of the files beside the DAG folder: settings, the baseline, what says how the DAGs are deployed."""
_DEPLOYED: Final = ("deploy", "helm")


class _State(NamedTuple):
    """What shows that a file has been written."""

    changed: int
    size: int
    number: int


Files = dict[Path, _State]


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched.

    Attributes:
        folders: All folders.
        files: All files in them that matter.
    """

    folders: frozenset[Path]
    files: Files


def watched(dags: Path, others: Iterable[Path] = ()) -> Watched:
    """Return what there is to watch of a repository.

    Args:
        dags: Its DAG folder; it need not exist.
        others: Further files that its DAGs are made from, wherever they are.
    """
    folders: dict[Path, None] = {}
    files: Files = {}
    for folder in _whole(dags):
        _add_whole(folder, folders, files)
    for folder in _beside(dags):
        if folder.is_dir() and folder not in folders:
            folders[folder] = None
            _add(folder, files, _BESIDE)
    for file in others:
        if file not in files and file.parent.is_dir():
            folders[file.parent] = None
            _note(file, files)
    return Watched(frozenset(folders), files)


def changes(now: Callable[[], Watched], root: Path) -> Iterator[frozenset[Path]]:
    """Yield the files that change, one set for each burst of changes; first an empty one, once watching has begun.

    Args:
        now: Returns what there is to watch.
        root: A folder of the repository: while git works on it, its changes are not complete.
    """
    lock = _git_lock(root)
    comparison = _Comparison()
    while True:
        folders = now().folders
        with _events(folders) as events:
            begun = _begun(events, len(folders))
            while begun:
                _await_git(lock)
                current = now()
                changed = comparison.changed(current.files)
                if changed is not None:
                    yield changed
                if current.folders != folders:
                    break
                while not next(events):
                    pass


class _Comparison:
    """Compares files with how they were.

    A file that is written again with the same content has not changed, but for the first time: a DAG file may write
    others while it is imported, and an answer to that would be a reason for the next.
    """

    def __init__(self) -> None:
        self._before: Files | None = None
        self._digests: dict[Path, bytes] = {}

    def changed(self, files: Files) -> frozenset[Path] | None:
        """Return the files that have changed, an empty set for the first time, or None if none has."""
        before, self._before = self._before, files
        if before is None:
            return frozenset()
        written = (path for path in before.keys() | files.keys() if before.get(path) != files.get(path))
        changed = frozenset(path for path in written if self._is_other(path))
        for path in changed:
            _forget_bytecode(path, before.get(path), files.get(path))
        return changed or None

    def _is_other(self, path: Path) -> bool:
        known, self._digests[path] = self._digests.get(path), _digest(path)
        return known != self._digests[path]


@contextmanager
def _events(folders: Iterable[Path]) -> Iterator[Iterator[Sized]]:
    """Watch folders; the iterator yields an empty set when nothing has happened for a moment."""
    from watchfiles import watch  # noqa: PLC0415  only `--watch` needs it

    found = watch(
        *folders,
        watch_filter=None,
        recursive=False,
        step=_STEP,
        rust_timeout=_BEGIN,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    try:
        yield found
    finally:
        found.close()


def _begun(events: Iterator[object], number: int) -> bool:
    """Begin to watch: from here on, no change is missed; return False if a folder is gone by now.

    Raises:
        CannotWatch: The system refuses.
    """
    try:
        next(events)
    except FileNotFoundError:
        time.sleep(_STEP / 1000)
        return False
    except OSError as error:
        hint = "raise fs.inotify.max_user_watches, or set WATCHFILES_FORCE_POLLING=1"
        raise CannotWatch(f"cannot watch {counted(number, 'folder')}: {error}", hint=hint) from None
    return True


def _digest(path: Path) -> bytes:
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return b""  # it is gone


def _forget_bytecode(path: Path, before: _State | None, after: _State | None) -> None:
    """Remove Python's bytecode of a file that was saved twice in a second: it knows sizes and whole seconds only."""
    second = 10**9
    if before and after and before.size == after.size and before.changed // second == after.changed // second:
        with suppress(OSError, NotImplementedError):
            Path(cache_from_source(path)).unlink()


def _whole(dags: Path) -> Iterator[Path]:
    """Yield the folders that are watched with all that is in them."""
    yield dags
    with suppress(AirflowKitError):  # the settings are not valid at the moment
        yield from (root.path for root in import_roots(dags))
    with suppress(AirflowKitError):
        if plugins := plugins_folder(dags):
            yield plugins


def _beside(dags: Path) -> Iterator[Path]:
    for place in places_beside(dags):
        yield place
        yield from (place / name for name in _DEPLOYED)


def _add_whole(folder: Path, folders: dict[Path, None], files: Files) -> None:
    """Add a folder with those below it; a link back to one that is known already ends there."""
    waiting, seen = [folder], {os.path.realpath(known) for known in folders}
    while waiting:
        here = waiting.pop()
        if (real := os.path.realpath(here)) in seen or not here.is_dir() or (here / "pyvenv.cfg").exists():
            continue
        seen.add(real)
        folders[here] = None
        waiting += _add(here, files)


def _add(folder: Path, files: Files, names: re.Pattern[str] | None = None) -> list[Path]:
    """Add the files of a folder that matter, and return the folders in it that do."""
    found = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if not entry.name.startswith(".") and entry.name not in _LEFT_OUT:
                    found.append(Path(entry.path))
            elif _matters(entry.name, names):
                _note(Path(entry.path), files)
    return found


def _matters(name: str, names: re.Pattern[str] | None) -> bool:
    if names and not names.fullmatch(name):
        return False
    hidden = name.startswith(".") and name not in _OURS and not names
    return not hidden and not _OF_EDITORS.fullmatch(name)


def _note(file: Path, files: Files) -> None:
    with suppress(OSError):
        status = file.stat()
        files[file] = _State(status.st_mtime_ns, status.st_size, status.st_ino)


def _git_lock(folder: Path) -> Path | None:
    """Return the file that exists while git works on a repository; None where there is no git."""
    try:
        name = git(folder, "rev-parse", "--git-path", "index.lock").decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    return folder / name


def _await_git(lock: Path | None) -> None:
    """Wait until git has finished: a branch switch is one change."""
    end = time.monotonic() + _GIT_WORKS
    while lock and _is_recent(lock) and time.monotonic() < end:
        time.sleep(_STEP / 1000)


def _is_recent(lock: Path) -> bool:
    try:
        return time.time() - lock.stat().st_mtime < _GIT_WORKS
    except OSError:
        return False


def joined(parts: Iterable[Watched]) -> Watched:
    """Return what there is to watch of several DAG folders."""
    parts = list(parts)
    folders = frozenset[Path]().union(*(part.folders for part in parts))
    return Watched(folders, {path: state for part in parts for path, state in part.files.items()})


def description(changed: Iterable[Path]) -> str:
    """Return what happened to files: `dags/orders.py saved`, or `12 files changed`."""
    one, *others = sorted(changed)
    if others:
        return f"{len(others) + 1} files changed"
    return f"{os.path.relpath(one)} {'saved' if one.exists() else 'deleted'}"
