"""AK4xx: pods, be they made by `pod_task`, by `KubernetesPodOperator` itself or by `@task.kubernetes`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.findings import Fault, Severity
from airflowkit.checks.pods import argument, environment, field, from_template, is_known, is_pod, judged_pod, request
from airflowkit.checks.rule import TaskSubject, task_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECRET_NAME: Final = re.compile(
    r"(^|_)(password|passwd|pwd|secret|token|(api|private|access)_?key|credentials?|sas|conn(ection)?_str(ing)?)$",
    re.IGNORECASE,
)
_SECRET_VALUE: Final = re.compile(
    r"://[^/\s:@]+:[^/\s@]+@|-----BEGIN [A-Z ]*PRIVATE KEY|^AKIA[0-9A-Z]{16}$|^gh[pousr]_\w{30,}"
    r"|^xox[bapr]-|AccountKey="
)
_PUBLIC: Final = frozenset(
    {"docker.io", "gcr.io", "ghcr.io", "mcr.microsoft.com", "public.ecr.aws", "quay.io", "registry.k8s.io", "localhost"}
)
_MOVING_TAGS: Final = frozenset({"latest", "main", "master", "dev", "develop", "edge", "nightly", "stable"})
_LONGEST_START: Final = 3600


@task_rule("AK401", "pod-without-limits", Severity.WARNING)
def pod_without_limits(task: TaskSubject) -> Iterator[Fault]:
    """Checks that each pod requests CPU and memory, and has a memory limit.

    ## Why it matters
    Without requests the scheduler puts any number of pods on one node; without a memory limit one leak evicts its
    neighbours. (A CPU limit only slows the pod down and is not asked for.)

    ## How to mend it
    Pass `resources="small"` to `pod_task`, or `container_resources=` to the operator.
    """
    if not _known(task, "container_resources"):
        return
    wanted = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))
    missing = [f"{kind}.{resource}" for kind, resource in wanted if request(task.pod, resource, kind) is None]
    if missing:
        yield Fault(f"its pod has no {', '.join(missing)}", mend='pass resources="small" to pod_task')


@task_rule("AK402", "image-not-pinned", Severity.WARNING)
def image_not_pinned(task: TaskSubject) -> Iterator[Fault]:
    """Checks that each pod's image has a version.

    ## Why it matters
    `latest` is another image tomorrow: a retry runs other code than the first try, and nobody can tell which.

    ## How to mend it
    Name a version or a digest: `image="orders:1.4.2"`.
    """
    image = argument(task.pod, "image")
    if not _known(task, "image") or not isinstance(image, str) or "{{" in image or "@" in image:
        return
    tag = image.rpartition("/")[2].partition(":")[2]
    if not tag or tag in _MOVING_TAGS:
        yield Fault(f"its image {image!r} has no version", mend="name a version or a digest")


@task_rule("AK403", "secret-in-plain-sight")
def secret_in_plain_sight(task: TaskSubject) -> Iterator[Fault]:
    """Checks that no secret stands in a pod's plain environment.

    ## Why it matters
    Plain values are in the repository, in Airflow's database, in the pod's manifest and often in logs.

    ## How to mend it
    Put it into a Kubernetes Secret and pass `secrets=[SecretEnv("DB_PASSWORD", secret="orders-db", key="password")]`.
    """
    for name, value in environment(task.pod) if task.pod else ():
        if not isinstance(value, str) or not value or "{{" in value:
            continue
        if _SECRET_VALUE.search(value) or (_SECRET_NAME.search(name) and not value.startswith("/")):
            yield Fault(
                f"its environment variable {name} holds what looks like a secret",
                mend=f'pass secrets=[SecretEnv("{name}", secret=..., key=...)]',
            )


@task_rule("AK404", "private-image-without-pull-secret", Severity.WARNING)
def private_image_without_pull_secret(task: TaskSubject) -> Iterator[Fault]:
    """Checks that a pod with an image from a private registry may pull it.

    ## Why it matters
    Without a pull secret the pod waits with ErrImagePull and fails after the start timeout.

    ## How to mend it
    Pass `image_pull_secrets=["regcred"]`, or set it for all pods in `[pod]` of `airflowkit.toml`. Where nodes or the
    service account bring the right along, list the registry in `[check] public_registries`.
    """
    image = argument(task.pod, "image")
    if not _known(task, "image") or not isinstance(image, str) or "{{" in image:
        return
    registry = image.partition("/")[0]
    public = registry in _PUBLIC or registry in task.options.public_registries
    is_host = "/" in image and ("." in registry or ":" in registry)
    bare = not argument(task.pod, "image_pull_secrets") and not argument(task.pod, "service_account_name")
    if is_host and bare and not public and not registry.startswith("localhost"):
        yield Fault(f"pulls from {registry} without a pull secret", mend='pass image_pull_secrets=["regcred"]')


@task_rule("AK405", "pod-without-time-limit", Severity.WARNING)
def pod_without_time_limit(task: TaskSubject) -> Iterator[Fault]:
    """Checks that each pod has an end.

    ## Why it matters
    A pod that hangs keeps its node and its task for ever; with one run at a time, no later run starts.

    ## How to mend it
    Set `execution_timeout`, as `default_args("standard")` does, or `active_deadline_seconds`.
    """
    if not _known(task, "execution_timeout"):
        return
    if task.pod.execution_timeout is None and not argument(task.pod, "active_deadline_seconds"):
        yield Fault("its pod may run for ever", mend='set execution_timeout, or use default_args("standard")')


@task_rule("AK406", "pod-start-without-end", Severity.WARNING)
def pod_start_without_end(task: TaskSubject) -> Iterator[Fault]:
    """Checks that a pod that cannot start is given up in time.

    ## Why it matters
    A pod that fits on no node, or waits for a missing secret, fails after `startup_timeout_seconds`. Hours there are
    hours in which nobody knows.

    ## How to mend it
    Give it at most an hour, and less than the task's `execution_timeout`.
    """
    seconds = argument(task.pod, "startup_timeout_seconds")
    if not task.pod or not isinstance(seconds, (int, float)):
        return
    limit = task.pod.execution_timeout
    if seconds > _LONGEST_START:
        yield Fault(f"its pod may take {seconds} s to start", mend=f"give it at most {_LONGEST_START}")
    elif limit and seconds >= limit.total_seconds():
        yield Fault(f"its pod may take {seconds} s to start, its task only {limit}", mend="raise execution_timeout")


@task_rule("AK407", "pod-runs-as-root", Severity.WARNING)
def pod_runs_as_root(task: TaskSubject) -> Iterator[Fault]:
    """Checks that no pod asks to run as root.

    ## Why it matters
    Root in the container is one kernel fault away from root on the node; namespaces that enforce the restricted Pod
    Security Standard refuse such a pod.

    ## How to mend it
    Pass `security="restricted"` to `pod_task`, and use an image that runs as another user.
    """
    for name in ("security_context", "container_security_context"):
        context = argument(task.pod, name) if task.pod else None
        if field(context, "run_as_user") == 0:
            yield Fault(f"{name} runs it as root", mend='pass security="restricted"')
        elif field(context, "privileged"):
            yield Fault(f"{name} makes it privileged", mend='pass security="restricted"')


@task_rule("AK409", "environment-in-log", Severity.WARNING)
def environment_in_log(task: TaskSubject) -> Iterator[Fault]:
    """Checks that a failing pod does not print its environment.

    ## Why it matters
    `log_pod_spec_on_failure`, on by default in the provider, writes the whole pod with every environment value into
    the log and the exception, and from there into alerts (Airflow issue 17604).

    ## How to mend it
    Use `pod_task`, or pass `log_pod_spec_on_failure=False`.
    """
    prints = _known(task, "log_pod_spec_on_failure") and argument(task.pod, "log_pod_spec_on_failure", True)
    if prints and any(value is not None for _name, value in environment(task.pod)):
        yield Fault("prints its environment when it fails", mend="use pod_task, or log_pod_spec_on_failure=False")


@task_rule("AK410", "pod-never-deleted", Severity.WARNING)
def pod_never_deleted(task: TaskSubject) -> Iterator[Fault]:
    """Checks that pods are deleted when they are done.

    ## Why it matters
    With `on_finish_action="keep_pod"` finished pods pile up until the namespace's quota or the node's disk is full.

    ## How to mend it
    Leave `on_finish_action` at `delete_pod`; `delete_succeeded_pod` keeps only those that failed.
    """
    action = argument(task.pod, "on_finish_action")
    if task.pod and str(getattr(action, "value", action)) == "keep_pod":
        yield Fault("keeps its pod for ever", mend='pass on_finish_action="delete_succeeded_pod"')


@task_rule("AK412", "fixed-pod-name", Severity.WARNING)
def fixed_pod_name(task: TaskSubject) -> Iterator[Fault]:
    """Checks that each try has a pod name of its own.

    ## Why it matters
    With `random_name_suffix=False` two runs, two mapped tasks or a quick retry meet in one name: the API refuses the
    second (409), or the wrong pod is deleted (Airflow issue 21169).

    ## How to mend it
    Leave `random_name_suffix` on.
    """
    if task.pod and argument(task.pod, "random_name_suffix", True) is False:
        yield Fault("has the same pod name at every try", mend="delete random_name_suffix=False")


@task_rule("AK413", "pod-result-dropped")
def pod_result_dropped(task: TaskSubject) -> Iterator[Fault]:
    """Checks that a pod whose result is used hands it over.

    ## Why it matters
    Without `do_xcom_push=True` a pod's output and what a `@task.kubernetes` function returns are dropped: the next
    task gets None and fails, or works on nothing.

    ## How to mend it
    Pass `do_xcom_push=True`, and write the result to `/airflow/xcom/return.json`.
    """
    above = (task.dag.get_task(task_id) for task_id in task.task.upstream_task_ids)
    silent = {it.task_id for it in above if is_pod(it) and not argument(it, "do_xcom_push", False)}
    for name in sorted(_used_results(task.task) & silent) if silent else ():
        if argument(judged_pod(task.dag.get_task(name)), "do_xcom_push", False):
            continue  # `airflowkit.toml` says so for mapped tasks, too
        yield Fault(f"uses the result of {name}, which pushes none", mend="pass do_xcom_push=True to it")


@task_rule("AK414", "pod-template-missing")
def pod_template_missing(task: TaskSubject) -> Iterator[Fault]:
    """Checks that a pod template file exists.

    ## Why it matters
    The operator only warns when the file is missing, and starts a pod without everything that the template says.

    ## How to mend it
    Correct the path; it is one in the worker, not in the repository.
    """
    path = argument(task.pod, "pod_template_file") if task.pod else None
    if isinstance(path, str) and path and "{{" not in path and not Path(path).is_file():
        yield Fault(f"its pod_template_file {path!r} does not exist", mend="correct the path")


RULES: Final = (
    pod_without_limits,
    image_not_pinned,
    secret_in_plain_sight,
    private_image_without_pull_secret,
    pod_without_time_limit,
    pod_start_without_end,
    pod_runs_as_root,
    environment_in_log,
    pod_never_deleted,
    fixed_pod_name,
    pod_result_dropped,
    pod_template_missing,
)


def _known(task: TaskSubject, name: str) -> bool:
    """Return whether the task has a pod whose argument is known, and not left to a template."""
    return task.pod is not None and is_known(task.task, name) and not from_template(task.pod)


def _used_results(task: Any) -> set[str]:
    """Return the tasks whose results a task is handed."""
    from airflow.providers.common.compat.sdk import XComArg

    mapped = getattr(task, "expand_input", None)
    names = task.template_fields if mapped is None else task.partial_kwargs
    values = [argument(task, name) for name in names] + ([mapped.value] if mapped else [])
    found = (reference for value in values for reference in XComArg.iter_xcom_references(value))
    return {operator.task_id for operator, key in found if key == "return_value"}
