"""The types of `pod_task`'s keywords, as editors and type checkers see them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from airflowkit.pods.override import KEYWORDS
from airflowkit.pods.spec.keyword_types import OverrideKeywords, PodKeywords
from airflowkit.pods.spec.keywords import KNOWN, TEMPLATED

DEAD = {"is_delete_operator_pod", "progress_callback", "task_concurrency"}
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


def test_every_living_keyword_has_a_type():
    newer = set(PodKeywords.__annotations__) - KNOWN
    assert set(PodKeywords.__annotations__) - newer == KNOWN - DEAD - {"task_id"}
    assert newer <= {"durable", "retry_policy", "allow_nested_operators", "render_template_as_native_obj"}
    assert set(OverrideKeywords.__annotations__) == KEYWORDS


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
