"""`pod_task`: a checked `KubernetesPodOperator`, and the same for mapped tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from airflowkit.pods.mapped import MappedPod
from airflowkit.pods.operator.operator import CheckedPodOperator

if TYPE_CHECKING:
    from airflowkit.pods.spec.keyword_types import PodKeywords


class PodTask:
    """Makes tasks that run in a pod of their own."""

    __name__ = "pod_task"
    template_fields = CheckedPodOperator.template_fields
    """What may hold templates. A YAML DAG of Airflow 3.4 says `uses: airflowkit.pod_task`, and Airflow asks for it."""

    def __call__(self, task_id: str, **keywords: Unpack[PodKeywords]) -> CheckedPodOperator:
        """Return a checked `KubernetesPodOperator`.

        Args:
            task_id: The task's id.
            **keywords: Every keyword of `KubernetesPodOperator` under its own name, and:
                `resources` (`Resources(…)` or a size's name), `security` (`"restricted"`, `"non-root"`, `"none"`),
                `node_pool` (a name from `airflowkit.toml`). The value classes (`SecretEnv`, `ClaimVolume` and so on)
                are accepted in `secrets`, `volumes`, `configmaps`, `env_from` and a list of `env_vars`.

        Raises:
            PodSpecError: Kubernetes would refuse the pod, or it would not do what was meant. It lists
                every problem of the task.

        Examples:
            >>> task = pod_task("hello", image="busybox:1.36", cmds=["echo", "hello"])
            >>> task.image
            'busybox:1.36'
        """
        return CheckedPodOperator(task_id=task_id, **keywords)

    def partial(self, task_id: str, **keywords: Unpack[PodKeywords]) -> MappedPod:
        """Return a task that becomes one per element with `.expand(…)` or `.expand_kwargs(…)`.

        Args:
            task_id: The task's id.
            **keywords: As for `pod_task`, what all of the tasks have in common.

        Raises:
            PodSpecError: As for `pod_task`, for what is known when the DAG is parsed; it comes from `expand`.
        """
        return MappedPod(task_id, keywords)


pod_task = PodTask()
"""The one instance; see `PodTask.__call__`."""
