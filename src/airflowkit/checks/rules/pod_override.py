"""AK417: the pod of a task under KubernetesExecutor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from airflowkit.checks.model.findings import Fault
from airflowkit.checks.model.rule import TaskSubject, task_rule
from airflowkit.errors import did_you_mean

_EXECUTOR_CONFIG: Final = ("pod_override", "pod_template_file")
"""What KubernetesExecutor reads."""
_OF_OTHERS: Final = frozenset({"overrides", "containerOverrides"})
"""Keys for the executors of Amazon's provider, which look like misspellings."""


@task_rule("AK417", "override-refused")
def override_refused(task: TaskSubject) -> Iterator[Fault]:
    """Checks the pod override of a task under KubernetesExecutor.

    ## Why it matters
    A dictionary instead of a `V1Pod` fails the task, and so does what the API server rejects. A misspelt key, the old
    `{"KubernetesExecutor": ...}`, a container that is not called `base`, or Jinja, which is not rendered there,
    silently does something else.

    ## How to fix it
    Use `executor_config=pod_override(...)`.
    """
    config = getattr(task.task, "executor_config", None) or {}
    if not isinstance(config, Mapping):
        yield Fault(f"its executor_config is a {type(config).__name__}, not a dictionary", "use pod_override()")
        return
    yield from filter(None, map(_misspelt, config))
    pod = config.get("pod_override")
    if pod is None:
        return
    if type(pod).__name__ != "V1Pod":
        yield Fault(f"its pod_override is a {type(pod).__name__}, not a V1Pod", "use pod_override()")
        return
    names = [container.name for container in (pod.spec and pod.spec.containers) or ()]
    if names and "base" not in names:
        yield Fault(f"its pod_override has no container 'base', only {', '.join(names)}", "name the container 'base'")
    from airflowkit.pods.override import override_problems
    from airflowkit.pods.spec.operator_call import settings_of

    for problem in override_problems(pod, version=settings_of(task.dag).kubernetes.version):
        yield Fault(f"its pod_override: {problem.field}: {problem.reason}", hint=problem.hint)


RULES: Final = (override_refused,)


def _misspelt(key: str) -> Fault | None:
    if key == "KubernetesExecutor":
        return Fault('its executor_config has the key "KubernetesExecutor", removed in Airflow 2', "use pod_override()")
    hint = "" if key in {*_EXECUTOR_CONFIG, *_OF_OTHERS} else did_you_mean(key, _EXECUTOR_CONFIG)
    return Fault(f"its executor_config has the key {key!r}, which no executor reads", hint) if hint else None
