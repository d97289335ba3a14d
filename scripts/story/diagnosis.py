"""Says which object of the cluster is not well, with its events and the last lines of its logs."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

from scripts.story.steps import StoryError, last_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.story.cluster import Cluster


def diagnosis(cluster: Cluster, namespace: str) -> str:
    """Return what is not well in a namespace."""
    parts = [cluster.kubectl("--namespace", namespace, "get", "pods,jobs,persistentvolumeclaims", "--output", "wide")]
    for pod in cluster.read("pods", "--namespace", namespace)["items"]:
        name = pod["metadata"]["name"]
        if containers := list(_not_well(pod)):
            parts += _of_pod(cluster, namespace, name, containers)
        else:
            parts += _last_exceptions(cluster, namespace, name, pod)
    for claim in cluster.read("persistentvolumeclaims", "--namespace", namespace)["items"]:
        if claim["status"].get("phase") != "Bound":
            parts += _events(cluster, namespace, claim["metadata"]["name"])
    return "\n".join(parts)


def _not_well(pod: dict[str, Any]) -> Iterator[str]:
    """Yield the containers that have failed or do not become ready; one name that is empty for a pod without any."""
    status = pod["status"]
    if status.get("phase") == "Succeeded":
        return
    found = status.get("initContainerStatuses", []) + status.get("containerStatuses", [])
    if not found:
        yield ""
    for container in found:
        ended = container["state"].get("terminated")
        if ended["exitCode"] if ended else (container["restartCount"] or not container["ready"]):
            yield container["name"]


def _of_pod(cluster: Cluster, namespace: str, pod: str, containers: list[str]) -> list[str]:
    parts = [f"pod {pod}:", *_events(cluster, namespace, pod)]
    for container in filter(None, containers):
        for previous in ((), ("--previous",)):
            command = ("--namespace", namespace, "logs", pod, "--container", container, "--tail=25", *previous)
            try:
                parts.append(f"  log of {container} {' '.join(previous)}\n{last_lines(cluster.kubectl(*command))}")
            except StoryError:
                continue  # it has not started, or never before
    return parts


def _last_exceptions(cluster: Cluster, namespace: str, name: str, pod: dict[str, Any]) -> list[str]:
    """Return what the containers of a pod that is well have logged of an exception."""
    parts = []
    for container in pod["spec"]["containers"]:
        command = ("--namespace", namespace, "logs", name, "--container", container["name"], "--tail=1000")
        try:
            log = cluster.kubectl(*command)
        except StoryError:
            continue  # a task's pod, which is gone by now
        _, found, after = log.rpartition("Traceback (most recent call last):\n")
        if found:
            parts.append(f"last exception in {name}, {container['name']}:\n{last_lines(_trace(after))}")
    return parts


def _trace(after: str) -> str:
    """Return the frames and the exception with which a log goes on, without the lines that follow."""
    lines = after.splitlines()
    frames = list(takewhile(lambda line: line.startswith(" "), lines))
    return "\n".join(lines[: len(frames) + 1])


def _events(cluster: Cluster, namespace: str, name: str) -> list[str]:
    events = cluster.read("events", "--namespace", namespace, f"--field-selector=involvedObject.name={name}")["items"]
    return [f"  {event.get('reason')}: {event.get('message')} ({event.get('count') or 1} times)" for event in events]
