"""Sample incidents: what `airflowkit teams preview` shows and `airflowkit teams test` sends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from airflowkit.alerts.facts.facts import Event, Facts, FailedTask, Mention
from airflowkit.alerts.teams.card import fitting_card
from airflowkit.alerts.teams.digest import Digest, Group, MutedRuns
from airflowkit.alerts.teams.digest_card import digest_card
from airflowkit.causes import CauseCode
from airflowkit.ignores import Mute
from airflowkit.pods.diagnostics.diagnosis import Diagnosis, Tries

if TYPE_CHECKING:
    from airflowkit.alerts.teams.elements import Card

_AT: Final = datetime(2026, 3, 14, 2, 0, 7, tzinfo=UTC)
_RUN_ID: Final = "scheduled__2026-03-14T02:00:00+00:00"
_AIRFLOW: Final = "https://airflow.example.com/dags/orders_daily/runs/scheduled__2026-03-14T02%3A00%3A00%2B00%3A00"

_RUN: Final = Facts(
    event=Event.FAILURE,
    dag_id="orders_daily",
    run_id=_RUN_ID,
    owners=("data-eng",),
    mentions=(Mention("Data on-call", "oncall@example.com"),),
    started=_AT,
    lasted=timedelta(minutes=4, seconds=12),
    run_type="scheduled",
    logical_date=_AT.replace(second=0),
    run_url=_AIRFLOW,
    runbook="https://wiki.example.com/orders_daily",
)
_OUT_OF_MEMORY: Final = Diagnosis(
    "out of memory: the container used all of its 512Mi (exit code 137)",
    "raise the task's memory: resources=Resources(memory='1Gi')",
    ("reading part 7 of 12", "merging 4,182,331 rows"),
    CauseCode.OUT_OF_MEMORY,
)
_NO_SECRET: Final = Diagnosis(
    "secret 'regions-db' not found: container 'base' cannot start",
    "not tried again, every try would end the same way (2 tries saved); create it in the pod's namespace",
    code=CauseCode.SECRET_MISSING,
)
_TASK: Final = replace(
    _RUN,
    task_id="load_orders",
    try_number=3,
    tries=3,
    will_retry=False,
    diagnosis=_OUT_OF_MEMORY,
    traceback='  File "/opt/airflow/dags/orders_daily.py", line 41, in load\n    merge(parts)',
    host="airflow-worker-2",
    log_url=f"{_AIRFLOW}/tasks/load_orders?try_number=3",
)

SAMPLES: Final = {
    "A failed run": replace(
        _RUN,
        failed=(
            FailedTask("load_orders", (), _OUT_OF_MEMORY, Tries(3), counted=True),
            FailedTask("export_region", tuple(range(12)), _NO_SECRET, Tries(12, 24), counted=True),
        ),
        not_run=2,
        log_url=f"{_AIRFLOW}/tasks/load_orders",
    ),
    "A failed task": _TASK,
    "A retry": replace(_TASK, event=Event.RETRY, try_number=1, will_retry=True),
    "A recovery": replace(_RUN, event=Event.RECOVERY),
    "A missed deadline": replace(
        _RUN, event=Event.DEADLINE, lasted=timedelta(hours=4), deadline=_AT.replace(hour=6, second=0)
    ),
}
"""Facts by title."""

_DIGEST: Final = Digest(
    since=_AT - timedelta(days=1),
    until=_AT,
    runs=31,
    dags=4,
    groups=(
        Group(
            cause=CauseCode.OUT_OF_MEMORY,
            owner="data-eng",
            runs=24,
            tasks=(("orders_daily.load_orders", 21), ("customers.merge", 3)),
            reason=_OUT_OF_MEMORY.reason,
            url=_AIRFLOW,
        ),
        Group(
            cause=CauseCode.EXCEPTION,
            owner="finance",
            runs=7,
            tasks=(("invoices.export", 6), ("ledger.close", 1)),
            reason="TimeoutError: no answer from orders-db",
            url=_AIRFLOW,
        ),
    ),
    muted=(
        MutedRuns(
            mute=Mute(dag="legacy_*", reason="replaced by orders_v2 in April", until=date(2026, 4, 30)),
            dags=(("legacy_export", 24),),
        ),
    ),
)


def sample_cards(environment: str) -> dict[str, Card]:
    """Return a card of each kind, by its title."""
    cards = {title: fitting_card(replace(facts, environment=environment)) for title, facts in SAMPLES.items()}
    return cards | {"A digest": digest_card(replace(_DIGEST, environment=environment))}


def trial_facts(environment: str) -> Facts:
    """Return the facts of a card that only confirms that it arrived."""
    return Facts(
        event=Event.SUCCESS,
        environment=environment,
        title="A test from airflowkit",
        message="If you can read this, alerts of failed runs arrive here.",
    )
