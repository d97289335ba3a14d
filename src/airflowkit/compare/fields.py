"""A DAG as flat values: what Airflow would see of it, field by field, each as text that can be compared and shown.

Order that means nothing is gone, and so is what Airflow derives from something else. Places are
those of the repository.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from airflowkit.compare.pod_fields import fields_of_pods
from airflowkit.pods.spec.keywords import OF_THE_POD, PLACES, SOURCES, TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Kind(StrEnum):
    """What kind of thing a field says."""

    DAG = "dag"
    SCHEDULE = "schedule"
    ALERT = "alert"
    TASK = "task"
    EDGE = "edge"
    POD = "pod"
    POOL = "pool"
    CODE = "code"
    FILE = "file"
    PEAK = "peak"
    NEED = "need"
    IMPORT = "import"
    IMPORT_TIME = "import-time"


class Field(NamedTuple):
    """A field of a DAG or task.

    Attributes:
        kind: What kind of thing it says.
        name: Its name, as `explain` and Airflow's arguments have it.
    """

    kind: Kind
    name: str


Fields = dict[Field, str]
"""The value of each field, as Python would write it; a field that is not there has its default."""


@dataclass(frozen=True, slots=True)
class Dag:
    """A DAG as one state of the repository has it.

    Attributes:
        path: Its file, from the repository's root on.
        fields: Its own fields.
        tasks: The fields of each task, by its id.
        edges: Which task runs after which.
        runs: How Airflow makes its runs, and with which dates, as the outline says it.
    """

    path: str
    fields: Mapping[Field, str] = field(default_factory=dict)
    tasks: Mapping[str, Mapping[Field, str]] = field(default_factory=dict)
    edges: frozenset[tuple[str, str]] = frozenset()
    runs: Mapping[str, Any] = field(default_factory=dict)


_NOT_OF_THE_DAG: Final = frozenset(
    {
        "_dag_id",
        "_processor_dags_folder",
        "_task_group",
        "dag_dependencies",
        "dag_id",
        "default_args",
        "edge_info",
        "fileloc",
        "has_on_failure_callback",
        "has_on_success_callback",
        "relative_fileloc",
        "task_group",
        "tasks",
        "timetable",
    }
)
"""Compared in another form, derived, or about places."""
_NOT_OF_A_TASK: Final = frozenset(
    {
        "_can_skip_downstream",
        "_is_empty",
        "_is_mapped",
        "_is_sensor",
        "_needs_expansion",
        "_operator_extra_links",
        "_operator_name",
        "_task_module",
        "dag",
        "default_args",
        "downstream_task_ids",
        "is_setup",
        "label",
        "partial_kwargs",
        "kwargs_to_upstream",
        "python_callable",
        "python_callable_name",
        "start_from_trigger",
        "start_trigger_args",
        "task_group",
        "task_id",
        "template_ext",
        "template_fields",
        "template_fields_renderers",
        "ui_color",
        "ui_fgcolor",
    }
)
_EXPANDED: Final = frozenset({"expand_input", "_expand_input", "op_kwargs_expand_input", "_op_kwargs_expand_input"})
_AIRFLOWS_OWN: Final = frozenset({"params", "weight_rule", "expand"})
"""Mappings that Airflow has filled with defaults."""
_MOST_PODS: Final = 32
"""With so many pods of a mapped task there may be more, which are not rendered."""
_AIRFLOWS_NAMES: Final = {
    "_task_type": "operator",
    "task_type": "operator",
    "expand_input": "expand",
    "_expand_input": "expand",
}
_IN_THE_POD: Final = frozenset({*PLACES, *SOURCES, *TEMPLATES, "resources", "node_pool", "security"}) & OF_THE_POD
SETTINGS: Final = ": settings"
"""The end of the name of a field that is what a notifier was given."""
INTERVALS: Final = ", with data intervals"
"""The end of a cron schedule whose runs have an interval."""
_CRON: Final = {"CronTriggerTimetable": "", "CronDataIntervalTimetable": INTERVALS}
_TRUNCATED: Final = "Truncated. You can change this behaviour"
"""How Airflow begins what it does not store whole, by `[core] max_templated_field_length`."""
SCHEDULE: Final = Field(Kind.SCHEDULE, "schedule")
NEXT_RUNS: Final = Field(Kind.SCHEDULE, "next runs")


def dag_of(path: str, serialized: str, outline: str) -> Dag:
    """Return a DAG from what a worker reported.

    Args:
        path: Its file.
        serialized: What the DAG processor would write to the database.
        outline: The rest.
    """
    form, more = json.loads(serialized)["dag"], json.loads(outline)
    tasks = {task["task_id"]: task for task in map(_plain, form["tasks"])}
    fields = dict(_of_dag(form, more))
    return Dag(
        path=path,
        fields=fields,
        tasks={name: _own(dict(_of_task(task, more["tasks"].get(name, {}))), fields) for name, task in tasks.items()},
        edges=frozenset((name, after) for name, task in tasks.items() for after in task.get("downstream_task_ids", ())),
        runs=more["runs"],
    )


def _of_dag(form: Mapping[str, Any], more: Mapping[str, Any]) -> Iterator[tuple[Field, str]]:
    for name, value in form.items():
        if name not in _NOT_OF_THE_DAG:
            yield from _flat(Kind.DAG, name.removeprefix("_"), _readable(name, _plain(value)))
    yield SCHEDULE, _schedule(form.get("timetable"))
    if runs := more["runs"]["next"]:
        yield NEXT_RUNS, ", ".join(_as_run(run["run_after"]) for run in runs) + " UTC"
    for group in _groups(form.get("task_group") or form.get("_task_group")):
        yield from _of_group(group)
    yield from _outlined(more)
    yield from ((Field(Kind.PEAK, name), size) for name, size in more["peak"].items())


def _own(of_task: Fields, of_dag: Fields) -> Fields:
    """Return the fields of a task without the DAG's own parameters, which Airflow writes into each task, too."""
    return {
        field: text
        for field, text in of_task.items()
        if not (field.name.startswith(("params.", "params[")) and of_dag.get(Field(Kind.DAG, field.name)) == text)
    }


