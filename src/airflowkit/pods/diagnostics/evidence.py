"""Reading what is left of a failed pod, before it is deleted."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from airflowkit.pods.diagnostics.diagnosis import LOG_LINES, Evidence, culprit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_TIMEOUT: Final = 5
"""Seconds for each of the three calls: a task that is being killed has not many (Airflow sends SIGKILL after five)."""
_NO_LOG: Final = "unable to retrieve container logs"


def plain(model: Any) -> Any:
    """Return a Kubernetes model, of the sync or the async client, as the API shows it; a mapping as it is."""
    return _serializer().sanitize_for_serialization(model)


def read_evidence(client: Any, name: str, namespace: str, *, base: str, last_seen: Any = None) -> Evidence:
    """Return what the API still knows of a pod; never raises.

    Args:
        client: A CoreV1Api.
        name: The pod's name.
        namespace: Its namespace.
        base: The name of its base container.
        last_seen: The pod as it was last read, for when it is gone.
    """
    pod, gone = _pod(client, name, namespace)
    pod = plain(last_seen) if pod is None and last_seen is not None else pod
    events = sorted(own_events(pod or {"metadata": {}}, _events(client, name, namespace)), key=_moment)
    log = _log(client, name, namespace, culprit(pod, base).name) if pod and not gone else []
    return Evidence(pod=pod, events=events, log=log, base=base, gone=gone)


def _pod(client: Any, name: str, namespace: str) -> tuple[Mapping[str, Any] | None, bool]:
    try:
        return plain(client.read_namespaced_pod(name, namespace, _request_timeout=_TIMEOUT)), False
    except Exception as error:  # noqa: BLE001  the failure that is being explained matters more
        return None, getattr(error, "status", None) == HTTPStatus.NOT_FOUND


def own_events(pod: Mapping[str, Any], events: Iterable[Any]) -> list[Mapping[str, Any]]:
    """Return the events of a pod without those of an earlier one that had its name: they outlive it.

    Args:
        pod: The pod, as `plain` gives it.
        events: The events of all pods of its name.
    """
    uid = pod["metadata"].get("uid")
    # Some that write events leave the uid out, such as the taint manager.
    return [each for each in map(plain, events) if uid is None or each["involvedObject"].get("uid") in (uid, None, "")]


def _events(client: Any, name: str, namespace: str) -> Sequence[Any]:
    with suppress(Exception):  # Airflow may not have the right to read events
        selector = f"involvedObject.name={name}"
        items: Sequence[Any] = client.list_namespaced_event(
            namespace, field_selector=selector, _request_timeout=_TIMEOUT
        ).items
        return items
    return []


def _moment(event: Mapping[str, Any]) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or event["metadata"].get("creationTimestamp") or "")


def _log(client: Any, name: str, namespace: str, container: str) -> Sequence[str]:
    with suppress(Exception):  # a container that never started has none
        answer = client.read_namespaced_pod_log(
            name,
            namespace,
            container=container,
            tail_lines=LOG_LINES,
            _preload_content=False,  # the client makes "b'…'" of the text otherwise
            _request_timeout=_TIMEOUT,
        )
        lines = answer.data.decode("utf-8", errors="replace").splitlines()[-LOG_LINES:]
        return [line for line in lines if not line.startswith(_NO_LOG)]
    return []


@lru_cache(maxsize=1)
def _serializer() -> Any:
    from kubernetes.client import ApiClient

    return ApiClient()
