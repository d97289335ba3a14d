"""What a run starts with, its date and its parameters; a run in which nothing would happen is refused."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from airflowkit import _airflow, _airflow_run
from airflowkit._airflow_run import Partition
from airflowkit.errors import LocalRunError, did_you_mean
from airflowkit.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from airflowkit.dags import LoadedDag
    from airflowkit.local.process.request import Request

NO_DATE: Final = "none"
"""The `logical_date` of a run without one: apache/airflow#58516, an asset, or an API call with `null`, starts such."""

DEFAULT_POOL: Final = "default_pool"
_REGISTER: Final = "register the class in a plugin, a file below plugins/ (AK218)"
_PLAIN: Final = "use strings, numbers, lists and dates (AK218)"


@dataclass(frozen=True, slots=True)
class Start:
    """How a run starts.

    Attributes:
        logical_date: Its date, or None for a run without one.
        by_assets: Whether assets start it.
        partition: The partition that it is for, if it is for one.
    """

    logical_date: datetime | None
    by_assets: bool = False
    partition: Partition | None = None


def start_of(dag: Any, request: Request) -> Start:
    """Return how a run starts: as the DAG's schedule would start it, or with the date that was asked for.

    Raises:
        LocalRunError: The date is not one, or the DAG has no partitions.
    """
    asked = request.logical_date
    date = _date(asked)
    partition = _partition(dag, request.partition_key, date)
    if asked == NO_DATE or partition or (asked is None and _airflow_run.always_undated(dag)):
        return Start(None, by_assets=_airflow_run.assets_start(dag), partition=partition)
    return Start(date)


def _date(asked: str | None) -> datetime:
    from airflow.sdk import timezone

    now: datetime = timezone.utcnow()
    try:
        date: datetime = now if asked in {None, NO_DATE} else timezone.parse(asked or "")
    except ValueError:
        raise LocalRunError(f"{asked!r} is not a valid date", hint="write 2026-01-31, or none") from None
    return date


def _partition(dag: Any, key: str, date: datetime) -> Partition | None:
    try:
        partition = _airflow_run.partition_at(dag, date)
    except Exception as error:  # noqa: BLE001  a mapper may be the user's own
        if not key:
            why = f"the key of its partition is not known: {type(error).__name__}: {error}"
            raise LocalRunError(f"DAG {dag.dag_id!r}: {why}", hint="give it with --partition-key") from None
        return Partition(key)
    if key and partition is None:
        raise LocalRunError(f"DAG {dag.dag_id!r} has no partitions", hint="leave out --partition-key")
    return Partition(key) if key else partition


def check_start(loaded: LoadedDag, start: Start, conf: Mapping[str, Any]) -> Iterator[str]:
    """Yield notes about tasks that Airflow leaves out of the run, or starts under a condition only.

    Raises:
        LocalRunError: It leaves out all, cannot create the run, or never starts a task.
    """
    dag = loaded.dag
    if start.partition:
        yield f"the run is for the partition {start.partition.key!r}"
    left_out = dict(_left_out(dag, start.logical_date))
    if not dag.tasks:
        raise LocalRunError(f"DAG {dag.dag_id!r} has no task, so there is nothing to run")
    if len(left_out) == len(dag.tasks):
        hint = "give a date within its dates with --date" if start.logical_date else ""
        raise LocalRunError(f"DAG {dag.dag_id!r} {next(iter(left_out.values()))}: nothing would run", hint=hint)
    _check_params(dag, conf)
    _check_serializable(dag)
    if loaded.task_id:
        _check_alone(dag.get_task(loaded.task_id))
    for task_id, why in left_out.items():
        yield f"{task_id} is left out: it {why}"
    yield from _check_pools(loaded)


def _left_out(dag: Any, date: datetime | None) -> Iterator[tuple[str, str]]:
    """Yield the tasks that have no instance in a run of a date, with the reason: `DagRun.verify_integrity`'s."""
    for task in dag.tasks:
        if date and task.start_date and date < task.start_date:
            yield task.task_id, f"starts on {task.start_date:%Y-%m-%d %H:%M %Z}, after {date:%Y-%m-%d %H:%M %Z}"
        elif date and task.end_date and date > task.end_date:
            yield task.task_id, f"ended on {task.end_date:%Y-%m-%d %H:%M %Z}, before {date:%Y-%m-%d %H:%M %Z}"


def _check_pools(loaded: LoadedDag) -> Iterator[str]:
    """Yield a note about the pools that the deployment needs; here there are none, and nothing waits for one.

    Raises:
        LocalRunError: The settings list the pools, and one is not among them: the scheduler never starts its task.
    """
    known, needed = check_settings(loaded.path).pools, dict[str, str]()
    for task in loaded.dag.tasks:
        needed.setdefault(task.pool, task.task_id)
    needed.pop(DEFAULT_POOL, None)
    for pool, task_id in needed.items():
        if known and pool not in known:
            hint = did_you_mean(pool, known) or "create it, and add it there"
            raise LocalRunError(f"task {task_id!r} never starts: its pool {pool!r} is not in [check] pools", hint=hint)
    if needed and not known:
        pools = ", ".join(f"{pool!r} ({task_id})" for pool, task_id in needed.items())
        yield f"where a pool does not exist, its tasks never start: {pools}; [check] pools lists those that do"


def _check_params(dag: Any, conf: Mapping[str, Any]) -> None:
    from airflow.providers.common.compat.sdk import ParamValidationError

    for name in dag.params:
        param = copy.copy(dag.params.get_param(name))
        try:
            param.resolve(conf[name]) if name in conf else param.resolve()
        except ParamValidationError as error:
            given = {**conf, name: _example(param)}
            why = str(error).splitlines()[0].removeprefix("Invalid input for param ")
            what = f"parameter {name!r} of DAG {dag.dag_id!r}"
            message = f"{what} = {conf[name]!r}: {why}" if name in conf else f"{what} has no value: {why}"
            raise LocalRunError(
                message, hint=f"give it with --conf '{json.dumps(given, default=str, ensure_ascii=False)}'"
            ) from None


def _example(param: Any) -> Any:
    """Return a value to show for a parameter."""
    schema = param.schema
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
    return {"integer": least, "number": least, "boolean": True, "array": [], "object": {}}.get(kind, "…")


def _check_serializable(dag: Any) -> None:
    try:
        _airflow.serialized(dag)
    except Exception as error:  # noqa: BLE001  each operator's own code takes part
        why = re.sub(r"unusual_prefix_[0-9a-f]+_", "", " ".join(str(error).split()))
        text = f"DAG {dag.dag_id!r} cannot be serialized: {type(error).__name__}: {why}"
        raise LocalRunError(text, hint=_REGISTER if "regist" in why else _PLAIN) from None


def _check_alone(task: Any) -> None:
    """Refuse a mapped task without the tasks whose output it maps over."""
    needed = sorted({upstream.task_id for upstream in _airflow_run.mapped_over(task)})
    if needed:
        over = " and ".join(map(repr, needed))
        message = f"task {task.task_id!r} is mapped over the output of {over}, which does not run with it"
        raise LocalRunError(message, hint="run the whole DAG")
