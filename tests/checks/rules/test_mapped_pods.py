"""Pods of mapped tasks are checked element by element, with the layers of `airflowkit.toml`."""

import pytest

from airflowkit._airflow import airflow_version
from airflowkit.checks.engine import checked
from airflowkit.settings import load_settings
from airflows import for_this_airflow

DAG_FILE = for_this_airflow("""\
from datetime import timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG, TaskGroup, task
from airflowkit import pod_task

@task
def elements():
    return []

with DAG("orders", schedule=None, default_args={{"execution_timeout": timedelta(hours=1)}}):
    {task}
""")
SIZE = 'container_resources={"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}'
PARTIAL = f'KubernetesPodOperator.partial(task_id="load", log_pod_spec_on_failure=False, {SIZE}'


@pytest.fixture
def found_in(pool, tmp_path):
    """Return what the rules find in a DAG with one task, whose pods are small by the settings."""
    (tmp_path / "airflowkit.toml").write_text('[pod]\nresources = "small"\n')
    (tmp_path / "dags").mkdir()
    path = tmp_path / "dags" / "orders.py"

    def judge(task: str, **options: str) -> list[tuple[str, str]]:
        path.write_text(DAG_FILE.format(task=task))
        report = checked(pool, path.parent, [path], load_settings(path).check.model_copy(update=options))
        return [(finding.code, finding.message) for finding in report.findings]

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
        (PARTIAL + ").expand(image=[])", []),
    ],
)
def test_a_mapped_pod_is_judged_by_what_is_known_of_its_elements(found_in, task, codes):
    assert [code for code, _message in found_in(task)] == codes


@pytest.mark.parametrize(
    ("expand", "place"),
    [
        ('expand(image=["orders:1", "orders"])', " (map index 1)"),
        ('expand(image=["orders", "orders:1", "orders"])', " (map index 0, 2)"),
        ('expand(image=["orders:1", *["orders"] * 9])', " (map index 1, 2, 3 and 6 more)"),
        ('expand(image=["orders", "orders"])', ""),
        ('expand(image=["orders:1", "orders"], cmds=[["a"], ["b"]])', " (map index 2, 3)"),
        ('expand(image=["orders:1", "orders"], cmds=elements())', ""),
        ('expand_kwargs([{"image": "orders:1"}, {"image": "orders"}])', " (map index 1)"),
    ],
)
def test_what_only_some_elements_have_is_reported_once_with_their_map_indexes(found_in, expand, place):
    found = found_in(f"{PARTIAL}).{expand}")
    assert found == [("AK402", f"its image 'orders' has no version{place}")]


def test_what_kubernetes_refuses_of_a_later_element_is_found(found_in):
    found = found_in(PARTIAL + ', image="orders:1").expand(namespace=["shop", "My_Shop"])')
    assert [code for code, _message in found] == ["AK408"]
    assert found[0][1].endswith("(map index 1)")


def test_an_element_inherits_from_default_args_of_its_dag_and_task_group(found_in):
    task = f"""with TaskGroup("shops", default_args={{"image": "orders:1"}}):
        {PARTIAL}).expand(cmds=[["a"], ["b"]])"""
    assert found_in(task) == []


def test_of_a_long_list_the_first_elements_are_judged(found_in):
    assert found_in(PARTIAL + ').expand(image=[*["orders:1"] * 32, "orders"])') == []


@pytest.mark.parametrize(("push", "codes"), [("", ["AK413"]), (", do_xcom_push=True", [])])
def test_a_mapped_pod_whose_results_are_used_pushes_them(found_in, push, codes):
    task = f"""load = {PARTIAL}, image="orders:1"{push}).expand(cmds=[["a"], ["b"]])

    @task
    def count(results): ...

    count(load.output)"""
    assert [code for code, _message in found_in(task)] == codes


@pytest.mark.parametrize(
    ("task", "memory"),
    [
        ('.expand(cmds=[["a"], ["b"]])', 2 * 16),  # runs at a time
        (', max_active_tis_per_dagrun=1).expand(cmds=[["a"], ["b"]])', 16),
        (', max_active_tis_per_dag=3).expand(cmds=[["a"], ["b"]])', 3),
        (".expand(cmds=elements())", 16 * 16),  # tasks at a time
        (", max_active_tis_per_dag=3).expand(cmds=elements())", 3),
    ],
)
def test_the_budget_counts_a_mapped_task_as_often_as_airflow_lets_it_run(found_in, task, memory):
    if airflow_version() < (3, 0):
        memory = min(memory, 16)  # all runs of a DAG share its tasks at a time
    task = f'{PARTIAL}, image="orders:1"{task if task.startswith(",") else ")" + task}'
    assert found_in(task, memory_budget=f"{memory}Gi") == []
    assert [code for code, _message in found_in(task, memory_budget=f"{memory - 1}Gi")] == ["AK416"]


def test_a_mapped_function_in_a_pod_is_judged_without_its_arguments(found_in):
    function = """@task.kubernetes(image="orders", log_pod_spec_on_failure=False, %s)
    def load(number): ...
    load.expand(number=[1, 2])"""
    assert [code for code, _message in found_in(function % SIZE)] == ["AK402"]


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (", deferrable=True).expand(cmds=[['a']])", ["AK415"]),
        (", deferrable=True).expand(in_cluster=[True])", []),
        (", deferrable=True).expand_kwargs(elements())", []),
    ],
)
def test_the_elements_of_a_mapped_task_may_say_where_the_cluster_is(found_in, arguments, codes):
    assert [code for code, _ in found_in(f'{PARTIAL}, image="orders:1"{arguments}')] == codes
