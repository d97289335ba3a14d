"""Why a pod as a whole was ended, or never got to run: its status, its conditions and its events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from airflowkit.causes import Cause, CauseCode
from airflowkit.pods.diagnostics.missing import missing_cause

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NODE_LOST: Final = "a retry runs on another node"
_PREEMPTED: Final = Cause(
    CauseCode.PREEMPTED, "preempted: a pod of higher priority took its place", "set priority_class_name"
)
_NODE_REFUSED: Final = frozenset({"NodeAffinity", "NodeName", "NodePorts", "UnexpectedAdmissionError"})
_NODE_ENDED: Final = {
    "Preempting": (CauseCode.PREEMPTED, "preempted by its node"),
    "NodeLost": (CauseCode.NODE_LOST, "node lost"),
    "NodeShutdown": (CauseCode.NODE_SHUTDOWN, "node shut down"),
    "Shutdown": (CauseCode.NODE_SHUTDOWN, "node shut down"),
    "Terminated": (CauseCode.NODE_SHUTDOWN, "node shut down"),
}
_SETUP_FAILURES: Final = frozenset({"FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", "FailedBinding"})
_SETUP_DONE: Final = frozenset({"Pulling", "Pulled", "Created", "Started"})


def ended_cause(pod: Mapping[str, Any]) -> Cause | None:
    """Return why Kubernetes ended the pod, or None if it did not."""
    return _by_status(pod) or _by_disruption(pod)


def _by_status(pod: Mapping[str, Any]) -> Cause | None:
    """Read `status.reason`, which the kubelet sets on a pod that it ends or refuses."""
    status = pod.get("status", {})
    reason, message = status.get("reason") or "", " ".join((status.get("message") or "").split()).rstrip(".")
    if reason == "DeadlineExceeded":
        limit = pod["spec"].get("activeDeadlineSeconds")
        hint = "raise active_deadline_seconds, or find out what takes so long"
        reason = f"deadline: the pod ran longer than its active_deadline_seconds of {limit}"
        return Cause(CauseCode.DEADLINE, reason, hint)
    if reason == "Evicted":
        return Cause(CauseCode.EVICTED, f"evicted: {message}", _eviction_hint(message))
    if reason in _NODE_ENDED:
        code, words = _NODE_ENDED[reason]
        return Cause(code, f"{words}: {message or _node(pod)}", _NODE_LOST)
    if reason.startswith("OutOf") or reason in _NODE_REFUSED:
        hint = "a retry may find another node; look at resources"
        return Cause(CauseCode.NODE_REFUSED, f"refused by {_node(pod)}: {message}", hint)
    return None


def _by_disruption(pod: Mapping[str, Any]) -> Cause | None:
    """Read the condition DisruptionTarget, which whoever deletes a pod from above sets first."""
    target = condition(pod, "DisruptionTarget")
    if target.get("status") != "True":
        return None
    reason, node = target.get("reason", ""), _node(pod)
    if reason == "PreemptionByScheduler":
        return _PREEMPTED
    message = " ".join((target.get("message") or "").split())
    code, words = {
        "DeletionByTaintManager": (
            CauseCode.NODE_LOST,
            f"node lost: {node} was tainted (it stopped answering, or is being emptied)",
        ),
        "DeletionByPodGC": (CauseCode.NODE_LOST, f"node lost: {node} is gone"),
        "EvictionByEvictionAPI": (CauseCode.EVICTED, f"evicted: {node} is being drained"),
        # TerminationByKubelet as well: it may be a shutdown, an eviction or a preemption; `status.reason` says which.
    }.get(reason, (CauseCode.DISRUPTED, f"disrupted: {reason}: {message}"))
    return Cause(code, words, _NODE_LOST)


def deleted_cause(pod: Mapping[str, Any]) -> Cause | None:
    """Return that somebody deleted the pod, or None if nobody did."""
    if "deletionTimestamp" not in pod["metadata"]:
        return None
    reason = "deleted: somebody or something other than this task deleted the pod while it ran"
    return Cause(CauseCode.DELETED, reason, "look for people, scripts and controllers that clean up")


def gone_cause(events: Sequence[Mapping[str, Any]]) -> Cause:
    """Return why a pod is no longer there, as far as its events say: they outlive it."""
    reasons = {event.get("reason") for event in events}
    if "Preempted" in reasons:
        return _PREEMPTED
    if reasons & {"TaintManagerEviction", "NodeNotReady"}:
        return Cause(CauseCode.NODE_LOST, "node lost: the pod was deleted with its node", _NODE_LOST)
    hint = "look for people and controllers that clean up"
    return Cause(CauseCode.UNKNOWN, "the pod is gone: it was deleted, or its node was", hint)


def unscheduled_cause(pod: Mapping[str, Any]) -> Cause | None:
    """Return why the scheduler finds no node, or None if the pod has one."""
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") != "False":
        return None
    message = scheduled.get("message") or scheduled.get("reason", "")
    if cause := missing_cause(message, pod):
        return cause
    # After the first sentence the scheduler reports preemption and claims, which are beside the point.
    first = re.split(r"[.] (?=preemption|no |not )", message)[0].rstrip(".")
    return Cause(CauseCode.UNSCHEDULABLE, f"unschedulable: {first}", _schedule_hint(message, pod))


def _schedule_hint(message: str, pod: Mapping[str, Any]) -> str:
    if found := re.search(r"Insufficient ([\w./-]*\w)", message):
        return f"ask for less {found[1]} in resources, or use nodes that have it free"
    if "affinity/selector" in message:
        selector = ", ".join(f"{key}={value}" for key, value in pod["spec"].get("nodeSelector", {}).items())
        return f"no node has the labels asked for{f' ({selector})' if selector else ''}: see node_selector and affinity"
    if "taint" in message:
        return "add a toleration for the taint, or use other nodes"
    if "PersistentVolumeClaim" in message or "volume" in message:
        return "look at the claim and its storage class: kubectl describe pvc"
    return "look at the cluster's nodes, or raise schedule_timeout_seconds where nodes are started on demand"


def setup_cause(pod: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Cause | None:
    """Return what keeps a scheduled pod from starting its containers, or None."""
    message = setup_message(events)
    if not message:
        return None
    hint = "look at its volumes and at the node"
    return missing_cause(message, pod) or Cause(CauseCode.SETUP_FAILED, f"the pod cannot be set up: {message}", hint)


def setup_message(events: Sequence[Mapping[str, Any]]) -> str:
    """Return the last warning about a pod's volumes or its sandbox, if the kubelet has not come further since."""
    known = [event for event in events if event.get("reason") in _SETUP_FAILURES | _SETUP_DONE]
    if not known or known[-1]["reason"] in _SETUP_DONE:
        return ""
    return " ".join((known[-1].get("message") or "").split())


