"""Judges whether the image, its requirements and the values are for one Airflow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from airflowkit.deploy.doctor.findings import Finding
from airflowkit.deploy.doctor.repository.releases import releases
from airflowkit.deploy.doctor.repository.texts import line_at, texts
from airflowkit.deploy.doctor.source import Examination
from airflowkit.deploy.doctor.versions import numbers
from airflowkit.deploy.values.lookup import value_at
from airflowkit.errors import NothingThere
from airflowkit.repository import from_here

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from airflowkit.deploy.doctor.source import Request

_VERSION: Final = r"(?P<version>\d+\.\d+\.\d+)"
_OWN: Final = "AD161"
_SAYING: Final = (
    (
        ("Dockerfile*",),
        re.compile(rf"^FROM\s+(?:--\S+\s+)?(?:\S+/)?apache/airflow:(?:slim-)?{_VERSION}", re.MULTILINE),
        _OWN,
    ),
    (("Dockerfile*",), re.compile(rf"^(?:ARG|ENV)\s+AIRFLOW_VERSION[= ]\"?{_VERSION}", re.MULTILINE), _OWN),
    (
        ("requirements*.txt", "requirements*.in"),
        re.compile(rf"^apache-airflow(?:\[[^]]*\])?\s*==\s*{_VERSION}", re.MULTILINE),
        _OWN,
    ),
    (
        ("Dockerfile*", "requirements*.txt", "requirements*.in"),
        re.compile(rf"airflow/constraints-{_VERSION}/"),
        "AD162",
    ),
)
"""Where a repository names an Airflow, and the code of one that differs."""
_PROVIDER: Final = re.compile(
    r"^apache-airflow-providers-(?P<name>[\w-]+?)(?:\[[^]]*\])?\s*==\s*(?P<version>\d+(?:\.\d+)+)", re.MULTILINE
)
_LEAST_AIRFLOW: Final = {
    "cncf-kubernetes": (("10.11.0", "2.11.0"), ("10.5.0", "2.10.0")),
}
"""The first Airflow of a provider's releases, the newest first (its changelog)."""
_LEAST_PROVIDER: Final = {"cncf-kubernetes": ("9.0.0", "3.0.0")}
"""The first release of a provider that Airflow 3 takes (apache-airflow's own metadata)."""


@dataclass(frozen=True, slots=True)
class Named:
    """An Airflow that a file names."""

    version: str
    code: str
    path: Path
    line: int


def versions(request: Request) -> Iterator[Finding]:
    """Find files that are for another Airflow than the values, or than each other."""
    named = [*_named(request.root)]
    meant = _meant(request)
    if not named and not meant:
        raise NothingThere("no image and no requirements here")
    deployed = meant or _own(named)
    if len(deployed) > 1 and not meant:
        yield from _differing([each for each in named if each.code == _OWN])
        return
    for each in named:
        if deployed and each.version not in deployed:
            others = " or ".join(sorted(deployed))
            yield _finding(each, f"it is for Airflow {each.version}, and the deployment is {others}")


def providers(request: Request) -> Iterator[Finding]:
    """Find pinned providers that cannot be installed beside the Airflow of the deployment."""
    airflows = _meant(request) or _own(_named(request.root))
    pinned = [
        (path, text, match)
        for path, text in texts(request.root, ("requirements*.txt", "requirements*.in", "Dockerfile*"))
        for match in _PROVIDER.finditer(text)
    ]
    if not pinned:
        raise NothingThere("no provider is pinned here")
    for path, text, match in pinned:
        name, version = match["name"], match["version"]
        for airflow, reason in ((each, _misfit(name, version, each)) for each in sorted(airflows)):
            if reason:
                hint = f"leave the version out: the constraints of Airflow {airflow} have one that fits"
                subject = f"apache-airflow-providers-{name} {version}"
                line = line_at(text, match.start())
                yield Finding("AD163", reason, subject, hint, path=str(from_here(path)), line=line)


def _misfit(name: str, version: str, airflow: str) -> str:
    """Return why a provider's release and an Airflow do not fit, or an empty string."""
    floors = [least for since, least in _LEAST_AIRFLOW.get(name, ()) if numbers(version) >= numbers(since)]
    if floors and numbers(airflow) < numbers(floors[0]):
        return f"it needs Airflow {floors[0]} or newer, and the deployment is {airflow}"
    oldest, since = _LEAST_PROVIDER.get(name, ("0", "0"))
    if numbers(version) < numbers(oldest) and numbers(airflow) >= numbers(since):
        return f"Airflow {airflow} needs {oldest} or newer"
    return ""


def _meant(request: Request) -> set[str]:
    """Return the Airflows that the values name."""
    try:
        found = {str(value_at(release.values, "airflowVersion") or "") for release in releases(request)}
    except NothingThere:
        return set()
    return found - {""}


def _own(named: Iterable[Named]) -> set[str]:
    """Return the Airflows that the image and its requirements install."""
    return {each.version for each in named if each.code == _OWN}


def _named(root: Path) -> Iterator[Named]:
    for patterns, pattern, code in _SAYING:
        for path, text in texts(root, patterns):
            for match in pattern.finditer(text):
                yield Named(match["version"], code, path, line_at(text, match.start("version")))


def _differing(named: Iterable[Named]) -> Iterator[Finding]:
    first, *others = named
    for each in others:
        if each.version != first.version:
            message = f"it is for Airflow {each.version}, and {from_here(first.path)} for {first.version}"
            yield _finding(each, message)


def _finding(named: Named, message: str) -> Finding:
    hint = "name one version everywhere"
    return Finding(
        named.code, message, subject=named.path.name, hint=hint, path=str(from_here(named.path)), line=named.line
    )


EXAMINATIONS: Final = (
    Examination(("AD161", "AD162"), versions, "the versions of Airflow"),
    Examination(("AD163",), providers, "the pinned providers"),
)
