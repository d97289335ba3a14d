"""AK214 to AK219: a DAG's arguments, and what Airflow makes of them."""

from __future__ import annotations

import ast
from functools import lru_cache
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import cron_expression, validate
from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.pod_view import operator_class
from airflowkit.checks.model.rule import DagSubject, FileSubject, dag_rule, file_rule
from airflowkit.errors import did_you_mean, slip_of
from airflowkit.stand_ins.marks import is_stand_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import timedelta

_REGISTER: Final = "register the class in a plugin: {} = [...] in a file below plugins/"


_OF_TEMPLATES: Final = (
    "template_searchpath",
    "user_defined_filters",
    "user_defined_macros",
    "jinja_environment_kwargs",
)
"""What Airflow makes a DAG's Jinja environment of, at each start of a task."""


@dag_rule("AK214", "misspelt-default-arg")
def misspelt_default_arg(dag: DagSubject) -> Iterator[Fault]:
    """Checks the keys of `default_args` for misspellings.

    ## Why it matters
    Airflow passes each operator the keys that it knows and silently drops the others: with `retires` there are no
    retries. Arguments of the DAG itself, such as `max_active_runs`, are dropped as well.

    ## How to fix it
    Use the name that the message suggests, or pass the argument to the DAG. The `default_args` of task groups are
    checked, too. A key of your own that the file itself reads, such as `default_args["team"]`, is left alone.
    """
    for place, defaults, tasks in defaults_of(dag):
        yield from _misspelt(dag, place, defaults, tasks)


@dag_rule("AK215", "time-limits-out-of-order", Severity.WARNING)
def time_limits_out_of_order(dag: DagSubject) -> Iterator[Fault]:
    """Checks that no task may run longer than its DAG run.

    ## Why it matters
    `dagrun_timeout` fails the run and skips the tasks that are still running; a longer `execution_timeout` of a task
    has no effect.

    ## How to fix it
    Raise `dagrun_timeout`, or lower the task's `execution_timeout`.
    """
    limit = dag.dag.dagrun_timeout
    for task in dag.tasks if limit else ():
        own = task.task.execution_timeout
        if own and own > limit:
            yield Fault(
                f"may run for {own}, but the DAG run times out after {limit}",
                hint=f"pass execution_timeout={_written(limit)} or less, or dagrun_timeout={_written(own)} or more",
                line=task.line,
                task_id=task.task.task_id,
            )


@dag_rule("AK216", "refused-by-airflow")
def refused_by_airflow(dag: DagSubject) -> Iterator[Fault]:
    """Checks what Airflow itself checks after the import: params, schedule, cluster policies, what templates need.

    ## Why it matters
    Airflow shows an import error instead of the file's DAGs; where it cannot set up Jinja, every task fails.

    ## How to fix it
    The message is Airflow's own. Often a `Param` has no default although the DAG is scheduled and nobody fills in the
    form: give it one. If the message names a policy, it is defined in the deployment's `airflow_local_settings.py`.
    """
    try:
        validate(dag.dag)
    except Exception as error:  # noqa: BLE001  Airflow's checks raise any exception
        if is_stand_in(cron_expression(dag.dag.timetable)):
            return
        yield Fault(f"{type(error).__name__}: {error}", hint="follow Airflow's message")
    given = [name for name in _OF_TEMPLATES if getattr(dag.dag, name, None) is not None]
    try:
        if given:
            dag.dag.get_template_env()
    except Exception as error:  # noqa: BLE001  as above
        names = ", ".join(given)
        yield Fault(f"no task can render its templates: {type(error).__name__}: {error}", hint=f"correct {names}")


@file_rule("AK217", "changes-between-parses")
def changes_between_parses(file: FileSubject) -> Iterator[Fault]:
    """Checks that two parses of the file produce the same DAG.

    ## Why it matters
    A date, a random name or the order of a set in a DAG's arguments differs at each parse. Since Airflow 3 each change
    is a new version of the DAG: thousands a day, a full database, and a history that says nothing.

    ## How to fix it
    Make the value the same at every parse: sort the set, write the date, use a template for what depends on the
    run. The file is parsed in two processes with different hash seeds; `--once` skips this rule.
    """
    moving = (".start_date is ", ".default_args.start_date is ")  # reported by moving-start-date
    for change in file.facts.changes:
        if any(place in change.text for place in moving):
            continue
        yield Fault(change.text, _made_the_same(change.text), line=change.line, dag_id=change.dag_id)


@file_rule("AK218", "dag-not-serializable")
def dag_not_serializable(file: FileSubject) -> Iterator[Fault]:
    """Checks that the DAG processor can serialize the DAG.

    ## Why it matters
    A DAG that cannot be serialized shows an import error in production, although the file can be imported.

    ## How to fix it
    The message is Airflow's own. Often a parameter or a value in `default_args` is an object that JSON cannot
    represent: use strings, numbers, lists, dictionaries and dates. Register your own timetables and priority strategies
    in a plugin in the `plugins` folder; those of Airflow's examples are registered only with `[core] load_examples`.
    """
    for fault in file.facts.unserializable:
        yield Fault(fault.text, _hint_of(fault.text), line=fault.line, dag_id=fault.dag_id)


