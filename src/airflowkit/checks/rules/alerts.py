"""AK501 to AK506: alerts and operations."""

from __future__ import annotations

import os
from dataclasses import replace
from inspect import signature
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import airflow_version
from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.pod_view import class_names, operator_class
from airflowkit.checks.model.rule import DagSubject, dag_rule
from airflowkit.checks.moves.keywords import IGNORED, renamed
from airflowkit.checks.rules.dag_arguments import defaults_of
from airflowkit.pods.expansion import arguments_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from airflowkit.checks.moves.keywords import Keyword

_ON_FAILURE: Final = "on_failure_callback"


@dag_rule("AK501", "scheduled-dag-without-alert", Severity.WARNING)
def scheduled_dag_without_alert(dag: DagSubject) -> Iterator[Fault]:
    """Checks that a scheduled DAG alerts somebody when it fails.

    ## Why it matters
    Nobody watches a DAG that runs at night. Without an alert its failure is noticed by those who miss its data.

    ## How to fix it
    Pass `on_failure_callback=teams_failure()` to the DAG. An `on_failure_callback` on every task that can fail, an
    `email` or a deadline counts, too. An `EmptyOperator` cannot fail: no worker runs it.
    """
    if not dag.tasks or not _is_scheduled(dag.dag) or _callbacks(dag.dag, _ON_FAILURE) or _deadlines(dag.dag):
        return
    failing = [task for task in dag.tasks if not _never_runs(task.task)] or dag.tasks
    silent = [task for task in failing if not _alerts(task.task)]
    if silent:
        every = len(silent) == len(failing)
        what = "alerts nobody when it fails" if every else f"alerts nobody when {silent[0].task.task_id} fails"
        yield Fault(what, hint="pass on_failure_callback=teams_failure() to the DAG")


@dag_rule("AK502", "sync-callback-ends-scheduler")
def sync_callback_ends_scheduler(dag: DagSubject) -> Iterator[Fault]:
    """Checks that no deadline uses a `SyncCallback` under KubernetesExecutor.

    ## Why it matters
    KubernetesExecutor cannot run it: the scheduler ends with NotImplementedError, and again after each restart. One DAG
    takes the whole Airflow down.

    ## How to fix it
    Use `AsyncCallback`. `[check] executor` says what the deployment runs on. Without it, `executor:` in the
    repository's Helm values (in `deploy/`, `helm/` or the root) counts, then `AIRFLOW__CORE__EXECUTOR`; the rule is off
    if none of them is set.
    """
    executor = dag.options.executor or os.environ.get("AIRFLOW__CORE__EXECUTOR", "")
    for deadline in _deadlines(dag.dag) if "KubernetesExecutor" in executor else ():
        if type(getattr(deadline, "callback", None)).__name__ == "SyncCallback":
            yield Fault(f"its deadline's SyncCallback crashes the scheduler under {executor}", hint="use AsyncCallback")


@dag_rule("AK503", "callback-not-callable")
def callback_not_callable(dag: DagSubject) -> Iterator[Fault]:
    """Checks that callbacks can be called.

    ## Why it matters
    Airflow accepts `on_failure_callback="notify"` or the result of a call, and only finds out when something fails:
    then there is no alert.

    ## How to fix it
    Pass the function itself, or a notifier. Airflow passes it one argument, the context; bind others with
    `functools.partial`. Of a class, pass an instance.
    """
    for name in ("on_success_callback", _ON_FAILURE):
        yield from _uncallable(dag.dag, name)
    for task in dag.tasks:
        for name in ("on_success_callback", _ON_FAILURE, "on_retry_callback", "on_execute_callback"):
            for fault in _uncallable(task.task, name):
                yield replace(fault, line=task.line, task_id=task.task.task_id)


@dag_rule("AK504", "alert-sent-twice", Severity.WARNING)
def alert_sent_twice(dag: DagSubject) -> Iterator[Fault]:
    """Checks that a failure is reported only once.

    ## Why it matters
    With the same notifier on the DAG and on its tasks, each failed task sends a message, and the run another one.
    People mute channels that do that.

    ## How to fix it
    Keep the DAG's `on_failure_callback`; it names all failed tasks.
    """
    of_the_dag = {type(it) for it in _callbacks(dag.dag, _ON_FAILURE) if hasattr(it, "notify")}
    twice = [task for task in dag.tasks if of_the_dag & {type(it) for it in _callbacks(task.task, _ON_FAILURE)}]
    if twice:
        yield Fault(
            f"reports a failure twice: by its own on_failure_callback and by that of {twice[0].task.task_id}",
            hint="keep only the DAG's on_failure_callback",
        )


@dag_rule("AK505", "email-never-sent", Severity.WARNING)
def email_never_sent(dag: DagSubject) -> Iterator[Fault]:
    """Checks that e-mail addresses are used.

    ## Why it matters
    `email=` with both `email_on_failure` and `email_on_retry` off looks like an alert and sends nothing.

    ## How to fix it
    Set `email_on_failure=True`, or delete the address.
    """
    for task in dag.tasks:
        it = task.task
        if getattr(it, "email", None) and not it.email_on_failure and not it.email_on_retry:
            yield Fault(
                "has an e-mail address, but sends nothing to it",
                hint="set email_on_failure=True, or delete email",
                line=task.line,
                task_id=it.task_id,
            )


