"""Which runs of a DAG have no logical date, and which templates need one (apache/airflow#58516, #46194).

Since Airflow 3 a run has none if an asset, a partition, `airflow dags trigger` or an API call without a date starts it.
`RuntimeTaskInstance.get_template_context` leaves out all names that depend on it, so that a template with one fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from airflowkit._airflow import airflow_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import nodes

_FILTERS: Final = {
    "ds": " | ds",
    "ds_nodash": " | ds_nodash",
    "ts": " | ts",
    "ts_nodash": " | ts_nodash",
    "ts_nodash_with_tz": " | ts_nodash_with_tz",
    "logical_date": "",
    "data_interval_start": "",
    "data_interval_end": "",
}
SPELLED: Final = {"ds": "%Y-%m-%d", "ds_nodash": "%Y%m%d", "ts_nodash": "%Y%m%dT%H%M%S"}
"""The format of the names that give the logical date as a text without its timezone."""
_PREVIOUS: Final = {
    "prev_data_interval_start_success": "prev_start_date_success",
    "prev_data_interval_end_success": "prev_end_date_success",
}
DATES: Final = frozenset(_FILTERS) | frozenset(_PREVIOUS)
"""The names that only a run with a logical date provides."""
BY_HAND: Final = "a run started by `airflow dags trigger`, or by an API call without a date,"
"""The runs of any DAG that have no logical date, since Airflow 3."""
_BY_PARTITIONS: Final = frozenset({"CronPartitionTimetable", "PartitionedAtRuntime"})


class Undated(NamedTuple):
    """Runs of a DAG that have no logical date.

    Attributes:
        regular: Whether the schedule itself starts such runs.
        always: Whether all runs that the schedule starts are such.
        which: Which runs they are.
    """

    regular: bool
    always: bool
    which: str


def undated_runs(timetable: Any) -> Undated | None:
    """Return the runs of a schedule that have no logical date; None if it gives each of its own runs one."""
    if airflow_version() < (3, 0):
        return None  # there is always a date
    names = {cls.__name__ for cls in type(timetable).__mro__}
    if "AssetOrTimeSchedule" in names:
        inner = undated_runs(getattr(timetable, "timetable", None))
        always = bool(inner and inner.always)
        return Undated(regular=True, always=always, which="a run that an asset starts")
    if "AssetTriggeredTimetable" in names:
        return Undated(regular=True, always=True, which="a run that an asset starts")
    if _BY_PARTITIONS & names or getattr(timetable, "partitioned", False) is True:
        return Undated(regular=True, always=True, which="a run of a partition")
    if "NullTimetable" in names:
        return Undated(regular=False, always=False, which=BY_HAND)
    return None


def instead_of(name: str, undated: Undated) -> str:
    """Return what a template may use instead of a date's name in each run that a DAG has."""
    if name in _PREVIOUS:
        return f"use {_PREVIOUS[name]}"
    date = "dag_run.run_after" if undated.always else "(dag_run.logical_date or dag_run.run_after)"
    return f"each run has {{{{ {date}{_FILTERS[name]} }}}}"


def instead_in_function(name: str, undated: Undated) -> str:
    """Return what a function may take instead of a date's name."""
    if name in _PREVIOUS:
        return f"take {_PREVIOUS[name]}"
    return f"take dag_run, and use {'' if undated.always else 'dag_run.logical_date or '}dag_run.run_after"


def dates_needed(tree: nodes.Template) -> frozenset[str]:
    """Return the dates' names that a template uses wherever it is rendered: not only where it has asked for them."""
    return frozenset(_needed(tree))


def _needed(node: nodes.Node) -> Iterator[str]:
    from jinja2 import nodes

    if isinstance(node, nodes.Name):
        if node.name in DATES:
            yield node.name
    elif not _asks(node):
        for child in node.iter_child_nodes():
            yield from _needed(child)


def _asks(node: nodes.Node) -> bool:
    """Return whether a node handles that there is no date: `ds is defined`, `ds | default(...)`, an `if` about them."""
    from jinja2 import nodes

    if isinstance(node, nodes.Filter):
        return node.name in {"d", "default"} and isinstance(node.node, nodes.Name)
    if isinstance(node, nodes.Test):
        return node.name in {"defined", "undefined"}
    if isinstance(node, (nodes.If, nodes.CondExpr)):
        return _tells(node.test)
    return isinstance(node, (nodes.And, nodes.Or)) and _tells(node)


def _tells(condition: nodes.Node) -> bool:
    """Return whether a condition may tell the runs with a date from those without: `dag_run.logical_date` does."""
    from jinja2 import nodes

    tests = [condition, *condition.find_all(nodes.Test)]
    defined = any(isinstance(it, nodes.Test) and it.name in {"defined", "undefined"} for it in tests)
    return defined or any(name.name in {"dag_run", "run_id"} for name in condition.find_all(nodes.Name))
