"""What an upgrade changes without an error: the dates of runs, what templates give, limits, SLAs and XComs.

Sources: Airflow's release notes of 3.0 (`create_cron_data_intervals`, `create_delta_data_intervals` and
`catchup_by_default` are off; `sla` is accepted, and ignored; `max_active_tasks` is per run,
apache/airflow#42953); apache/airflow#46194 (runs without a logical date); `checks.model.xcom_pulls`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.model.run_dates import SPELLED
from airflowkit.checks.moves.keywords import IGNORED
from airflowkit.compare.changes import Change, What
from airflowkit.compare.fields import SCHEDULE, Kind
from airflowkit.compare.masking import masked
from airflowkit.errors import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from airflowkit.compare.fields import Dag
    from airflowkit.compare.state import State

_FORMATS: Final = {
    **{name: ("logical_date", form) for name, form in SPELLED.items()},
    "ts": ("logical_date", "%Y-%m-%dT%H:%M:%S+00:00"),
    "ts_nodash_with_tz": ("logical_date", "%Y%m%dT%H%M%S+0000"),
    "logical_date": ("logical_date", "%Y-%m-%d %H:%M"),
    "data_interval_start": ("data_interval_start", "%Y-%m-%d %H:%M"),
    "data_interval_end": ("data_interval_end", "%Y-%m-%d %H:%M"),
}
"""What a template gives, from which date of the run."""
_ALWAYS: Final = ("ds",)
_NEVER_MISSED: Final = ("Once", "Continuous")
"""The one run is made up in any case; and a run that begins when the one before ends is never missed."""
_EVERY: Final = "every "
_CRON: Final = "to keep it, for all DAGs: [scheduler] create_cron_data_intervals = True"
_DELTA: Final = "to keep it, for all DAGs: [scheduler] create_delta_data_intervals = True"
SLA: Final = "sla"
"""What changes where an `sla` is ignored; the rule that finds the same says nothing more."""
_DEADLINE: Final = next(keyword.advice for keyword in IGNORED["BaseOperator"] if keyword.old == SLA)
_PULL: Final = "to keep it: name the tasks, task_ids=[…]"
_LIMIT: Final = "to keep it: a pool with so many slots, or max_active_runs=1"
TEMPLATE: Final = "template"
_WIDEST: Final = 80
_NOT_SHOWN: Final = "another value, which is not shown"


@dataclass(frozen=True, slots=True)
class Silent:
    """Something that a DAG does otherwise, without an error.

    Attributes:
        dag_id: The DAG.
        path: Its file.
        what: What changes: a name of a template's context, `template`, `catchup`, `no date`, `sla`, `xcom_pull` or
            `max_active_tasks`.
        text: The change in words.
        before: The value under the older Airflow.
        after: The value under the newer one; None if there is none.
        run: When the run is created whose values these are; empty for what is no value of a run.
        tasks: The tasks that use it.
        hint: How to keep it as it was.
        field: The field of a task that a template gives another value.
    """

    dag_id: str
    path: str
    what: str
    text: str
    before: str | None = None
    after: str | None = None
    run: str = ""
    tasks: tuple[str, ...] = ()
    hint: str = ""
    field: str = ""


def silent_changes(older: State, newer: State) -> tuple[Silent, ...]:
    """Return what changes without an error, in the order of the DAGs' names; both states are in the same words."""
    both = sorted(older.dags.keys() & newer.dags.keys())
    return tuple(each for dag_id in both for each in _of_dag(dag_id, older.dags[dag_id], newer.dags[dag_id]))


def common_run(before: Dag, after: Dag) -> tuple[Mapping[str, str], Mapping[str, str]] | None:
    """Return the first run that is created at the same time under both."""
    others = {run["run_after"]: run for run in after.runs.get("next", ())}
    return next(
        ((run, others[run["run_after"]]) for run in before.runs.get("next", ()) if run["run_after"] in others), None
    )


def _of_dag(dag_id: str, before: Dag, after: Dag) -> Iterator[Silent]:
    if common := common_run(before, after):
        yield from _dates(dag_id, before, after, *common)
        yield from _templates(dag_id, before, after, *common)
    was, now = (dag.runs.get("limits", {}).get("catchup") for dag in (before, after))
    if was != now and before.runs.get("next") and not before.fields.get(SCHEDULE, "").startswith(_NEVER_MISSED):
        text = f"runs that were missed are {'' if now else 'no longer '}made up: catchup is {'on' if now else 'off'}"
        hint = f"to keep it: catchup={bool(was)}"
        yield Silent(dag_id, after.path, "catchup", text, repr(was), repr(now), hint=hint)
    yield from _undated(dag_id, before, after)
    yield from _pulls_and_limits(dag_id, before, after)
    late = tuple(before.runs.get("slas", ()))
    if late and not after.runs.get("slas"):
        yield Silent(
            dag_id, after.path, SLA, "sla is ignored: nobody is told of a late task", tasks=late, hint=_DEADLINE
        )


