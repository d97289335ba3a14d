"""The causes of tasks that fail without a pod of their own to blame, and of mapped ones, in a run's result."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from airflowkit.causes import schema
from airflowkit.local.fake.outcomes import Evicted, Failed, OOMKilled, PodOutcomes, SecretNotFound, Succeeded
from airflowkit.local.fake.script import Script
from airflowkit.local.run import run_dag

pytestmark = pytest.mark.needs_airflow(3, 1, "local runs")

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


RETRYING = """
from datetime import timedelta
from airflow.sdk import DAG
from airflowkit import RetryByCause, pod_task

common = {"image": "orders:1", "namespace": "n", "cmds": ["load"], "retries": 3, "retry_delay": timedelta(hours=1)}
policy = RetryByCause(never=["exit-code:2"], delay={"evicted": timedelta(hours=1)})

with DAG("retrying", schedule=None, default_args={"retry_policy": policy}):
    for name in ("no_secret", "wrong_use", "evicted", "failing", "out_of_memory"):
        pod_task(name, **common)
    pod_task("deferred", deferrable=True, **common)
    pod_task("as_before", retry_policy=None, **common)
    pod_task("template", **{**common, "cmds": ["{{ nothing.at.all }}"]})
    pod_task.partial("mapped", **common).expand(arguments=[["east"], ["west"]])
"""
DEATHS = {
    "no_secret": SecretNotFound("absent"),
    "wrong_use": Failed(2),
    "evicted": [Evicted(), Evicted(), Succeeded()],
    "failing": Failed(1),
    "out_of_memory": OOMKilled(),
    "deferred": SecretNotFound("absent"),
    "as_before": SecretNotFound("absent"),
    "mapped": {0: SecretNotFound("absent"), 1: [Failed(1), Succeeded()]},
}


@pytest.fixture(scope="module")
def retrying(warm_airflow, repository):
    file = repository / "dags" / "retrying.py"
    file.write_text(RETRYING)
    outcomes = PodOutcomes()
    outcomes.update({f"retrying.{task}": outcome for task, outcome in DEATHS.items()})
    yield run_dag(
        "retrying", dags_folder=repository / "dags", script=Script(Succeeded(), outcomes), worker=warm_airflow.worker
    )
    file.unlink()


@pytest.mark.parametrize(
    ("task", "index", "state", "tries"),
    [
        ("no_secret", -1, "failed", 1),
        ("wrong_use", -1, "failed", 1),
        ("template", -1, "failed", 1),
        ("deferred", -1, "failed", 1),
        ("evicted", -1, "success", 3),
        ("failing", -1, "failed", 4),
        ("out_of_memory", -1, "failed", 4),
        ("as_before", -1, "failed", 4),
        ("mapped", 0, "failed", 1),
        ("mapped", 1, "success", 2),
    ],
)
def test_the_cause_decides_how_often_a_task_is_tried(retrying, task, index, state, tries):
    ended = retrying.task(task, index)
    assert (ended.state, ended.tries) == (state, tries)


def test_a_task_that_is_ended_early_says_what_it_saved(retrying):
    said = "not tried again, every try would end the same way (3 tries saved)"
    assert retrying.task("no_secret").hint.startswith(said)
    assert retrying.task("mapped", 0).hint.startswith(said)
    assert retrying.task("wrong_use").hint.startswith("not tried again, exit-code:2 is never tried again")
    assert [retrying.task(task).tries_saved for task in ("no_secret", "wrong_use", "deferred", "failing")] == [
        3,
        3,
        3,
        0,
    ]
    for task in ("failing", "as_before"):
        assert "not tried again" not in retrying.task(task).hint
