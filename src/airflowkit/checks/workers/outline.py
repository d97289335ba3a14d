"""The outline of a DAG: what its serialized form does not show, for the comparison of two states of a repository.

Its next runs, the dates that they have and its tasks use, and what its pods may request at once; of each task the
arguments, the pods as Kubernetes gets them, and what it runs: functions, classes and files of the repository, by a
digest that comments and layout do not change.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit import _airflow
from airflowkit.checks.model.pod_view import operator_class
from airflowkit.checks.model.python_callables import wanted
from airflowkit.checks.model.run_dates import BY_HAND, DATES, undated_runs
from airflowkit.checks.model.xcom_pulls import pulls_from_any_task
from airflowkit.checks.rules.pod_budget import peak_request, readable
from airflowkit.checks.rules.templates import read_template
from airflowkit.checks.workers.code import Digests
from airflowkit.checks.workers.evidence import pods_of, written
from airflowkit.checks.workers.instances import attributes_of, held
from airflowkit.checks.workers.rendered import rendered
from airflowkit.pods.expansion import argument, arguments_of, is_pod
from airflowkit.repository import repository_root

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from airflowkit.checks.model.rule import DagSubject, TaskSubject
    from airflowkit.checks.workers.messages import Job
    from airflowkit.checks.workers.rendered import Rendered

_RUNS: Final = 5
_LIMITS: Final = ("catchup", "max_active_runs", "max_active_tasks", "max_consecutive_failed_dag_runs")
"""Arguments of a DAG whose defaults are those of Airflow and of its configuration."""
_CALLBACKS: Final = ("on_failure_callback", "on_success_callback", "sla_miss_callback")


def outlines_of(
    dags: Iterable[DagSubject], serialized: Iterable[tuple[str, str]], job: Job
) -> Iterator[tuple[str, str]]:
    """Yield the id and the outline of each DAG, as JSON.

    Args:
        dags: The DAGs of a file.
        serialized: The serialized form of each that has one.
        job: What the worker was asked for.
    """
    folder = Path(job.folder)
    digests = Digests(repository_root(folder) or folder.parent)
    forms = dict(serialized)
    for dag in dags:
        dag_id = dag.dag.dag_id
        outline = _outline(dag, digests) | {"runs": _runs(dag, forms.get(dag_id), job.outlined)}
        yield dag_id, json.dumps(outline, sort_keys=True)


def _outline(dag: DagSubject, digests: Digests) -> dict[str, Any]:
    callbacks = {name: value for name in _CALLBACKS if (value := getattr(dag.dag, name, None))}
    macros = [getattr(dag.dag, name, None) for name in ("user_defined_macros", "user_defined_filters")]
    return {
        "alerts": {name: written(value) for name, value in callbacks.items()} | _settings(callbacks),
        "code": digests.of([*callbacks.values(), *macros, type(dag.dag.timetable)]),
        "peak": _peak(dag),
        "tasks": {task.task.task_id: _of_task(task, digests) for task in dag.tasks},
    }


def _of_task(task: TaskSubject, digests: Digests) -> dict[str, Any]:
    operator = task.task
    given = arguments_of(operator)
    defaults = _defaults(operator_class(operator))
    arguments = {name: text for name, value in given.items() if (text := written(value)) != defaults.get(name)}
    steps = getattr(operator, "memory_steps", None)  # the one part of `resources` that is not in the pod
    return {
        "arguments": arguments | ({"memory_after_oom": written(list(steps.usable))} if steps else {}),
        "pods": pods_of(task),
        "undecided": _undecided(task),
        "alerts": _settings({name: value for name, value in given.items() if name.endswith("_callback")}),
        "code": digests.of([operator_class(operator), getattr(operator, "python_callable", None), *given.values()]),
        "files": dict(_files(operator)),
    }


def _settings(callbacks: Mapping[str, Any]) -> dict[str, str]:
    """Return what notifiers were given, settings included: it is not in how they are written."""
    found = {name: _notifiers(value) for name, value in callbacks.items()}
    return {f"{name}: settings": ", ".join(map(held, them)) for name, them in found.items() if them}


def _notifiers(value: Any) -> list[Any]:
    values = value if isinstance(value, (list, tuple)) else [value]
    return [each for each in values if not inspect.isroutine(each) and attributes_of(each)]


@lru_cache(maxsize=256)
def _defaults(operator: type) -> dict[str, str]:
    """Return the defaults of an operator's arguments: to give one is to say nothing."""
    found: dict[str, str] = {}
    for cls in reversed(operator.__mro__):
        with suppress(TypeError, ValueError):  # of C, or without a signature
            parameters = inspect.signature(vars(cls).get("__init__", cls)).parameters.values()
            found |= {each.name: written(each.default) for each in parameters if each.default is not each.empty}
    return found


