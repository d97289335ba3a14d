"""Judges the chart's two jobs against how the repository installs the chart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from airflowkit.deploy.doctor.repository.releases import findings_of, official_releases
from airflowkit.deploy.doctor.repository.texts import first_text
from airflowkit.deploy.doctor.source import Examination
from airflowkit.deploy.values.findings import Finding as Fault
from airflowkit.deploy.values.lookup import value_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from airflowkit.deploy.doctor.findings import Finding
    from airflowkit.deploy.doctor.repository.releases import Release
    from airflowkit.deploy.doctor.source import Request

_JOBS: Final = ("migrateDatabaseJob", "createUserJob")
_HINT: Final = "write useHelmHooks: false, and applyCustomEnv: false"

_INSTALLERS: Final = (
    (
        "Argo CD",
        ("*.yaml", "*.yml"),
        re.compile(r"^kind:\s*Application(?:Set)?\s*$(?=[\s\S]*\bchart:\s*[\"']?airflow)", re.MULTILINE),
        None,
    ),
    (
        "Flux",
        ("*.yaml", "*.yml"),
        re.compile(r"^kind:\s*HelmRelease\s*$(?=[\s\S]*\bchart:\s*[\"']?airflow)", re.MULTILINE),
        re.compile(r"\bdisableWait:\s*true"),
    ),
    (
        "Terraform",
        ("*.tf",),
        re.compile(r"resource\s+\"helm_release\"[\s\S]*\bchart\s*=\s*\"(?:\S*/)?airflow\""),
        re.compile(r"\bwait\s*=\s*false"),
    ),
    (
        "helm --wait",
        ("Makefile", "*.sh", "*.yml", "*.yaml"),
        re.compile(
            r"^[^#\n]*helm[^\n#]*\b(?:upgrade|install)\b(?:[^\n#]|\\\n)*airflow(?:[^\n#]|\\\n)*\s--(?:wait|atomic)\b",
            re.MULTILINE,
        ),
        None,
    ),
)
"""What installs the chart: its files, what shows it in them, and what switches its wait off."""


def jobs(request: Request) -> Iterator[Finding]:
    """Find jobs that run after a wait for pods, which wait for the jobs."""
    waits = _waiting(request.root)
    yield from findings_of(
        (release, "AD150", fault) for release in official_releases(request) for fault in _of_release(release, waits)
    )


def _of_release(release: Release, waits: str) -> Iterator[Fault]:
    for job in _JOBS:
        hooks = value_at(release.values, f"{job}.useHelmHooks")
        if value_at(release.values, f"{job}.enabled", default=True) is False or hooks is False:
            continue
        key = f"{job}.useHelmHooks"
        if waits:
            yield Fault(key, f"the job is a hook that runs after the wait of {waits}, which waits for it", _HINT)
        elif hooks is None:
            message = "it is not set: the job is a Helm hook, which never runs where the installation waits for pods"
            yield Fault(key, message, f"{_HINT} with --wait, Argo CD, Flux or Terraform; true where nothing waits")


def _waiting(root: Path) -> str:
    """Return what of the repository installs the chart and waits for its pods, or an empty string."""
    for name, patterns, present, no_wait in _INSTALLERS:
        text = first_text(root, patterns, present)
        if text and not (no_wait and no_wait.search(text)):
            return name
    return ""


EXAMINATIONS: Final = (Examination(("AD150",), jobs, "the chart's jobs"),)