@dag_rule("AK506", "dead-argument", Severity.WARNING)
def dead_argument(dag: DagSubject) -> Iterator[Fault]:
    """Checks for arguments that Airflow accepts without a word, and does nothing with.

    ## Why it matters
    Airflow 3 still takes `sla` of a task and `sla_miss_callback` of a DAG, and ignores both: nobody is told of a late
    task. From `default_args`, of a DAG or a task group, it drops whatever no operator takes.

    ## How to fix it
    Instead of `sla` and `sla_miss_callback`, pass `deadline=DeadlineAlert(...)` to the DAG; instead of
    `task_concurrency`, set `max_active_tis_per_dag`. Delete `provide_context`: a function that takes `**context` gets
    it. The table is that of the arguments which Airflow 3 and its providers renamed and removed; a key that an operator
    of your own takes is left alone.
    """
    defaults = list(defaults_of(dag))
    for place, keys, tasks in defaults:
        for key in keys:
            if (keyword := _dropped(key, tasks)) and not any(_takes(task, keyword) for task in tasks):
                yield Fault(f"{place} has {key!r}, which {keyword.what}: no task gets it", hint=keyword.hint)
    if airflow_version() < (3, 0):
        return
    for keyword in IGNORED["DAG"]:
        if getattr(dag.dag, keyword.old, None) is not None:
            yield Fault(f"passes {keyword.old} to the DAG, which Airflow ignores: it {keyword.what}", hint=keyword.hint)
    for task in dag.tasks:
        for keyword in IGNORED["BaseOperator"]:
            if _is_ignored(task.task, keyword, [keys for _place, keys, _tasks in defaults]):
                text = f"passes {keyword.old}, which Airflow ignores: it {keyword.what}"
                yield Fault(text, hint=keyword.hint, line=task.line, task_id=task.task.task_id)


RULES: Final = (
    scheduled_dag_without_alert,
    sync_callback_ends_scheduler,
    callback_not_callable,
    alert_sent_twice,
    email_never_sent,
    dead_argument,
)


def _dropped(key: object, tasks: Sequence[Any]) -> Keyword | None:
    """Return what became of a key of `default_args`."""
    classes = [name for task in tasks for name in class_names(operator_class(task))]
    return renamed(("BaseOperator", *classes), str(key)) or next((it for it in IGNORED["DAG"] if it.old == key), None)


def _is_ignored(task: Any, keyword: Keyword, defaults: Iterable[Mapping[Any, Any]]) -> bool:
    """Return whether a task is given such an argument, and not by `default_args`: these are told once."""
    value = arguments_of(task).get(keyword.old)
    inherited = any(keys.get(keyword.old) is value for keys in defaults)
    return value is not None and not inherited and not _takes(task, keyword)


def _takes(task: Any, keyword: Keyword) -> bool:
    """Return whether an operator uses such an argument; of one that Airflow 3 ignores, one of the repository's own."""
    only_own = keyword.ignored and airflow_version() >= (3, 0)
    classes = operator_class(task).__mro__
    heeded = (kind for kind in classes if not (only_own and kind.__module__.partition(".")[0] == "airflow"))
    inits = (vars(kind)["__init__"] for kind in heeded if "__init__" in vars(kind))
    return any(keyword.old in signature(init).parameters for init in inits)


def _callbacks(owner: Any, name: str) -> list[Any]:
    value = getattr(owner, name, None)
    if not isinstance(value, (list, tuple)):
        return [] if value is None else [value]
    if value and all(isinstance(it, str) and len(it) == 1 for it in value):
        return ["".join(value)]  # Airflow splits a string into a list of its letters
    return list(value)


def _uncallable(owner: Any, name: str) -> Iterator[Fault]:
    """Yield what is wrong with callbacks: Airflow calls each with the context alone."""
    for it in _callbacks(owner, name):
        said = f"{name} is {it!r:.60}"
        if not callable(it):
            yield Fault(f"{said}, which is not callable", hint="pass the function itself")
        elif isinstance(it, type):
            yield Fault(f"{said}, a class, of which Airflow would only make an instance", hint=f"pass {it.__name__}()")
        elif reason := _refuses_context(it):
            hint = "let it take the context alone, or bind the others with functools.partial"
            yield Fault(f"{said}, which cannot be called with the context alone: {reason}", hint=hint)


def _refuses_context(function: Any) -> str:
    """Return why a function cannot be called with one argument, or an empty string."""
    try:
        signature(function).bind(None)
    except TypeError as error:
        return str(error)
    except ValueError:  # written in C, without a signature
        return ""
    return ""


def _deadlines(dag: Any) -> Iterable[Any]:
    deadline = getattr(dag, "deadline", None)
    return deadline if isinstance(deadline, (list, tuple)) else [deadline] if deadline is not None else []


def _is_scheduled(dag: Any) -> bool:
    return type(dag.timetable).__name__ not in {"NullTimetable", "OnceTimetable"}


def _never_runs(task: Any) -> bool:
    """Return whether the scheduler itself calls a task successful: an empty one, with nothing to do at its start."""
    empty = "EmptyOperator" in class_names(operator_class(task))
    return empty and not _callbacks(task, "on_execute_callback") and not _callbacks(task, "on_success_callback")


def _alerts(task: Any) -> bool:
    email = getattr(task, "email", None) and getattr(task, "email_on_failure", False)
    # The presets' recorder only keeps the reason for the run's alert.
    from airflowkit.alerts.facts.recorder import record_failure  # noqa: PLC0415  for workers: it brings all of alerts

    return bool(email or [it for it in _callbacks(task, _ON_FAILURE) if it is not record_failure])
