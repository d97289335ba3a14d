"""Pods of mapped tasks are judged by their first element, with the layers of `airflowkit.toml`."""

import pytest

from airflowkit.checks.engine import checked
from airflowkit.settings import load_settings

DAG_FILE = """\
from datetime import timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG, task
from airflowkit import pod_task

@task
def elements():
    return []

with DAG("orders", schedule=None, default_args={{"execution_timeout": timedelta(hours=1)}}):
    {task}
"""
SIZE = 'container_resources={"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}'
PARTIAL = f'KubernetesPodOperator.partial(task_id="load", log_pod_spec_on_failure=False, {SIZE}'


@pytest.fixture
def codes_of(pool, tmp_path):
    """Return what the rules find in a DAG with one task, whose pods are small by the settings."""
    (tmp_path / "airflowkit.toml").write_text('[pod]\nresources = "small"\n')
    (tmp_path / "dags").mkdir()
    path = tmp_path / "dags" / "orders.py"

    def judge(task: str) -> list[str]:
        path.write_text(DAG_FILE.format(task=task))
        report = checked(pool, path.parent, [path], load_settings(path).check)
        return [finding.code for finding in report.findings]

    return judge


@pytest.mark.parametrize(
    ("task", "codes"),
    [
        ('pod_task.partial("load", image="orders:1.4.2").expand(cmds=[["a"]])', []),
        ('pod_task.partial("load").expand(image=["orders", "orders:1"])', ["AK402"]),
        ('pod_task.partial("load").expand_kwargs([{"image": "orders"}])', ["AK402"]),
        ('pod_task.partial("load", image="orders:1").expand(env_vars=[{"DB_PASSWORD": "x"}])', ["AK403"]),
        ('pod_task.partial("load").expand(image=["registry.acme.com/orders:1"])', ["AK404"]),
        ('pod_task.partial("load", image="orders:1", execution_timeout=None).expand(cmds=[["a"]])', ["AK405"]),
        ('pod_task.partial("load", image="orders:1").expand(startup_timeout_seconds=[7200])', ["AK406"]),
        ('KubernetesPodOperator.partial(task_id="load").expand_kwargs(elements())', []),
        (PARTIAL + ').expand_kwargs([{"image": "orders"}])', ["AK402"]),
        (PARTIAL + ', image="orders:1", namespace="My_Own").expand(cmds=[["a"]])', ["AK408"]),
        (PARTIAL + ', image="orders:1").expand(cmds=elements())', []),
        (PARTIAL + ").expand(image=elements())", []),
    ],
)
def test_a_mapped_pod_is_judged_by_what_is_known_of_its_first_element(codes_of, task, codes):
    assert codes_of(task) == codes


def test_a_mapped_function_in_a_pod_is_judged_without_its_arguments(codes_of):
    function = """@task.kubernetes(image="orders", log_pod_spec_on_failure=False, %s)
    def load(number): ...
    load.expand(number=[1, 2])"""
    assert codes_of(function % SIZE) == ["AK402"]
