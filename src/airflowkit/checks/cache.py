"""The facts of files, kept between checks, so that a check of unchanged files imports no Airflow.

An entry is valid as long as the content of the file and of every module of the repository that it imports, the
settings, the installed distributions and the Airflow configuration in the environment are the same.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.contract.kept import kept_path
from airflowkit.processor.roots import import_roots
from airflowkit.replacement import atomic_write
from airflowkit.repository import plugins_folder
from airflowkit.settings import find_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.setting_sections import Check

_FORMAT: Final = 2
_OF_NO_FILE: Final = {"select", "ignore", "severity", "per_path"}
"""Options that only decide which findings count."""
_OWN: Final = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Entry:
    """The facts of a file, and the contents that they are valid for.

    Attributes:
        facts: The facts.
        contents: The path and digest of the file and of each module of the repository that it imported.
        twice: Whether the file was parsed twice, for the rules that need that.
    """

    facts: FileFacts
    contents: tuple[tuple[str, str], ...]
    twice: bool


@dataclass(slots=True)
class Cache:
    """The entries of one DAG folder.

    Attributes:
        path: The file that keeps them.
        key: A digest of what all entries depend on.
        twice: Whether this check asks for files that were parsed twice.
        entries: The entries by file.
        opened: When this check began, in nanoseconds.
    """

    path: Path
    key: str
    twice: bool
    entries: dict[str, Entry] = field(default_factory=dict)
    opened: int = field(default_factory=time.time_ns)
    _digests: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path, options: Check, *, twice: bool) -> Cache:
        """Return the cache of a DAG folder; an empty one if there is none, or if it is no longer valid."""
        name = hashlib.sha256(str(folder).encode()).hexdigest()[:24]
        cache = cls(_home() / f"{name}.pickle", _key(folder, options), twice)
        # Written by this user alone, beside whose home nobody else writes: as safe as Python's own bytecode.
        with suppress(OSError, ValueError, TypeError, AttributeError, EOFError, ImportError, pickle.UnpicklingError):
            key, entries = pickle.loads(cache.path.read_bytes())  # noqa: S301
            if key == cache.key:
                cache.entries = entries
        return cache

    def get(self, path: str) -> FileFacts | None:
        """Return the facts of a file, if nothing that they depend on has changed."""
        self._digest(path)  # now: somebody may edit it before it is imported
        entry = self.entries.get(path)
        if entry and entry.twice >= self.twice and all(self._digest(name) == digest for name, digest in entry.contents):
            return entry.facts
        return None

    def put(self, facts: Iterable[FileFacts]) -> None:
        """Keep the facts of files that could be imported, and the entries of files that this check left out.

        A file that failed is imported again next time: the cause may be where nothing was read. So is one that read
        something that has changed since the check began: nobody knows which version it saw.
        """
        checked = {file.path: file for file in facts}
        kept = {path: entry for path, entry in self.entries.items() if path not in checked and Path(path).is_file()}
        sound = (file for file in checked.values() if _is_whole(file) and not any(map(self._is_new, file.sources)))
        self.entries = kept | {file.path: self._entry(file) for file in sound}
        content = pickle.dumps((self.key, self.entries))
        with suppress(OSError):  # a cache that cannot be written only costs time
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with atomic_write(self.path) as file:
                file.write_bytes(content)

    def _entry(self, facts: FileFacts) -> Entry:
        known = self.entries.get(facts.path)
        if known and known.facts is facts:
            return known
        files = dict.fromkeys([facts.path, *facts.sources])
        return Entry(facts, tuple((path, self._digest(path)) for path in files), self.twice)

    def _is_new(self, path: str) -> bool:
        try:
            return Path(path).stat().st_mtime_ns > self.opened
        except OSError:
            return False  # it does not exist, as the file found out

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            try:
                self._digests[path] = hashlib.sha256(_content(Path(path))).hexdigest()
            except OSError:
                self._digests[path] = ""
        return self._digests[path]


def _is_whole(facts: FileFacts) -> bool:
    """Return whether the file could be imported, and airflowkit itself did not fail on it."""
    return facts.failure is None and not any(finding.failed for finding in facts.findings)


def _content(path: Path) -> bytes:
    """Return the content of a file, or the names in a folder."""
    return "\n".join(sorted(entry.name for entry in path.iterdir())).encode() if path.is_dir() else path.read_bytes()


def _home() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "airflowkit", "check")


def _key(folder: Path, options: Check) -> str:
    """Return a digest of everything that a file's facts depend on, apart from contents."""
    environment = sorted(item for item in os.environ.items() if item[0].startswith("AIRFLOW"))
    asked = options.model_dump_json(exclude=_OF_NO_FILE)
    ours = (_settings(folder), _contract(folder, options))
    parts = (_FORMAT, sys.version, str(folder), asked, environment, installed(), ours, _roots(folder))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _roots(folder: Path) -> list[str]:
    """Return the folders from which the files may import, besides the DAG folder."""
    return [*(str(root.path) for root in import_roots(folder)), str(plugins_folder(folder))]


def installed() -> list[str]:
    """Return the installed distributions with their versions, by the names of their folders, and our own files."""
    names = [path.name for place in sys.path if place for path in Path(place).glob("*.dist-info")]
    return sorted(names) + sorted(_versions(str(_OWN)))


def _versions(folder: str) -> Iterator[str]:
    """Yield the path and time of each module below a folder; `Path.rglob` takes four times as long."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _versions(entry.path)
            elif entry.name.endswith(".py"):
                yield f"{entry.path}:{entry.stat().st_mtime_ns}"


def _contract(folder: Path, options: Check) -> bytes:
    """Return the kept contract, with which every task is compared."""
    try:
        return kept_path(folder, options.contract).read_bytes()
    except OSError:
        return b""


def _settings(folder: Path) -> str:
    path = find_settings(folder)
    return path.read_text(encoding="utf-8") if path else ""
