"""The facts of an alert: one frozen value, whatever context Airflow passed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from airflowkit.pods.diagnostics.diagnosis import Diagnosis, Tries


class Event(StrEnum):
    """What a card reports."""

    FAILURE = "failure"
    RETRY = "retry"
    SUCCESS = "success"
    RECOVERY = "recovery"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Mention:
    """A person to notify.

    Attributes:
        name: What the card shows.
        address: The user principal name, usually the e-mail address, or the Entra id.
    """

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class FailedTask:
    """A task that failed in a run; the failed instances of a mapped task are one of these.

    Attributes:
        task_id: The task.
        map_indexes: The indexes that failed; empty if the task is not mapped.
        diagnosis: The diagnosis that the task has pushed, or None.
        tries: Those of all of its instances together, as far as they are known.
        counted: Whether those of each instance are known.
        owner: The owner of the task; empty if the context does not say.
    """

    task_id: str
    map_indexes: tuple[int, ...] = ()
    diagnosis: Diagnosis | None = None
    tries: Tries | None = None
    counted: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a failure, a retry, a success or a missed deadline; all text is redacted and bounded.

    Attributes:
        event: What happened.
        dag_id: The DAG; empty if the context does not say.
        run_id: The run.
        task_id: The task; empty for a whole run.
        map_index: A mapped task's index, or the name that the DAG gives it.
        try_number: Which try this was.
        tries: How many tries there are.
        will_retry: Whether Airflow retries, or None if unknown.
        diagnosis: Why the task failed.
        traceback: The exception's traceback.
        failed: The run's failed tasks.
        others: Whether others may have failed, because Airflow did not say which did.
        not_run: How many tasks did not run because an upstream task failed.
        reason: Why the run ended, in words.
        owners: The owners of what failed.
        mentions: Who is notified.
        started: When the task, or the run, started.
        lasted: How long it took.
        deadline: When the run should have ended.
        run_type: What started the run: scheduled, manual, backfill.
        logical_date: The run's logical date.
        host: Where the task ran.
        log_url: The task's log.
        run_url: The run's page.
        runbook: A link to what to do about it.
        environment: Which Airflow this is, such as PROD.
        title: Replaces the card's first line.
        message: The author's own text.
    """

    event: Event
    dag_id: str = ""
    run_id: str = ""
    task_id: str = ""
    map_index: str = ""
    try_number: int | None = None
    tries: int | None = None
    will_retry: bool | None = None
    diagnosis: Diagnosis | None = None
    traceback: str = ""
    failed: tuple[FailedTask, ...] = ()
    others: bool = False
    not_run: int = 0
    reason: str = ""
    owners: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    started: datetime | None = None
    lasted: timedelta | None = None
    deadline: datetime | None = None
    run_type: str = ""
    logical_date: datetime | None = None
    host: str = ""
    log_url: str = ""
    run_url: str = ""
    runbook: str = ""
    environment: str = ""
    title: str = ""
    message: str = ""
