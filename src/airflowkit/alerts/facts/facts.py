"""What an alert knows: one frozen value, whatever context Airflow handed over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from airflowkit.pods.diagnostics.diagnosis import Diagnosis


class Event(StrEnum):
    """What a card tells."""

    FAILURE = "failure"
    RETRY = "retry"
    SUCCESS = "success"
    RECOVERY = "recovery"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody to be notified.

    Attributes:
        name: What the card shows.
        address: The user's principal name, mostly the e-mail address, or the Entra id.
    """

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class FailedTask:
    """A task that failed in a run; a mapped task's failed instances are one of these.

    Attributes:
        task_id: The task.
        map_indexes: The indexes that failed, or empty where the task is not mapped.
        diagnosis: What the task left behind, or None.
    """

    task_id: str
    map_indexes: tuple[int, ...] = ()
    diagnosis: Diagnosis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a failure, a retry, a success or a missed deadline; all text is redacted and bounded.

    Attributes:
        event: What happened.
        dag_id: The DAG, or empty where the context does not say.
        run_id: The run.
        task_id: The task, or empty where the whole run is meant.
        map_index: A mapped task's index, or the name that the DAG gives it.
        try_number: Which try this was.
        tries: How many there are.
        will_retry: Whether Airflow tries again, or None where nobody can tell.
        diagnosis: Why the task failed.
        traceback: The exception's traceback.
        failed: The run's failed tasks.
        not_run: How many tasks did not run because one before them failed.
        reason: Why the run ended, in words.
        owners: Who owns what failed.
        mentions: Who is to be notified.
        started: When the task, or the run, started.
        lasted: How long it took.
        deadline: When the run should have ended.
        run_type: How the run came about: scheduled, manual, backfill.
        logical_date: The run's logical date.
        host: Where the task ran.
        log_url: The task's log.
        run_url: The run's page.
        runbook: What to do about it.
        environment: Which Airflow this is, such as PROD.
        title: Replaces the card's first line.
        message: The author's own words.
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
