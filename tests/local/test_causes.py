"""The causes of tasks that fail without a pod of their own to blame, and of mapped ones, in a run's result."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from airflowkit.causes import schema
from airflowkit.local.fake.outcomes import Evicted, Failed, PodOutcomes, Succeeded
from airflowkit.local.fake.script import Script
from airflowkit.local.run import run_dag

DAG_FILE = """
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG, task
from airflowkit import default_args, pod_task

with DAG("causes", schedule=None, default_args=default_args("manual", owner="data", image="orders:1", namespace="n")):
    pod_task("template", cmds=["{{ nothing.at.all }}"])
    pod_task("template_of_a_variable", cmds=["{{ var.value.absent }}"])
    pod_task("well", cmds=["true"])
    pod_task.partial("mapped", cmds=["load"]).expand(arguments=[["east"], ["west"]])
    KubernetesPodOperator(task_id="plain", cmds=["true"])

    @task
    def python():
        raise ValueError("no rows")

    python()
"""
OUTCOMES = {
    "causes.mapped": {0: Failed(7), 1: Evicted()},
    "causes.plain": Failed(3),
}


@pytest.fixture(scope="module")
def result(warm_airflow, repository):
    file = repository / "dags" / "causes.py"
    file.write_text(DAG_FILE)
    outcomes = PodOutcomes()
    outcomes.update(OUTCOMES)
    yield run_dag(
        "causes", dags_folder=repository / "dags", script=Script(Succeeded(), outcomes), worker=warm_airflow.worker
    )
    file.unlink()


@pytest.mark.parametrize(
    ("task", "index", "code", "exit_code"),
    [
        ("template", -1, "template", None),
        ("template_of_a_variable", -1, "template", None),
        ("mapped", 0, "exit-code", 7),
        ("mapped", 1, "evicted", None),
        ("plain", -1, "unknown", None),
        ("python", -1, "exception", None),
    ],
)
def test_a_failed_task_has_its_cause(result, task, index, code, exit_code):
    ended = result.task(task, index)
    assert ended.state == "failed"
    assert ended.cause == code
    assert ended.cause.exit_code == exit_code
    assert (ended.cause.reason, ended.cause.hint) == (ended.reason, ended.hint)


def test_a_template_that_cannot_be_rendered_names_its_task_and_what_is_missing(result):
    assert result.task("template").reason.startswith("a template of task 'template' cannot be rendered: UndefinedError")
    assert result.task("template").hint


def test_a_task_that_ended_well_has_no_cause(result):
    assert result.task("well").state == "success"
    assert result.task("well").cause is None


def test_each_cause_is_written_as_the_schema_says(result):
    written = json.loads(json.dumps(result.to_json()))
    causes = {task["task_id"]: task["cause"] for task in written["tasks"]}
    assert causes.pop("well") is None
    for cause in causes.values():
        Draft202012Validator(schema()).validate(cause)