def _undecided(task: TaskSubject) -> list[str]:
    """Return the arguments of a pod of which the run decides the whole value, so that they are not in the pod."""
    if not is_pod(task.task):
        return []
    from airflowkit.pods.render import undecided  # noqa: PLC0415  only for files with pods

    try:
        return sorted(set(chain.from_iterable(undecided(pod.operator) for pod in task.pods)))
    except Exception:  # noqa: BLE001  foreign operators raise anything
        return []


def _files(task: Any) -> Iterator[tuple[str, str]]:
    """Yield each file of the repository that a templated field names, with a digest of what is in it."""
    endings = tuple(getattr(task, "template_ext", ()))
    values = [argument(task, name) for name in task.template_fields] if endings else ()
    names = {text for value in values for text in _texts(value) if text.endswith(endings)}
    for name in sorted(names):
        if content := _content(name, task.dag):
            yield name, hashlib.sha256(content).hexdigest()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        yield from (each for each in value if isinstance(each, str))


def _content(name: str, dag: Any) -> bytes | None:
    """Return the content of a file as Jinja finds it: in the folder of the DAG's file, or on its search path."""
    search = getattr(dag, "template_searchpath", None) or ()
    for folder in (getattr(dag, "folder", ""), *([search] if isinstance(search, str) else search)):
        try:
            return Path(folder, name).read_bytes()
        except (OSError, ValueError, TypeError):  # not there; a null character; a folder that is no text
            continue
    return None


def _peak(dag: DagSubject) -> dict[str, str]:
    found = {resource: peak_request(dag, resource) for resource in ("cpu", "memory")}
    return {resource: readable(size, resource) for resource, size in found.items() if size}


def _runs(dag: DagSubject, serialized: str | None, after: datetime | None) -> dict[str, Any]:
    """Return how many runs the DAG makes, their dates, and which tasks use such dates or have an SLA in effect."""
    undated, following = undated_runs(dag.dag.timetable), _next_runs(serialized, after)
    is_newer = _airflow.airflow_version() >= (3, 0)
    by_hand = BY_HAND if is_newer else ""
    return {
        "next": following,
        "rendered": {run["run_after"]: _rendered(dag, run) for run in following},
        "limits": {name: getattr(dag.dag, name, None) for name in _LIMITS},
        "undated": undated.which if undated else by_hand,
        "slas": [] if is_newer else [task.task.task_id for task in dag.tasks if getattr(task.task, "sla", None)],
        "pulls": [] if is_newer else [task.task.task_id for task in dag.tasks if _pulls(task)],
        "shared_limit": None if is_newer else _shared_limit(dag.dag),
        "dates": {task.task.task_id: names for task in dag.tasks if (names := _dates(task))},
    }


def _next_runs(serialized: str | None, after: datetime | None) -> list[dict[str, str]]:
    if not serialized or not after:
        return []
    try:
        runs: Mapping[str, Any] = json.loads(serialized)
        return [_of_run(run) for run in _airflow.next_runs(runs, after, _RUNS)]
    except Exception:  # noqa: BLE001  a timetable may be anybody's
        return []


def _of_run(run: Any) -> dict[str, str]:
    interval = run.data_interval
    dates = {
        "run_after": run.run_after,
        "logical_date": interval and run.logical_date,  # a partition has neither
        "data_interval_start": interval and interval.start,
        "data_interval_end": interval and interval.end,
    }
    return {name: date.isoformat() for name, date in dates.items() if date}


def _rendered(dag: DagSubject, run: Mapping[str, str]) -> dict[str, list[Rendered]]:
    """Return what the templates of each task that uses dates give in a run."""
    return {task.task.task_id: found for task in dag.tasks if task.templates and (found := rendered(task, run))}


def _pulls(task: TaskSubject) -> bool:
    texts = [text for _field, text in task.templates]
    return pulls_from_any_task(texts, getattr(task.task, "python_callable", None))


def _shared_limit(dag: Any) -> int | None:
    """Return how many tasks of all its runs a DAG allows at once, if it says so itself and may have several runs."""
    from airflow.providers.common.compat.sdk import conf

    limit = getattr(dag, "max_active_tasks", None)
    is_own = limit != conf.getint("core", "max_active_tasks_per_dag")
    return limit if is_own and getattr(dag, "max_active_runs", 1) != 1 else None


def _dates(task: TaskSubject) -> list[str]:
    """Return the names of a run's dates that templates and the function of a task use."""
    found = {name for _field, text in task.templates for name in read_template(text, task.dag).names}
    with suppress(Exception):  # foreign functions are anything
        found |= {it.name for it in wanted(task.task)}
        # Airflow gives those with a default, too
        found |= inspect.signature(task.task.python_callable).parameters.keys()
    return sorted(found & DATES)
