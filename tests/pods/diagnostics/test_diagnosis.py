"""The words for dead pods, from pods recorded on a real cluster (`record.py`)."""

import json
from pathlib import Path

import pytest
from airflow.providers.common.compat.sdk import mask_secret

from airflowkit.causes import Cause, CauseCode
from airflowkit.pods.diagnostics.diagnosis import Diagnosis, Evidence, Interruption, blames_error, culprit, diagnose
from airflowkit.pods.diagnostics.evidence import own_events

RECORDED = Path(__file__).parent / "recorded"

REASONS = {
    "base_failed_after_other": "exit code 1: no proxy",
    "base_failed_before_other": "exit code 1: bad day",
    "base_failed_other_well": "exit code 1: bad day",
    "base_failed_sidecar_failing": "exit code 1: no proxy; sidecar 'proxy' had failed before (exit code 3)",
    "base_failed_sidecar_stopped": "exit code 1: bad day",
    "claim_missing": "persistent volume claim 'absent' not found in namespace 'recorded'",
    "claim_unbound": "unschedulable: 0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims",
    "command_is_a_folder": "command cannot be executed: '/tmp' (container 'base')",
    "command_not_executable": "command cannot be executed: '/etc/passwd' (container 'base')",
    "command_not_found": "command not found: 'no-such-command' is not in the image (container 'base')",
    "command_path_not_found": "command not found: '/opt/no-such-command' is not in the image (container 'base')",
    "config_map_key_missing": "config map 'present' in namespace 'recorded' has no key 'absent'",
    "config_map_missing": "config map 'absent' not found in namespace 'recorded'",
    "config_map_volume_missing": "config map 'absent' not found in namespace 'recorded'",
    "deadline": "deadline: the pod ran longer than its active_deadline_seconds of 3",
    "deadline_pending": "unschedulable: 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector",
    "deleted": "deleted: somebody or something other than this task deleted the pod while it ran",
    "evicted_by_api": "evicted: node 'localhost' is being drained",
    "evicted_storage": "evicted: Pod ephemeral local storage usage exceeds the total limit of containers 4Mi",
    "exit_126_by_shell": "exit code 126 (the command cannot be executed): sh: /etc/passwd: Permission denied",
    "exit_127_by_shell": "exit code 127 (command not found): sh: no-such-command: not found",
    "exit_137_by_itself": "exit code 137 (SIGKILL): Killed",
    "exit_139": "exit code 139 (SIGSEGV): Segmentation fault",
    "exit_143": "exit code 143 (SIGTERM): Terminated",
    "exit_1_silent": "exit code 1, and it wrote no log",
    "exit_3": "exit code 3: ValueError: no such day",
    "image_forbidden": "no right to pull image '127.0.0.1:5099/private:1'",
    "image_name_invalid": "image name 'Registry/Orders:1' is invalid: repository name (Orders) must be lowercase",
    "image_never_pulled": "image 'localhost/absent:1' is not on the node, and image_pull_policy is Never",
    "image_not_found": "image not found: '127.0.0.1:5099/gone:1'",
    "image_unknown_host": (
        "image 'registry.example.invalid/orders:1' cannot be pulled: registry "
        "'registry.example.invalid' cannot be reached (no such host)"
    ),
    "image_unreachable": (
        "image '127.0.0.1:9/orders:1' cannot be pulled: registry '127.0.0.1:9' cannot be reached (connection refused)"
    ),
    "init_failed": "init container 'migrate' failed: exit code 4: no database",
    "init_failed_before_other": "init container 'migrate' failed: exit code 4: no database",
    "init_failed_beside_a_sidecar": "init container 'migrate' failed: exit code 4: no database",
    "init_image": "init container 'migrate': image not found: '127.0.0.1:5099/gone:1'",
    "init_killed": "out of memory: init container 'migrate' used up its memory limit of 32Mi (exit code 137)",
    "no_node_selected": "unschedulable: 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector",
    "node_lost": "node lost: node 'lost' was tainted (it stopped answering, or is being emptied)",
    "other_command_not_found": "command not found: 'cloud-sql-proxy' is not in the image (container 'proxy')",
    "other_failed": "container 'proxy' failed: exit code 3: lost",
    "other_failed_last": "container 'proxy' failed: exit code 3: lost",
    "other_failed_sidecar_stopped": "container 'proxy' failed: exit code 3: lost",
    "other_image": "container 'proxy': image not found: '127.0.0.1:5099/gone:1'",
    "other_killed": "container 'proxy' failed: exit code 137 (SIGKILL): Killed",
    "other_out_of_memory": "out of memory: container 'proxy' used up its memory limit of 32Mi (exit code 137)",
    "other_secret_missing": "secret 'absent' not found in namespace 'recorded'",
    "out_of_cpu": (
        "refused by node 'localhost': Pod was rejected: Node didn't have enough resource: cpu, "
        "requested: 900000, used: 0, capacity: 2000"
    ),
    "out_of_memory": "out of memory: container 'base' used up its memory limit of 32Mi (exit code 137)",
    "preempted": "preempted: a pod of higher priority took its place",
    "root_forbidden": "container 'base' cannot start: the image runs as root, which runAsNonRoot forbids",
    "secret_key_missing": "secret 'present' in namespace 'recorded' has no key 'absent'",
    "secret_missing": "secret 'absent' not found in namespace 'recorded'",
    "secret_missing_whole": "secret 'absent' not found in namespace 'recorded'",
    "secret_volume_key_missing": "secret 'present' in namespace 'recorded' has no key 'absent'",
    "secret_volume_missing": "secret 'absent' not found in namespace 'recorded'",
    "sidecar_failing": "sidecar 'proxy' failed: exit code 3: lost",
    "sidecar_image": "sidecar 'proxy': image not found: '127.0.0.1:5099/gone:1'",
    "sidecar_out_of_memory": "out of memory: sidecar 'proxy' used up its memory limit of 32Mi (exit code 137)",
    "too_big": "unschedulable: 0/1 nodes are available: 1 Insufficient memory",
    "working_dir_is_a_file": "container 'base' cannot start: '/bin/busybox/inside' cannot be its working directory",
}