def _of_task(task: Mapping[str, Any], more: Mapping[str, Any]) -> Iterator[tuple[Field, str]]:
    pods, undecided = more.get("pods") or [], set(more.get("undecided", ()))
    are_known = 0 < len(pods) < _MOST_PODS and all(isinstance(pod, dict) for pod in pods)
    hidden = _IN_THE_POD - undecided if are_known else frozenset()
    arguments = {name: text for name, text in more.get("arguments", {}).items() if not name.endswith("_callback")}
    for name, value in task.items():
        shown = _AIRFLOWS_NAMES.get(name, name)
        if shown in arguments and str(_plain(value)).startswith(_TRUNCATED):
            continue
        arguments.pop(shown, None)
        if name not in _NOT_OF_A_TASK and shown not in hidden and not name.startswith("has_on_"):
            kind = Kind.POOL if name == "pool" else Kind.TASK
            readable = _expanded(_plain(value), hidden) if name in _EXPANDED else _readable(name, _plain(value))
            yield from _flat(kind, shown.removeprefix("_"), readable)
    for name, text in arguments.items():
        if name not in hidden and name not in _NOT_OF_A_TASK:
            yield Field(Kind.TASK, name), text
    yield from ((Field(Kind.POD, name), text) for name, text in fields_of_pods(pods).items())
    yield from _outlined({**more, "alerts": _alerts(more.get("arguments", {})) | more.get("alerts", {})})


def _expanded(given: Any, hidden: frozenset[str]) -> Any:
    """Return over what a task is mapped, without what its pods show."""
    value = given.get("value") if isinstance(given, dict) else given
    if isinstance(value, dict):
        return {name: inner for name, inner in value.items() if name not in hidden}
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return [left for each in value if (left := {name: it for name, it in each.items() if name not in hidden})]
    return value


def _outlined(more: Mapping[str, Any]) -> Iterator[tuple[Field, str]]:
    for kind, table in ((Kind.ALERT, "alerts"), (Kind.CODE, "code"), (Kind.FILE, "files")):
        for name, text in more.get(table, {}).items():
            yield Field(kind, name), text


def _alerts(arguments: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in arguments.items() if name.endswith("_callback") and text not in {"None", "[]"}}


def _groups(group: Any) -> Iterator[dict[str, Any]]:
    """Yield the task groups below one."""
    for kind, child in ((group or {}).get("children") or {}).values():
        if str(kind) == "taskgroup" or isinstance(child, dict):
            yield child
            yield from _groups(child)


