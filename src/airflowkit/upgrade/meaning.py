"""States of two Airflow versions in the same words: what only a version writes otherwise is no difference.

Sources: `schema.json` and `serialized_objects.py` of Airflow 2.11 and 3.3. Airflow 2 leaves out what an operator's
constructor has as default, Airflow 3 what the schema has.
"""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.moves.keywords import CLASSES, renamed
from airflowkit.compare.fields import INTERVALS, SCHEDULE, Dag, Field, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.compare.state import State

_LIMITS: Final = ("max_active_runs", "max_active_tasks", "max_consecutive_failed_dag_runs")
_OF_ONE_VERSION: Final = frozenset(
    {
        *_LIMITS,  # they are compared as they are in effect
        "catchup",  # so is this
        "default_view",
        "labels.airflow_version",
        "log_config_logger_name",
        "orientation",
        "schedule_interval",
        "timezone",
    }
)
_PARAMETER: Final = re.compile(r"params(?:\.|\[).*\.(?:__class|source)")
"""The class of a parameter, and where Airflow 3 says that it comes from."""
_DEFAULTS: Final[Mapping[str, frozenset[str]]] = {
    "allow_nested_operators": frozenset({"True"}),
    "depends_on_past": frozenset({"False"}),
    "disable_bundle_versioning": frozenset({"False"}),
    "do_xcom_push": frozenset({"True"}),
    "email_on_failure": frozenset({"True"}),
    "email_on_retry": frozenset({"True"}),
    "fail_fast": frozenset({"False"}),
    "has_retry_policy": frozenset({"False"}),
    "ignore_first_depends_on_past": frozenset({"False"}),
    "is_teardown": frozenset({"False"}),
    "multiple_outputs": frozenset({"False"}),
    "on_failure_fail_dagrun": frozenset({"False"}),
    "owner": frozenset({"'airflow'"}),
    "pool": frozenset({"'default_pool'"}),
    "pool_slots": frozenset({"1"}),
    "priority_weight": frozenset({"1"}),
    "queue": frozenset({"'default'"}),
    "render_template_as_native_obj": frozenset({"False"}),
    "retries": frozenset({"0"}),
    "retry_delay": frozenset({"'0:05:00'"}),
    "retry_exponential_backoff": frozenset({"False", "0", "0.0"}),
    "trigger_rule": frozenset({"'all_success'"}),
    "wait_for_downstream": frozenset({"False"}),
    "wait_for_past_depends_before_skipping": frozenset({"False"}),
    "weight_rule": frozenset({"'downstream'"}),
}
"""What says the same as nothing."""
_SAME: Final = {
    "dag_display_property_value": "dag_display_name",
    "fail_stop": "fail_fast",
}
_ASSETS: Final = frozenset({"inlets", "outlets"})
_OF_NO_ASSET: Final = {"extra": ("None", "{}"), "group": ("'asset'", "''"), "watchers": ("[]",)}
"""What an asset has that has nothing of the kind."""
_START: Final = "start_date"
_UNSET: Final = re.compile(r"'<airflow\.[\w.]*ArgNotSet object at 0x[0-9a-f]+>'")
_KNOWN_LATER: Final = "'DYNAMIC (set during execution)'"
_PRESETS: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_PRESET: Final = re.compile(r"(?<=')@\w+(?=')")
_DELTA: Final = re.compile(r"Delta(?:Trigger|DataInterval)\(delta=(?P<seconds>[\d.]+)\)")
_DURATION: Final = re.compile(r"(?:\d+ days?, )?\d+:\d\d:\d\d(?:\.\d+)?")


def in_same_words(state: State) -> State:
    """Return a state without what depends on the version that has written it."""
    return replace(state, dags={dag_id: _of_dag(dag) for dag_id, dag in state.dags.items()})


def _of_dag(dag: Dag) -> Dag:
    fields = _fields(dag.fields) | {SCHEDULE: _schedule(dag.fields)}
    limits: Mapping[str, Any] = dag.runs.get("limits", {})
    fields |= {Field(Kind.DAG, name): repr(limits[name]) for name in _LIMITS if limits.get(name) is not None}
    start = fields.pop(Field(Kind.DAG, _START), None)
    tasks = {task_id: _started(_fields(its), start) for task_id, its in dag.tasks.items()}
    return replace(dag, fields=fields, tasks=tasks)


def _started(task: dict[Field, str], start: str | None) -> dict[Field, str]:
    """Return a task's fields with its start, which Airflow 3 takes from `default_args` for the DAG as well."""
    own = task.pop(Field(Kind.TASK, _START), "")
    in_effect = own if own.startswith("'") else start  # one that is written as an object is the DAG's own
    return task | ({Field(Kind.TASK, _START): in_effect} if in_effect else {})


def _fields(fields: Mapping[Field, str]) -> dict[Field, str]:
    named = ((field._replace(name=_SAME.get(field.name, field.name)), text) for field, text in fields.items())
    told = ((field, _UNSET.sub(_KNOWN_LATER, text)) for field, text in named if not _is_of_one_version(field.name))
    same = ((field, _assets(text) if field.name in _ASSETS else text) for field, text in told)
    return {field: text for field, text in same if text not in _DEFAULTS.get(field.name, ())}


def _is_of_one_version(name: str) -> bool:
    """Return whether one version alone has a field; one that was removed is told where the file uses it."""
    return (
        name in _OF_ONE_VERSION
        or bool(_PARAMETER.fullmatch(name))
        or renamed(CLASSES, name.partition(":")[0]) is not None
    )


def _assets(text: str) -> str:
    """Return a list of assets without what only Airflow 3 writes: a name that is the URI, a group and so on."""
    with suppress(SyntaxError):
        match ast.parse(text, mode="eval").body:
            case ast.List(elts=assets):
                return f"[{', '.join(map(_asset, assets))}]"
    return text


def _asset(asset: ast.expr) -> str:
    """Return an asset as its URI or its name with what else it has; it is written as a dictionary, or as a call."""
    match asset:
        case ast.Dict(keys=keys, values=values):
            given = {ast.literal_eval(key): ast.unparse(value) for key, value in zip(keys, values, strict=True) if key}
        case ast.Call(keywords=keywords):
            given = {str(keyword.arg): ast.unparse(keyword.value) for keyword in keywords}
        case _:
            return ast.unparse(asset)
    told = {name: text for name, text in given.items() if text not in _OF_NO_ASSET.get(name, ())}
    if told.get("name") == told.get("uri"):
        told.pop("name", None)
    return ", ".join(f"{name}={text}" for name, text in sorted(told.items()) if name != "access_control")


def _schedule(fields: Mapping[Field, str]) -> str:
    """Return when a DAG runs, whatever its runs have for dates: `silent` tells that."""
    text = fields.get(SCHEDULE, "none").removesuffix(INTERVALS)
    interval = fields.get(Field(Kind.DAG, "schedule_interval"), "").strip("'")
    if text == "none" and interval:  # Airflow 2 writes no timetable then
        zone = fields.get(Field(Kind.DAG, "timezone"), "'UTC'").strip("'")
        return f"every {interval}" if _DURATION.fullmatch(interval) else f"{_PRESETS.get(interval, interval)!r} {zone}"
    if delta := _DELTA.fullmatch(text):
        return f"every {timedelta(seconds=float(delta['seconds']))}"
    text = _PRESET.sub(lambda found: _PRESETS.get(found[0], found[0]), text)  # before 3.3 as the DAG has it
    return text.replace("DatasetTriggered", "AssetTriggered").replace("DatasetOrTime", "AssetOrTime")