def _pulls_and_limits(dag_id: str, before: Dag, after: Dag) -> Iterator[Silent]:
    pulling = tuple(before.runs.get("pulls", ()))
    if pulling and not after.runs.get("pulls"):
        text = "xcom_pull without task_ids finds only what the task itself has pushed, no other task's"
        yield Silent(dag_id, after.path, "xcom_pull", text, tasks=pulling, hint=_PULL)
    limit = before.runs.get("shared_limit")
    if limit and not after.runs.get("shared_limit"):
        text = f"max_active_tasks={limit} is the limit of each run, and no longer of all runs together"
        yield Silent(dag_id, after.path, "max_active_tasks", text, hint=_LIMIT)


def _dates(
    dag_id: str, before: Dag, after: Dag, older: Mapping[str, str], newer: Mapping[str, str]
) -> Iterator[Silent]:
    users = _users(before) or _users(after)
    hint, run = _intervals(after), _as_text(older["run_after"], "%Y-%m-%d %H:%M")
    for name, (date, form) in _FORMATS.items():
        if name not in users and (users or name not in _ALWAYS):
            continue
        was, now = (_as_text(each[date], form) if date in each else None for each in (older, newer))
        if older.get(date) != newer.get(date):
            text = f"{name} of the run at {run} UTC: {was or 'none'} → {now or 'none'}"
            tasks = tuple(users.get(name, ()))
            yield Silent(dag_id, after.path, name, text, was, now, f"{run} UTC", tasks, hint)


def _templates(
    dag_id: str, before: Dag, after: Dag, older: Mapping[str, str], newer: Mapping[str, str]
) -> Iterator[Silent]:
    """Yield the fields of tasks that templates fill in otherwise, each with the tasks that have the same."""
    ones, others = (_rendered(dag, run) for dag, run in ((before, older), (after, newer)))
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for (task, field, template), text in ones.items():
        now = others.get((task, field, template), text)
        if text != now:
            change = masked(Change(Kind.TASK, What.CHANGED, dag_id, task, field, text, now))
            found[field, change.before or "", change.after or ""].append(task)
    run = _as_text(older["run_after"], "%Y-%m-%d %H:%M")
    for (field, was, now), tasks in found.items():
        text = f"{field} of the run at {run} UTC: {shortened(was, now) if was != now else _NOT_SHOWN}"
        yield Silent(dag_id, after.path, TEMPLATE, text, was, now, f"{run} UTC", tuple(tasks), _intervals(after), field)


def _rendered(dag: Dag, run: Mapping[str, str]) -> dict[tuple[str, str, str], str]:
    tasks: Mapping[str, Any] = dag.runs.get("rendered", {}).get(run["run_after"], {})
    return {(task, field, template): text for task, its in tasks.items() for field, template, text in its}


def shortened(before: str, after: str) -> str:
    """Return what differs between two texts with the word before it, such as `--day 2026-12-01 → 2026-12-02`."""
    one, other = before.split(), after.split()
    start = _common(one, other)
    end = _common(one[start:][::-1], other[start:][::-1])
    was, now = (shorten(" ".join(words[start : len(words) - end]), _WIDEST, placeholder=" …") for words in (one, other))
    return " ".join(filter(None, (*one[max(0, start - 1) : start], was, "→", now)))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return with how many equal words two texts begin."""
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _intervals(dag: Dag) -> str:
    """Return how a DAG's runs keep their data intervals."""
    return _DELTA if dag.fields.get(SCHEDULE, "").startswith(_EVERY) else _CRON


def _undated(dag_id: str, before: Dag, after: Dag) -> Iterator[Silent]:
    which, users = after.runs.get("undated", ""), _users(after)
    if not which or before.runs.get("undated") or not users:
        return
    tasks = tuple(sorted({task for its in users.values() for task in its}))
    text = f"{which} has no logical date: {listed(sorted(users), 5)} will not be there"
    yield Silent(dag_id, after.path, "no date", text, tasks=tasks, hint="there in every run: dag_run.run_after")


def _users(dag: Dag) -> dict[str, list[str]]:
    """Return the tasks that use each name of a date."""
    dates: Mapping[str, Any] = dag.runs.get("dates", {})
    names = sorted({name for its in dates.values() for name in its})
    return {name: [task for task, its in dates.items() if name in its] for name in names}


def _as_text(date: str, form: str) -> str:
    return datetime.fromisoformat(date).astimezone(UTC).strftime(form)