def recorded(name):
    """Return what was recorded of a pod, as evidence."""
    kept = json.loads((RECORDED / f"{name}.json").read_text())
    log = kept["logs"].get(culprit(kept["pod"], "base").name, [])
    return Evidence(pod=kept["pod"], events=kept["events"], log=log)


def pod(state=None, *, env=(), phase="Failed", **fields):
    """Return a small pod whose base container is in a state."""
    statuses = [{"name": "base", "state": state}] if state else []
    return {
        "metadata": {"name": "p", "namespace": "n"},
        "spec": {"containers": [{"name": "base", "image": "orders:1", "env": list(env)}], **fields},
        "status": {"phase": phase, "containerStatuses": statuses},
    }


def ended(code, **state):
    return {"terminated": {"exitCode": code, "reason": "Error", **state}}


def waits_for_image(message):
    return pod({"waiting": {"reason": "ErrImagePull", "message": message}}, phase="Pending")


def test_every_recorded_pod_has_its_words():
    assert sorted(path.stem for path in RECORDED.glob("*.json")) == sorted(REASONS)


@pytest.mark.parametrize("name", REASONS)
def test_a_recorded_pod_is_explained(name):
    diagnosis = diagnose(recorded(name))
    assert diagnosis.reason == REASONS[name]
    assert diagnosis.hint


def test_the_log_of_the_container_to_blame_is_kept():
    assert diagnose(recorded("init_failed")).log_tail == ("no database",)
    assert diagnose(recorded("other_failed")).log_tail == ("lost",)
    assert diagnose(recorded("base_failed_sidecar_stopped")).log_tail == ("bad day",)
    assert diagnose(recorded("sidecar_failing")).log_tail == ("lost",)
    assert diagnose(recorded("exit_3")).log_tail == ("line 1", "line 2", "line 3", "ValueError: no such day")


def test_a_second_container_that_fails_tells_that_it_counts():
    assert "a pod fails with any of its containers" in diagnose(recorded("other_failed")).hint
    assert "a pod fails with" not in diagnose(recorded("sidecar_failing")).hint


