"""How each of the feature DAGs ends in production: the run, its tasks, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping  # noqa: TC003  a named tuple's annotations are read
from pathlib import Path
from typing import Any, NamedTuple

from airflowkit._airflow import airflow_version

DAGS = Path(__file__).parent / "dags"
END_STATES = frozenset({"success", "failed"})
SUCCESS, FAILED, SKIPPED, UPSTREAM = "success", "failed", "skipped", "upstream_failed"
NEWER: Mapping[str, tuple[tuple[int, int], tuple[str, ...]]] = {
    "partitions.py": ((3, 2), ("partition_",)),
    "policies.py": ((3, 3), ("retry_policy", "state_stores")),
}
"""The files that need more than Airflow 3.1, and how the names of their DAGs begin."""


class End(NamedTuple):
    """The end of a DAG's run.

    Attributes:
        state: The run's state.
        tasks: The state of each task that is not a success; of a mapped one, of its instances.
        says: What tasks and callbacks print.
        notes: What the local run says that it leaves out, or does otherwise.
        refused: Why it does not run at all.
        arguments: Keywords of `run_dag`.
        missing: What a local run does not do yet.
        in_production: Why it does not end there.
    """

    state: str = SUCCESS
    tasks: Mapping[str, Any] = {}
    says: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    refused: str = ""
    arguments: Mapping[str, Any] = {}
    missing: str = ""
    in_production: str = ""


DATED, EVENTS = End(says=("dated True True",)), "events ['s3://orders/', 's3://parcels/'] True"

ENDS: Mapping[str, End] = {
    # schedules.py
    **{f"schedule_{name}": DATED for name in ("cron", "preset", "delta", "cron_interval", "delta_interval")},
    **{f"schedule_{name}": DATED for name in ("cron_trigger", "delta_trigger", "several_crons", "events", "once")},
    "schedule_nothing": DATED,  # `airflow dags trigger` gives it one, unless told otherwise
    "schedule_continuous": End(says=("again",)),
    "schedule_ended": End(refused="DAG 'schedule_ended' ended on 2026-02-01"),
    # assets.py
    "asset_producer": End(
        notes=(
            "DAG 'asset_of_all' would run once asset 's3://parcels/' is updated, too",
            "DAG 'asset_of_any' would run now: it is scheduled by asset 's3://orders/'",
            "DAG 'asset_of_some' would run once asset 's3://parcels/' or asset 's3://more/' is updated, too",
            "DAG 'asset_of_or_time' would run now: it is scheduled by asset 's3://orders/'",
        )
    ),
    "asset_alias_producer": End(),
    "asset_of_all": End(says=(EVENTS,)),
    "asset_of_any": End(says=(EVENTS,)),
    "asset_of_some": End(says=("events ['s3://more/', 's3://orders/', 's3://parcels/'] True",)),
    "asset_of_or_time": End(),
    "decorated_asset": End(says=("made s3://decorated/",)),
    # partitions.py
    "partition_producer": End(
        says=("key True",),
        notes=("DAG 'partition_consumer' would run for a partition once all its updates are there",),
    ),
    "partition_consumer": End(says=("key True",)),
    # parameters.py
    "parameters": End(says=("rendered | S1 10", "limit 7 s1")),
    "parameter_required": End(refused="parameter 'shop' .* has no value"),
    "native": End(says=("native list",)),
    # mapping.py
    "mapping": End(
        tasks={
            "of_nothing": SKIPPED,
            "skips_odd": [SKIPPED, SUCCESS],
            **{task_id: [SUCCESS] * 3 for task_id in ("double", "converted", "joined")},
            **{
                task_id: [SUCCESS] * 2
                for task_id in ("by_dictionaries", "per_number.first", "per_number.last", "classic")
            },
            "named": [SUCCESS],
            "crossed": [SUCCESS] * 4,
        },
        says=("total 60", "classic[0] | 1"),
    ),
    "mapping_fails": End(
        FAILED, tasks={"fails_at_two": [SUCCESS, FAILED, SUCCESS], "again": [FAILED]}, says=("afterwards",)
    ),
    # flow.py
    "branches": End(
        tasks=dict.fromkeys(("right", "stopped", "ignored", "not_chosen", "conditional"), SKIPPED), says=("certain",)
    ),
    "rules": End(
        FAILED,
        tasks={
            "fails": FAILED,
            "all_failed": SKIPPED,
            "all_success": UPSTREAM,
            "none_failed": UPSTREAM,
        },
    ),
    "setup_teardown": End(FAILED, tasks={"work": FAILED}, says=("created", "deleted cluster")),
    "teardown_fails": End(tasks={"broken": FAILED}, says=("used",)),
    "displayed": End(),
    # waiting.py
    "sensors": End(tasks={"soft": SKIPPED, "silent": SKIPPED}, says=("value found",)),
    "sensor_times_out": End(FAILED, tasks={"never": FAILED}),
    "deferred": End(),
    # ends.py
    "retries": End(says=("try 2",), notes=("retries start at once",)),
    "retries_exhausted": End(FAILED, tasks={"always": FAILED, "for_good": FAILED, "too_slow": FAILED}),
    "callbacks": End(
        FAILED,
        tasks={"skipped": SKIPPED, "failed": FAILED},
        says=(
            *(f"callback {event} callbacks" for event in ("execute", "success", "retry", "skipped")),
            *(f"callback {event} callbacks" for event in ("failure", "failure again", "dag failure")),
        ),
    ),
    # policies.py
    "retry_policy": End(FAILED, tasks={"given_up": FAILED}),
    "state_stores": End(says=("job j1", "watermark 7")),
    # exchange.py
    "xcom": End(says=("pulled 1 {'deep': [1, {'er': None}]} last None", "template | last", "argument | last")),
    "places": End(says=("ran", "pooled")),
    "pool_missing": End(notes=("no_such_pool",), in_production="a task waits for a pool that does not exist"),
    # others.py
    "asks": End(arguments={"answers": {"approve": ["Approve"]}}),
    "late": End(),
    "triggered": End(FAILED, tasks={"runs": FAILED}, says=("triggered",)),
    "triggers": End(FAILED, tasks={"kick": FAILED}),
    "waits": End(FAILED, tasks={"wait": FAILED}),
    # pods.py
    "pods": End(
        FAILED,
        tasks={"fails": FAILED, "never": UPSTREAM},
        says=("plain pods", "rows 3", "late", "one", "two", "larger"),
        notes=("pod overrides are not used here: larger",),
    ),
}

FINDINGS = {
    ("AK305", "sensors"),
    ("AK305", "waits"),
    ("AK401", "pods"),
}
"""What `check` rightly says about them, by code and DAG, but for conventions (alerts, time limits)."""


class TaskState(NamedTuple):
    """The end of a task instance."""

    task_id: str
    map_index: int
    state: str


def present_files() -> list[Path]:
    """Return the files that this Airflow can import."""
    return [file for file in sorted(DAGS.glob("*.py")) if file.name not in _too_new()]


def present() -> list[str]:
    """Return the DAGs that this Airflow has."""
    beginnings = tuple(name for file in _too_new() for name in NEWER[file][1])
    return [dag_id for dag_id in ENDS if not dag_id.startswith(beginnings)]


def _too_new() -> set[str]:
    return {file for file, (version, _) in NEWER.items() if airflow_version() < version}


def states(tasks: Iterable[Any]) -> dict[str, object]:
    """Return the state of each task, in the order of its instances if it is mapped."""
    found: dict[str, list[str]] = {}
    mapped = set()
    for task in sorted(tasks, key=lambda task: (task.task_id, task.map_index)):
        found.setdefault(task.task_id, []).append(task.state)
        if task.map_index >= 0:
            mapped.add(task.task_id)
    return {task_id: list_ if task_id in mapped else list_[0] for task_id, list_ in found.items()}


def expected(end: End, tasks: Iterable[Any]) -> dict[str, object]:
    """Return the states that a run's tasks should have."""
    default = {it: [SUCCESS] * len(s) if isinstance(s, list) else SUCCESS for it, s in states(tasks).items()}
    return default | dict(end.tasks)
