"""Imports a file again that uses what Airflow no longer has, with that provided: one check shows everything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.facts import FailureKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.checks.workers.messages import Job
    from airflowkit.checks.workers.pool import Pool

_SUSPECT: Final = ("ModuleNotFoundError", "ImportError", "TypeError", "AttributeError", "AirflowException")


def results(pool: Pool, jobs: Iterable[Job]) -> Iterator[FileFacts]:
    """Yield the facts of each file; of one that uses outdated names or arguments, those with these provided."""
    waiting = {job.path: job for job in jobs}
    again: dict[str, FileFacts] = {}
    for facts in pool.results(waiting.values()):
        if _may_be_outdated(facts):
            again[facts.path] = facts
        else:
            yield facts
    for facts in pool.results([replace(waiting[path], tolerant=True) for path in again]):
        first = again[facts.path]
        yield replace(facts, failure=first.failure, still_fails=facts.failure) if facts.outdated else first


def _may_be_outdated(facts: FileFacts) -> bool:
    failure = facts.failure
    if not failure or failure.kind is not FailureKind.EXCEPTION or not failure.text.startswith(_SUSPECT):
        return False
    return not failure.missing_module or failure.missing_module.partition(".")[0] == "airflow"
