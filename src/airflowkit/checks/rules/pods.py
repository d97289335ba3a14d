"""AK4xx: pods, be they made by `pod_task`, by `KubernetesPodOperator` itself or by `@task.kubernetes`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.pod_rule import pod_rule
from airflowkit.checks.model.pod_view import Pod, argument, environment, field_of, is_pod, pods_of, request
from airflowkit.checks.model.rule import TaskSubject, task_rule
from airflowkit.redaction import is_secret, names_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

_PUBLIC: Final = frozenset(
    {"docker.io", "gcr.io", "ghcr.io", "mcr.microsoft.com", "public.ecr.aws", "quay.io", "registry.k8s.io", "localhost"}
)
_MOVING_TAGS: Final = frozenset({"latest", "main", "master", "dev", "develop", "edge", "nightly", "stable"})
_LONGEST_START: Final = 3600


@pod_rule("AK401", "pod-without-limits", Severity.WARNING)
def pod_without_limits(pod: Pod) -> Iterator[Fault]:
    """Checks that each pod requests CPU and memory, and has a memory limit.

    ## Why it matters
    Without requests the scheduler puts any number of pods on one node; without a memory limit one leak evicts its
    neighbours. (A CPU limit only slows the pod down and is not asked for.)

    ## How to fix it
    Pass `resources="small"` to `pod_task`, or `container_resources=` to the operator.
    """
    if not pod.knows("container_resources"):
        return
    wanted = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))
    missing = [f"{kind}.{resource}" for kind, resource in wanted if request(pod, resource, kind) is None]
    if missing:
        yield Fault(f"its pod has no {', '.join(missing)}", hint='pass resources="small" to pod_task')


@pod_rule("AK402", "image-not-pinned", Severity.WARNING)
def image_not_pinned(pod: Pod) -> Iterator[Fault]:
    """Checks that each pod's image has a version.

    ## Why it matters
    `latest` is another image tomorrow: a retry runs other code than the first try, and nobody can tell which.

    ## How to fix it
    Name a version or a digest: `image="orders:1.4.2"`.
    """
    image = pod.argument("image")
    if not pod.knows("image") or not isinstance(image, str) or "{{" in image or "@" in image:
        return
    tag = image.rpartition("/")[2].partition(":")[2]
    if not tag or tag in _MOVING_TAGS:
        yield Fault(
            f"its image {image!r} has no version", hint=f'write image="{image.removesuffix(f":{tag}")}:<its version>"'
        )


@pod_rule("AK403", "secret-in-plain-sight")
def secret_in_plain_sight(pod: Pod) -> Iterator[Fault]:
    """Checks that no secret stands in a pod's plain environment.

    ## Why it matters
    Plain values are in the repository, in Airflow's database, in the pod's manifest and often in logs.

    ## How to fix it
    Put it into a Kubernetes Secret and pass `secrets=[SecretEnv("DB_PASSWORD", secret="orders-db", key="password")]`.
    """
    for name, value in environment(pod):
        if not isinstance(value, str) or not value or "{{" in value:
            continue
        if is_secret(value) or (names_secret(name) and not value.startswith("/")):
            yield Fault(
                f"its environment variable {name} holds what looks like a secret",
                hint=f'pass secrets=[SecretEnv("{name}", secret=..., key=...)]',
            )


@pod_rule("AK404", "private-image-without-pull-secret", Severity.WARNING)
def private_image_without_pull_secret(pod: Pod) -> Iterator[Fault]:
    """Checks that a pod with an image from a private registry may pull it.

    ## Why it matters
    Without a pull secret the pod waits with ErrImagePull and fails after the start timeout.

    ## How to fix it
    Pass `image_pull_secrets=["regcred"]`, or set it for all pods in `[pod]` of `airflowkit.toml`. Where nodes or the
    service account bring the right along, list the registry in `[check] public_registries`.
    """
    image = pod.argument("image")
    if not pod.knows("image") or not isinstance(image, str) or "{{" in image:
        return
    registry = image.partition("/")[0]
    public = registry in _PUBLIC or registry in pod.options.public_registries
    is_host = "/" in image and ("." in registry or ":" in registry)
    bare = not pod.argument("image_pull_secrets") and not pod.argument("service_account_name")
    if is_host and bare and not public and not registry.startswith("localhost"):
        yield Fault(f"pulls from {registry} without a pull secret", hint='pass image_pull_secrets=["regcred"]')


@pod_rule("AK405", "pod-without-time-limit", Severity.WARNING)
def pod_without_time_limit(pod: Pod) -> Iterator[Fault]:
    """Checks that each pod has an end.

    ## Why it matters
    A pod that hangs keeps its node and its task for ever; with one run at a time, no later run starts.

    ## How to fix it
    Set `execution_timeout`, as `default_args("standard")` does, or `active_deadline_seconds`. The DAG's
    `dagrun_timeout` counts as well: it stops what still runs.
    """
    if not pod.knows("execution_timeout"):
        return
    ends = (pod.operator.execution_timeout, pod.argument("active_deadline_seconds"), pod.operator.dag.dagrun_timeout)
    if not any(ends):
        yield Fault("its pod may run for ever", hint='set execution_timeout, or use default_args("standard")')


@pod_rule("AK406", "pod-start-without-end", Severity.WARNING)
def pod_start_without_end(pod: Pod) -> Iterator[Fault]:
    """Checks that a pod that cannot start is given up in time.

    ## Why it matters
    A pod that fits on no node, or waits for a missing secret, fails after `startup_timeout_seconds`. Hours there are
    hours in which nobody knows.

    ## How to fix it
    Pass `startup_timeout_seconds=600`, or however long your nodes and images need: at most an hour, and less than the
    task's `execution_timeout`, which runs at the same time.
    """
    seconds = pod.argument("startup_timeout_seconds")
    if not isinstance(seconds, (int, float)):
        return
    limit = pod.operator.execution_timeout
    if seconds > _LONGEST_START:
        yield Fault(f"its pod may take {seconds} s to start", hint="pass startup_timeout_seconds=600")
    elif limit and seconds >= limit.total_seconds():
        yield Fault(
            f"its pod may take {seconds} s to start, its task only {limit}",
            hint=f"pass startup_timeout_seconds below {limit.total_seconds():.0f}",
        )


@pod_rule("AK407", "pod-runs-as-root", Severity.WARNING)
def pod_runs_as_root(pod: Pod) -> Iterator[Fault]:
    """Checks that no pod asks to run as root.

    ## Why it matters
    Root in the container is one kernel fault away from root on the node; namespaces that enforce the restricted Pod
    Security Standard refuse such a pod.

    ## How to fix it
    Pass `security="restricted"` to `pod_task`, and use an image that runs as another user.
    """
    for name in ("security_context", "container_security_context"):
        context = pod.argument(name)
        if field_of(context, "run_as_user") == 0:
            yield Fault(f"{name} runs it as root", hint='pass security="restricted"')
        elif field_of(context, "privileged"):
            yield Fault(f"{name} makes it privileged", hint='pass security="restricted"')


@pod_rule("AK409", "environment-in-log", Severity.WARNING)
def environment_in_log(pod: Pod) -> Iterator[Fault]:
    """Checks that a failing pod does not print its environment.

    ## Why it matters
    `log_pod_spec_on_failure`, on by default in the provider, writes the whole pod with every environment value into
    the log and the exception, and from there into alerts (Airflow issue 17604).

    ## How to fix it
    Use `pod_task`, or pass `log_pod_spec_on_failure=False`.
    """
    prints = pod.knows("log_pod_spec_on_failure") and pod.argument("log_pod_spec_on_failure", True)
    if prints and any(value is not None for _name, value in environment(pod)):
        yield Fault("prints its environment when it fails", hint="use pod_task, or log_pod_spec_on_failure=False")


@pod_rule("AK410", "pod-never-deleted", Severity.WARNING)
def pod_never_deleted(pod: Pod) -> Iterator[Fault]:
    """Checks that pods are deleted when they are done.

    ## Why it matters
    With `on_finish_action="keep_pod"` finished pods pile up until the namespace's quota or the node's disk is full.

    ## How to fix it
    Leave `on_finish_action` at `delete_pod`; `delete_succeeded_pod` keeps only those that failed.
    """
    action = pod.argument("on_finish_action")
    if str(getattr(action, "value", action)) == "keep_pod":
        yield Fault("keeps its pod for ever", hint='pass on_finish_action="delete_succeeded_pod"')


@pod_rule("AK412", "fixed-pod-name", Severity.WARNING)
def fixed_pod_name(pod: Pod) -> Iterator[Fault]:
    """Checks that each try has a pod name of its own.

    ## Why it matters
    With `random_name_suffix=False` two runs, two mapped tasks or a quick retry meet in one name: the API refuses the
    second (409), or the wrong pod is deleted (Airflow issue 21169).

    ## How to fix it
    Leave `random_name_suffix` on.
    """
    if pod.argument("random_name_suffix", True) is False:
        yield Fault("has the same pod name at every try", hint="delete random_name_suffix=False")


@task_rule("AK413", "pod-result-dropped")
def pod_result_dropped(task: TaskSubject) -> Iterator[Fault]:
    """Checks that a pod whose result is used hands it over.

    ## Why it matters
    Without `do_xcom_push=True` a pod's output and what a `@task.kubernetes` function returns are dropped: the next
    task gets None and fails, or works on nothing.

    ## How to fix it
    Pass `do_xcom_push=True`, and write the result to `/airflow/xcom/return.json`.
    """
    above = (task.dag.get_task(task_id) for task_id in task.task.upstream_task_ids)
    silent = {it.task_id for it in above if is_pod(it) and not argument(it, "do_xcom_push", False)}
    for name in sorted(_used_results(task.task) & silent) if silent else ():
        pods = pods_of(task.dag.get_task(name), task.options)
        if any(pod.argument("do_xcom_push", False) for pod in pods):
            continue  # `airflowkit.toml` says so for mapped tasks, too
        yield Fault(f"uses the result of {name}, which pushes none", hint="pass do_xcom_push=True to it")


@pod_rule("AK414", "pod-template-missing")
def pod_template_missing(pod: Pod) -> Iterator[Fault]:
    """Checks that a pod template file exists.

    ## Why it matters
    The operator only warns when the file is missing, and starts a pod without everything that the template says.

    ## How to fix it
    Correct the path. One beside the DAG file is `str(Path(__file__).parent / "pod.yaml")`: a bare name is looked for in
    the folder that the worker happens to run in. Where only the workers' image has the file, ignore this rule with that
    reason.
    """
    path = pod.argument("pod_template_file")
    if isinstance(path, str) and path and "{{" not in path and not Path(path).is_file():
        hint = f'write str(Path(__file__).parent / "{Path(path).name}") for a file beside this one'
        yield Fault(f"its pod_template_file {path!r} does not exist", hint=hint)


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


def _used_results(task: Any) -> set[str]:
    """Return the tasks whose results a task is handed."""
    from airflow.providers.common.compat.sdk import XComArg

    mapped = getattr(task, "expand_input", None)
    names = task.template_fields if mapped is None else task.partial_kwargs
    values = [argument(task, name) for name in names] + ([mapped.value] if mapped else [])
    found = (reference for value in values for reference in XComArg.iter_xcom_references(value))
    return {operator.task_id for operator, key in found if key == "return_value"}
