"""Which folder of the repository a path in a container is, by what the repository copies or mounts there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HOMES: Final = ("/opt/airflow", "/usr/local/airflow")
"""`AIRFLOW_HOME` of Apache's images, and of Astronomer's."""
_INSTALLED: Final = ("/usr/lib", "/usr/local/lib", "/lib")
_REPOSITORY: Final = frozenset({"repo", "workspace", "workspaces"})
"""The last part of a path at which git-sync, or a CI system, puts a whole repository."""
_COPY: Final = re.compile(r"^\s*(?:COPY|ADD)\s+(?P<words>[^\n]+)$", re.MULTILINE | re.IGNORECASE)
_FLAG: Final = re.compile(r"--\S+\s+")
_VOLUME: Final = re.compile(r"""^\s*-\s*["']?(?P<source>\.[^:\n"']*):(?P<target>/[^:\n"']*)""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Placed:
    """A file or folder of the repository, and its path in containers.

    Attributes:
        target: The path in a container.
        source: The path in the repository.
    """

    target: PurePosixPath
    source: Path


def placed(text: str, file: Path, root: Path) -> Iterator[Placed]:
    """Yield what a Dockerfile copies, or a Compose file mounts, with its path in the container."""
    for match in _COPY.finditer(text):
        *sources, target = _FLAG.sub("", match["words"]).replace('"', " ").strip("[] ").replace(",", " ").split()
        if target.startswith("/"):
            yield from _each(sources, target, (root, file.parent))
    for match in _VOLUME.finditer(text):
        yield from _each([match["source"]], match["target"], (file.parent, root))


def _each(sources: Iterable[str], target: str, places: Iterable[Path]) -> Iterator[Placed]:
    for source in sources:
        found = next((path for place in places if (path := (place / source.lstrip("/")).resolve()).is_dir()), None)
        if found:
            yield Placed(PurePosixPath(target), found)


def in_repository(path: str, file: Path, root: Path, known: Iterable[Placed]) -> Path | None:
    """Return the folder of the repository that a path of a container or of a shell is; None if there is none.

    Args:
        path: The path, with variables resolved.
        file: The file that names it, to which it may be relative.
        root: The repository.
        known: What is copied or mounted.
    """
    if path.startswith("/"):
        found = _candidates(PurePosixPath(path), root, known)
    else:
        found = iter([folder for place in (root, file.parent) if (folder := place / path).is_dir()])
    return next((folder for folder in map(Path.resolve, found) if folder.is_relative_to(root.resolve())), None)


def _candidates(path: PurePosixPath, root: Path, known: Iterable[Placed]) -> Iterator[Path]:
    if str(path).startswith(_INSTALLED) or "site-packages" in path.parts:
        return
    for each in sorted(known, key=lambda it: len(it.target.parts), reverse=True):
        if path.is_relative_to(each.target) and (found := each.source / path.relative_to(each.target)).is_dir():
            yield found
        if each.target.parent == path and each.target.name == each.source.name:
            yield each.source.parent
    parts = path.parts[1:]
    tails = (root.joinpath(*parts[start:]) for start in range(len(parts)))
    yield from (tail for tail in tails if tail.is_dir())
    if str(path) in _HOMES or path.name in _REPOSITORY | {root.name}:
        yield root