def test_what_a_container_showed_before_its_pod_was_gone_explains_more_than_that_it_is_gone():
    assert diagnose(Evidence(pod=pod(ended(3)), gone=True)).reason.startswith("exit code 3")
    assert diagnose(Evidence(pod=pod(ended(137)), gone=True)).reason.startswith("the pod is gone")
    assert diagnose(Evidence(pod=pod(ended(0)), gone=True)).reason.startswith("the pod is gone")


def test_the_events_of_an_earlier_pod_of_the_same_name_are_left_out():
    mine = {"metadata": {"uid": "2"}}
    events = [{"involvedObject": {"uid": "1"}}, {"involvedObject": {"uid": "2"}}, {"involvedObject": {}}]
    assert own_events(mine, events) == events[1:]


def test_the_last_words_of_a_sidecar_that_is_started_again_and_again_are_masked():
    again = pod({"waiting": {"reason": "CrashLoopBackOff"}}, env=[{"name": "PASSWORD", "value": "hunter2-hunter2"}])
    again["status"]["containerStatuses"][0]["lastState"] = ended(1, message="login hunter2-hunter2 failed")
    assert diagnose(Evidence(pod=again)).reason == "exit code 1: login *** failed"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            "pull access denied for orders, repository does not exist or may require authorization",
            "image not found, or no right to pull it: 'orders:1'",
        ),
        ("toomanyrequests: You have reached your pull rate limit", "image 'orders:1' cannot be pulled: the registry's"),
        ("no match for platform in manifest: not found", "image 'orders:1' is not built for the node's platform"),
        ("x509: certificate signed by unknown authority", "image 'orders:1' cannot be pulled: registry 'docker.io'"),
        ("disk full", "image 'orders:1' cannot be pulled: disk full"),
    ],
)
def test_a_registrys_answer_is_explained(answer, reason):
    assert diagnose(Evidence(pod=waits_for_image(answer))).reason.startswith(reason)


def test_a_pull_secret_that_does_not_exist_is_named():
    event = {
        "type": "Warning",
        "reason": "FailedToRetrieveImagePullSecret",
        "message": "Unable to retrieve some image pull secrets (regcred); attempting the pull may not succeed.",
    }
    found = diagnose(Evidence(pod=waits_for_image("401 Unauthorized"), events=[event]))
    assert found.reason == "no right to pull image 'orders:1': pull secret 'regcred' not found"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ('secret "orders" not found ({})', "secret 'orders' not found in namespace 'n'"),
        ("couldn't find key a in ConfigMap n/orders ({})", "config map 'orders' in namespace 'n' has no key 'a'"),
    ],
)
def test_the_local_runs_hint_is_the_hint(message, reason):
    hint = "add [secrets.orders] to airflowkit.local.toml"
    state = {"waiting": {"reason": "CreateContainerConfigError", "message": message.format(hint)}}
    found = diagnose(Evidence(pod=pod(state, phase="Pending")))
    assert (found.reason, found.hint) == (reason, hint)


def test_an_eviction_for_memory_tells_what_was_used():
    dead = pod(ended(137))
    message = (
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi. "
        "Container base was using 2Gi, request is 0, has larger consumption of memory. "
    )
    dead["status"] |= {"reason": "Evicted", "message": message}
    found = diagnose(Evidence(pod=dead))
    assert found.reason.startswith("evicted: The node was low on resource: memory.")
    assert "Container base was using 2Gi" in found.reason
    assert found.hint.startswith("request the memory")


def test_memory_without_a_limit_is_the_nodes():
    found = diagnose(Evidence(pod=pod(ended(137, reason="OOMKilled"))))
    assert found.reason == "out of memory: container 'base' has no memory limit, and its node ran short (exit code 137)"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("NodeShutdown", "node shut down"),
        ("NodeLost", "node lost"),
        ("Preempting", "preempted by its node"),
        ("UnexpectedAdmissionError", "refused by its node"),
    ],
)
def test_what_the_node_did_is_named(reason, words):
    dead = pod(ended(143))
    dead["status"] |= {"reason": reason, "message": "Pod was terminated in response to imminent node shutdown."}
    assert diagnose(Evidence(pod=dead)).reason.startswith(words)


