"""What was told of files that did not change: kept between two checks, so that the second imports no Airflow.

An entry holds for the same content of the file and of every module of the repository that it imports, the same
settings, the same installed distributions and the same Airflow configuration in the environment.
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

from airflowkit.replacement import atomic_write
from airflowkit.settings import find_settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.settings import Check

_FORMAT: Final = 2
_OF_NO_FILE: Final = {"select", "ignore", "severity", "per_path"}
"""Options that only say which of the findings count."""
_OWN: Final = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Entry:
    """What was told of a file, and of what contents that holds.

    Attributes:
        facts: What was told.
        contents: The digest of the file and of each module of the repository that it imported, by path.
        twice: Whether it was parsed twice, for the rules that need that.
    """

    facts: FileFacts
    contents: tuple[tuple[str, str], ...]
    twice: bool


@dataclass(slots=True)
class Cache:
    """The entries of one DAG folder.

    Attributes:
        path: Where they are kept.
        key: What all entries hold for.
        twice: Whether this check asks for files that were parsed twice.
        entries: What was told of each file.
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
        """Return the cache of a DAG folder; an empty one where none is kept or it holds for something else."""
        name = hashlib.sha256(str(folder).encode()).hexdigest()[:24]
        cache = cls(_home() / f"{name}.pickle", _key(folder, options), twice)
        # Written by this user alone, beside whose home nobody else writes: as safe as Python's own bytecode.
        with suppress(OSError, ValueError, TypeError, AttributeError, EOFError, ImportError, pickle.UnpicklingError):
            key, entries = pickle.loads(cache.path.read_bytes())  # noqa: S301
            if key == cache.key:
                cache.entries = entries
        return cache

    def get(self, path: str) -> FileFacts | None:
        """Return what was told of a file, if nothing that matters has changed."""
        self._digest(path)  # of what it is now: somebody may edit it before it is imported
        entry = self.entries.get(path)
        if entry and entry.twice >= self.twice and all(self._digest(name) == digest for name, digest in entry.contents):
            return entry.facts
        return None

    def put(self, facts: Iterable[FileFacts]) -> None:
        """Keep what was told of the files that could be imported, besides files that were not asked for.

        What failed is tried again: the cause may lie where nothing was read. So is what imports or reads something
        that has changed since the check began: who knows which of the two it saw.
        """
        told = {file.path: file for file in facts}
        kept = {path: entry for path, entry in self.entries.items() if path not in told and Path(path).is_file()}
        sound = (file for file in told.values() if file.failure is None and not any(map(self._is_new, file.sources)))
        self.entries = kept | {file.path: self._entry(file) for file in sound}
        content = pickle.dumps((self.key, self.entries))
        with suppress(OSError):  # a cache that cannot be written costs time and nothing else
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
            return False  # it is not there, as the file found out

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            try:
                self._digests[path] = hashlib.sha256(_content(Path(path))).hexdigest()
            except OSError:
                self._digests[path] = ""
        return self._digests[path]


def _content(path: Path) -> bytes:
    """Return what a file holds, or the names in a folder."""
    return "\n".join(sorted(entry.name for entry in path.iterdir())).encode() if path.is_dir() else path.read_bytes()


def _home() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "airflowkit", "check")


def _key(folder: Path, options: Check) -> str:
    """Return a digest of all that a file's facts depend on besides contents."""
    environment = sorted(item for item in os.environ.items() if item[0].startswith("AIRFLOW"))
    asked = options.model_dump_json(exclude=_OF_NO_FILE)
    parts = (_FORMAT, sys.version, str(folder), asked, environment, _installed(), _settings(folder))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _installed() -> list[str]:
    """Return the installed distributions with their versions, by the names of their folders alone, and ourselves."""
    names = [path.name for place in sys.path if place for path in Path(place).glob("*.dist-info")]
    own = [f"{path}:{path.stat().st_mtime_ns}" for path in sorted(_OWN.rglob("*.py"))]
    return sorted(names) + own


def _settings(folder: Path) -> str:
    path = find_settings(folder)
    return path.read_text(encoding="utf-8") if path else ""
