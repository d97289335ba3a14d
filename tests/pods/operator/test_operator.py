"""What the operator does without a cluster: copies, and how an end is read."""

from datetime import UTC, datetime

import jinja2
import pytest
from kubernetes.client import ApiException
from kubernetes.client import models as k8s

from airflowkit.errors import PodFailed
from airflowkit.pods.operator.operator import CheckedPodOperator, deep_copy


def _operators():
    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

    return {"plain": KubernetesPodOperator, "checked": CheckedPodOperator}


def _names(pod):
    return [variable.name for variable in pod.spec.containers[0].env]


def test_building_a_pod_leaves_the_users_list_alone():
    """The plain operator appends to it: the next task, and the next build, get what was appended."""
    runtime = [{"name": "POD", "field_path": "metadata.name"}]
    seen = {}
    for kind, operator in _operators().items():
        shared = [k8s.V1EnvVar(name="A", value="1")]
        first, second = (
            operator(
                task_id=task_id,
                image="orders:1",
                namespace="n",
                env_vars=shared,
                pod_runtime_info_envs=_runtime(runtime),
            )
            for task_id in ("first", "second")
        )
        first.build_pod_request_obj(dry_run=True)
        first.build_pod_request_obj(dry_run=True)
        seen[kind] = _names(second.build_pod_request_obj(dry_run=True))
    assert seen == {"plain": ["A", "POD", "POD", "POD"], "checked": ["A", "POD"]}


def _runtime(values):
    return [
        k8s.V1EnvVar(
            name=each["name"],
            value_from=k8s.V1EnvVarSource(field_ref=k8s.V1ObjectFieldSelector(field_path=each["field_path"])),
        )
        for each in values
    ]


def test_rendering_a_task_leaves_what_it_shares_with_others_alone():
    """The plain operator writes the first task's values into the objects of the second."""
    from airflow.providers.common.compat.sdk import DAG

    seen = {}
    for kind, operator in _operators().items():
        shared = [k8s.V1EnvVar(name="WHO", value="{{ who }}")]
        with DAG(f"shares_{kind}", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)):
            tasks = [operator(task_id=name, image="orders:1", env_vars=shared) for name in ("first", "second")]
        for task in tasks:
            task.render_template_fields({"who": task.task_id}, jinja2.Environment())
        seen[kind] = [task.env_vars[0].value for task in tasks]
    assert seen["checked"] == ["first", "second"]
    assert seen["plain"] != ["first", "second"]


def test_a_copy_shares_no_list_and_no_kubernetes_object():
    given = {"a": [k8s.V1Volume(name="x", config_map=k8s.V1ConfigMapVolumeSource(name="y"))]}
    copied = deep_copy(given)
    copied["a"][0].config_map.name = "z"
    copied["a"].append(1)
    assert given["a"] == [k8s.V1Volume(name="x", config_map=k8s.V1ConfigMapVolumeSource(name="y"))]


def test_a_copy_keeps_references_to_other_tasks():
    from airflow.providers.common.compat.sdk import DAG, XComArg

    with DAG("refers", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)):
        reference = XComArg(CheckedPodOperator(task_id="first", image="orders:1"))
    assert deep_copy([reference])[0] is reference


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ApiException(status=422), False),
        (ApiException(status=403), False),
        (ApiException(status=409), True),
        (ApiException(status=500), True),
        (ApiException(status=0), True),
        (TimeoutError(), True),
    ],
)
def test_only_a_refusal_is_certain_to_have_made_no_pod(error, expected):
    from airflowkit.pods.operator.outcome import may_have_made_a_pod

    assert may_have_made_a_pod(error) is expected


def test_a_refusal_of_the_api_is_reported_without_its_headers():
    from airflowkit.pods.diagnostics.errors import error_cause

    refusal = ApiException(status=403, reason="Forbidden")
    refusal.body = '{"kind": "Status", "message": "pods is forbidden: exceeded quota: compute, requested: cpu=4"}'
    refusal.headers = {"Audit-Id": "1"}
    assert error_cause(refusal).reason == (
        "the namespace's quota is used up: pods is forbidden: exceeded quota: compute, requested: cpu=4"
    )


def test_the_path_of_the_trigger_never_changes():
    """Airflow's database has it for every deferred pod: under another one, an upgrade would lose pods that run."""
    from airflow.providers.cncf.kubernetes.triggers.pod import KubernetesPodTrigger

    from airflowkit.pods.operator.trigger import WatchfulPodTrigger

    plain = KubernetesPodTrigger("p", "n", datetime(2026, 1, 1, tzinfo=UTC), "base")
    path, _ = WatchfulPodTrigger(**plain.serialize()[1]).serialize()
    assert path == "airflowkit.pods.operator.trigger.WatchfulPodTrigger"


def test_a_trigger_keeps_its_class_through_serialization():
    from pydoc import locate

    from airflow.providers.cncf.kubernetes.triggers.pod import KubernetesPodTrigger

    from airflowkit.pods.operator.trigger import WatchfulPodTrigger

    plain = KubernetesPodTrigger("p", "n", datetime(2026, 1, 1, tzinfo=UTC), "base", poll_interval=3)
    path, keywords = WatchfulPodTrigger(**plain.serialize()[1]).serialize()
    assert locate(path) is WatchfulPodTrigger
    assert keywords == plain.serialize()[1]


class Instance:
    """A task instance that keeps what is pushed."""

    def __init__(self):
        self.pushed = {}

    def xcom_push(self, key, value):
        self.pushed[key] = value


def _rendered(template, **context):
    from airflow.providers.common.compat.sdk import DAG

    instance = Instance()
    with DAG("orders", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)):
        task = CheckedPodOperator(task_id="load", image="orders:1", namespace="n", arguments=[template])
    task.render_template_fields({"ti": instance, **context})
    return instance


@pytest.mark.parametrize("template", ["{{ nothing.at.all }}", "{{ pulled['rows'] }}", "{{ 1 / 0 }}"])
def test_a_template_that_cannot_be_rendered_is_a_failure_with_its_cause(template):
    with pytest.raises(PodFailed, match="a template of task 'load' cannot be rendered") as caught:
        _rendered(template, pulled=None)
    assert caught.value.cause == "template"
    assert not caught.value.cause.retryable


def test_a_failure_of_rendering_is_kept_for_the_runs_card_and_any_other_error_is_left_as_it_is():
    instance = Instance()

    def unreachable():
        raise ConnectionError("reset")

    with pytest.raises(ConnectionError):
        _rendered("{{ call() }}", call=unreachable)
    with pytest.raises(PodFailed):
        _rendered("{{ nothing.at.all }}", ti=instance)
    assert instance.pushed["airflowkit_diagnosis"]["code"] == "template"
