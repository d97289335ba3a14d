"""Where a DAG renders natively, texts of a pod stay text: the API refuses a number as a variable's value."""

import pytest
from airflow.providers.common.compat.sdk import DAG
from kubernetes.client import models as k8s

from airflowkit import pod_task
from airflowkit.pods.schema.models import to_manifest

CONTEXT = {
    "ds_nodash": "20260101",
    "params": {"tables": ["orders", 1], "sizes": {"memory": "1Gi"}, "none": None},
    "version": "1.10",
}


def rendered(**keywords):
    """Return a task that has rendered its fields."""
    with DAG("orders", schedule=None, render_template_as_native_obj=True):
        task = pod_task("load", image="orders:1", **keywords)
    task.render_template_fields(CONTEXT)
    return task


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("{{ ds_nodash }}", "20260101"),
        ("8080", "8080"),
        ("1.10", "1.10"),
        ("{{ version }}", "1.10"),
        ("007", "007"),
        ("True", "True"),
        ("[1, 2]", "[1, 2]"),
        ("{{ params.none }}", "None"),
        ("'quoted'", "'quoted'"),
    ],
)
def test_a_text_is_rendered_to_the_same_text_as_without_native_rendering(given, text):
    task = rendered(
        arguments=[given],
        env_vars={"A": given},
        annotations={"a": given},
    )
    assert task.arguments == [text]
    assert to_manifest(task.env_vars) == [{"name": "A", "value": text}]
    assert task.annotations == {"a": text}
    assert type(task.arguments[0]) is str


def test_variables_that_are_kubernetes_objects_stay_text():
    given = k8s.V1EnvVar(name="DAY", value="{{ ds_nodash }}")
    assert to_manifest(rendered(env_vars=[given]).env_vars) == [{"name": "DAY", "value": "20260101"}]
    assert given.value == "{{ ds_nodash }}"


def test_a_whole_list_is_still_an_object_and_its_numbers_are_digits():
    assert rendered(arguments="{{ params.tables }}").arguments == ["orders", "1"]


def test_resources_are_still_an_object():
    assert rendered(container_resources="{{ {'limits': params.sizes} }}").container_resources == {
        "limits": {"memory": "1Gi"}
    }


def test_the_plain_operator_makes_numbers_of_them():
    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

    with DAG("orders", schedule=None, render_template_as_native_obj=True):
        load = KubernetesPodOperator(task_id="load", image="orders:1", arguments=["8080"])
    load.render_template_fields(CONTEXT)
    assert load.arguments == [8080]