def _of_group(group: Mapping[str, Any]) -> Iterator[tuple[Field, str]]:
    name = f"task group {group.get('_group_id')}"
    for key in ("tooltip", "expand_input", "is_mapped"):
        if value := _plain(group.get(key)):
            yield from _flat(Kind.DAG, f"{name}: {key}", value)


def _schedule(timetable: Any) -> str:
    """Return a schedule in a few words: a cron expression with its zone, else the timetable and what it is given."""
    if not isinstance(timetable, dict):
        return "none"
    kind = str(timetable.get("__type", "")).rpartition(".")[2]
    given = timetable.get("__var") or {}
    given = _plain(given) if isinstance(given, dict) else {}
    if kind in {"NullTimetable", "PartitionedNullTimetable"} and not given:
        return "none"
    if cron := given.get("expression"):
        zone = given.get("timezone", "")
        rest = {name: value for name, value in given.items() if name not in {"expression", "timezone"}}
        if kind in _CRON and not any(rest.values()):
            return f"{cron!r} {zone}{_CRON[kind]}"
    name = kind.removesuffix("Timetable")
    if condition := given.get("asset_condition") or given.get("dataset_condition"):
        also = (timetable.get("__var") or {}).get("timetable")
        more = f", or {_schedule(also)}" if isinstance(also, dict) else ""
        return f"{name}: {', '.join(_names(condition))}{more}"
    arguments = {argument: value for argument, value in sorted(given.items()) if value not in (None, "", 0, False)}
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})" if arguments else name


def _names(value: Any) -> Iterator[str]:
    """Yield the assets of a schedule, and how they are combined."""
    if isinstance(value, list):
        for each in value:
            yield from _names(each)
    elif isinstance(value, dict):
        objects = value.get("objects")
        if objects and len(objects) > 1:
            yield f"{str(value.get('__type', '')).rpartition('_')[2]} of ({', '.join(_names(objects))})"
        elif name := value.get("name") or value.get("uri"):
            uri = value.get("uri") or name
            yield str(name) if uri.rstrip("/") == name.rstrip("/") else f"{name} ({uri})"
        else:
            for each in value.values():
                yield from _names(each)


def _flat(kind: Kind, name: str, value: Any, *, inner: bool = False) -> Iterator[tuple[Field, str]]:
    """Yield a value; of a dictionary each entry, so that one that changes is a change of its own.

    Nothing is the default of an argument; within one it is a value as any other.
    """
    if isinstance(value, dict) and value and all(isinstance(key, str) for key in value):
        is_given = kind is Kind.TASK and name not in _AIRFLOWS_OWN
        for key, each in value.items():
            place = f"{name}[{key}]" if "." in key else f"{name}.{key}"
            yield from _flat(kind, place, each, inner=inner or is_given)
    elif inner or value not in (None, {}, []):
        yield Field(kind, name), repr(value)


def _readable(name: str, value: Any) -> Any:
    """Return dates, durations and parameters, which Airflow writes as numbers and lists, as people write them."""
    if name == "params" and isinstance(value, list):
        return {each[0]: each[1] for each in value}
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if name.endswith("_date"):
            return _as_date(value)
        if name.endswith(("_delay", "_timeout")):
            return str(timedelta(seconds=value))
    return value


def _plain(value: Any) -> Any:
    """Return a value without the `__type` and `__var` that Airflow wraps it in; sets are sorted."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "__type" not in value or "__var" not in value:
        return {key: _plain(inner) for key, inner in value.items()}
    inner, kind = _plain(value["__var"]), value["__type"]
    if kind in {"set", "frozenset"}:
        return sorted(inner, key=repr)
    if kind == "timedelta":
        return str(timedelta(seconds=inner))
    return _as_date(inner) if kind == "datetime" else inner


def _as_run(value: str) -> str:
    return _as_date(datetime.fromisoformat(value).replace(microsecond=0).isoformat()).removesuffix(" UTC")


def _as_date(value: Any) -> str:
    try:
        date = datetime.fromisoformat(value) if isinstance(value, str) else datetime.fromtimestamp(value, UTC)
    except (TypeError, ValueError, OSError, OverflowError):
        return str(value)
    within = f".{date.microsecond:06}" if date.microsecond else ""  # two parses may be within a second
    return f"{date.astimezone(UTC):%Y-%m-%d %H:%M:%S}{within} UTC".replace(":00 UTC", " UTC")
