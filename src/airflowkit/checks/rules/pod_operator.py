"""AK409 to AK415: how the pod operator behaves."""

from __future__ import annotations

import os
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import connection_variable
from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.given_pods import given_pods
from airflowkit.checks.model.pod_rule import pod_rule
from airflowkit.checks.model.pod_view import Pod, environment, is_checked, pods_of
from airflowkit.checks.model.rule import TaskSubject, task_rule
from airflowkit.checks.rules.templates import read_template
from airflowkit.pods.expansion import argument, is_pod
from airflowkit.pods.schema.jinja import is_runtime_value
from airflowkit.pods.spec.keywords import DEAD

if TYPE_CHECKING:
    from collections.abc import Iterator


@pod_rule("AK409", "environment-in-log", Severity.WARNING)
def environment_in_log(pod: Pod) -> Iterator[Fault]:
    """Checks that a failing pod does not log its environment.

    ## Why it matters
    `log_pod_spec_on_failure`, which is on by default in the provider, writes the whole pod with every environment value
    into the log and the exception, and from there into alerts (apache/airflow#17604).

    ## How to fix it
    Use `pod_task`, or pass `log_pod_spec_on_failure=False`.
    """
    prints = pod.knows("log_pod_spec_on_failure") and pod.argument("log_pod_spec_on_failure", True)
    if prints and any(value is not None for _name, value in environment(pod)):
        theirs = "pass log_pod_spec_on_failure=False"
        yield Fault("logs its environment when it fails", hint=pod.hint(f"use pod_task, or {theirs}", theirs))


@pod_rule("AK410", "pod-never-deleted", Severity.WARNING)
def pod_never_deleted(pod: Pod) -> Iterator[Fault]:
    """Checks that pods are deleted when they finish.

    ## Why it matters
    With `on_finish_action="keep_pod"` finished pods pile up until the namespace's quota or the node's disk is full.

    ## How to fix it
    Leave `on_finish_action` at `delete_pod`; `delete_succeeded_pod` keeps only those that failed.
    """
    action = pod.argument("on_finish_action")
    if str(getattr(action, "value", action)) == "keep_pod":
        yield Fault("never deletes its pod", hint='pass on_finish_action="delete_succeeded_pod"')


@task_rule("AK411", "dead-pod-argument", Severity.WARNING)
def dead_pod_argument(task: TaskSubject) -> Iterator[Fault]:
    """Checks for arguments of the operator that no longer have any effect.

    ## Why it matters
    `is_delete_operator_pod=False` used to keep the pod; the operator still accepts it, and deletes the pod.

    ## How to fix it
    To keep failed pods, pass `on_finish_action="delete_succeeded_pod"`. Delete `is_delete_operator_pod=True`: pods are
    deleted anyway. Instead of `progress_callback`, pass a class in `callbacks=[...]`.
    """
    pods = tuple(given_pods(task.task)) if is_pod(task.task) else ()
    for name, dead in DEAD.items():
        values = {str(pod.keywords[name]) for pod in pods if name in pod.keywords}
        if values:
            hint = "delete it" if values <= {*dead.harmless} else dead.hint
            yield Fault(f"{name} no longer has any effect", hint=hint)


@pod_rule("AK412", "fixed-pod-name", Severity.WARNING)
def fixed_pod_name(pod: Pod) -> Iterator[Fault]:
    """Checks that each try has its own pod name.

    ## Why it matters
    With `random_name_suffix=False` two runs, two mapped tasks or a quick retry share one name: the API rejects the
    second pod (409), or the wrong pod is deleted (apache/airflow#21169).

    ## How to fix it
    Leave `random_name_suffix` on.
    """
    if pod.argument("random_name_suffix", True) is False:
        yield Fault("uses the same pod name for every try", hint="delete random_name_suffix=False")


@task_rule("AK413", "pod-result-dropped")
def pod_result_dropped(task: TaskSubject) -> Iterator[Fault]:
    """Checks that a pod whose result is used pushes it.

    ## Why it matters
    Without `do_xcom_push=True` a pod's output, and what a `@task.kubernetes` function returns, is dropped: the next
    task gets None and fails, or works on nothing.

    ## How to fix it
    Pass `do_xcom_push=True`, and write the result to `/airflow/xcom/return.json`.
    """
    templates = (read_template(text, task.dag) for _, text in task.templates)
    pulled = {name for template in templates for name in template.results if task.dag.has_task(name)}
    above = (task.dag.get_task(task_id) for task_id in pulled | task.task.upstream_task_ids)
    silent = {it.task_id for it in above if is_pod(it) and not argument(it, "do_xcom_push", False)}
    for name in sorted((pulled | _used_results(task.task)) & silent) if silent else ():
        pods = pods_of(task.dag.get_task(name), task.options)
        if any(pod.argument("do_xcom_push", False) for pod in pods):
            continue  # `airflowkit.toml` can set it for mapped tasks, too
        yield Fault(f"uses the result of {name}, which pushes none", hint=f"pass do_xcom_push=True to {name}")


