"""The values files of a repository, as the releases that Helm makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from airflowkit.deploy.doctor.findings import Finding
from airflowkit.deploy.values.conversion import chart_of, subchart_of
from airflowkit.deploy.values.files import content_of, load_values
from airflowkit.deploy.values.places import parts_of, place_of
from airflowkit.errors import NothingThere, ValuesError
from airflowkit.repository import from_here
from airflowkit.yaml_text import composed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from airflowkit.deploy.doctor.source import Request
    from airflowkit.deploy.values.findings import Finding as ValuesFinding

_PLACES: Final = ("deploy", "helm", ".")
_PATTERN: Final = "*values*.y*ml"
_OF_AIRFLOW: Final = frozenset(
    {"airflowVersion", "defaultAirflowTag", "executor", "dags", "scheduler", "webserver", "apiServer", "workers"}
)
"""A values file with none of these keys is for another chart."""


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """Values as Helm gets them.

    Attributes:
        root: The repository.
        files: The files, each laid over those before it.
        values: The values for Airflow's chart.
        prefix: What the files have above them: `airflow`, where that is a subchart.
        community: Whether they are for the user-community chart.
    """

    root: Path
    files: tuple[Path, ...]
    values: Mapping[str, Any]
    prefix: tuple[str, ...] = ()
    community: bool = False

    def finding(self, code: str, fault: ValuesFinding) -> Finding:
        """Return what is wrong with the values, at the place in the last of the files that has the key."""
        parts = (*self.prefix, *parts_of(fault.key))
        places = [(*place_of(_composed(path), parts), number, path) for number, path in enumerate(self.files)]
        depth, line, _, path = max(places, key=lambda place: (place[0], place[2] if place[0] else -place[2]))
        return Finding(
            code,
            fault.message,
            subject=fault.key,
            hint=fault.hint,
            path=str(from_here(path)),
            line=line if depth else None,
            reference=fault.source,
        )


@dataclass(frozen=True, slots=True)
class Unread:
    """Values files that cannot be read, and why."""

    path: Path
    error: ValuesError


def releases(request: Request) -> Iterator[Release]:
    """Yield the releases that the repository describes.

    Raises:
        NothingThere: It has no values for Airflow's chart.
    """
    yield from (each for each in _found(request) if isinstance(each, Release))


def official_releases(request: Request) -> Iterator[Release]:
    """Yield those releases that are for the official chart.

    Raises:
        NothingThere: The repository has no values for Airflow's chart.
    """
    return (release for release in releases(request) if not release.community)


def findings_of(faults: Iterable[tuple[Release, str, ValuesFinding]]) -> Iterator[Finding]:
    """Yield what is wrong with releases, each with its code; what is wrong with the base values comes once."""
    yield from dict.fromkeys(release.finding(code, fault) for release, code, fault in faults)


def unread(request: Request) -> Iterator[Unread]:
    """Yield the values files that cannot be read.

    Raises:
        NothingThere: There are none.
    """
    yield from (each for each in _found(request) if isinstance(each, Unread))


def _found(request: Request) -> tuple[Release | Unread, ...]:
    found = _read(request.root, request.values)
    if not found:
        hint = "name the values: airflowkit doctor --values FILE"
        raise NothingThere("no values for Airflow's chart here", hint=hint)
    return found


@lru_cache(maxsize=8)
def _read(root: Path, named: tuple[Path, ...]) -> tuple[Release | Unread, ...]:
    groups = [named] if named else [*_groups(root)]
    read = (_release(root, group, must_fit=bool(named)) for group in groups)
    return tuple(each for each in read if each is not None)


def _groups(root: Path) -> Iterator[tuple[Path, ...]]:
    """Yield the base values of each folder, and each of its other files laid over them."""
    for place in _PLACES:
        files = sorted(path for path in (root / place).glob(_PATTERN) if path.is_file())
        base = [path for path in files if path.stem == "values"]
        if base:
            yield tuple(base)
        for path in files:
            if path not in base:
                yield (*base, path)


def _release(root: Path, group: tuple[Path, ...], *, must_fit: bool) -> Release | Unread | None:
    try:
        values = load_values(group)
    except ValuesError as error:
        return Unread(group[-1], error)
    inner = subchart_of(dict(values))
    prefix = ("airflow",) if inner else ()
    content = inner or values
    if not (must_fit or inner or _OF_AIRFLOW & content.keys()):
        return None
    return Release(root, group, content, prefix, community=chart_of(dict(content)) == "community")


@lru_cache(maxsize=16)
def _composed(path: Path) -> Any:
    return composed(content_of(path).decode("utf-8-sig"))