@dag_rule("AK219", "dag-argument-not-set", Severity.WARNING)
def dag_argument_not_set(dag: DagSubject) -> Iterator[Fault]:
    """Checks that each DAG sets the arguments that the team requires.

    ## Why it matters
    Airflow's defaults are lenient: a run may last forever, and nobody knows what the DAG is for.

    ## How to fix it
    Pass the argument to the DAG. `[check] required_dag_args` lists them, such as `["dagrun_timeout", "doc_md"]`; the
    rule is off without it. Empty values and `False` count as not set.
    """
    defaults = dag.dag.default_args or {}
    for name in dag.options.required_dag_args:
        if not getattr(dag.dag, name, None) and not defaults.get(name):
            yield Fault(f"does not set {name}", hint=f"pass {name}= to the DAG")


def defaults_of(dag: DagSubject) -> Iterator[tuple[str, Mapping[Any, Any], Sequence[Any]]]:
    """Yield the `default_args` of a DAG and of each of its task groups: their place, what they add, and the tasks."""
    yield "default_args", dag.dag.default_args or {}, [task.task for task in dag.tasks]
    for group in dag.dag.task_group.get_task_group_dict().values():
        inherited = group.parent_group.default_args if group.parent_group else {}
        own = {key: value for key, value in group.default_args.items() if key not in inherited}
        if own:
            yield f"default_args of the task group {group.group_id!r}", own, list(group.iter_tasks())


RULES: Final = (
    misspelt_default_arg,
    time_limits_out_of_order,
    refused_by_airflow,
    changes_between_parses,
    dag_not_serializable,
    dag_argument_not_set,
)


def _made_the_same(text: str) -> str:
    """Return what to do about a value that changes between two parses, by what differs."""
    if " at 0x" in text:
        return "pass text or numbers: an object is shown with its address, which differs in each process"
    if "is missing from some parses" in text:
        return "build the same DAGs at every parse: from a file, or from a list in the code"
    return "sort the set, write the date, or use a template for what depends on the run"


def _hint_of(text: str) -> str:
    """Return what to do about a DAG that Airflow cannot serialize, by Airflow's message."""
    if "regist" not in text and "Unknown" not in text:
        return "use strings, numbers, lists and dates"
    lower = text.lower()
    parts = {"priority": "priority_weight_strategies", "mapper": "partition_mappers", "window": "windows"}
    return _REGISTER.format(next((part for word, part in parts.items() if word in lower), "timetables"))


def _written(duration: timedelta) -> str:
    """Return a duration as Python code."""
    seconds = int(duration.total_seconds())
    for unit, length in (("hours", 3600), ("minutes", 60)):
        if seconds % length == 0:
            return f"timedelta({unit}={seconds // length})"
    return f"timedelta(seconds={seconds})"


def _misspelt(dag: DagSubject, place: str, defaults: Mapping[Any, Any], tasks: Sequence[Any]) -> Iterator[Fault]:
    """Yield the defaults that no task accepts, with what was probably meant."""
    known = {name for task in tasks for name in _parameters(task)}
    read = _keys_read(dag.dag.fileloc)
    for key in [key for key in defaults if key not in known and key not in read] if known else []:
        if not isinstance(key, str):
            yield Fault(f"{place} has the key {key!r}, which is not text: no task accepts it", hint="delete it")
        elif key in _parameters_of_dag(dag.dag.__class__):
            yield Fault(
                f"{place} has {key!r}, which is an argument of the DAG, not of its tasks",
                hint=f"pass {key}= to the DAG",
            )
        elif hint := did_you_mean(key, known.difference(defaults)) or _set_as_well(key, defaults):
            yield Fault(f"{place} has {key!r}, which no task accepts", hint=hint)


def _set_as_well(key: object, defaults: Iterable[object]) -> str:
    """Return what was meant where the right key is set as well, as a preset does."""
    meant = slip_of(key, defaults)
    return f"did you mean {meant!r}, which is set, too?" if meant else ""


@lru_cache(maxsize=64)
def _keys_read(path: str) -> frozenset[object]:
    """Return the keys that a file reads from dictionaries: what its own code takes out of `default_args` is no slip."""
    try:
        nodes = list(ast.walk(ast.parse(Path(path).read_bytes())))
    except (OSError, SyntaxError, ValueError):  # a DAG of an archive, or of a file that is no Python
        return frozenset()
    keys = [node.slice for node in nodes if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)]
    keys += [node.args[0] for node in nodes if isinstance(node, ast.Call) and node.args and _takes_out(node.func)]
    return frozenset(key.value for key in keys if isinstance(key, ast.Constant))


def _takes_out(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr in {"get", "pop", "setdefault"}


@lru_cache(maxsize=8)
def _parameters_of_dag(dag: Any) -> frozenset[str]:
    return frozenset(signature(dag).parameters)


def _parameters(task: Any) -> frozenset[str]:
    return _parameters_of(operator_class(task))


@lru_cache(maxsize=1024)
def _parameters_of(operator: Any) -> frozenset[str]:
    """Return every keyword that an operator's class and its bases accept."""
    inits = [vars(cls)["__init__"] for cls in operator.__mro__ if "__init__" in vars(cls)]
    return frozenset(name for init in inits for name in getattr(init, "_BaseOperatorMeta__param_names", ()))