def waiting_cause(pod: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Cause | None:
    """Return what a pod that has a node and no fault is still busy with, or None if it is not waiting."""
    if pod.get("status", {}).get("phase", "Pending") != "Pending":
        return None
    images = [event["message"] for event in events if event.get("reason") in ("Pulling", "Pulled")]
    if images and images[-1].startswith("Pulling"):
        image = images[-1].removeprefix("Pulling image ").strip('"')
        hint = "raise startup_timeout_seconds, or make the image smaller"
        reason = f"the pod did not start in time: image {image!r} is still being pulled"
        return Cause(CauseCode.START_TIMEOUT, reason, hint)
    running = [each["name"] for each in pod["status"].get("initContainerStatuses", []) if "running" in each["state"]]
    if running:
        hint = "raise startup_timeout_seconds: it counts init containers too"
        reason = f"the pod did not start in time: init container {running[0]!r} is still running"
        return Cause(CauseCode.START_TIMEOUT, reason, hint)
    hint = "raise startup_timeout_seconds, or look at the pod's events in the log"
    return Cause(CauseCode.START_TIMEOUT, "the pod did not start in time", hint)


def condition(pod: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """Return a pod's condition of one type, or an empty one."""
    conditions = pod.get("status", {}).get("conditions") or ()
    return next((each for each in conditions if each.get("type") == kind), {})


def _eviction_hint(message: str) -> str:
    if "ephemeral" in message or "EmptyDir" in message:
        return "ask for more ephemeral_storage in resources, or write to a volume"
    if "memory" in message:
        return "request the memory that it needs in resources, so that it gets a node that has it"
    return _NODE_LOST


def _node(pod: Mapping[str, Any]) -> str:
    name = pod["spec"].get("nodeName")
    return f"node {name!r}" if name else "its node"
