"""Pods that can never start fail as soon as that is certain, not when the start timeout expires.

The rule, for init containers as for the others:

- At once: an image that cannot be pulled (an invalid name, a name that the registry does not know, no right to pull;
  not a registry that is slow, down or limits its rate: the provider's own rule).
- After `PATIENCE` without interruption, because something else may still create it: a secret, config map or key that
  the container names and the cluster does not have (`CreateContainerConfigError`, `FailedMount`), a volume claim that
  does not exist, an image that would run as root where that is forbidden.
- An unschedulable pod waits: nodes become free, and autoscalers add new ones. It fails early only when the cluster
  autoscaler has answered `NotTriggerScaleUp`, and both it and the scheduler name only labels and taints,
  which neither free capacity nor another node would change.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, Final

from airflow.providers.cncf.kubernetes.utils.pod_manager import (
    AsyncPodManager,
    PodLaunchTimeoutException,
    PodManager,
    detect_pod_terminate_early_issues,
)

from airflowkit.pods.diagnostics.containers import Kind, container_cause, containers
from airflowkit.pods.diagnostics.evidence import own_events, plain
from airflowkit.pods.diagnostics.missing import missing_cause
from airflowkit.pods.diagnostics.pods import condition, setup_message, unscheduled_cause

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflowkit.causes import Cause

PATIENCE: Final = 10.0
"""Seconds for which a fault must last that a late secret could still fix: the kubelet retries in that time."""

_BEFORE: Final = (Kind.INIT, Kind.SIDECAR)
_BROKEN_FOR_GOOD: Final = re.compile(r"runAsNonRoot|non-numeric user|no command specified")
_STATIC: Final = re.compile(
    r"didn't match Pod's node affinity|didn't satisfy .*affinity"
    # Taints that come and go with a node's state decide nothing.
    r"|had untolerated taint(?! \{(?:node\.kubernetes\.io/|node\.cloudprovider\.|ToBeDeleted|DeletionCandidate))"
)


class PodCannotStart(PodLaunchTimeoutException):
    """A pod that can never start; a start timeout to the provider, which then waits for nothing more."""


class StartWatch:
    """Looks at a starting pod, again and again.

    Args:
        patience: Seconds for which a fault must last that could still be fixed.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._fault: tuple[str, float] = ("", 0.0)

    def look(self, pod: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> None:
        """Raise if it is certain by now that the pod cannot start.

        Raises:
            PodCannotStart: Its message says why.
        """
        if cause := lasting_cause(pod, events):
            since = self._fault[1] if self._fault[0] == cause.reason else time.monotonic()
            self._fault = (cause.reason, since)
            if time.monotonic() - since >= self._patience:
                raise PodCannotStart(cause.reason)
        else:
            self._fault = ("", 0.0)


def lasting_cause(pod: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Cause | None:
    """Return why a pod cannot start unless something is fixed, or None."""
    for container in containers(pod, ""):
        message = container.waiting.get("message") or ""
        if missing_cause(message, pod) or _BROKEN_FOR_GOOD.search(message):
            return container_cause(container, pod, log=(), warnings="")
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        message = scheduled.get("message") or ""
        return missing_cause(message, pod) or (unscheduled_cause(pod) if _no_node_ever(message, events) else None)
    return missing_cause(setup_message(events), pod)


def needs_events(pod: Mapping[str, Any]) -> bool:
    """Return whether the pod's own status does not say enough: its volumes are being mounted, or it has no node."""
    status = pod.get("status") or {}
    states = [each.get("state") or {} for each in status.get("containerStatuses") or ()]
    reasons = {(state.get("waiting") or {}).get("reason") for state in states}
    return status.get("phase") == "Pending" and (not states or bool(reasons & {"ContainerCreating", "PodInitializing"}))


def _no_node_ever(message: str, events: Sequence[Mapping[str, Any]]) -> bool:
    verdicts = [event for event in events if event.get("reason") in ("NotTriggerScaleUp", "TriggeredScaleUp")]
    if not verdicts or verdicts[-1]["reason"] != "NotTriggerScaleUp":
        return False
    spoken = (message, verdicts[-1].get("message") or "")
    return all(all(map(_STATIC.search, _complaints(text))) for text in spoken)


def _complaints(message: str) -> list[str]:
    """Return what the scheduler or the autoscaler reports about the nodes: `1 Insufficient cpu`."""
    return message.partition(": ")[2].partition(". ")[0].split(", ")


def _image_cause(pod: Any) -> Cause | None:
    """Return why an init container will never have its image, by the rule that the provider has for the others."""
    status = pod.status
    if status is None or not status.init_container_statuses:
        return None
    clone = type(pod)(status=type(status)(container_statuses=status.init_container_statuses))
    if not detect_pod_terminate_early_issues(clone):
        return None
    shown = plain(pod)
    found = (
        container_cause(each, shown, log=(), warnings="") for each in containers(shown, "") if each.kind in _BEFORE
    )
    return next(filter(None, found), None)


class _WatchedStart:
    """What both of the provider's managers get: a watch while they wait for a pod to start."""

    _watch_start: StartWatch | None = None

    async def await_pod_start(self, *args: Any, **kwargs: Any) -> None:
        """Wait until the pod runs or ends.

        Raises:
            PodCannotStart: It never will.
        """
        self._watch_start = StartWatch(PATIENCE)
        try:
            await super().await_pod_start(*args, **kwargs)  # type: ignore[misc]  # the manager beside it has it
        finally:
            self._watch_start = None


class WatchfulPodManager(_WatchedStart, PodManager):
    """The provider's pod manager; it gives up on a pod that cannot start, and logs no environment."""

    last_seen: Any = None

    def read_pod(self, pod: Any) -> Any:
        """Return the pod as it is now."""
        self.last_seen = found = super().read_pod(pod)
        if self._watch_start:
            if cause := _image_cause(found):
                raise PodCannotStart(cause.reason)
            shown = plain(found)
            self._watch_start.look(
                shown, own_events(shown, self.read_pod_events(pod).items) if needs_events(shown) else ()
            )
        return found

    def run_pod_async(self, pod: Any, **kwargs: Any) -> Any:
        """Create the pod; the provider logs all of it, with its environment, when that fails (apache/airflow#17604)."""
        body = self._client.api_client.sanitize_for_serialization(pod)
        return self._client.create_namespaced_pod(body=body, namespace=pod.metadata.namespace, **kwargs)


class WatchfulAsyncPodManager(_WatchedStart, AsyncPodManager):
    """The triggerer's pod manager; it gives up on a pod that cannot start."""

    async def read_pod(self, pod: Any) -> Any:
        """Return the pod as it is now."""
        found = await super().read_pod(pod)
        if self._watch_start:
            if cause := _image_cause(found):
                raise PodCannotStart(cause.reason)
            shown = plain(found)
            events = own_events(shown, (await self.read_pod_events(pod)).items) if needs_events(shown) else ()
            self._watch_start.look(shown, events)
        return found
