"""The manifests that `airflowkit render` prints, and what `airflowkit explain` says."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import DAG

from airflowkit import ClaimVolume, PodSpecError, pod_task
from airflowkit.pods.render import render_pod
from pods.outcomes import refusal

KEYWORDS = {
    "image": "registry.example.com/a:{{ params.tag }}",
    "arguments": ["--day", "{{ ds }}"],
    "labels": {"day": "{{ ds }}"},
    "container_resources": {"requests": {"memory": "{{ params.memory }}"}},
    "name": "My_Job",
}


def _dag():
    return DAG("dag", schedule=None, start_date=datetime(2026, 1, 1))


@pytest.fixture
def command(examples):
    def run(*arguments):
        command = [sys.executable, "-m", "airflowkit", *arguments, "-S", str(examples)]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "200"}
        )

    return run


@pytest.mark.apiserver
def test_a_pod_with_templates_is_one_that_kubectl_takes():
    task = pod_task("task", dag=_dag(), volumes=[ClaimVolume("/d", claim="c-{{ ds_nodash }}")], **KEYWORDS)
    assert not refusal(render_pod(task))


def test_templates_stay_where_any_text_may_stand():
    manifest = render_pod(pod_task("task", dag=_dag(), **KEYWORDS))
    assert manifest["spec"]["containers"][0]["args"] == ["--day", "{{ ds }}"]
    assert manifest["metadata"]["name"] == "my-job"


def test_a_plain_operators_pod_is_rendered_too_and_stays_as_it_was():
    task = KubernetesPodOperator(task_id="task", image="a:1", env_vars={"A": "x"}, dag=_dag())
    assert render_pod(task) == render_pod(task)
    assert task.env_vars == {"A": "x"}


def test_what_the_api_refuses_of_a_plain_operators_pod_is_rendered_as_it_will_be_sent():
    task = KubernetesPodOperator(task_id="task", image="a:1", env_vars={"PORT": 80}, dag=_dag())
    assert render_pod(task)["spec"]["containers"][0]["env"] == [{"name": "PORT", "value": 80}]


@pytest.mark.parametrize("wrong", [{"arguments": [Path("/data")]}, {"volumes": ["data"]}])
def test_what_the_plain_operator_cannot_build_a_pod_from_is_reported_with_its_task(wrong):
    task = KubernetesPodOperator(task_id="task", image="a:1", dag=_dag(), **wrong)
    with pytest.raises(PodSpecError, match="DAG 'dag', task 'task': 1 problem\n  pod: the operator cannot build it: "):
        render_pod(task)


def test_the_command_prints_manifests_and_nothing_else(command):
    done = command("render", "orders_etl")
    assert done.returncode == 0, done.stderr
    assert [pod["metadata"]["name"] for pod in yaml.safe_load_all(done.stdout)] == ["extract", "load", "transform"]


def test_the_command_explains_each_field(command):
    done = command("explain", "orders_etl.extract")
    assert done.returncode == 0, done.stderr
    assert "namespace = 'airflow'  <- airflowkit.toml [pod], airflowkit.toml:" in done.stdout
    assert "image = 'python:3.11-slim'  <- call, orders_etl.py:" in done.stdout


@pytest.mark.parametrize("name", ["render", "explain"])
def test_an_unknown_dag_is_one_line_and_status_2(name, command):
    done = command(name, "no_such_dag")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
