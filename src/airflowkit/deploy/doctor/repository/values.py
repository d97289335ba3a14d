"""Judges the values of each release: what is known about the chart's keys, with a code for each kind of fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.deploy.doctor.findings import Finding
from airflowkit.deploy.doctor.repository.releases import findings_of, official_releases, releases, unread
from airflowkit.deploy.doctor.source import Examination
from airflowkit.deploy.values import findings as rules
from airflowkit.deploy.values.chart import dotted, wrong_types
from airflowkit.deploy.values.conversion import convert
from airflowkit.deploy.values.fates import Fate
from airflowkit.deploy.values.findings import Finding as Fault
from airflowkit.deploy.values.lookup import value_at
from airflowkit.deploy.values.places import parts_of
from airflowkit.repository import from_here

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.deploy.doctor.source import Request
    from airflowkit.deploy.values.fates import Row

_LOG_CONTAINER: Final = "airflow-logs"
"""The default of remote_wasb_log_container."""
_UNKNOWN: Final = "the chart has no such key"
_TAKES: Final = "the chart takes "
_OF_FATE: Final = {Fate.MOVED: "AD102", Fate.DROPPED: "AD103", Fate.SECRET: "AD104", Fate.ADDED: "AD105"}
_SAID: Final = {
    Fate.DROPPED: "it does nothing",
    Fate.SECRET: "a secret does not belong in values",
    Fate.BY_HAND: "the chart does not take it",
    Fate.ADDED: "it is missing",
}


def base_url(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Find an Airflow that does not know its own address."""
    airflow_3 = not str(value_at(values, "airflowVersion", "3")).startswith(("1.", "2."))
    key = "config.api.base_url" if airflow_3 else "config.webserver.base_url"
    variable = f"AIRFLOW__{'API' if airflow_3 else 'WEBSERVER'}__BASE_URL"
    elsewhere = f"{value_at(values, 'env', '')}{value_at(values, 'extraEnv', '')}"
    if not value_at(values, key) and variable not in elsewhere:
        yield Fault(key, "it is not set", "write the address that people open in the browser")


def log_container(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Find logs for a container that the folder only seems to name (airflow: wasb_task_handler.py)."""
    folder = str(value_at(values, "config.logging.remote_base_log_folder") or "")
    key = "config.azure_remote_logging.remote_wasb_log_container"
    if not folder.startswith("wasb") or value_at(values, key) or "{{" in folder:
        return
    meant = folder.removeprefix("wasbs").removeprefix("wasb").strip(":/-").partition("/")[0]
    if meant not in {"", _LOG_CONTAINER}:
        message = f"logs go to the container {_LOG_CONTAINER!r}: remote_base_log_folder only names a folder in it"
        yield Fault(key, message, f"name the container, such as {meant!r}; it must exist, for Airflow does not make it")


_OF_RULE: Final[dict[Any, str]] = {
    rules.executors: "AD106",
    rules.subchart: "AD101",
    rules.metrics: "AD110",
    base_url: "AD111",
    rules.git_branch: "AD120",
    rules.git_revisions: "AD121",
    rules.git_failures: "AD122",
    rules.git_host: "AD123",
    rules.git_credentials: "AD124",
    rules.git_folder: "AD125",
    rules.git_key_is_readable: "AD126",
    rules.secrets: "AD130",
    rules.first_user: "AD131",
    rules.database: "AD133",
    rules.broker: "AD133",
    rules.pgbouncer: "AD133",
    rules.logs: "AD140",
    rules.log_volume: "AD141",
    log_container: "AD142",
    rules.images: "AD160",
}
"""The code of what each rule finds."""


def broken_files(request: Request) -> Iterator[Finding]:
    """Find values files that Helm could not read either."""
    for each in unread(request):
        yield Finding("AD100", each.error.message, hint=each.error.hint, path=str(from_here(each.path)))


def old_charts(request: Request) -> Iterator[Finding]:
    """Find values for the user-community chart, which has no Airflow 3."""
    for path in dict.fromkeys(str(from_here(each.files[-1])) for each in releases(request) if each.community):
        message = "these are values of the user-community chart, which ends with Airflow 2.9"
        yield Finding("AD109", message, hint=f"airflowkit convert-values {path}", path=path)


def keys(request: Request) -> Iterator[Finding]:
    """Find keys that the chart does not know, or knows under another name, and values that it does not take."""
    yield from findings_of(
        (release, code, fault)
        for release in official_releases(request)
        for code, fault in _of_keys(dict(release.values))
    )


def between_keys(request: Request) -> Iterator[Finding]:
    """Find what is wrong between keys."""
    yield from findings_of(
        (release, code, fault)
        for release in official_releases(request)
        for rule, code in _OF_RULE.items()
        for fault in rule(release.values)
    )


def _of_keys(values: dict[str, Any]) -> Iterator[tuple[str, Fault]]:
    """Yield what converting the values would change, apart from what a rule between keys says better."""
    said_better = {fault.key for fault in rules.find(values)}
    seen: set[tuple[str, ...]] = set()
    for row in convert(values).rows:
        if row.fate is not Fate.KEPT and row.key not in said_better:
            seen.add(parts_of(row.key))
            yield _code(row), _fault(row)
    for path, taken in wrong_types(values):
        if not any(path[: len(each)] == each for each in seen):
            yield "AD108", Fault(dotted(path), "it is of another type than the chart takes", f"write {taken}")


def _code(row: Row) -> str:
    if row.note.startswith(_TAKES):
        return "AD108"
    if row.fate is Fate.BY_HAND:
        return "AD101" if row.note.startswith(_UNKNOWN) else "AD107"
    return _OF_FATE[row.fate]


def _fault(row: Row) -> Fault:
    if row.note.startswith(_UNKNOWN):
        return Fault(row.key, _UNKNOWN, row.note.removeprefix(_UNKNOWN).lstrip("; ") or "remove it", row.source)
    if row.fate is Fate.MOVED:
        new = ", ".join(row.to)
        message = "it has another form today" if row.to in {(row.key,), ()} else f"it is {new} today"
        return Fault(row.key, message, row.note or f"write {new}", row.source)
    return Fault(row.key, _SAID[row.fate], row.note or "remove it", row.source)


EXAMINATIONS: Final = (
    Examination(("AD100",), broken_files, "the values files"),
    Examination(("AD109",), old_charts, "the values files"),
    Examination(("AD101", "AD102", "AD103", "AD104", "AD105", "AD107", "AD108"), keys, "the keys of the values"),
    Examination(tuple(sorted(set(_OF_RULE.values()))), between_keys, "the values"),
)
