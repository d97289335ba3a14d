"""What an operator of pods does to the Kubernetes API, call by call, and the Roles that allow exactly that."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from airflowkit.contract.needs import Permission

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROLE: Final = "airflow-dag-pods"
"""The name of each Role."""
_ALWAYS: Final = (("pods", "create get list patch delete"), ("events", "list"))
"""It looks for a pod of an earlier try, creates its own, waits for it, marks it as seen (`already_checked`), and
deletes it: with `on_finish_action="keep_pod"` only when the task is killed. It shows the events of a pod that waits."""
_LOGS: Final = (("pods/log", "get"),)
_XCOM: Final = (("pods/exec", "get create"),)
"""It reads the sidecar's file by a websocket, which is a `get`; since Kubernetes 1.35 that needs `create`, too
(feature gate AuthorizePodWebsocketUpgradeCreatePermission)."""
_DEFERRED: Final = (("events", "watch"),)
"""The trigger watches events since apache/airflow#59080."""
_JOBS: Final = (("jobs", "create get delete"), ("jobs/status", "get"))
_GET_LOGS: Final = ("get_logs", "init_container_logs")


def permissions(operator: Any, namespace: str) -> Iterator[Permission]:
    """Yield what an operator, made from a DAG file, does to the Kubernetes API.

    Args:
        operator: A `KubernetesPodOperator`.
        namespace: Where its pod runs.
    """
    names = {cls.__name__ for cls in type(operator).__mro__}
    ours = "CheckedPodOperator" in names  # reads the log of a pod that failed, to say why
    asked = [*_ALWAYS]
    asked += _LOGS if ours or any(getattr(operator, name, None) for name in _GET_LOGS) else ()
    asked += _XCOM if getattr(operator, "do_xcom_push", False) else ()
    asked += _DEFERRED if getattr(operator, "deferrable", False) else ()
    for resource, verbs in asked:
        yield from (Permission(namespace, "", resource, verb) for verb in verbs.split())
    if "KubernetesJobOperator" in names:
        for resource, verbs in _JOBS:
            yield from (Permission(namespace, "batch", resource, verb) for verb in verbs.split())


def roles(needed: Iterable[Permission]) -> list[dict[str, Any]]:
    """Return the smallest Role for each namespace; one without a namespace is for that of the connection."""
    by_namespace: dict[str, dict[tuple[str, str], set[str]]] = defaultdict(lambda: defaultdict(set))
    for each in needed:
        by_namespace[each.namespace][each.group, each.resource].add(each.verb)
    return [_role(namespace, rules) for namespace, rules in sorted(by_namespace.items())]


def _role(namespace: str, rules: dict[tuple[str, str], set[str]]) -> dict[str, Any]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": ROLE, **({"namespace": namespace} if namespace else {})},
        "rules": [
            {"apiGroups": [group], "resources": [resource], "verbs": sorted(verbs)}
            for (group, resource), verbs in sorted(rules.items())
        ],
    }
