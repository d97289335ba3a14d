"""AK314 makes the operators of mapped tasks as Airflow does when they run."""

import pytest

from airflowkit.checks.deployment import check_options
from airflowkit.checks.engine import checked
from airflows import for_this_airflow

DAG_FILE = for_this_airflow("""\
import os
from datetime import timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Variable, task


@task
def elements():
    return []


@task
def add(left, right, *, factor=1):
    return left + right


class TeamPod(KubernetesPodOperator):
    def __init__(self, *, env_vars=None, size=1, **kwargs):
        if size > 2:
            raise ValueError(f"size {{size}} is too large")
        env_vars = {{name: str(value) for name, value in (env_vars or {{}}).items()}}
        given = {{"env_vars": env_vars, "log_pod_spec_on_failure": False, **kwargs}}
        super().__init__(execution_timeout=timedelta(hours=1), **given)


class Sized(BashOperator):
    def __init__(self, *, size=1, **kwargs):
        if size > 2:
            raise ValueError(f"size {{size}} is too large")
        super().__init__(bash_command="echo", **kwargs)


class Asking(BashOperator):
    def __init__(self, *, size=1, **kwargs):
        if Variable.get("orders_size") not in ("small", "large") or os.environ["ORDERS_SIZE"]:
            raise ValueError("no such size")
        super().__init__(bash_command="echo", **kwargs)


class Reading(Sized):
    def __init__(self, *, path, **kwargs):
        with open(path):
            super().__init__(**kwargs)


with DAG("orders", schedule=None):
    {task}
""")
TWICE = "multiple values for keyword argument 'execution_timeout'"


@pytest.fixture
def found_in(pool, tmp_path):
    """Return what the rule finds in a DAG with one task."""
    path = tmp_path / "orders.py"

    def judge(task: str) -> list[str]:
        path.write_text(DAG_FILE.format(task=task))
        report = checked(pool, path.parent, [path], check_options(path))
        return [f"{finding.message} > {finding.hint}" for finding in report.findings if finding.code == "AK314"]

    return judge


@pytest.mark.parametrize(
    ("task", "texts"),
    [
        ('TeamPod.partial(task_id="load", image="a:1").expand(env_vars=[{"A": 1}, {"A": 2}])', [TWICE]),
        ('TeamPod.partial(task_id="load", image="a:1").expand(env_vars=elements())', [TWICE]),
        ('TeamPod.partial(task_id="load").expand_kwargs(elements())', [TWICE]),
        ('BashOperator.partial(task_id="load").expand(cwd=["/a", "/b"])', ["bash_command"]),
        ('BashOperator.partial(task_id="load").expand(cwd=elements())', ["bash_command"]),
        ('BashOperator.partial(task_id="load").expand_kwargs([{"cwd": "/a"}, {"bash_command": "echo"}])', ["index 0"]),
        ("add.expand(left=[1, 2])", ["'right'"]),
        (
            'BashOperator.partial(task_id="load").expand_kwargs([{"bash_command": "a", "provide_context": True}])',
            ["delete"],
        ),
        ("add.partial(factor=2).expand(left=elements())", ["'right'"]),
        ('Sized.partial(task_id="load").expand(size=[1, 2, 3])', ["ValueError: size 3 is too large (map index 2)"]),
    ],
)
def test_what_cannot_be_made_of_an_element_is_reported_with_the_exception_of_production(found_in, task, texts):
    found = found_in(task)
    assert len(found) == len(texts)
    assert all(text in fault for text, fault in zip(texts, found, strict=True))


@pytest.mark.parametrize(
    "task",
    [
        'BashOperator.partial(task_id="load").expand(bash_command=["echo a", "echo b"])',
        'BashOperator.partial(task_id="load").expand_kwargs(elements())',
        'BashOperator.partial(task_id="load").expand(bash_command=elements())',
        'BashOperator.partial(task_id="load").expand(bash_command=[])',
        "add.partial(right=1).expand(left=[1, 2])",
        "add.expand_kwargs(elements())",
        "add.expand(left=elements(), right=[1, 2])",
        'Sized.partial(task_id="load").expand(size=elements())',
        'Sized.partial(task_id="load").expand_kwargs([{"size": elements()}])',
        'Sized.partial(task_id="load").expand(size=[int(Variable.get("orders_size")) + 3])',
        'Asking.partial(task_id="load").expand(size=[1])',
        'Reading.partial(task_id="load").expand(path=["/only/in/the/image"])',
    ],
)
def test_what_depends_on_the_run_or_on_the_deployment_is_left_to_them(found_in, task):
    assert found_in(task) == []


def test_the_hint_says_how_an_operator_of_the_teams_own_sets_what_airflow_passes(found_in):
    (found,) = found_in('TeamPod.partial(task_id="load", image="a:1").expand(env_vars=[{"A": 1}])')
    assert "in TeamPod, write kwargs['execution_timeout'] = ..." in found
