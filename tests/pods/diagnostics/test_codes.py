"""The code of each recorded death, and that no evidence gives one that is not in the list."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jsonschema import Draft202012Validator
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException
from urllib3.exceptions import MaxRetryError, ProtocolError

from airflowkit.causes import Category, Cause, CauseCode, schema
from airflowkit.errors import PodSpecError, Problem
from airflowkit.pods.diagnostics.diagnosis import Evidence, Interruption, diagnose
from airflowkit.pods.diagnostics.errors import code_of, error_cause, template_cause, trigger_cause
from pods.diagnostics.test_diagnosis import REASONS, ended, pod, recorded, waits_for_image

VALIDATOR = Draft202012Validator(schema())

CODES = {
    "base_failed_after_other": ("exit-code", "base", 1),
    "base_failed_before_other": ("exit-code", "base", 1),
    "base_failed_other_well": ("exit-code", "base", 1),
    "base_failed_sidecar_failing": ("exit-code", "base", 1),
    "base_failed_sidecar_stopped": ("exit-code", "base", 1),
    "claim_missing": ("claim-missing", "", None),
    "claim_unbound": ("unschedulable", "", None),
    "command_is_a_folder": ("command-not-executable", "base", 128),
    "command_not_executable": ("command-not-executable", "base", 128),
    "command_not_found": ("command-not-found", "base", 128),
    "command_path_not_found": ("command-not-found", "base", 128),
    "config_map_key_missing": ("config-map-key-missing", "base", None),
    "config_map_missing": ("config-map-missing", "base", None),
    "config_map_volume_missing": ("config-map-missing", "", None),
    "deadline": ("deadline", "", None),
    "deadline_pending": ("unschedulable", "", None),
    "deleted": ("deleted", "", None),
    "evicted_by_api": ("evicted", "", None),
    "evicted_storage": ("evicted", "", None),
    "exit_126_by_shell": ("exit-code", "base", 126),
    "exit_127_by_shell": ("exit-code", "base", 127),
    "exit_137_by_itself": ("signal", "base", 137),
    "exit_139": ("signal", "base", 139),
    "exit_143": ("signal", "base", 143),
    "exit_1_silent": ("exit-code", "base", 1),
    "exit_3": ("exit-code", "base", 3),
    "image_forbidden": ("image-forbidden", "base", None),
    "image_name_invalid": ("image-name-invalid", "base", None),
    "image_never_pulled": ("image-never-pulled", "base", None),
    "image_not_found": ("image-not-found", "base", None),
    "image_unknown_host": ("registry-unreachable", "base", None),
    "image_unreachable": ("registry-unreachable", "base", None),
    "init_failed": ("init-failed", "migrate", 4),
    "init_failed_before_other": ("init-failed", "migrate", 4),
    "init_failed_beside_a_sidecar": ("init-failed", "migrate", 4),
    "init_image": ("image-not-found", "migrate", None),
    "init_killed": ("out-of-memory", "migrate", 137),
    "no_node_selected": ("unschedulable", "", None),
    "node_lost": ("node-lost", "", None),
    "other_command_not_found": ("command-not-found", "proxy", 128),
    "other_failed": ("sidecar-failed", "proxy", 3),
    "other_failed_last": ("sidecar-failed", "proxy", 3),
    "other_failed_sidecar_stopped": ("sidecar-failed", "proxy", 3),
    "other_image": ("image-not-found", "proxy", None),
    "other_killed": ("sidecar-failed", "proxy", 137),
    "other_out_of_memory": ("out-of-memory", "proxy", 137),
    "other_secret_missing": ("secret-missing", "proxy", None),
    "out_of_cpu": ("node-refused", "", None),
    "out_of_memory": ("out-of-memory", "base", 137),
    "preempted": ("preempted", "", None),
    "root_forbidden": ("cannot-start", "base", None),
    "secret_key_missing": ("secret-key-missing", "base", None),
    "secret_missing": ("secret-missing", "base", None),
    "secret_missing_whole": ("secret-missing", "base", None),
    "secret_volume_key_missing": ("secret-key-missing", "", None),
    "secret_volume_missing": ("secret-missing", "", None),
    "sidecar_failing": ("sidecar-failed", "proxy", 3),
    "sidecar_image": ("image-not-found", "proxy", None),
    "sidecar_out_of_memory": ("out-of-memory", "proxy", 137),
    "too_big": ("unschedulable", "", None),
    "working_dir_is_a_file": ("cannot-start", "base", 128),
}
"""Of each recorded pod: the code, the container to blame, its exit code."""


def test_every_recorded_pod_has_its_code():
    assert CODES.keys() == REASONS.keys()


@pytest.mark.parametrize("name", CODES)
def test_a_recorded_pod_has_its_code_its_container_and_its_exit_code(name):
    cause = diagnose(recorded(name)).cause
    assert (str(cause), cause.container, cause.exit_code) == CODES[name]
    assert cause.reason == REASONS[name]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("pull access denied for orders, repository does not exist or may require authorization", "image-forbidden"),
        ("toomanyrequests: You have reached your pull rate limit", "registry-rate-limit"),
        ("no match for platform in manifest: not found", "wrong-platform"),
        ("x509: certificate signed by unknown authority", "registry-unreachable"),
        ("disk full", "image-pull-failed"),
    ],
)
def test_a_registrys_answer_has_its_code(answer, code):
    assert diagnose(Evidence(pod=waits_for_image(answer))).cause == code


def test_what_the_node_said_of_an_image_is_shown_with_its_name():
    waiting = waits_for_image('short-name "IMAGE" did not resolve to an alias')
    image = waiting["spec"]["containers"][0]["image"]
    said = json.loads(json.dumps(waiting).replace("IMAGE", image))
    assert diagnose(Evidence(pod=said)).reason.endswith(f'short-name "{image}" did not resolve to an alias')


def test_a_pull_secret_that_does_not_exist_is_a_missing_secret():
    message = "Unable to retrieve some image pull secrets (regcred); attempting the pull may not succeed."
    event = {"type": "Warning", "reason": "FailedToRetrieveImagePullSecret", "message": message}
    assert diagnose(Evidence(pod=waits_for_image("401 Unauthorized"), events=[event])).cause == "secret-missing"


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("Evicted", "evicted"),
        ("Preempting", "preempted"),
        ("NodeLost", "node-lost"),
        ("NodeShutdown", "node-shutdown"),
        ("Terminated", "node-shutdown"),
        ("OutOfmemory", "node-refused"),
        ("UnexpectedAdmissionError", "node-refused"),
        ("DeadlineExceeded", "deadline"),
    ],
)
def test_the_reason_of_a_pod_that_its_node_ended_decides_and_not_its_containers_end(reason, code):
    dead = pod(ended(137))
    dead["status"]["reason"] = reason
    assert diagnose(Evidence(pod=dead)).cause == code


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("PreemptionByScheduler", "preempted"),
        ("DeletionByTaintManager", "node-lost"),
        ("DeletionByPodGC", "node-lost"),
        ("EvictionByEvictionAPI", "evicted"),
        ("TerminationByKubelet", "disrupted"),  # a shutdown, an eviction or a preemption: the condition does not say
        ("SomethingNew", "disrupted"),
    ],
)
def test_a_disruption_has_its_code(reason, code):
    dead = pod(ended(137))
    dead["status"]["conditions"] = [{"type": "DisruptionTarget", "status": "True", "reason": reason}]
    assert diagnose(Evidence(pod=dead)).cause == code


@pytest.mark.parametrize(
    ("exit_code", "code"),
    [
        (1, "exit-code"),
        (127, "exit-code"),
        (128, "exit-code"),
        (134, "signal"),
        (139, "signal"),
        (145, "exit-code"),  # 17 is SIGCHLD, which ends no process
        (200, "exit-code"),
        (255, "exit-code"),
    ],
)
def test_an_exit_code_that_means_a_signal_is_told_from_a_programs_own(exit_code, code):
    cause = diagnose(Evidence(pod=pod(ended(exit_code)))).cause
    assert cause == code
    assert cause.exit_code == exit_code


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({"terminated": {"exitCode": 128, "reason": "StartError", "message": "fork: out of luck"}}, "start-failed"),
        ({"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown"}}, "node-lost"),
        ({"waiting": {"reason": "CreateContainerError", "message": "context deadline exceeded"}}, "start-failed"),
        ({"waiting": {"reason": "CreateContainerError", "message": "no command specified"}}, "cannot-start"),
        (
            {
                "terminated": {
                    "exitCode": 128,
                    "reason": "StartError",
                    "message": 'exec: "/bin/load": exec format error: unknown',
                }
            },
            "wrong-platform",
        ),
    ],
)
def test_a_container_that_cannot_start_has_its_code(state, code):
    assert diagnose(Evidence(pod=pod(state, phase="Pending"))).cause == code


@pytest.mark.parametrize(
    ("evidence", "code"),
    [
        (Evidence(), "unknown"),
        (Evidence(gone=True), "unknown"),
        (Evidence(pod=pod({"running": {}}, phase="Running"), gone=True), "unknown"),
        (Evidence(gone=True, events=[{"reason": "Preempted"}]), "preempted"),
        (Evidence(gone=True, events=[{"reason": "TaintManagerEviction"}]), "node-lost"),
        (Evidence(pod=pod({"running": {}}, phase="Running")), "unknown"),
        (Evidence(pod=pod({"waiting": {"reason": "ContainerCreating"}}, phase="Pending")), "start-timeout"),
        (
            Evidence(
                pod=pod({"waiting": {"reason": "ContainerCreating"}}, phase="Pending"),
                events=[{"reason": "FailedCreatePodSandBox", "message": "no IP address left"}],
            ),
            "setup-failed",
        ),
        (Evidence(interruption=Interruption.KILLED), "killed"),
        (Evidence(interruption=Interruption.MARKED_FAILED), "killed"),
        (Evidence(interruption=Interruption.TIMED_OUT), "execution-timeout"),
        (Evidence(pod=recorded("secret_missing").pod, interruption=Interruption.TIMED_OUT), "secret-missing"),
    ],
)
def test_what_is_known_decides_and_nothing_is_guessed(evidence, code):
    assert diagnose(evidence).cause == code


def refusal(status, message="no"):
    error = ApiException(status=status, reason="reason")
    error.body = json.dumps({"message": message})
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        *((refusal(status), "api-refused") for status in (400, 401, 403, 404, 422)),
        *((refusal(status), "api-failed") for status in (409, 429, 500, 503)),
        (refusal(403, "exceeded quota: compute"), "quota-exceeded"),
        (refusal(403, "violates PodSecurity"), "api-refused"),
        (MaxRetryError(None, "/api", ConnectionRefusedError("refused")), "api-unreachable"),
        (ProtocolError("Connection broken"), "api-unreachable"),
        (ConfigException("Invalid kube-config file"), "connection-invalid"),
        (json.JSONDecodeError("no value", "", 0), "xcom-invalid"),
        (type("TaskDeferralError", (Exception,), {})("trigger failed"), "trigger-failed"),
        (ZeroDivisionError("of a callback"), "exception"),
    ],
)
def test_an_error_in_place_of_the_pods_end_has_its_code(error, code):
    assert error_cause(error) == code


def test_an_exception_of_a_task_without_a_pod_has_a_code_by_its_type():
    from airflow.providers.common.compat.sdk import AirflowException, AirflowTaskTimeout

    assert code_of(ValueError("broken")) == "exception"
    assert code_of(AirflowTaskTimeout()) == "execution-timeout"
    assert code_of(AirflowException("Pod p returned a failure.")) == "unknown"
    assert code_of(UndefinedError("no x")) == "template"
    assert code_of(PodSpecError([Problem("image", "", "no")])) == "pod-invalid"
    assert code_of("Task was killed externally") == "unknown"


def test_a_template_that_cannot_be_rendered_is_told_from_an_airflow_that_does_not_answer():
    for error in (UndefinedError("'x' is undefined"), KeyError("x"), TypeError("None"), ZeroDivisionError()):
        assert template_cause(error, "load") == "template"
    assert template_cause(ConnectionError("reset"), "load") is None


TEXT = st.text(max_size=20)
KNOWN = st.sampled_from(
    [
        *("OOMKilled", "Error", "StartError", "Evicted", "ErrImagePull", "CreateContainerConfigError", "NodeLost"),
        *("DeadlineExceeded", "FailedMount", "Pulling", "Preempted", "CrashLoopBackOff", "ContainerStatusUnknown"),
        *('secret "a" not found', "couldn't find key a in ConfigMap n/b", "runAsNonRoot", "429", "403", "404", ""),
    ]
)
WORDS = KNOWN | TEXT
STATES = st.one_of(
    st.just({}),
    st.just({"running": {}}),
    st.fixed_dictionaries({"waiting": st.fixed_dictionaries({"reason": WORDS}, optional={"message": WORDS})}),
    st.fixed_dictionaries(
        {
            "terminated": st.fixed_dictionaries(
                {"exitCode": st.integers(0, 255)}, optional={"reason": WORDS, "message": WORDS, "finishedAt": TEXT}
            )
        }
    ),
)
CONDITIONS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["PodScheduled", "DisruptionTarget", "Ready"]),
            "status": st.sampled_from(["True", "False"]),
        },
        optional={"reason": WORDS, "message": WORDS},
    ),
    max_size=3,
)


@st.composite
def pods(draw):
    """Return a pod in any state, with an init container and a second one."""
    found = pod(phase=draw(st.sampled_from(["Pending", "Running", "Failed", "Succeeded", "Unknown"])))
    found["spec"]["initContainers"] = [{"name": "migrate", "image": "orders:1"}]
    found["spec"]["containers"].append({"name": "proxy", "image": "proxy:1"})
    states = {"state": STATES, "lastState": STATES}
    for key, names in (("initContainerStatuses", ["migrate"]), ("containerStatuses", ["base", "proxy"])):
        found["status"][key] = [{"name": name, **draw(st.fixed_dictionaries(states))} for name in names]
    found["status"] |= {"reason": draw(WORDS), "message": draw(WORDS), "conditions": draw(CONDITIONS)}
    if draw(st.booleans()):
        found["metadata"]["deletionTimestamp"] = "2026-03-14T02:00:07Z"
    return found


EVENTS = st.lists(
    st.fixed_dictionaries({"reason": WORDS, "message": WORDS, "type": st.sampled_from(["Normal", "Warning"])}),
    max_size=3,
)
EVIDENCE = st.builds(
    Evidence,
    pod=st.none() | pods(),
    events=EVENTS,
    log=st.lists(TEXT, max_size=2),
    gone=st.booleans(),
    interruption=st.none() | st.sampled_from(Interruption),
    error=st.none()
    | st.builds(trigger_cause, TEXT)
    | st.builds(error_cause, st.builds(refusal, st.integers(100, 599))),
)


@settings(max_examples=150, deadline=None)
@given(EVIDENCE)
def test_no_evidence_gives_anything_outside_the_list(evidence):
    found = diagnose(evidence)
    assert isinstance(found.cause, Cause)
    assert found.code in CauseCode
    assert found.cause.category in Category
    VALIDATOR.validate(found.to_xcom())
    VALIDATOR.validate(json.loads(json.dumps(found.cause.to_json())))
