"""What is no text where only text may stand is refused in the API server's words."""

from __future__ import annotations

import pytest

from airflowkit.local.apiserver.texts import not_text


def test_a_pod_of_texts_has_no_fault():
    base = {"name": "base", "image": "i", "command": ["a"], "args": ["b"], "env": [{"name": "A", "value": "1"}]}
    base["env"].append({"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}})
    assert not_text({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [base]}}) == ""


@pytest.mark.parametrize(
    ("container", "fault"),
    [
        ({"env": [{"name": "A", "value": 1}]}, "number into Go struct field EnvVar.spec.containers.env.value"),
        ({"env": [{"name": "A", "value": True}]}, "bool into Go struct field EnvVar"),
        ({"args": [{"a": 1}]}, "object into Go struct field Container.spec.containers.args"),
        ({"command": [1.5]}, "number into Go struct field Container.spec.containers.command"),
    ],
)
def test_a_fault_names_the_type_and_the_field(container, fault):
    assert not_text({"metadata": {}, "spec": {"containers": [container]}}).startswith(fault)


def test_labels_are_texts_too():
    assert "ObjectMeta.metadata.labels" in not_text({"metadata": {"labels": {"a": 1}}, "spec": {}})
