"""Where a keyword's value comes from: call, default_args, airflowkit.toml and its profile, built-in."""

from __future__ import annotations

import textwrap
from datetime import datetime

import pytest
from airflow.providers.common.compat.sdk import DAG, TaskGroup

from airflowkit import PodSpecError, Resources, SecretEnv, default_args, pod_task
from airflowkit.pods.explain import explain_pod
from airflowkit.pods.render import render_pod

TOML = """
    [pod]
    namespace = "airflow"
    resources = "small"
    image_pull_secrets = ["regcred"]
    env_vars = { LEVEL = "info", REGION = "eu" }
    labels = { team = "data" }
    tolerations = [{ key = "batch", operator = "Exists" }]
    secrets = [{ name = "TOKEN", secret = "shared", key = "token" }]

    [resources.small]
    cpu = "250m"
    memory = "512Mi"

    [node_pools.gpu]
    node_selector = { accelerator = "nvidia" }
    tolerations = [{ key = "nvidia.com/gpu", operator = "Exists" }]

    [profile.dev.pod]
    namespace = "airflow-dev"
    env_vars = { LEVEL = "debug" }
"""


@pytest.fixture
def toml(tmp_path, monkeypatch):
    path = tmp_path / "airflowkit.toml"
    path.write_text(textwrap.dedent(TOML), encoding="utf-8")
    monkeypatch.setenv("AIRFLOWKIT_CONFIG", str(path))
    return path


def _dag(**args):
    return DAG("layers", schedule=None, start_date=datetime(2026, 1, 1), default_args=args)


def _pod(dag=None, **keywords):
    return render_pod(pod_task("task", dag=dag or _dag(), **{"image": "a:1", **keywords}))


def _container(**keywords):
    return _pod(**keywords)["spec"]["containers"][0]


def _env(pod):
    return {variable["name"]: variable.get("value") for variable in pod["spec"]["containers"][0]["env"]}


def test_the_file_sets_what_nobody_else_does(toml):
    pod = _pod()
    assert pod["metadata"]["namespace"] == "airflow"
    assert pod["spec"]["imagePullSecrets"] == [{"name": "regcred"}]
    assert pod["spec"]["containers"][0]["resources"]["requests"] == {"cpu": "250m", "memory": "512Mi"}
    assert _env(pod) == {"LEVEL": "info", "REGION": "eu", "TOKEN": None}


def test_a_profile_lies_over_the_file(toml, monkeypatch):
    monkeypatch.setenv("AIRFLOWKIT_PROFILE", "dev")
    pod = _pod()
    assert pod["metadata"]["namespace"] == "airflow-dev"
    assert _env(pod)["LEVEL"] == "debug"
    assert _env(pod)["REGION"] == "eu"


def test_default_args_beat_the_file_and_the_call_beats_default_args(toml):
    dag = _dag(namespace="of-the-dag", env_vars={"LEVEL": "error", "DAG": "1"})
    assert _pod(dag)["metadata"]["namespace"] == "of-the-dag"
    dag = _dag(namespace="of-the-dag", env_vars={"LEVEL": "error", "DAG": "1"})
    pod = _pod(dag, namespace="of-the-call", env_vars={"LEVEL": "warning"})
    assert pod["metadata"]["namespace"] == "of-the-call"
    assert _env(pod) == {"LEVEL": "warning", "REGION": "eu", "TOKEN": None}


def test_a_task_groups_default_args_beat_the_dags():
    with _dag(labels={"of": "dag"}) as dag, TaskGroup("group", default_args={"labels": {"of": "group"}}):
        task = pod_task("task", image="a:1", dag=dag)
    assert render_pod(task)["metadata"]["labels"]["of"] == "group"


def test_dictionaries_are_joined_by_key_and_lists_by_name(toml):
    pod = _pod(
        labels={"app": "orders"},
        image_pull_secrets=["mine"],
        tolerations=[{"key": "spot", "operator": "Exists"}],
        secrets=[SecretEnv("TOKEN", secret="mine", key="k")],
    )
    assert {"team": "data", "app": "orders"}.items() <= pod["metadata"]["labels"].items()
    assert [secret["name"] for secret in pod["spec"]["imagePullSecrets"]] == ["regcred", "mine"]
    assert [toleration["key"] for toleration in pod["spec"]["tolerations"]] == ["batch", "spot"]
    (token,) = (v for v in pod["spec"]["containers"][0]["env"] if v["name"] == "TOKEN")
    assert token["valueFrom"]["secretKeyRef"]["name"] == "mine"


def test_resources_are_joined_amount_by_amount_and_a_lower_limit_gives_way(toml):
    resources = _container(resources=Resources(memory="2Gi"))["resources"]
    assert resources == {"requests": {"cpu": "250m", "memory": "2Gi"}, "limits": {"memory": "2Gi"}}
    resources = _container(container_resources={"requests": {"memory": "1Gi"}})["resources"]
    assert resources["requests"] == {"cpu": "250m", "memory": "1Gi"}
    assert "memory" not in resources.get("limits", {})


def test_none_switches_a_lower_layer_off(toml):
    pod = _pod(resources=None, labels=None, env_vars=None, image_pull_secrets=None)
    assert "resources" not in pod["spec"]["containers"][0]
    assert "team" not in pod["metadata"]["labels"]
    assert "imagePullSecrets" not in pod["spec"]


def test_a_node_pool_brings_its_selector_and_tolerations(toml):
    spec = _pod(node_pool="gpu", node_selector={"zone": "a"})["spec"]
    assert spec["nodeSelector"] == {"accelerator": "nvidia", "zone": "a"}
    assert {"key": "nvidia.com/gpu", "operator": "Exists"} in spec["tolerations"]


def test_an_unknown_pool_or_size_names_the_known_ones(toml):
    with pytest.raises(PodSpecError, match="did you mean 'gpu'") as caught:
        _pod(node_pool="gpus", resources="smal")
    assert {problem.field for problem in caught.value.problems} == {"node_pool", "resources"}


def test_a_wrong_value_in_the_file_says_so(toml):
    toml.write_text('[pod]\nimage_pull_policy = "always"\nimagee = "a"\n', encoding="utf-8")
    with pytest.raises(PodSpecError) as caught:
        _pod()
    assert {problem.field for problem in caught.value.problems} == {"image_pull_policy", "imagee"}
    assert all("airflowkit.toml [pod]" in problem.reason for problem in caught.value.problems)


def test_resources_of_default_args_reach_a_pod_as_container_resources():
    args = default_args("standard", resources=Resources(memory="1Gi"))
    assert "resources" not in args
    task = pod_task("task", image="a:1", dag=_dag(**args))
    assert task.container_resources.limits == {"memory": "1Gi"}
    assert task.resources is None


def test_explain_names_the_layer_and_the_line(toml):
    task = pod_task("task", image="a:1", dag=_dag(labels={"of": "dag"}), env_vars={"LEVEL": "debug"})
    rows = {row.field: row for row in explain_pod(task, __import__("pathlib").Path(__file__))}
    assert rows["namespace"].layer == "airflowkit.toml [pod]"
    assert rows["namespace"].place == "airflowkit.toml:3"
    assert rows["env_vars.LEVEL"].layer == "call"
    assert rows["env_vars.REGION"].layer == "airflowkit.toml [pod]"
    assert rows["labels.of"].layer == "default_args"
    assert rows["on_finish_action"].layer == "airflowkit"
