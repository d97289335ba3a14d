"""`pod_task` in all the ways that a DAG file writes a task."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import datetime

import pytest
from airflow.providers.common.compat.sdk import DAG, task, task_group
from kubernetes.client import models as k8s

from airflowkit import (
    ClaimVolume,
    ConfigMapEnv,
    ConfigMapVolume,
    EmptyDirVolume,
    FieldEnv,
    PodSpecError,
    Resources,
    SecretEnv,
    SecretEnvFrom,
    SecretVolume,
    pod_task,
)
from airflowkit.pods.render import render_pod
from airflows import DagSerialization


@pytest.fixture
def dag():
    with DAG("dag", schedule=None, start_date=datetime(2026, 1, 1)) as dag:
        yield dag


@task
def upstream():
    return "x"


def _base(operator):
    return render_pod(operator)["spec"]["containers"][0]


@pytest.mark.parametrize(
    "keywords",
    [
        lambda output: {"env_vars": {"A": output}},
        lambda output: {"env_vars": [k8s.V1EnvVar(name="A", value=output)]},
        lambda output: {"env_vars": [{"name": "A", "value": output}]},
        lambda output: {"arguments": ["--x", output]},
        lambda output: {"container_resources": k8s.V1ResourceRequirements(limits={"memory": output})},
        lambda output: {"volumes": [ClaimVolume("/data", claim=output)]},
        lambda output: {"env_vars": {"A": output}, "secrets": [SecretEnv("B", secret="s", key="k")]},
        lambda output: {"env_vars": output},
    ],
)
def test_another_tasks_output_makes_it_an_upstream(dag, keywords):
    operator = pod_task("task", image="a:1", **keywords(upstream()))
    assert operator.upstream_task_ids == {"upstream"}


def test_another_tasks_output_is_refused_where_airflow_would_never_fill_it_in(dag):
    with pytest.raises(PodSpecError) as caught:
        pod_task("task", image="a:1", secrets=[SecretEnv("A", secret=upstream(), key="k")])
    assert caught.value.problems[0].field == "secrets[0].secret"


def test_it_works_in_a_task_group_and_with_the_dag_as_an_argument(dag):
    @task_group
    def group():
        return pod_task("inner", image="a:1")

    group()
    other = DAG("other", schedule=None, start_date=datetime(2026, 1, 1))
    assert pod_task("outer", image="a:1", dag=other).dag is other
    assert set(dag.task_ids) == {"group.inner"}


def test_a_problem_in_a_group_names_the_whole_task_id(dag):
    @task_group
    def group():
        return pod_task("inner", image="")

    with pytest.raises(PodSpecError, match=r"DAG 'dag', task 'group\.inner'"):
        group()


def test_all_problems_come_at_once_each_at_its_argument(dag):
    with pytest.raises(PodSpecError) as caught:
        pod_task(
            "task",
            image=" a",
            secrets=[SecretEnv("A", secret="s", key="k"), SecretVolume("etc", secret="My_Secret")],
            resources=Resources(memory="512m"),
            imge="a",
        )
    fields = [problem.field for problem in caught.value.problems]
    assert sorted(fields) == ["image", "imge", "resources.memory", "secrets[1].mount_path", "secrets[1].secret"]


def test_the_value_classes_become_variables_and_mounts_under_their_own_names(dag):
    base = _base(
        pod_task(
            "task",
            image="a:1",
            env_vars=[FieldEnv("POD", field="metadata.name")],
            configmaps=["plain", ConfigMapEnv("MODE", config_map="settings", key="mode")],
            secrets=[SecretEnv("lower-case", secret="s", key="k"), SecretEnvFrom(secret="all", prefix="P_")],
            volumes=[
                ClaimVolume("/data", claim="data"),
                EmptyDirVolume("/scratch", size_limit="1Gi"),
                ConfigMapVolume("/config", config_map="settings", items={"a": "b"}),
            ],
        )
    )
    assert [variable["name"] for variable in base["env"]] == ["POD", "MODE", "lower-case"]
    assert base["envFrom"] == [{"prefix": "P_", "secretRef": {"name": "all"}}, {"configMapRef": {"name": "plain"}}]
    assert {mount["mountPath"] for mount in base["volumeMounts"]} == {"/data", "/scratch", "/config"}


def test_two_mounts_of_one_claim_share_its_volume(dag):
    volumes = [ClaimVolume("/a", claim="c", sub_path="a"), ClaimVolume("/b", claim="c", sub_path="b")]
    spec = render_pod(pod_task("task", image="a:1", volumes=volumes))["spec"]
    assert [volume["name"] for volume in spec["volumes"]] == ["claim-c"]
    assert {mount["name"] for mount in spec["containers"][0]["volumeMounts"]} == {"claim-c"}


def test_a_gpu_is_requested_and_limited_alike(dag):
    resources = _base(pod_task("task", image="a:1", resources=Resources(gpu=1)))["resources"]
    assert resources == {"requests": {"nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "1"}}


def test_templates_pass_and_are_checked_for_their_syntax(dag):
    pod_task("right", image="a:{{ params.tag }}", arguments=["{{ ds }}"], labels={"day": "{{ ds_nodash }}"})
    with pytest.raises(PodSpecError, match="is not a valid Jinja template"):
        pod_task("wrong", image="a:{{ params.tag }", arguments=["{% if %}"])


def test_two_tasks_share_no_list(dag):
    shared = [k8s.V1EnvVar(name="A", value="x")]
    one, two = (pod_task(name, image="a:1", env_vars=shared) for name in ("one", "two"))
    assert one.env_vars is not two.env_vars
    assert one.env_vars[0] is not two.env_vars[0]


class TestMapped:
    def test_it_is_checked_for_what_is_known(self, dag):
        with pytest.raises(PodSpecError, match="image_pull_policy"):
            pod_task.partial("task", image="a:1", image_pull_policy="always").expand(arguments=[["a"]])

    def test_each_known_element_is_checked(self, dag):
        with pytest.raises(PodSpecError) as caught:
            pod_task.partial("task", image="a:1").expand(env_vars=[{"A": "x"}, {"A=B": "x"}])
        assert caught.value.problems[0].field == "env_vars['A=B']"

    def test_known_dictionaries_of_keywords_are_checked(self, dag):
        with pytest.raises(PodSpecError, match="image"):
            pod_task.partial("task").expand_kwargs([{"image": "a:1"}, {"image": " a"}])

    def test_another_tasks_output_may_be_anything(self, dag):
        pod_task.partial("one", image="a:1").expand(arguments=upstream())
        pod_task.partial("two").expand_kwargs(upstream())

    def test_its_operators_are_those_of_pod_task(self, dag):
        mapped = pod_task.partial(
            "task", image="a:1", resources="small", security="restricted", volumes=[ClaimVolume("/d", claim="c")]
        ).expand(arguments=[["a"], ["b"]])
        operator = mapped.unmap({"arguments": ["a"]})
        assert operator.container_resources.limits == {"memory": "512Mi"}
        assert operator.security_context.run_as_non_root is True
        assert operator.volume_mounts[0].mount_path == "/d"

    def test_it_survives_serialization(self):
        with DAG("dag", schedule=None) as dag:
            pod_task.partial("task", image="a:1", resources="small", security="restricted").expand(arguments=[["a"]])
        DagSerialization.from_dict(DagSerialization.to_dict(dag))

    def test_its_output_in_kubernetes_objects_is_an_upstream(self, dag):
        env = [k8s.V1EnvVar(name="A", value=upstream())]
        mapped = pod_task.partial("task", image="a:1", env_vars=env).expand(arguments=[["a"]])
        assert mapped.upstream_task_ids == {"upstream"}


SCRIPT = """
import json
from datetime import datetime
from airflow.providers.common.compat.sdk import DAG
from airflowkit import ClaimVolume, Resources, SecretEnv, SecretVolume, default_args, pod_task
from airflowkit._airflow import serialized
keywords = {"secrets": [SecretEnv("A", secret="s", key="k"), SecretVolume("/t", secret="s")],
            "volumes": [ClaimVolume("/d", claim="c")], "resources": Resources(memory="1Gi"), "image": "a:1"}
