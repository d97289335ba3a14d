"""What counts as a change of a pod, and what does not."""

import copy
import json

import pytest

from airflowkit.adopt.comparison import MOVED, RAW, differences
from airflowkit.checks.model.facts import FileFacts

POD = {
    "metadata": {"name": "load"},
    "spec": {
        "containers": [
            {
                "name": "base",
                "image": "busybox:1.36",
                "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                "envFrom": [{"secretRef": {"name": "one"}}, {"secretRef": {"name": "two"}}],
                "resources": {"requests": {"cpu": "250m"}},
                "volumeMounts": [{"name": "x", "mountPath": "/x"}, {"name": "y", "mountPath": "/y"}],
            }
        ],
        "volumes": [{"name": "x", "emptyDir": {}}, {"name": "y", "persistentVolumeClaim": {"claimName": "data"}}],
        "imagePullSecrets": [{"name": "one"}, {"name": "two"}],
    },
}


def facts(pod: dict, operator: str = RAW, **more) -> FileFacts:
    task = {"task_id": "load", "operator": operator, "arguments": {}, "pods": [pod], "options": [{}], **more}
    dag = {"dag": {"dag_id": "orders", "tasks": [{"__var": {"task_id": "load", "task_type": operator}}]}}
    return FileFacts("orders.py", evidence=(json.dumps(task),), serialized=(("orders", json.dumps(dag)),))


def changed(pod: dict, **more) -> list[str]:
    return [it.field for it in differences(facts(POD), facts(pod, MOVED, **more))]


@pytest.fixture
def pod() -> dict:
    return copy.deepcopy(POD)


@pytest.fixture
def base(pod) -> dict:
    return pod["spec"]["containers"][0]


def test_a_pod_equals_itself(pod):
    assert changed(pod) == []


def test_an_image_is_named_with_its_container(pod, base):
    base["image"] = "busybox:1.37"
    assert changed(pod) == ["spec.containers.base.image"]


def test_order_that_means_nothing_is_no_change(pod, base):
    for part in (base["env"], base["volumeMounts"], pod["spec"]["volumes"], pod["spec"]["imagePullSecrets"]):
        part.reverse()
    assert changed(pod) == []


def test_order_in_which_one_variable_needs_another_is_a_change(pod, base):
    base["env"][1]["value"] = "$(A)"
    before = facts(copy.deepcopy(pod))
    base["env"].reverse()
    assert differences(before, facts(pod, MOVED)) != []


def test_order_of_whole_secrets_is_a_change_because_the_last_one_wins(pod, base):
    base["envFrom"].reverse()
    assert changed(pod) != []


def test_another_name_of_a_volume_is_no_change(pod, base):
    pod["spec"]["volumes"][1]["name"] = base["volumeMounts"][1]["name"] = "claim-data"
    assert changed(pod) == []


def test_two_empty_folders_are_not_one(pod, base):
    pod["spec"]["volumes"].append({"name": "z", "emptyDir": {}})
    base["volumeMounts"].append({"name": "z", "mountPath": "/z"})
    before = facts(copy.deepcopy(pod))
    pod["spec"]["volumes"].pop()
    base["volumeMounts"][-1]["name"] = "x"
    assert differences(before, facts(pod, MOVED)) != []


def test_another_claim_is_a_change(pod):
    pod["spec"]["volumes"][1]["persistentVolumeClaim"]["claimName"] = "other"
    assert changed(pod) != []


def test_another_spelling_of_an_amount_is_no_change(pod, base):
    base["resources"]["requests"]["cpu"] = "0.25"
    assert changed(pod) == []
    base["resources"]["requests"]["cpu"] = "0.5"
    assert changed(pod) == ["spec.containers.base.resources.requests.cpu"]


def test_what_becomes_of_the_pod_is_a_change(pod):
    assert changed(pod, options=[{"get_logs": "False"}]) == ["get_logs"]


def test_an_argument_that_is_not_of_the_pod_is_a_change(pod):
    assert changed(pod, arguments={"retries": "1", "image": "'x'"}) == ["retries"]


def test_a_task_that_goes_is_a_change(pod):
    assert [it.field for it in differences(facts(pod), FileFacts("orders.py"))] == ["tasks"]
