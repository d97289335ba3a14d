"""The trigger of a deferred pod: the provider's, which also gives up on a pod that cannot start."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.providers.cncf.kubernetes.triggers.pod import KubernetesPodTrigger

from airflowkit.pods.operator.cluster import with_renewed_tokens
from airflowkit.pods.operator.startup import WatchfulAsyncPodManager

if TYPE_CHECKING:
    from airflow.providers.cncf.kubernetes.hooks.kubernetes import AsyncKubernetesHook


class WatchfulPodTrigger(KubernetesPodTrigger):
    """Waits for a pod in the triggerer, where airflowkit must be installed as it is in the workers."""

    @cached_property
    def hook(self) -> AsyncKubernetesHook:
        """What talks to the cluster that the worker has found."""
        hook = super().hook
        hook.config_dict = with_renewed_tokens(hook.config_dict)
        return hook

    @cached_property
    def pod_manager(self) -> WatchfulAsyncPodManager:
        """What reads the pod."""
        return WatchfulAsyncPodManager(async_hook=self.hook)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and the arguments that the triggerer builds the trigger from."""
        return f"{__name__}.{type(self).__name__}", super().serialize()[1]
