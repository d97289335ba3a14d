"""The trigger of a deferred pod: the provider's, which also gives up on a pod that cannot start."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from airflow.providers.cncf.kubernetes.triggers.pod import KubernetesPodTrigger

from airflowkit.pods.operator.startup import WatchfulAsyncPodManager


class WatchfulPodTrigger(KubernetesPodTrigger):
    """Waits for a pod in the triggerer, where airflowkit must be installed as it is in the workers."""

    @cached_property
    def pod_manager(self) -> WatchfulAsyncPodManager:
        """What reads the pod."""
        return WatchfulAsyncPodManager(async_hook=self.hook)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and the arguments that the triggerer builds the trigger from."""
        return f"{__name__}.{type(self).__name__}", super().serialize()[1]