with DAG("dag", schedule=None, start_date=datetime(2026, 1, 1), default_args=default_args(**keywords)) as dag:
    pod_task("one", **keywords)
    pod_task("two")
    pod_task.partial("three", **keywords).expand(arguments=[["a"]])
print(json.dumps(serialized(dag), sort_keys=True))
"""


def test_another_parse_gives_the_same_bytes():
    command = [sys.executable, "-c", SCRIPT]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    runs = [run.splitlines()[-1] for run in runs]
    assert runs[0] == runs[1]
    assert not re.search("0x[0-9a-f]{8}", runs[0])


def test_a_problem_does_not_show_what_looks_like_a_secret(dag):
    with pytest.raises(PodSpecError) as caught:
        pod_task("task", image="a:1", env_vars={"DB_PASSWORD": "hunter2{{", "RATE": 0.5})
    assert "hunter2" not in str(caught.value)
    assert "0.5" in str(caught.value)


@pytest.mark.parametrize("keyword", ["on_finish_action", "on_kill_action", "trigger_rule", "image"])
def test_none_is_refused_where_it_means_nothing(dag, keyword):
    with pytest.raises(PodSpecError) as caught:
        pod_task("task", **{"image": "a:1", keyword: None})
    assert caught.value.problems[0].field == keyword


@pytest.mark.parametrize("broken", [5, object(), [None], "x", [5], {"a": 5}])
@pytest.mark.parametrize(
    "keyword", ["volumes", "tolerations", "init_containers", "security", "labels", "full_pod_spec"]
)
def test_nonsense_is_a_problem_and_no_crash(dag, keyword, broken):
    if keyword == "labels" and broken == {"a": 5}:
        return  # a number's digits
    with pytest.raises(PodSpecError):
        pod_task("task", **{"image": "a:1", keyword: broken})


class Sealed:
    """A value that not even Python can show."""

    def __repr__(self):
        raise RuntimeError("sealed")


def nested(depth):
    value = {}
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize("value", [Sealed(), nested(3000)], ids=["sealed", "nested"])
@pytest.mark.parametrize("keyword", ["env_vars", "image", "node_pool", "retries", "security", "trigger_rule"])
def test_a_value_that_cannot_be_shown_is_a_problem_and_no_crash(dag, keyword, value):
    with pytest.raises(PodSpecError) as caught:
        pod_task("task", **{"image": "a:1", keyword: value})
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    "keyword", ["deferrable", "execution_timeout", "node_pool", "pod_template_file", "resources", "tolerations"]
)
def test_a_very_long_value_is_not_repeated_in_full(dag, keyword):
    with pytest.raises(PodSpecError) as caught:
        pod_task("task", **{"image": "a:1", keyword: "x" * 100_000})
    assert len(str(caught.value)) < 5000


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("retries", "two"),
        ("retries", float("inf")),
        ("retry_delay", "5m"),
        ("retry_delay", float("inf")),
        ("max_retry_delay", [60]),
        ("max_retry_delay", 10**400),
        ("pool_slots", 0),
        ("pool_slots", None),
    ],
)
@pytest.mark.parametrize("make", [pod_task, lambda *given, **rest: pod_task.partial(*given, **rest).expand(cmds=[])])
def test_what_airflow_converts_first_is_refused_by_its_name_also_in_partial(dag, make, keyword, value):
    with pytest.raises(PodSpecError, match=rf"task 'task': 1 problem\n  {keyword}(:| = )"):
        make("task", image="a:1", **{keyword: value})
