"""The digest: the failures of a period by cause and owner, of which each run counts once for each of its causes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Final

from airflowkit.alerts.facts.context import gather
from airflowkit.alerts.facts.facts import Event, Facts, FailedTask
from airflowkit.alerts.facts.failures import DIAGNOSED
from airflowkit.alerts.facts.mutes import mute_of
from airflowkit.alerts.safety.log import log
from airflowkit.pods.diagnostics.diagnosis import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from airflowkit.alerts.facts.airflow_api import AirflowApi, FailedRun
    from airflowkit.alerts.facts.context import AlertSettings
    from airflowkit.causes import CauseCode
    from airflowkit.ignores import Mute

_PATIENCE: Final = 60.0
"""Seconds for the tasks of one run."""
_READING: Final = 600.0
"""Seconds after which runs are counted without their causes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Failed runs of one cause and one owner.

    Attributes:
        cause: The cause.
        owner: The owner of the tasks; empty if nobody owns them.
        runs: How many runs failed of it.
        tasks: How many runs each task failed in, `dag.task`, the most frequent first.
        reason: Why the last of them failed.
        url: The page of the last run.
    """

    cause: CauseCode
    owner: str
    runs: int
    tasks: tuple[tuple[str, int], ...]
    reason: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MutedRuns:
    """Failed runs without a card, because the settings say so.

    Attributes:
        mute: What the settings say.
        dags: How many runs of each DAG it mutes.
    """

    mute: Mute
    dags: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What failed in a period.

    Attributes:
        since: The beginning of the period.
        until: Its end.
        runs: How many runs failed, without those that are muted.
        dags: Of how many DAGs.
        groups: The runs by cause and owner, the largest group first.
        muted: The runs that are muted, by what mutes them.
        environment: Which Airflow this is, such as PROD.
    """

    since: datetime
    until: datetime
    runs: int
    dags: int
    groups: tuple[Group, ...]
    muted: tuple[MutedRuns, ...] = ()
    environment: str = ""


@dataclass(slots=True)
class _Found:
    runs: set[str] = field(default_factory=set)
    tasks: Counter[str] = field(default_factory=Counter)
    reason: str = ""
    url: str = ""


def read_facts(api: AirflowApi, runs: Iterable[FailedRun], settings: AlertSettings) -> list[Facts]:
    """Read what failed in each run, and why: what its card says.

    Args:
        api: Where the owners of its tasks are read.
        runs: The runs.
        settings: What is added to what Airflow knows.
    """
    until = monotonic() + _READING
    found = []
    for run in runs:
        if monotonic() > until:
            log.warning("airflowkit: the digest counts the run %s of %s without its causes", run.run_id, run.dag_id)
            found.append(Facts(event=Event.FAILURE, dag_id=run.dag_id, run_id=run.run_id))
        else:
            found.append(gather(api.context(run), Event.FAILURE, settings, patience=_PATIENCE))
    return found


def digest_of(failures: Iterable[Facts], mutes: Iterable[Mute], *, since: datetime, until: datetime) -> Digest:
    """Return the digest of failed runs.

    Args:
        failures: What is known of each.
        mutes: What the settings mute.
        since: The beginning of the period.
        until: Its end.
    """
    mutes = tuple(mutes)
    counting: list[Facts] = []
    muted: dict[Mute, Counter[str]] = defaultdict(Counter)
    for facts in failures:
        if mute := mute_of(facts, mutes):
            muted[mute][facts.dag_id] += 1
        else:
            counting.append(facts)
    return Digest(
        since=since,
        until=until,
        runs=len(counting),
        dags=len({facts.dag_id for facts in counting}),
        groups=_groups(counting),
        muted=tuple(MutedRuns(mute=mute, dags=tuple(dags.most_common())) for mute, dags in muted.items()),
    )


def _groups(failures: Iterable[Facts]) -> tuple[Group, ...]:
    found: dict[tuple[CauseCode, str], _Found] = defaultdict(_Found)
    for facts in failures:
        for task in facts.failed[:DIAGNOSED] or (FailedTask(""),):
            why = task.diagnosis or Diagnosis(facts.reason)
            group = found[why.code, _owner(task, facts)]
            group.runs.add(f"{facts.dag_id} {facts.run_id}")
            group.tasks[f"{facts.dag_id}.{task.task_id}".rstrip(".")] += 1
            group.reason, group.url = why.reason or group.reason, facts.run_url or group.url
    groups = [
        Group(
            cause=cause,
            owner=owner,
            runs=len(each.runs),
            tasks=tuple(each.tasks.most_common()),
            reason=each.reason,
            url=each.url,
        )
        for (cause, owner), each in found.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.runs, group.cause, group.owner)))


def _owner(task: FailedTask, facts: Facts) -> str:
    """Return the owner of a task; "airflow" is Airflow's default, and nobody."""
    return task.owner if task.owner not in {"", "airflow"} else ", ".join(facts.owners)
