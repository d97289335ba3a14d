"""What a container asks for and may use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GPU: Final = "nvidia.com/gpu"


@dataclass(frozen=True, slots=True)
class Resources:
    """Requests and limits of a container.

    The memory limit is the request unless given, so that a pod never dies because its neighbours are hungry; there
    is no CPU limit unless asked for, because it only slows the pod down.

    Args:
        cpu: Requested processors, such as `500m` or `2`.
        memory: Requested memory, such as `512Mi` or `2Gi`.
        cpu_limit: Most processors; none by default.
        memory_limit: Most memory; the request by default.
        ephemeral_storage: Requested disk for logs, image layers and emptyDir volumes.
        ephemeral_storage_limit: Most of it; the request by default.
        gpu: Whole GPUs; the resource's name is `[gpu] resource` of `airflowkit.toml`.
        extended: Other resources by their full name, such as `{"example.com/fpga": 1}`.
        memory_after_oom: What the next try has, as request and limit, after one ran out of memory: a step each time,
            such as `["4Gi", "8Gi"]`. Only for `pod_task`; it needs `retries`, and Airflow 3.3 or newer.

    Examples:
        >>> Resources(cpu="500m", memory="1Gi").build()
        {'requests': {'cpu': '500m', 'memory': '1Gi'}, 'limits': {'memory': '1Gi'}}
    """

    cpu: str | float | None = None
    memory: str | None = None
    cpu_limit: str | float | None = None
    memory_limit: str | None = None
    ephemeral_storage: str | None = None
    ephemeral_storage_limit: str | None = None
    gpu: int | None = None
    extended: Mapping[str, str | int] = field(default_factory=dict)
    memory_after_oom: Sequence[str] | None = None

    def build(self, gpu_resource: str = GPU) -> dict[str, dict[str, Any]]:
        """Return the manifest's part.

        Args:
            gpu_resource: The resource that `gpu` counts.
        """
        whole = dict(self.extended) | ({} if self.gpu is None else {gpu_resource: self.gpu})
        requests = {"cpu": self.cpu, "memory": self.memory, "ephemeral-storage": self.ephemeral_storage}
        limits = {
            "cpu": self.cpu_limit,
            "memory": self.memory if self.memory_limit is None else self.memory_limit,
            "ephemeral-storage": (
                self.ephemeral_storage if self.ephemeral_storage_limit is None else self.ephemeral_storage_limit
            ),
        }
        parts = {"requests": _given(requests) | whole, "limits": _given(limits) | whole}
        return {key: amounts for key, amounts in parts.items() if amounts}


def _given(amounts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: amount for name, amount in amounts.items() if amount is not None}