def test_a_pod_that_is_gone_is_explained_by_its_events():
    running = pod({"running": {}}, phase="Running")
    eviction = [{"type": "Normal", "reason": "TaintManagerEviction", "message": "Marking for deletion Pod n/p"}]
    assert diagnose(Evidence(pod=running, gone=True, events=eviction)).reason.startswith("node lost")
    assert diagnose(Evidence(pod=running, gone=True)).reason.startswith("the pod is gone")
    assert diagnose(Evidence(gone=True)).reason.startswith("the pod is gone")
    assert diagnose(Evidence()).reason.startswith("nothing is known of the pod")


def test_a_slow_pull_is_told_from_a_failed_one():
    pending = pod({"waiting": {"reason": "ContainerCreating"}}, phase="Pending")
    events = [{"type": "Normal", "reason": "Pulling", "message": 'Pulling image "orders:1"'}]
    reason = diagnose(Evidence(pod=pending, events=events)).reason
    assert reason == "the pod did not start in time: image 'orders:1' is still being pulled"


def test_a_mount_that_failed_at_first_is_not_blamed_later():
    pending = pod({"waiting": {"reason": "ContainerCreating"}}, phase="Pending")
    events = [
        {"type": "Warning", "reason": "FailedMount", "message": 'failed for volume "x" : secret "s" not found'},
        {"type": "Normal", "reason": "Pulling", "message": 'Pulling image "orders:1"'},
    ]
    assert "still being pulled" in diagnose(Evidence(pod=pending, events=events)).reason


def test_an_interruption_comes_before_the_pods_own_end():
    killed = diagnose(Evidence(pod=pod(ended(143)), interruption=Interruption.KILLED))
    assert killed.reason == "killed: the task was told to stop (SIGTERM)"


def test_a_timeout_tells_what_the_pod_was_waiting_for():
    waiting = Evidence(pod=recorded("no_node_selected").pod, interruption=Interruption.TIMED_OUT)
    assert "execution_timeout; unschedulable: 0/1" in diagnose(waiting).reason


def test_the_pods_end_explains_more_than_an_error_that_follows_from_it():
    error = Cause(CauseCode.API_REFUSED, "the Kubernetes API refuses the pod: container is waiting to start")
    dead = Evidence(pod=pod(ended(3)), error=error)
    assert (diagnose(dead).reason, blames_error(dead)) == ("exit code 3, and it wrote no log", False)
    well = Evidence(pod=pod(ended(0), phase="Succeeded"), error=error)
    assert (diagnose(well).reason, blames_error(well)) == (error.reason, True)


def test_the_environment_is_masked_in_the_log_and_in_last_words():
    env = [{"name": "PASSWORD", "value": "hunter2-hunter2"}, {"name": "STAGE", "value": "prod"}]
    dead = pod(ended(1, message="login hunter2-hunter2 at prod failed: production is down"), env=env)
    found = diagnose(Evidence(pod=dead, log=["xhunter2-hunter2x", "stage=prod", "products"]))
    assert found.reason == "exit code 1: login *** at *** failed: production is down"
    assert found.log_tail == ("x***x", "stage=***", "products")


def test_what_airflow_knows_as_secret_is_masked():
    mask_secret("correct-horse-battery")
    found = diagnose(Evidence(pod=pod(ended(1)), log=["password correct-horse-battery refused"]))
    assert found.reason == "exit code 1: password *** refused"


def test_a_diagnosis_is_bounded():
    log = [f"{number} " + "é" * 5_000 for number in range(500)]
    found = diagnose(Evidence(pod=pod(ended(1)), log=log))
    assert len(json.dumps(found.to_xcom(), ensure_ascii=False)) <= 2_200
    assert found.log_tail[-1].startswith("499 ")
    assert "\n" not in found.reason


def test_what_goes_into_the_xcom_is_plain():
    found = Diagnosis("why", "how", ("a", "b"), CauseCode.OUT_OF_MEMORY, "base", 137).to_xcom()
    assert found == json.loads(json.dumps(found))
    assert (found["reason"], found["hint"], found["log_tail"]) == ("why", "how", ["a", "b"])
    assert (found["code"], found["container"], found["exit_code"]) == ("out-of-memory", "base", 137)
