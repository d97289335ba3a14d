"""`pod_override`: the same checks for any task under KubernetesExecutor."""

from __future__ import annotations

from typing import Any


def pod_override(**keywords: Any) -> dict[str, Any]:
    """Return an `executor_config`."""
    raise NotImplementedError
