"""The table of keywords, held to the installed operator; and their types, held to the table."""

from __future__ import annotations

import subprocess
import sys

import pytest

from airflowkit import PodSpecError, pod_task
from airflowkit._airflow import airflow_version
from airflowkit.pods.spec.installed import OF_ANY_TASK, OF_THE_OPERATOR, TEMPLATED
from airflowkit.pods.spec.keyword_types import OverrideKeywords, PodKeywords
from airflowkit.pods.spec.keywords import AIRFLOWKIT, ANY_TASK, DEAD, KEYWORDS, OVERRIDABLE, POD_OPERATOR, Check
from airflowkit.pods.spec.operator_options import CHECKS

USE = """\
from airflowkit import Resources, SecretEnv, pod_override, pod_task

task = pod_task("load", image="busybox:1.36", secrets=[SecretEnv("A", secret="a", key="b")], resources="small")
pod_task("next", image="busybox:1.36", arguments=["--rows", task.output], env_vars={"ROWS": 3})
pod_task.partial("many", image="busybox:1.36").expand(arguments=[["a"], ["b"]])
pod_override(resources=Resources(memory="1Gi"))
"""
MISTAKES = """\
from airflowkit import pod_override, pod_task

pod_task("load", imge="busybox:1.36")
pod_task("load", retries="3")
pod_override(namespace="other")
"""


def _missing_and_gone(installed, table):
    return sorted(installed - table.keys() - AIRFLOWKIT), sorted(table.keys() - installed)


def test_the_table_has_each_keyword_of_the_installed_pod_operator_and_no_other():
    assert _missing_and_gone(OF_THE_OPERATOR, POD_OPERATOR) == ([], [])


def test_the_table_has_each_keyword_of_the_installed_base_operator_and_no_other():
    missing, gone = _missing_and_gone(OF_ANY_TASK - OF_THE_OPERATOR, ANY_TASK)
    assert missing == (["task_concurrency"] if airflow_version() < (3, 0) else [])
    assert gone == [] or airflow_version() < (3, 3)
    assert set(gone) <= {"allow_nested_operators", "render_template_as_native_obj", "retry_policy"}


def test_every_way_of_checking_an_option_has_its_function():
    assert CHECKS.keys() == set(Check)


def test_every_keyword_that_is_not_dead_has_a_type():
    assert PodKeywords.__annotations__.keys() == (KEYWORDS.keys() | AIRFLOWKIT) - DEAD.keys() - {"task_id"}
    assert OverrideKeywords.__annotations__.keys() == OVERRIDABLE


@pytest.mark.parametrize("keyword", sorted(TEMPLATED))
def test_a_templated_keyword_takes_another_tasks_output(keyword):
    assert "XComArg" in str(PodKeywords.__annotations__[keyword])


@pytest.mark.slow
def test_a_type_checker_passes_right_calls_and_names_wrong_ones(tmp_path):
    (tmp_path / "use.py").write_text(USE)
    (tmp_path / "mistakes.py").write_text(MISTAKES)
    files = [tmp_path / "use.py", tmp_path / "mistakes.py"]
    command = [sys.executable, "-m", "mypy", "--config-file=pyproject.toml", "--cache-dir", tmp_path / "cache", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wrong = [line.partition("error: ")[2] for line in done.stdout.splitlines() if "error: " in line]
    assert "use.py" not in done.stdout
    assert len(wrong) == 3
    assert wrong[0].startswith('Unexpected keyword argument "imge"')
    assert wrong[1].startswith('Argument "retries"')
    assert wrong[2].startswith('Unexpected keyword argument "namespace"')


@pytest.mark.parametrize("keyword", ["config_file", "cluster_context", "pool", "queue"])
def test_an_empty_text_is_called_empty(keyword):
    with pytest.raises(PodSpecError) as refused:
        pod_task("load", image="orders:1", namespace="airflow", **{keyword: ""})
    assert [(it.field, it.reason, it.hint) for it in refused.value.problems] == [(keyword, "is empty", "leave it out")]


@pytest.mark.parametrize("keyword", ["executor", "kubernetes_conn_id"])
def test_an_empty_text_is_none_where_airflow_takes_it_for_none(keyword):
    assert pod_task("load", image="orders:1", namespace="airflow", **{keyword: ""}).image == "orders:1"