@pod_rule("AK414", "pod-template-missing")
def pod_template_missing(pod: Pod) -> Iterator[Fault]:
    """Checks that a pod template file exists.

    ## Why it matters
    If the file is missing, the operator only warns, and starts a pod without everything that the template says.

    ## How to fix it
    Correct the path. For a file beside the DAG file, write `str(Path(__file__).parent / "pod.yaml")`: a bare name is
    looked up in the worker's current directory. If only the workers' image has the file, ignore this rule and give that
    as the reason.
    """
    path = pod.argument("pod_template_file")
    if isinstance(path, str) and path and not is_runtime_value(path) and not Path(path).is_file():
        hint = f'write str(Path(__file__).parent / "{Path(path).name}") for a file beside this one'
        yield Fault(f"its pod_template_file {path!r} does not exist", hint=hint)


@pod_rule("AK415", "deferred-pod-lost", Severity.WARNING)
def deferred_pod_lost(pod: Pod) -> Iterator[Fault]:
    """Checks that the triggerer finds the cluster in which a deferred pod runs.

    ## Why it matters
    A worker that is told nothing uses the cluster that it runs in. The triggerer does not: it looks for a kubeconfig,
    and the task fails while its pod runs, with "Invalid kube-config file. Expected key current-context"
    (apache/airflow#44325, #39685, #34644, #55368). Short pods end before that and succeed, with a warning.

    ## How to fix it
    Use `pod_task`, whose trigger is told what the worker has found. Or pass `in_cluster=True`; or let the connection
    say where the cluster is: `in_cluster`, `kube_config_path` or `kube_config` in its extra. A connection that only
    production has is not seen here: give that as the reason to ignore this rule.
    """
    if is_checked(pod.operator) or pod.argument("deferrable") is not True or not _takes_the_plain_trigger(pod.operator):
        return
    names = ("in_cluster", "config_file", "kubernetes_conn_id")
    if (
        not all(map(pod.is_given, names))
        or any(_is_set(pod.argument(name)) for name in names[:2])
        or may_decide(pod.argument(names[2]))
    ):
        return
    yield Fault(
        "defers a pod, and nothing tells the triggerer where the cluster is",
        hint="use pod_task, or pass in_cluster=True",
    )


RULES: Final = (
    environment_in_log,
    pod_never_deleted,
    dead_pod_argument,
    fixed_pod_name,
    pod_result_dropped,
    pod_template_missing,
    deferred_pod_lost,
)
_PLACES: Final = ("in_cluster", "kube_config_path", "kube_config")


def _takes_the_plain_trigger(operator: Any) -> bool:
    """Return whether no subclass has its own way to the cluster, as those of cloud providers have."""
    below = takewhile(lambda cls: cls.__name__ != "KubernetesPodOperator", type(operator).__mro__)
    return not any(name in vars(cls) for cls in below for name in ("hook", "invoke_defer_method"))


def _is_set(value: object) -> bool:
    return not (value is None or value is False or (isinstance(value, str) and not value))


def may_decide(conn_id: object) -> bool:
    """Return whether a connection says where the cluster is, or might: only the default one may be missing."""
    if not isinstance(conn_id, str) or not conn_id:
        return False
    if connection_variable(conn_id) not in os.environ:
        return conn_id != "kubernetes_default"
    from airflow.providers.common.compat.sdk import BaseHook

    try:
        extra = BaseHook.get_connection(conn_id).extra_dejson
    except Exception:  # noqa: BLE001  a broken connection is another matter
        return True
    return any(extra.get(name) or extra.get(f"extra__kubernetes__{name}") for name in _PLACES)


def _used_results(task: Any) -> set[str]:
    """Return the tasks whose results a task receives."""
    from airflow.providers.common.compat.sdk import XComArg

    mapped = getattr(task, "expand_input", None)
    names = task.template_fields if mapped is None else task.partial_kwargs
    values = [argument(task, name) for name in names] + ([mapped.value] if mapped else [])
    found = (reference for value in values for reference in XComArg.iter_xcom_references(value))
    return {operator.task_id for operator, key in found if key == "return_value"}
