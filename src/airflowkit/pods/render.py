"""An operator's pod as the API gets it: offline, the same bytes at every call."""

from __future__ import annotations

import copy
import re
from typing import Any, Final

from airflowkit.pods.faults import MISSING
from airflowkit.pods.reading import Reader

_SUFFIX: Final = re.compile(r"-[a-z0-9]{8}$")


def render_pod(operator: Any) -> dict[str, Any]:
    """Return the manifest of an operator's pod, with its templates as they stand.

    Args:
        operator: A `KubernetesPodOperator`, or the mapped task of one.

    Example:
        >>> from airflowkit import pod_task
        >>> render_pod(pod_task("hello", image="busybox:1.36"))["spec"]["containers"][0]["image"]
        'busybox:1.36'
    """
    twin = copy.deepcopy(operator)
    twin.random_name_suffix = False
    pod = twin.build_pod_request_obj(dry_run=True)
    manifest = Reader((9, 9)).model(pod, "V1Pod", "")
    return manifest if manifest is not MISSING else {}
