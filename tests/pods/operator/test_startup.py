"""Which pods are given up on before their start timeout."""

import pytest

from airflowkit.pods.operator.startup import PodCannotStart, StartWatch, lasting_cause, needs_events
from pods.diagnostics.test_diagnosis import pod, recorded

HOPELESS = (
    "claim_missing",
    "config_map_key_missing",
    "config_map_missing",
    "config_map_volume_missing",
    "root_forbidden",
    "secret_key_missing",
    "secret_missing",
    "secret_missing_whole",
    "secret_volume_key_missing",
    "secret_volume_missing",
)
HOPEFUL = ("claim_unbound", "no_node_selected", "too_big")
NO_NODE = (
    "0/3 nodes are available: 1 node(s) had untolerated taint {gpu: true}, "
    "2 node(s) didn't match Pod's node affinity/selector."
)


def unscheduled(message):
    waiting = pod(phase="Pending")
    waiting["status"]["conditions"] = [{"type": "PodScheduled", "status": "False", "message": message}]
    return waiting


def autoscaler(message, reason="NotTriggerScaleUp"):
    return {"type": "Normal", "reason": reason, "message": f"pod didn't trigger scale-up: {message}"}


@pytest.mark.parametrize("name", HOPELESS)
def test_what_the_cluster_lacks_stands_until_somebody_mends_it(name):
    evidence = recorded(name)
    assert lasting_cause(evidence.pod, evidence.events)


@pytest.mark.parametrize("name", HOPEFUL)
def test_an_unschedulable_pod_is_given_its_time(name):
    evidence = recorded(name)
    assert lasting_cause(evidence.pod, evidence.events) is None


def test_a_kubelet_that_has_not_synced_yet_is_given_its_time():
    message = "failed to sync secret cache: timed out waiting for the condition"
    waiting = pod({"waiting": {"reason": "CreateContainerConfigError", "message": message}}, phase="Pending")
    assert lasting_cause(waiting, ()) is None


@pytest.mark.parametrize(
    ("message", "verdict", "certain"),
    [
        (NO_NODE, "3 node(s) didn't match Pod's node affinity/selector", True),
        (NO_NODE, "1 max node group size reached", False),
        (NO_NODE, "2 node(s) didn't match Pod's node affinity/selector, 1 in backoff after failed scale-up", False),
        ("0/3 nodes are available: 3 Insufficient cpu.", "3 node(s) didn't match Pod's node affinity/selector", False),
        (
            "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.",
            "1 node(s) didn't match Pod's node affinity/selector",
            False,
        ),
    ],
)
def test_only_the_autoscalers_refusal_for_labels_and_taints_is_final(message, verdict, certain):
    assert bool(lasting_cause(unscheduled(message), [autoscaler(verdict)])) is certain


def test_an_autoscaler_that_brings_a_node_after_all_is_waited_for():
    refused = autoscaler("3 node(s) didn't match Pod's node affinity/selector")
    coming = autoscaler("", reason="TriggeredScaleUp")
    assert lasting_cause(unscheduled(NO_NODE), [refused, coming]) is None


def test_a_fault_must_stand_without_a_break(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("airflowkit.pods.operator.startup.time.monotonic", lambda: now[0])
    broken, well = recorded("secret_missing").pod, recorded("out_of_memory").pod
    watch = StartWatch(10)
    for moment, seen in ((0, broken), (9, broken), (9.5, well), (10, broken), (19, broken)):
        now[0] = moment
        watch.look(seen, ())
    now[0] = 20
    with pytest.raises(PodCannotStart, match="secret 'absent' not found"):
        watch.look(broken, ())


def test_events_are_read_only_where_the_status_says_too_little():
    assert needs_events(recorded("secret_volume_missing").pod)
    assert needs_events(recorded("too_big").pod)
    assert not needs_events(recorded("secret_missing").pod)
    assert not needs_events(recorded("out_of_memory").pod)
