"""Judges whether airflowkit.toml and the values say the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from airflowkit.deploy.doctor.findings import Finding
from airflowkit.deploy.doctor.repository.releases import findings_of, official_releases, releases
from airflowkit.deploy.doctor.source import Examination
from airflowkit.deploy.values.findings import Finding as Fault
from airflowkit.deploy.values.lookup import value_at
from airflowkit.errors import NothingThere
from airflowkit.repository import dags_folder, from_here
from airflowkit.settings import check_settings, find_settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from airflowkit.deploy.doctor.source import Request


def executor(request: Request) -> Iterator[Finding]:
    """Find an executor in the settings that the deployment does not have."""
    path = find_settings(request.root)
    stated = check_settings(request.root).executor
    if not path or not stated:
        raise NothingThere("airflowkit.toml names no executor")
    deployed = {str(value_at(release.values, "executor") or "CeleryExecutor") for release in releases(request)}
    if deployed and _names(stated) not in map(_names, deployed):
        yield Finding(
            "AD170",
            f"[check] executor is {stated}, and the values deploy {' or '.join(sorted(deployed))}",
            subject="[check] executor",
            hint="remove it: `check` reads the values",
            path=str(from_here(path)),
        )


def mutes(request: Request) -> Iterator[Finding]:
    """Find mutes of alerts whose last day is over."""
    path = find_settings(request.root)
    stated = load_settings(request.root).teams.mute
    if not path or not stated:
        raise NothingThere("airflowkit.toml mutes no alert")
    today = datetime.now(UTC).date()
    for mute in stated:
        if mute.expired(today):
            task = "" if mute.task == "*" else f", task {mute.task}"
            yield Finding(
                "AD172",
                f"{mute.dag}{task} was muted until {mute.until}: {mute.reason}",
                subject="[teams] mute",
                hint="remove the entry, or give it a later day",
                path=str(from_here(path)),
            )


def synced_folder(request: Request) -> Iterator[Finding]:
    """Find a folder of DAGs that is delivered, and is not this repository's."""
    folder = dags_folder(request.root)
    if folder is None or not folder.is_relative_to(request.root):
        raise NothingThere("no DAG folder here")
    own = folder.relative_to(request.root).as_posix()
    yield from findings_of(
        (release, "AD171", Fault(key, f"it is {delivered or 'the root'}, and the DAGs are in {own}", f"write {own}"))
        for release in official_releases(request)
        for key, delivered in _delivered(release.values)
        if delivered.strip("/") != ("" if own == "." else own)
    )


def _delivered(values: Any) -> Iterator[tuple[str, str]]:
    """Yield the folder that git-sync, or a git bundle, delivers."""
    if value_at(values, "dags.gitSync.enabled"):
        yield "dags.gitSync.subPath", str(value_at(values, "dags.gitSync.subPath", "tests/dags"))
    bundles = value_at(values, "dagProcessor.dagBundleConfigList", [])
    for bundle in bundles if isinstance(bundles, list) and len(bundles) == 1 else ():
        if str(value_at(bundle, "classpath", "")).endswith(".GitDagBundle"):
            yield "dagProcessor.dagBundleConfigList", str(value_at(bundle, "kwargs.subdir", ""))


def _names(executors: str) -> frozenset[str]:
    return frozenset(name.strip().rpartition(".")[2] for name in executors.split(","))


EXAMINATIONS: Final = (
    Examination(("AD170",), executor, "the settings"),
    Examination(("AD171",), synced_folder, "the delivered folder"),
    Examination(("AD172",), mutes, "the muted alerts"),
)
